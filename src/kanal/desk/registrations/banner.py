"""What speaks most against a request, and what approving it does, in two sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kanal.desk.registrations.comparing import holder_of
from kanal.distribution.models import Offer
from kanal.distribution.models.protection import last_day
from kanal.registration.clashes import Clash, Kind
from kanal.registration.models import Registration
from kanal.web import words


@dataclass(frozen=True)
class Banner:
    """The heaviest conflict and what approving does, in two sentences; the kind is one of `notice`."""

    kind: str
    icon: str
    strong: str
    text: str


def banner(
    registration: Registration, clashes: Sequence[Clash], stopped: Sequence[Offer], until: date
) -> Banner:
    """Say what speaks most against a request, and what approving it does.

    Args:
        registration: that waits for a decision.
        clashes: the heaviest first.
        stopped: offers to others that approving withdraws.
        until: the day until which it would protect.
    """
    protects = _("Approving protects %(partner)s until %(day)s.") % {
        "partner": registration.partner.name,
        "day": words.plain_day(until),
    }
    heavy = next((one for one in clashes if one.heavy), None)
    if heavy is None:
        return _light(clashes, protects)
    if stopped:
        return _stops(stopped, registration, until)
    strong, text = _HEAVY[Kind(heavy.kind)](heavy)
    return Banner("bad", "alert-triangle", strong, text or protects)


def _light(clashes: Sequence[Clash], protects: str) -> Banner:
    if not clashes:
        return Banner("good", "circle-check", _("No conflicts found."), protects)
    strong = ngettext(
        "One record looks alike; nobody else is surely concerned.",
        "%(n)d records look alike; nobody else is surely concerned.",
        len(clashes),
    ) % {"n": len(clashes)}
    return Banner("wait", "tilde", strong, protects)


def _stops(stopped: Sequence[Offer], registration: Registration, until: date) -> Banner:
    names = get_text_list(sorted({offer.partner.name for offer in stopped}), _("and"))
    strong = ngettext(
        "%(partners)s already has an offer for this customer and product.",
        "%(partners)s already have offers for this customer and product.",
        len({offer.partner_id for offer in stopped}),
    ) % {"partners": names}
    text = _(
        "Approving withdraws what is offered there and protects %(partner)s until %(day)s. %(others)s would be told."
    ) % {"partner": registration.partner.name, "day": words.plain_day(until), "others": names}
    return Banner("bad", "alert-triangle", strong, text)


def _protected(clash: Clash) -> tuple[str, str]:
    until = words.plain_day(last_day(clash.until)) if clash.until else ""
    strong = _("The customer is protected for %(partner)s until %(day)s.") % {
        "partner": holder_of(clash),
        "day": until,
    }
    return strong, _(
        "It can’t be approved before that ends. Put it in line, reject it, or mark it as a duplicate."
    )


def _direct(clash: Clash) -> tuple[str, str]:
    strong = _("You sell to this customer yourselves: %(reference)s, %(state)s.") % {
        "reference": clash.reference,
        "state": clash.state,
    }
    return strong, ""


def _open(clash: Clash) -> tuple[str, str]:
    facts = {"partner": holder_of(clash), "reference": clash.reference}
    if clash.partner is None:
        return _("An opportunity with this customer waits for a partner: %(reference)s.") % facts, ""
    return (
        _("%(partner)s works with this customer already: %(reference)s.") % facts,
        "",
    )


def _asked(clash: Clash) -> tuple[str, str]:
    strong = _("%(partner)s has asked for this customer too: %(reference)s.") % {
        "partner": holder_of(clash),
        "reference": clash.reference,
    }
    return strong, _("Only one of the two can be approved for the same product family and time.")


_HEAVY: Mapping[Kind, Callable[[Clash], tuple[str, str]]] = {
    Kind.PROTECTION: _protected,
    Kind.REQUEST: _asked,
    Kind.DIRECT: _direct,
    Kind.OPPORTUNITY: _open,
    Kind.CUSTOMER: _open,
}
