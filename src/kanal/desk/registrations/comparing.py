"""A request beside what speaks against it: one column each, one row for each thing that was compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kanal.distribution.models.protection import last_day
from kanal.registration.clashes import Clash, Kind, customer_of
from kanal.registration.conflicts.judging import Customer, Says, Thing
from kanal.registration.models import Registration
from kanal.web import words

# So many stand side by side; the others, which are less alike or weigh less, in a list below.
BESIDE = 3
# A value is alike where neither is twice the other.
_TWICE = 2
_SAME: Mapping[Thing, Any] = {
    Thing.NUMBER: gettext_lazy("registration number"),
    Thing.DOMAIN: gettext_lazy("web domain"),
    Thing.NAME: gettext_lazy("name"),
    Thing.ADDRESS: gettext_lazy("address"),
    Thing.MAIL_DOMAIN: gettext_lazy("mail domain"),
}


@dataclass(frozen=True)
class Cell:
    """What one thing is in the other record, and what the comparison says: `same`, `alike`, `differs` or nothing."""

    text: str
    says: str = ""
    under: str = ""


@dataclass(frozen=True)
class Column:
    """One thing that speaks against the request.

    Attributes:
        clash: what was found.
        title, url: its code or name, and where it is read.
        under: what it is, and whose.
        cells: what each row says, in the order of the rows.
    """

    clash: Clash
    title: str
    url: str
    under: str
    cells: list[Cell]


@dataclass(frozen=True)
class Comparison:
    """The table: its rows, each with its name, what the request says, and a cell for each column.

    Attributes:
        columns: those side by side.
        rows: name, own value, cells.
        others: what was found beside those.
    """

    columns: list[Column]
    rows: list[tuple[str, str, list[Cell]]]
    others: list[Column]

    @property
    def count(self) -> int:
        """Give how much was found."""
        return len(self.columns) + len(self.others)


_Cell = Callable[[Registration, Clash, Customer], Cell]


def compare(registration: Registration, clashes: Sequence[Clash]) -> Comparison:
    """Lay a request and what was found out beside each other.

    Args:
        registration: with its family, currency and partner.
        clashes: the heaviest first.
    """
    mine = customer_of(registration)
    columns = [_column(registration, clash, mine) for clash in _each_once(clashes)]
    beside = columns[:BESIDE]
    names = [(str(label), own(registration, mine)) for label, own, _cell in _ROWS]
    rows = [
        (name, said, [column.cells[place] for column in beside]) for place, (name, said) in enumerate(names)
    ]
    kept = [row for row in rows if row[1] or any(cell.text for cell in row[2])]
    return Comparison(beside, kept, columns[BESIDE:])


def _each_once(clashes: Sequence[Clash]) -> list[Clash]:
    """Leave out the record of a customer that a sale or a request names already: it would say the same again."""
    named = {one.customer for one in clashes if one.kind != Kind.CUSTOMER}
    return [one for one in clashes if one.kind != Kind.CUSTOMER or one.customer not in named]


def _column(registration: Registration, clash: Clash, mine: Customer) -> Column:
    cells = [cell(registration, clash, mine) for _label, _own, cell in _ROWS]
    return Column(clash, title_of(clash), url_of(clash), _under(clash), cells)


def title_of(clash: Clash) -> str:
    """Name what was found: its code, or the customer's name."""
    return clash.reference or clash.customer.name


def url_of(clash: Clash) -> str:
    """Give where it is read."""
    pages = {
        Kind.PROTECTION: "desk:registration",
        Kind.REQUEST: "desk:registration",
        Kind.DIRECT: "desk:opportunity",
        Kind.OPPORTUNITY: "desk:opportunity",
        Kind.CUSTOMER: "desk:account",
    }
    return reverse(pages[Kind(clash.kind)], args=[clash.key]) if clash.key else ""


def holder_of(clash: Clash) -> str:
    """Name whose it is: a partner, or the vendor itself."""
    return clash.partner.name if clash.partner else settings.VENDOR_NAME


def _under(clash: Clash) -> str:
    parts = [
        str(Kind(clash.kind).label),
        clash.state if clash.kind != Kind.PROTECTION else "",
        holder_of(clash),
    ]
    return ", ".join(part for part in parts if part)


# ── The rows ───────────────────────────────────────────────────────────────────────────────────
def _part(clash: Clash, *things: Thing) -> str:
    """Give what a comparison of one of these things says; the first that says something."""
    for part in clash.parts:
        if part.thing in things and part.says != Says.UNKNOWN:
            return part.says.value
    return ""


