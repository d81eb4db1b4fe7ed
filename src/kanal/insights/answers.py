"""How one partner answers what it is offered, and what comes of it; what each rate says stands in `distribution.rates`.

Every rate is a pair of counts, so that a page shows both, and beside it what assignment makes of it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta

from kanal.directory.models import Partner
from kanal.distribution.assignment.snapshots import Used, used_of
from kanal.distribution.deadlines import calendar_of
from kanal.distribution.rates import Counts, counts_of
from kanal.distribution.terms import Terms


@dataclass(frozen=True)
class Rate:
    """A part of a whole, such as 12 of 16."""

    part: int
    whole: int

    @property
    def share(self) -> float | None:
        """Give the part as a fraction of the whole, 0 to 1; None where there is no whole."""
        return self.part / self.whole if self.whole else None

    @property
    def percent(self) -> int | None:
        """Give it in whole percent."""
        return None if self.share is None else round(self.share * 100)


@dataclass(frozen=True)
class Answers(Counts):
    """What became of the offers to a partner, ever.

    Attributes:
        day: how long the partner's working day is.
    """

    day: timedelta = timedelta(hours=8)

    @property
    def answer_time(self) -> timedelta | None:
        """Give the median working time to the partner's own answer; None where it never answered."""
        return timedelta(minutes=self.answer_minutes) if self.timed else None

    @property
    def touch_rate(self) -> Rate:
        """Give how many were answered, of those delivered."""
        return Rate(self.touched, self.delivered)

    @property
    def feedback_rate(self) -> Rate:
        """Give how many had feedback, of those accepted."""
        return Rate(self.feedback, self.accepted)

    @property
    def return_rate(self) -> Rate:
        """Give how many were returned, of those accepted."""
        return Rate(self.returned, self.accepted)

    @property
    def win_rate(self) -> Rate:
        """Give how many were won, of those won or lost."""
        return Rate(self.won, self.closed)


def answers_of(partner: Partner) -> Answers:
    """Count what became of the offers to a partner; three queries, each by an index of the partner's own rows."""
    return Answers(**asdict(counts_of(partner.pk)), day=calendar_of(partner).day_length)


def used_by_assignment(partner: Partner) -> Used | None:
    """Give the shrunk rates by which assignment compares a partner, over the days that a new policy looks back."""
    terms = Terms()
    return used_of(partner.pk, rate_days=terms.rate_days, new_offers=terms.new_offers)
