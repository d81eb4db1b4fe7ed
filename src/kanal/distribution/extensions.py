"""How far and how often a partner may move the expected close date: the one place where that rule stands.

A partner that manages alone names a date where none stands, moves it nearer freely, and moves it later only by an
extension, of which the rules of work grant a few. In a collaboration the vendor sets it. The vendor is not limited.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kanal.config import clock
from kanal.directory.refusal import Conflict, Invalid
from kanal.distribution.models import WorkRules
from kanal.opportunities.models import Kind, Opportunity, Participation, TimelineEntry

FIELD = "estimated_close_date"


@dataclass(frozen=True)
class Allowance:
    """What a partner may still do to the expected close date.

    Attributes:
        used: how often it has moved it later.
        granted: how often it may.
        days: how many days one extension moves it at most.
        latest: the day up to which it may move it now.
    """

    used: int
    granted: int
    days: int
    latest: date

    @property
    def left(self) -> int:
        """Give how many extensions are left."""
        return max(0, self.granted - self.used)


def allowance(opportunity: Opportunity, part: Participation) -> Allowance:
    """Count on the timeline, which nobody can change, how often the partner has extended since it takes part."""
    rules = WorkRules.current()
    used = TimelineEntry.objects.filter(
        opportunity=opportunity, event="extended", company=part.partner_id, at__gte=part.since
    ).count()
    start = max(opportunity.estimated_close_date or clock.today(), clock.today())
    return Allowance(
        used, rules.extensions, rules.extension_days, start + timedelta(days=rules.extension_days)
    )


def check_extension(opportunity: Opportunity, until: date, part: Participation | None) -> None:
    """Judge a later date.

    Args:
        opportunity: a locked one, so that two who extend at once are counted one after the other.
        until: the new date.
        part: the part of the partner that asks; None for the vendor, who is not limited.

    Raises:
        Invalid: the date is not later, or further away than one extension goes.
        Conflict: the partner has used all its extensions.
    """
    if until <= max(opportunity.estimated_close_date or until, clock.today()):
        raise Invalid({FIELD: _("Choose a date after today and after the one that stands now.")})
    if part is None:
        return
    allowed = allowance(opportunity, part)
    if not allowed.left:
        raise Conflict(
            ngettext(
                "You have moved the expected close %(n)d time, as often as a partner may. Ask the vendor with a note.",
                "You have moved the expected close %(n)d times, as often as a partner may. Ask the vendor with a note.",
                allowed.used,
            )
            % {"n": allowed.used}
        )
    if until > allowed.latest:
        raise Invalid(
            {
                FIELD: ngettext(
                    "One extension goes %(n)d day further at most: until %(day)s.",
                    "One extension goes %(n)d days further at most: until %(day)s.",
                    allowed.days,
                )
                % {"n": allowed.days, "day": allowed.latest.isoformat()}
            }
        )


def is_set_by_vendor(opportunity: Opportunity, part: Participation) -> bool:
    """Tell whether a partner may not touch the expected close date: in a collaboration, once one stands."""
    return part.kind == Kind.COLLABORATING and opportunity.estimated_close_date is not None


def check_edit(opportunity: Opportunity, new: date | None, part: Participation) -> None:
    """Judge a plain edit of the expected close date by a partner.

    Raises:
        Invalid: it would be a way round the extensions, or changes a date that only the vendor changes.
    """
    old = opportunity.estimated_close_date
    if old is None or new == old:
        return
    if is_set_by_vendor(opportunity, part):
        raise Invalid({FIELD: _("In a partner collaboration the vendor sets the expected close.")})
    if new is None:
        raise Invalid({FIELD: _("A date stands here already. Choose an earlier one, or leave it.")})
    if new > old:
        raise Invalid({FIELD: _("To move the expected close later, choose “Extend…”: it asks why.")})
