"""Which version of the policy holds, and what follows from it for one request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from kanal.config import clock
from kanal.directory.models import Partner
from kanal.distribution.worktime import Calendar
from kanal.registration.lifecycle import HELD, Status
from kanal.registration.models import Registration, RegistrationPolicy
from kanal.registration.terms import Terms

# Conversion says something only of so many that were approved and have come to an end.
FEWEST_ENDED = 5
_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class InForce:
    """The policy as it stands: the row that requests name, None for the defaults, and what it says."""

    version: RegistrationPolicy | None
    terms: Terms


def in_force() -> InForce:
    """Give the policy that holds now."""
    version = RegistrationPolicy.current()
    return InForce(version, version.says if version else Terms())


def terms_of(registration: Registration) -> Terms:
    """Give what judges a request: the version that held when it was submitted; before, the one that holds now."""
    if registration.status == Status.DRAFT:
        return in_force().terms
    return registration.policy.says if registration.policy else Terms()


def vendor_calendar() -> Calendar:
    """Give the vendor's own working hours, in which it promises to decide."""
    return Calendar(settings.TIME_ZONE, settings.VENDOR_COUNTRY, settings.WORKDAY_START, settings.WORKDAY_END)


@dataclass(frozen=True)
class Share:
    """How much of what a partner had approved became a sale.

    Attributes:
        won: converted in the last year; ended: converted or ended otherwise.
    """

    won: int
    ended: int

    @property
    def percent(self) -> int | None:
        """Give it in percent; None where too few have ended."""
        return round(100 * self.won / self.ended) if self.ended >= FEWEST_ENDED else None


def conversion(partner: Partner, *, at: datetime | None = None) -> Share:
    """Give what became of a partner's approved requests in the last year."""
    ended = _ended(at or clock.now()).filter(partner=partner)
    won = ended.filter(status=Status.CONVERTED)
    return Share(won.count(), ended.count())


@dataclass(frozen=True)
class Room:
    """How many requests a partner holds, pending and approved, and how many it may hold."""

    held: int
    most: int

    @property
    def left(self) -> int:
        """Give how many more it may submit."""
        return max(0, self.most - self.held)


def room(partner: Partner, terms: Terms) -> Room:
    """Give how many requests a partner holds and may hold, by its tier and by what became of earlier ones."""
    # What waits in line is not held, whoever it waits for: the number says nothing of that.
    held = Registration.objects.filter(
        status__in=sorted(HELD), line_since__isnull=True, partner=partner
    ).count()
    return Room(held, _cap(terms, partner.tier_id, conversion(partner)))


def caps(terms: Terms) -> Callable[[UUID, UUID | None], int]:
    """Give what tells how many requests each partner may hold, as `room` does for one; one read for all of them.

    Gives a function of the keys of a partner and of its tier.
    """
    ended = _ended(clock.now()).values("partner")
    shares = {
        row["partner"]: Share(row["won"], row["ended"])
        for row in ended.annotate(
            ended=Count("pk"), won=Count("pk", filter=Q(status=Status.CONVERTED))
        ).order_by()
    }
    nothing = Share(0, 0)
    return lambda partner, tier: _cap(terms, tier, shares.get(partner, nothing))


def _ended(at: datetime) -> QuerySet[Registration]:
    """Give what had been approved and came to an end in the last year."""
    return Registration.objects.filter(protection__isnull=False, status_since__gte=at - _YEAR).exclude(
        status=Status.APPROVED
    )


def _cap(terms: Terms, tier: UUID | None, share: Share) -> int:
    proven = share.percent is not None and share.percent >= terms.bonus_percent
    return terms.cap_of(str(tier) if tier else "", proven=proven)
