"""The cells of the list that say more than one fact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.distribution import deadlines
from kanal.distribution.models import Offer
from kanal.opportunities.lifecycle import MANAGED, NEEDS_PARTNER, Status
from kanal.opportunities.models import Opportunity
from kanal.web import words


@dataclass(frozen=True)
class Lines:
    """A cell of two lines.

    Attributes:
        text: the first line.
        under: the second one.
        tone: a class for the first: `k-late`, `k-soon`, or nothing.
    """

    text: str
    under: str = ""
    tone: str = ""


def due(row: Opportunity) -> Lines:
    """Say what an opportunity waits for, until when or since when."""
    if row.status == Status.DELIVERED and row.answer_by and row.partner:
        return _answer(row)
    if row.status == Status.DELIVERED:  # the clock stands still
        return Lines(_("Waits for your answer"), _("the partner asked something"), "k-soon")
    if row.status in MANAGED:
        return _closes(row)
    if row.status == Status.ON_HOLD:
        return Lines(_("On hold %(span)s") % {"span": _since(row)})
    if row.status in NEEDS_PARTNER:
        return _waits(row)
    return Lines(_("Closed %(day)s") % {"day": words.day(row.actual_close_date or _day(row.status_since))})


def _answer(row: Opportunity) -> Lines:
    assert row.partner
    assert row.answer_by
    left = deadlines.time_left(row.partner, row.answer_by, row.status_since)
    if left.over:
        return Lines(_("Time is up"), words.moment(row.answer_by), "k-late")
    return Lines(
        _("%(time)s left") % {"time": left.short},
        words.moment(row.answer_by),
        "k-late" if left.urgent else "k-soon",
    )


def _closes(row: Opportunity) -> Lines:
    expected = row.estimated_close_date
    if expected is None:
        return Lines(_("No close date"))
    if expected < clock.today():
        return Lines(_("Was to close %(day)s") % {"day": words.day(expected)}, tone="k-soon")
    return Lines(_("Closes %(day)s") % {"day": words.day(expected)})


def _waits(row: Opportunity) -> Lines:
    if row.status == Status.IN_PROGRESS and _day(row.created_at) == clock.today():
        return Lines(_("New today"))
    return Lines(_("Waits %(span)s") % {"span": _since(row)})


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def _since(row: Opportunity) -> str:
    passed = clock.now() - row.status_since
    largest = timedelta(days=passed.days) if passed.days > 0 else timedelta(hours=passed.seconds // 3600)
    return words.span(largest or passed)


def last_partners(rows: Iterable[Opportunity]) -> Mapping[Any, str]:
    """Give the partner that had each of these last, for those that need a new one; one query, or none."""
    keys = [row.pk for row in rows if row.status in NEEDS_PARTNER and row.partner_id is None]
    if not keys:
        return {}
    offers = Offer.objects.filter(opportunity__in=keys).order_by("opportunity_id", "-delivered_at")
    return dict(offers.distinct("opportunity_id").values_list("opportunity_id", "partner__account__name"))


def partner_lines(row: Opportunity, last: Mapping[Any, str]) -> Lines:
    """Say which partner has it, or had it last."""
    if row.partner_name:
        return Lines(row.partner_name, _("with other partners") if row.collaboration else "")
    before = last.get(row.pk)
    return Lines("", _("was %(partner)s") % {"partner": before} if before else "")