def _why(_registration: Registration, clash: Clash, _mine: Customer) -> Cell:
    same = [str(_SAME[part.thing]) for part in clash.parts if part.says == Says.SAME]
    near = [str(_SAME[part.thing]) for part in clash.parts if part.says == Says.ALIKE]
    said = []
    if same:
        said.append(_("Same %(things)s") % {"things": get_text_list(same, _("and"))})
    if near:
        said.append(_("%(things)s alike") % {"things": get_text_list(near, _("and"))})
    if not said:
        said = [_("Known by the same name, domain or number")]
    text = "; ".join(said)
    return Cell(text[0].upper() + text[1:], "same" if clash.same else "alike")


def _name(_registration: Registration, clash: Clash, _mine: Customer) -> Cell:
    return Cell(clash.customer.name, _part(clash, Thing.NAME))


def _number(_registration: Registration, clash: Clash, _mine: Customer) -> Cell:
    return _known(clash.customer.number, _part(clash, Thing.NUMBER))


def _domain(_registration: Registration, clash: Clash, _mine: Customer) -> Cell:
    return _known(clash.customer.domain, _part(clash, Thing.DOMAIN, Thing.MAIL_DOMAIN))


def _place(_registration: Registration, clash: Clash, _mine: Customer) -> Cell:
    return _known(_place_of(clash.customer), _part(clash, Thing.ADDRESS))


def _known(text: str, says: str) -> Cell:
    return Cell(text, says if text else "")


def _place_of(customer: Customer) -> str:
    return " ".join(part for part in (customer.postal_code, customer.city) if part)


def _product(registration: Registration, clash: Clash, _mine: Customer) -> Cell:
    if not clash.families:
        return Cell("")
    mine = registration.family.name if registration.family else ""
    return Cell(", ".join(clash.families), "same" if mine in clash.families else "differs")


def _value(registration: Registration, clash: Clash, _mine: Customer) -> Cell:
    if clash.value is None:
        return Cell("")
    text, own = words.money(clash.value, settings.BASE_CURRENCY), registration.value_base
    if own is None:
        return Cell(text)
    low, high = sorted((Decimal(clash.value), own))
    says = "same" if low == high else "alike" if high < low * _TWICE else "differs"
    return Cell(text, says)


def _first(registration: Registration, clash: Clash, _mine: Customer) -> Cell:
    if clash.since is None:
        return Cell("")
    seen, own = timezone.localdate(clash.since), _seen(registration)
    says = "same" if own == seen else "differs"
    return Cell(words.plain_day(seen), says, _earlier(own, seen) if own else "")


def _seen(registration: Registration) -> date | None:
    moment = registration.submitted_at or registration.created_at
    return timezone.localdate(moment) if moment else None


def _earlier(own: date, seen: date) -> str:
    days = (own - seen).days
    if days > 0:
        return ngettext("%(n)d day earlier", "%(n)d days earlier", days) % {"n": days}
    if days < 0:
        return ngettext("%(n)d day later", "%(n)d days later", -days) % {"n": -days}
    return _("the same day")


def _holds(_registration: Registration, clash: Clash, _mine: Customer) -> Cell:
    until = ""
    if clash.until is not None:
        until = _("until %(day)s") % {"day": words.plain_day(last_day(clash.until))}
    return Cell(holder_of(clash), under=until)


def _own_value(registration: Registration, _mine: Customer) -> str:
    return words.money(registration.value, registration.currency.code)


def _own_day(registration: Registration, _mine: Customer) -> str:
    seen = _seen(registration)
    return words.plain_day(seen) if seen else ""


_ROWS: Sequence[tuple[Any, Callable[[Registration, Customer], str], _Cell]] = (
    (gettext_lazy("Why"), lambda _one, _mine: "", _why),
    (gettext_lazy("Customer"), lambda _one, mine: mine.name, _name),
    (gettext_lazy("Reg. number"), lambda _one, mine: mine.number, _number),
    (gettext_lazy("Web domain"), lambda _one, mine: mine.domain, _domain),
    (gettext_lazy("Place"), lambda _one, mine: _place_of(mine), _place),
    (gettext_lazy("Products"), lambda one, _mine: one.family.name if one.family else "", _product),
    (gettext_lazy("Value"), _own_value, _value),
    (gettext_lazy("First seen"), _own_day, _first),
    (gettext_lazy("Who holds it"), lambda one, _mine: one.partner.name, _holds),
)
