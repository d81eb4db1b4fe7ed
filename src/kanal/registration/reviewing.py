"""What somebody reads who decides on a request: the request, its partner, who waits behind it, what approving stops."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from kanal.config import clock
from kanal.directory.models import Person
from kanal.directory.refusal import Missing
from kanal.distribution.models import Offer, OfferStatus
from kanal.distribution.worktime import Calendar
from kanal.opportunities.lifecycle import Status as OpportunityStatus
from kanal.opportunities.models import Opportunity
from kanal.registration import access, approvals
from kanal.registration.approvals import Needed
from kanal.registration.clashes import Clash, Findings, Kind
from kanal.registration.lifecycle import PENDING, Status
from kanal.registration.models import ApprovalStep, Link, Registration
from kanal.registration.policy import terms_of, vendor_calendar

_YEAR = timedelta(days=365)


def registration(person: Person, key: uuid.UUID) -> Registration:
    """Give one request with everything that its page names.

    Raises:
        Missing: it does not exist for this person.
    """
    found = (
        access.visible(person)
        .filter(pk=key)
        .select_related(
            *("opportunity__owner", "opportunity__account", "partner__account", "partner__tier"),
            *("family", "currency", "policy", "protection", "submitted_by", "taken_by", "decided_by"),
            *("original", "behind__partner__account", "behind__protection"),
        )
        .first()
    )
    if found is None:
        raise Missing
    return found


@dataclass(frozen=True)
class Promise:
    """How much is left of the time in which the vendor has promised to decide.

    Attributes:
        by: until when; None while the clock stands still.
        left: working time that is left.
        whole: working time that there was.
        day: the length of a working day.
    """

    by: datetime | None
    left: timedelta
    whole: timedelta
    day: timedelta

    @property
    def fraction(self) -> float:
        """Give the part that is left, 0 to 1."""
        return min(1.0, self.left / self.whole) if self.whole else 0.0

    @property
    def over(self) -> bool:
        """Tell whether it is broken."""
        return self.by is not None and self.by <= clock.now()

    @property
    def late(self) -> timedelta:
        """Give for how long it has been broken."""
        return clock.now() - self.by if self.by is not None and self.over else timedelta(0)

    @property
    def urgent(self) -> bool:
        """Tell whether it ends within one working day."""
        return self.by is not None and self.left <= self.day

    @property
    def hours_a_day(self) -> int:
        """Give the hours of a working day."""
        return max(1, int(self.day.total_seconds() // 3600))


def promise(registration: Registration, calendar: Calendar | None = None) -> Promise | None:
    """Measure the vendor's promise for a request that is pending; None for others and for one in line.

    Args:
        registration: with its policy.
        calendar: the vendor's working hours, where the caller has them.
    """
    if registration.status not in PENDING or registration.decide_by is None or registration.waits_in_line:
        return None
    hours = calendar or vendor_calendar()
    whole = timedelta(hours=terms_of(registration).decide_hours)
    if registration.left_seconds is not None:
        return Promise(None, timedelta(seconds=registration.left_seconds), whole, hours.day_length)
    left = hours.between(clock.now(), registration.decide_by)
    return Promise(registration.decide_by, left, whole, hours.day_length)


@dataclass(frozen=True)
class Record:
    """What a partner has registered in the last year.

    Attributes:
        registered: requests that it submitted; approved: those of them that protect or protected a customer.
        won: those that became a sale.
        sold: how many of its opportunities with products of the family were ever won.
    """

    registered: int
    approved: int
    won: int
    sold: int


def record_of(registration: Registration) -> Record:
    """Give what the partner of a request has done so far."""
    since = clock.now() - _YEAR
    year = Registration.objects.filter(partner=registration.partner, submitted_at__gte=since)
    counted = year.aggregate(
        registered=Count("pk"),
        approved=Count("pk", filter=Q(protection__isnull=False)),
        won=Count("pk", filter=Q(status=Status.CONVERTED)),
    )
    sold = Opportunity.objects.filter(partner=registration.partner, status=OpportunityStatus.WON)
    if registration.family_id:
        sold = sold.filter(lines__product__family=registration.family_id).distinct()
    return Record(**counted, sold=sold.count())


def line_behind(registration: Registration) -> QuerySet[Registration]:
    """Give those that wait for this one's protection to end, the next first."""
    line = registration.line.filter(line_since__isnull=False).select_related("partner__account")
    return line.order_by("line_since", "submitted_at", "pk")


def links_of(registration: Registration) -> QuerySet[Link]:
    """Give the steps of a request, the newest first."""
    return registration.links.order_by("-place")


@dataclass(frozen=True)
class Approvals:
    """Whose words a request has and needs.

    Attributes:
        steps: the words that were asked for, in order; the first that is not given is `now`.
        to_come: words that are not asked for yet: of one in line, or because something has come up since.
        now: the word that is wanted; None where none is.
        stand_in: who is asked when the promise is broken; None where nobody else can.
    """

    steps: list[ApprovalStep]
    to_come: Sequence[Needed]
    now: ApprovalStep | None
    stand_in: Person | None

    @property
    def last(self) -> bool:
        """Tell whether the next word is the last one, so that it grants the protection."""
        return not self.to_come and sum(step.approved_at is None for step in self.steps) <= 1


def approvals_of(registration: Registration, live: Findings | None = None) -> Approvals:
    """Give whose words a request has and needs, and who would be asked.

    Args:
        registration: which.
        live: what speaks against it now, as approving asks too; None is what is known of it already.
    """
    steps = list(registration.steps.select_related("person", "by").order_by("number"))
    if registration.status not in PENDING:
        return Approvals([step for step in steps if step.approved_at], (), None, None)
    seen = copy(registration)
    if live is not None:
        seen.findings, seen.verdict = live.plain(), live.answer.value
    wanted = approvals.needed(seen, terms_of(registration)) or (approvals.ALWAYS,)
    now = next((step for step in steps if step.approved_at is None), None)
    stand_in = None
    if now is not None and now.person is not None and registration.overdue_at is None:
        others = [step.by for step in steps if step.by]
        stand_in = approvals.approver(registration, approvals.role_of(now), but=[now.person, *others])
    return Approvals(steps, wanted[len(steps) :], now, stand_in)


def offers_to_stop(clashes: Sequence[Clash], registration: Registration) -> list[Offer]:
    """Give the offers to other partners that approving a request withdraws."""
    named = [one.key for one in clashes if one.kind == Kind.OPPORTUNITY and one.same and one.key]
    if not named:
        return []
    waiting = Offer.objects.filter(opportunity__in=named, status=OfferStatus.PENDING)
    others = waiting.exclude(partner=registration.partner_id)
    return list(others.select_related("partner__account", "opportunity").order_by("delivered_at"))


def of_opportunity(person: Person, opportunity: Opportunity) -> QuerySet[Registration]:
    """Give the requests for an opportunity that a person sees, the newest first."""
    found = access.visible(person).filter(opportunity=opportunity)
    return found.select_related(
        "partner__account", "family", "currency", "protection", "policy", "opportunity"
    ).order_by("-submitted_at", "-pk")


def could_decide(found: Approvals, registration: Registration) -> list[Person]:
    """Give everybody to whom the word that is wanted now can be handed over."""
    if found.now is None:
        return []
    given = [step.by for step in found.steps if step.by]
    asked = [found.now.person] if found.now.person else []
    people = approvals.able(registration, approvals.role_of(found.now), but=[*given, *asked])
    return list(people.order_by("name", "pk"))
