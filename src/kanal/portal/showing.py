"""Facts of the domain as the portal's pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kanal.directory.models import Account, Partner, Person
from kanal.distribution import deadlines, queries
from kanal.distribution.deadlines import TimeLeft
from kanal.distribution.models import OfferStatus
from kanal.opportunities import words
from kanal.opportunities.lifecycle import Stage
from kanal.opportunities.models import Opportunity, Participation, TimelineEntry
from kanal.web import words as words_of
from kanal.web.components import File, TimelineItem

ICONS = {
    "delivered": "send",
    "withdrawn": "x",
    "accepted": "check",
    "declined": "x",
    "expired": "clock",
    "returned": "arrow-left",
    "shared": "users",
    "held": "clock",
    "extended": "calendar",
}
_STAGES = list(Stage)


def ring_text(left: TimeLeft) -> str:
    """Give the time left in at most five letters, for the ring."""
    minutes = int(left.left.total_seconds() // 60)
    if minutes >= 60:
        return _("%(hours)d h") % {"hours": minutes // 60}
    return _("%(minutes)d m") % {"minutes": minutes}


@dataclass(frozen=True)
class OfferRow:
    """An opportunity that waits for an answer, in a list."""

    part: Participation
    opportunity: Opportunity
    left: TimeLeft
    ring: str

    @property
    def hurry(self) -> str:
        """Give the class of the words that say how much time is left: red, amber, or none."""
        if self.left.urgent:
            return "k-late"
        return "k-soon" if self.left.left <= 2 * self.left.day else ""


def offer_rows(parts: Sequence[Participation], partner: Partner) -> list[OfferRow]:
    """Give the rows of the distributed opportunities."""
    rows = []
    for part in parts:
        opportunity = part.opportunity
        # A delivered opportunity has its deadline; the database holds it to that.
        left = deadlines.time_left(partner, opportunity.answer_by or part.since, part.since)
        rows.append(OfferRow(part, opportunity, left, ring_text(left)))
    return rows


@dataclass(frozen=True)
class ManagedRow:
    """An opportunity that the partner manages, in a list."""

    part: Participation
    opportunity: Opportunity
    step: int
    together: bool
    partners: Sequence[str]

    @property
    def steps(self) -> int:
        """Give how many stages there are."""
        return len(_STAGES)


def managed_rows(parts: Sequence[Participation]) -> list[ManagedRow]:
    """Give the rows of the managed opportunities."""
    others: Mapping[UUID, list[str]] = queries.companions(parts)
    return [
        ManagedRow(
            part,
            part.opportunity,
            _STAGES.index(Stage(part.opportunity.stage)) + 1,
            queries.is_together(part),
            others.get(part.opportunity_id, ()),
        )
        for part in parts
    ]


def timeline(entries: Sequence[TimelineEntry], person: Person) -> list[TimelineItem]:
    """Give the timeline as its component takes it."""
    return [
        TimelineItem(
            at=entry.at,
            sentence=words.sentence(entry) if entry.event else "",
            body=entry.body,
            author=_author(entry, person),
            company=_company(entry, person),
            icon=ICONS.get(entry.event, "flag"),
            files=[
                File(file.name, reverse("portal:file", args=[file.pk]), filesizeformat(file.size))
                for file in entry.attachments.all()
            ],
        )
        for entry in entries
    ]


def _author(entry: TimelineEntry, person: Person) -> str:
    """Name who did it. People of another partner are named with what they wrote, and not otherwise."""
    if entry.author is None:
        return ""
    other = entry.company is not None and entry.company_id != person.partner_id
    if other and entry.event and not entry.body:
        return entry.company.name if entry.company else ""
    return entry.author.name


def _company(entry: TimelineEntry, person: Person) -> str:
    if entry.author is None or entry.company_id == person.partner_id:
        return ""
    if entry.company and entry.event and not entry.body:  # it stands in place of the author
        return ""
    return entry.company.name if entry.company else settings.VENDOR_NAME


def readers(opened: queries.Opened) -> str:
    """Say who reads what is written on the timeline now."""
    vendor = settings.VENDOR_NAME
    others = [part.partner.name for part in opened.parts if part.pk != opened.part.pk]
    if not others:
        return _("%(vendor)s and your own company read this") % {"vendor": vendor}
    return _("%(partners)s and %(vendor)s read this") % {"partners": ", ".join(others), "vendor": vendor}


@dataclass(frozen=True)
class AnswerRow:
    """How one of the company's offers ended, in a list."""

    answer: queries.Answered
    who: str
    why: str


def answer_rows(answers: Sequence[queries.Answered]) -> list[AnswerRow]:
    """Give the rows of “Your answers”."""
    return [AnswerRow(answer, _who(answer), _why(answer)) for answer in answers]


def _who(answer: queries.Answered) -> str:
    offer = answer.offer
    if offer.answered_by is None:
        return _("nobody, the time ran out")
    if offer.on_behalf or offer.status == OfferStatus.WITHDRAWN:
        return settings.VENDOR_NAME
    return offer.answered_by.name


def _why(answer: queries.Answered) -> str:
    offer = answer.offer
    reason = str(offer.get_reason_display()) if offer.reason else ""
    return ": ".join(part for part in (reason, offer.text) if part)


def ended(answered: OfferStatus | str, who: str) -> str:
    """Say in a sentence what became of an offer that is no longer open."""
    return {
        OfferStatus.ACCEPTED: _("%(who)s accepted it."),
        OfferStatus.DECLINED: _("%(who)s declined it."),
        OfferStatus.EXPIRED: _("The time to answer ended, so it went back to the vendor."),
        OfferStatus.WITHDRAWN: _("%(who)s withdrew it."),
    }.get(OfferStatus(answered), "") % {"who": who}


def left(what: queries.Left) -> str:
    """Say in a sentence why the company takes no part any more."""
    told = {
        "taken_back": _("%(vendor)s took it back."),
        "returned": _("%(partner)s gave it back."),
    }.get(what.event, _("%(partner)s no longer takes part in the partner collaboration."))
    return told % {"vendor": settings.VENDOR_NAME, "partner": what.part.partner.name}


def customer(account: Account | None) -> str:
    """Say what is known of a customer's company: industry, place, size."""
    if account is None:
        return ""
    country = words_of.locale().territories.get(account.country, account.country)
    place = ", ".join(part for part in (account.city, country) if part)
    people = (
        ngettext("%(n)s person", "%(n)s people", account.employees)
        % {"n": words_of.number(account.employees)}
        if account.employees
        else ""
    )
    return " · ".join(part for part in (str(account.industry or ""), place, people) if part)
