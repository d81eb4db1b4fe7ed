"""Every change of an opportunity, its products and its offers, as the database noted it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Field, ForeignKey, Model
from django.utils import dateformat, formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from kanal.directory.models import Partner, Person
from kanal.distribution.models import Offer
from kanal.opportunities.models import Opportunity, OpportunityProduct

# What follows from other fields, or says the same twice.
_SILENT = {
    "id",
    "version",
    "modified_at",
    "modified_by",
    "created_at",
    "created_by",
    "status_since",
    "stage_since",
    "status_before_hold",
    "exchange_rate",
    "estimated_revenue_base",
    "actual_revenue_base",
    "reference",
    "external_key",
    "opportunity",
    "delivered_at",
    "answered_at",
    "delivered_by",
}
_OFFER_LABELS = {
    "status": gettext_lazy("Offer"),
    "seen_at": gettext_lazy("Offer seen at"),
    "seen_by": gettext_lazy("Offer seen by"),
    "answered_by": gettext_lazy("Offer answered by"),
    "deadline": gettext_lazy("Offer’s deadline"),
    "on_behalf": gettext_lazy("Answered on the partner’s behalf"),
    "reason": gettext_lazy("Reason of the answer"),
    "text": gettext_lazy("Words of the answer"),
    "override_reason": gettext_lazy("Why it was offered again"),
}


@dataclass(frozen=True)
class Change:
    """One field that somebody changed.

    Attributes:
        at: when.
        who: by whom, partners' people with their company; empty is the system itself.
        field: what, in words.
        old: what stood there; empty where nothing did.
        new: what stands there since.
    """

    at: datetime
    who: str
    field: str
    old: str
    new: str


@dataclass(frozen=True)
class _Raw:
    at: datetime
    person: str
    label: str
    field: Field[Any, Any]
    old: Any
    new: Any


def changes(opportunity: Opportunity) -> list[Change]:
    """Give every change of an opportunity, newest first."""
    found = [
        *_of(Opportunity, {"pgh_obj": opportunity}, first=False),
        *_of(OpportunityProduct, {"opportunity": opportunity}, first=True),
        *_of(Offer, {"opportunity": opportunity}, first=False),
    ]
    found.sort(key=lambda raw: raw.at, reverse=True)
    return _in_words(found)


def _of(model: Any, where: dict[str, Any], *, first: bool) -> Iterator[_Raw]:
    """Compare each noted state of a record with the one before; with `first`, also the first with nothing.

    The state noted as `delete` is the last one: it is compared with nothing in its turn.
    """
    events = model.pgh_event_model.objects.filter(**where).select_related("pgh_context").order_by("pgh_id")
    before: dict[uuid.UUID, Any] = {}
    known = [field for field in model._meta.concrete_fields if field.name not in _SILENT]
    tracked = {field.name for field in model.pgh_event_model._meta.concrete_fields}
    for event in events:
        last = before.get(event.pgh_obj_id)
        before[event.pgh_obj_id] = event
        gone = event.pgh_label == "delete"
        if last is None and not first:
            continue
        for field in known:
            if field.name in tracked:
                old = getattr(last, field.attname) if last is not None else None
                new = None if gone else getattr(event, field.attname)
                yield from _compared(model, field, event, old, new)


def _compared(model: Any, field: Any, event: Any, old: Any, new: Any) -> Iterator[_Raw]:
    if old == new or (old in (None, "") and new in (None, "")):
        return
    person = (event.pgh_context.metadata.get("person") or "") if event.pgh_context else ""
    yield _Raw(event.pgh_created_at, person, _label(model, field), field, old, new)


def _label(model: Any, field: Field[Any, Any]) -> str:
    if model is Offer:
        return str(_OFFER_LABELS.get(field.name, field.verbose_name))
    name = str(field.verbose_name)
    if model is OpportunityProduct and field.name != "product":
        return _("Product, %(field)s") % {"field": name}
    return name[:1].upper() + name[1:]


def _in_words(found: list[_Raw]) -> list[Change]:
    names = _names(found)
    return [
        Change(
            raw.at, names.get((Person, raw.person), ""), raw.label, _said(raw.field, raw.old, names),
            _said(raw.field, raw.new, names),
        )
        for raw in found
    ]  # fmt: skip


# What the name of a record is made of besides itself.
_WITH: dict[type[Model], str] = {Partner: "account", Person: "partner__account"}
Names = dict[tuple[type[Model], str], str]


def _names(found: Iterable[_Raw]) -> Names:
    """Give the names of all records that changes point at, in one query a kind."""
    wanted: dict[type[Model], set[str]] = {Person: set()}
    for raw in found:
        if raw.person:
            wanted[Person].add(raw.person)
        if isinstance(raw.field, ForeignKey):
            keys = {str(key) for key in (raw.old, raw.new) if key}
            wanted.setdefault(raw.field.related_model, set()).update(keys)
    names: Names = {}
    for model, keys in wanted.items():
        records = model._default_manager.filter(pk__in=keys)
        if model in _WITH:
            records = records.select_related(_WITH[model])
        names.update({(model, str(record.pk)): _name(record) for record in records} if keys else {})
    return names


def _name(record: Model) -> str:
    """Name a record; a person of a partner with the company."""
    if isinstance(record, Person) and record.partner is not None:
        return f"{record.name}, {record.partner.name}"
    return str(record)


def _said(field: Field[Any, Any], value: Any, names: Names) -> str:
    if value is None or value == "":
        return ""
    if isinstance(field, ForeignKey):
        return names.get((field.related_model, str(value)), str(value))
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return f"{_day(timezone.localtime(value))}, {timezone.localtime(value):%H:%M}"
    if isinstance(value, date):
        return _day(value)
    if isinstance(value, Decimal | int):
        return str(formats.number_format(value, use_l10n=True, force_grouping=True))
    return str(value)


def _day(value: date) -> str:
    # Translators: a day in Django's date format, as in "2 Dec 2026".
    return dateformat.format(value, pgettext("date format", "j M Y"))
