"""Facts of the domain as the portal's pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kanal.directory.models import Account, Partner, Person
from kanal.distribution import deadlines, queries
from kanal.distribution.deadlines import TimeLeft
from kanal.distribution.models import Offer, OfferStatus
from kanal.insights.attention import Measure, Need
from kanal.insights.dashboard import Needing
from kanal.opportunities import access, words
from kanal.opportunities.lifecycle import Stage, Verb
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
    "left": "x",
    "alone": "flag",
    "made": "plus",
    "changed": "pencil",
    "approved": "shield-check",
    "refused": "ban",
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
    url: str
    left: TimeLeft
    ring: str

    @property
    def hurry(self) -> str:
        """Give the class of the words that say how much time is left: red, amber, or none."""
        if self.left.urgent:
            return "k-late"
        soon = not self.left.paused and self.left.left <= 2 * self.left.day
        return "k-soon" if soon else ""


def _paused(parts: Sequence[Participation]) -> dict[UUID, Offer]:
    """Give the offers whose clock stands still, by opportunity; asks for nothing where every one has its deadline."""
    keys = [part.opportunity_id for part in parts if part.opportunity.answer_by is None]
    if not keys:
        return {}
    offers = Offer.objects.filter(opportunity__in=keys, status=OfferStatus.PENDING)
    return {offer.opportunity_id: offer for offer in offers.select_related("partner__account")}


def offer_rows(parts: Sequence[Participation], partner: Partner) -> list[OfferRow]:
    """Give the rows of the distributed opportunities."""
    rows = []
    paused = _paused(parts)
    for part in parts:
        opportunity = part.opportunity
        # A delivered opportunity has its deadline, but while the clock of its offer stands still.
        still = paused.get(opportunity.pk)
        until = opportunity.answer_by or part.since
        left = deadlines.left_of(still) if still else deadlines.time_left(partner, until, part.since)
        url = reverse("portal:opportunity", args=[part.opportunity_id])
        rows.append(OfferRow(part, opportunity, url, left, ring_text(left)))
    return rows


@dataclass(frozen=True)
class ManagedRow:
    """An opportunity that the partner manages, in a list, with all that its cells say: drawing them asks for nothing.

    Attributes:
        stage: its stage, in words.
        step: how far the stage is.
        together: with whom partners work on it; empty where the partner works alone.
        amount: what it may bring, or brought.
        next_step: what is planned.
        next_who: who does it and when.
        next_late: that day has passed.
        due: the expected close, or the day of the close.
        warning: why it needs somebody.
        warning_class: how pressing that is.
        age: for how many days it has been managed.
    """

    part: Participation
    opportunity: Opportunity
    url: str
    stage: str
    step: int
    together: str
    amount: Decimal | None
    next_step: str
    next_who: str
    next_late: bool
    due: date | None
    warning: str
    warning_class: str
    age: int

    @property
    def steps(self) -> int:
        """Give how many stages there are."""
        return len(_STAGES)


def managed_rows(parts: Sequence[Participation], measure: Measure) -> list[ManagedRow]:
    """Give the rows of the managed opportunities."""
    others: Mapping[UUID, list[str]] = queries.companions(parts)
    return [_managed_row(part, others.get(part.opportunity_id, ()), measure) for part in parts]


def _managed_row(part: Participation, others: Sequence[str], measure: Measure) -> ManagedRow:
    opportunity = part.opportunity
    stage = Stage(opportunity.stage)
    planned = opportunity.next_step_on
    who = part.assignee.name if part.assignee else ""
    return ManagedRow(
        part=part,
        opportunity=opportunity,
        url=reverse("portal:opportunity", args=[part.opportunity_id]),
        stage=str(stage.label),
        step=_STAGES.index(stage) + 1,
        together=with_whom(part, others),
        amount=opportunity.estimated_revenue if opportunity.is_open else opportunity.actual_revenue,
        next_step=opportunity.next_step,
        next_who=", ".join(text for text in (who, words_of.day(planned) if planned else "") if text),
        next_late=opportunity.is_open and planned is not None and planned < measure.today,
        due=part.due_on,
        warning=warning(part, measure),
        warning_class="k-late" if measure.need(part) == Need.OVERDUE else "k-soon",
        age=max(0, (measure.now - part.since).days),
    )


def with_whom(part: Participation, others: Sequence[str]) -> str:
    """Say with whom partners work on it; nothing where the partner works alone."""
    if not queries.is_together(part):
        return ""
    return _("with %(partners)s") % {"partners": ", ".join(others)} if others else _("Collaboration")


def warning(part: Participation, measure: Measure) -> str:
    """Say why managed work needs somebody; nothing where it does not."""
    need = measure.need(part)
    if need is Need.ASKED:
        return _("Note to answer")
    if need is Need.OVERDUE:
        days = measure.lateness(part)
        return ngettext("%(n)s day overdue", "%(n)s days overdue", days) % {"n": words_of.number(days)}
    if need is Need.STALLED:
        days = measure.silence(part)
        return ngettext("No news for %(n)s day", "No news for %(n)s days", days) % {
            "n": words_of.number(days)
        }
    return ""


@dataclass(frozen=True)
class NeedRow:
    """Managed work that needs somebody, on the dashboard.

    Attributes:
        need: why, as a key of `Need`.
        title: why, in words.
        url: the opportunity's page.
        question: what the vendor wrote, where that waits for an answer.
        who: who wrote it, or whose work it is.
        extends: where the expected close is moved, for those who may.
    """

    part: Participation
    opportunity: Opportunity
    need: str
    title: str
    url: str
    question: str
    who: str
    extends: str


def need_rows(found: Sequence[Needing], person: Person, measure: Measure) -> list[NeedRow]:
    """Give the rows of what needs somebody."""
    return [_need_row(each, person, measure) for each in found]


def _need_row(each: Needing, person: Person, measure: Measure) -> NeedRow:
    part, asked = each.part, each.question
    url = reverse("portal:opportunity", args=[part.opportunity_id])
    late = each.need is Need.OVERDUE and Verb.EXTEND in access.verbs(person, part.opportunity, part)
    who = asked.author.name if asked and asked.author else ""
    return NeedRow(
        part=part,
        opportunity=part.opportunity,
        need=each.need.value,
        title=_("%(who)s wrote") % {"who": who} if who else warning(part, measure),
        url=url,
        question=asked.body if asked else "",
        who=part.assignee.name if part.assignee else "",
        extends=f"{url}?dialog=extend" if late else "",
    )


@dataclass(frozen=True)
class ActivityRow:
    """What somebody did, on the dashboard: who, for which company, what, on which opportunity, when."""

    who: str
    company: str
    what: str
    topic: str
    url: str
    at: datetime
    icon: str


def activity_rows(entries: Sequence[TimelineEntry], person: Person) -> list[ActivityRow]:
    """Give the rows of the recent activity."""
    return [
        ActivityRow(
            who=_author(entry, person),
            company=_company(entry, person),
            what=words.sentence(entry) if entry.event else _("wrote a note"),
            topic=entry.opportunity.topic,
            url=reverse("portal:opportunity", args=[entry.opportunity_id]),
            at=entry.at,
            icon=ICONS.get(entry.event, "flag") if entry.event else "message",
        )
        for entry in entries
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
