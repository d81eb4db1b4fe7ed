"""Managed work that needs somebody: what nobody has touched for long, what is past its date, what was asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kanal.config import clock
from kanal.distribution.models import WorkRules
from kanal.opportunities.lifecycle import MANAGED
from kanal.opportunities.models import Kind, Participation

MANAGED_KINDS = (Kind.MANAGING, Kind.COLLABORATING)


class Need(models.TextChoices):
    """Why managed work needs somebody, the most pressing first."""

    ASKED = "asked", _("Note to answer")
    OVERDUE = "overdue", _("Overdue")
    STALLED = "stalled", _("No news")


@dataclass(frozen=True)
class Measure:
    """The days of the rules of work, counted from now.

    Work counts while it is accepted or approved: what is on hold rests on purpose, and what waits for the vendor's
    approval is not the partner's to move.

    Attributes:
        rules: the rules that hold.
        now: the moment that is measured from.
        today: its day, in the reader's time zone.
    """

    rules: WorkRules
    now: datetime
    today: date

    @classmethod
    def current(cls) -> Measure:
        """Measure by the kept rules, from now."""
        return cls(WorkRules.current(), clock.now(), clock.today())

    @cached_property
    def silent_since(self) -> datetime:
        """Give the last moment that counts as silent for too long."""
        return self.now - timedelta(days=self.rules.stalled_days)

    @cached_property
    def late_from(self) -> date:
        """Give the last expected close that counts as overdue."""
        return self.today - timedelta(days=self.rules.overdue_days)

    def condition(self, need: Need) -> Q:
        """Give the condition on participations that need somebody for this reason."""
        works = Q(kind__in=MANAGED_KINDS, status__in=sorted(MANAGED))
        return (
            works
            & {
                Need.ASKED: Q(asked_at__isnull=False),
                Need.OVERDUE: Q(due_on__lte=self.late_from),
                Need.STALLED: Q(active_at__lte=self.silent_since),
            }[need]
        )

    def need(self, part: Participation) -> Need | None:
        """Say why a participation needs somebody, the most pressing reason alone; None where it does not."""
        if part.kind not in MANAGED_KINDS or part.status not in MANAGED:
            return None
        if part.asked_at is not None:
            return Need.ASKED
        if part.due_on is not None and part.due_on <= self.late_from:
            return Need.OVERDUE
        return Need.STALLED if part.active_at <= self.silent_since else None

    def silence(self, part: Participation) -> int:
        """Give for how many whole days nothing has happened."""
        return (self.now - part.active_at).days

    def lateness(self, part: Participation) -> int:
        """Give how many days ago the expected close was; 0 where it is to come or not set."""
        return max(0, (self.today - part.due_on).days) if part.due_on else 0
