"""Two people changed the same opportunity: what each changed, put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django.db.models import Model
from django.http import QueryDict
from django.utils import formats
from django.utils.translation import gettext as _

from kanal.desk.opportunities.forms import RecordForm
from kanal.opportunities.actions.values import Line
from kanal.opportunities.models import Opportunity
from kanal.web import words

# The fields that are compared, as the form and the record call them.
COMPARED = (
    "topic",
    "contact",
    "account",
    "currency",
    "estimated_revenue",
    "estimated_close_date",
    "customer_situation",
    "customer_need",
    "proposed_solution",
    "rating",
    "probability",
    "territory",
    "source",
    "owner",
    "partner",
    "status",
    "collaboration",
)


@dataclass(frozen=True)
class Difference:
    """One field that somebody else changed meanwhile.

    Attributes:
        label: the field.
        theirs: what stands in the record now.
        yours: what was typed here.
        taken: what the form holds now is theirs; else it is yours, and saving writes it over theirs.
    """

    label: str
    theirs: str
    yours: str
    taken: bool


def merge(now: Opportunity, form: RecordForm, products: Iterable[Line]) -> tuple[QueryDict, list[Difference]]:
    """Put an edit that started from an old version on top of the record as it stands now.

    What only the other person changed is taken over; where both changed a field, the typed value stays.

    Args:
        now: the record as it stands.
        form: the form as it was sent; it is valid.
        products: the lines as they were sent.

    Returns:
        The data for the form to show, and what differs.
    """
    base = now.events.filter(version=form.cleaned_data["version"]).order_by("-pgh_id").first()  # type: ignore[attr-defined]
    data = cast("QueryDict", form.data).copy()
    found = []
    for name in COMPARED:
        theirs, mine = getattr(now, name), _mine(form, name)
        before = _key(getattr(base, name), name) if base else None
        if base is not None and _key(theirs, name) == before:
            continue
        if _key(theirs, name) == _key(mine, name):
            continue
        taken = base is not None and _key(mine, name) == before
        # The same status may mean another step from here: what was a withdrawal would take accepted work back.
        if taken or name == "status":
            data[name], taken = _typed(theirs), True
        found.append(
            Difference(_label(form, name), _shown(now, name, theirs), _shown(now, name, mine), taken)
        )
    data["version"], data["from_status"] = str(now.version), now.status
    return data, [*found, *_products(now, form, list(products))]


def _mine(form: RecordForm, name: str) -> Any:
    new = form.cleaned_data.get(f"new_{name}_name")
    return new or form.cleaned_data.get(name)


def _key(value: Any, name: str) -> Any:
    if isinstance(value, Model):
        return value.pk
    if name == "estimated_revenue" and value is not None:
        return Decimal(value)
    return value or None if value != 0 else value


def _typed(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Model):
        return str(value.pk)
    return value.isoformat() if isinstance(value, date) else str(formats.localize_input(value))


def _label(form: RecordForm, name: str) -> str:
    return str(form.fields[name].label)


def _shown(now: Opportunity, name: str, value: Any) -> str:
    if value in (None, ""):
        return "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    choices = getattr(now._meta.get_field(name), "choices", None)
    if choices and not isinstance(value, Model):
        return str(dict(choices).get(value, value))
    if isinstance(value, date):
        return words.plain_day(value)
    return words.number(value) if isinstance(value, Decimal) else str(value)


def signature(lines: Iterable[Any]) -> str:
    """Put lines into one text that changes when they do; the form carries it from when it was opened."""
    parts = (
        f"{line.product.pk}:{Decimal(line.quantity).normalize()}:"
        f"{'' if line.unit_price is None else Decimal(line.unit_price).normalize()}"
        for line in lines
    )
    return "|".join(sorted(parts))


def _products(now: Opportunity, form: RecordForm, mine: list[Line]) -> Iterator[Difference]:
    theirs = list(now.lines.select_related("product"))
    before = form.data.get("lines_before", "")
    if signature(theirs) not in {before, signature(mine)}:
        taken = signature(mine) == before
        yield Difference(_("Products"), _in_words(theirs), _in_words(mine), taken)


def _in_words(lines: Iterable[Any]) -> str:
    return "; ".join(f"{words.number(line.quantity)} × {line.product}" for line in lines) or "–"


def takes_their_products(differences: Iterable[Difference]) -> bool:
    """Tell whether the products of the form are to be those that stand in the record."""
    return any(one.taken and one.label == _("Products") for one in differences)
