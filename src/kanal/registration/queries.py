"""Reads of deal registration that pages need."""

from __future__ import annotations

import math
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from kanal.config import clock
from kanal.config.among import among
from kanal.directory.models import Person
from kanal.distribution.worktime import Calendar
from kanal.opportunities.models import Opportunity
from kanal.registration import access
from kanal.registration.lifecycle import HELD, TO_DECIDE, RejectReason, Status
from kanal.registration.models import Link, Registration
from kanal.registration.policy import vendor_calendar
from kanal.registration.terms import Terms
from kanal.registration.waiting import KINDS, waited

# ── The requests of a company ────────────────────────────────────────────────────────────────────
NEED, WAITING, LINE, PROTECTED, ENDED = "need", "waiting", "line", "protected", "ended"


def _views(now: datetime) -> dict[str, Q]:
    """Give what each view of a company's requests holds; every request stands in exactly one."""
    protected = Q(status=Status.APPROVED) | Q(status=Status.CONVERTED, protection__ends__gt=now)
    views = {
        NEED: Q(status__in=[Status.DRAFT, Status.INFORMATION_REQUESTED]),
        WAITING: Q(status__in=sorted(TO_DECIDE), line_since__isnull=True),
        LINE: Q(line_since__isnull=False),
        PROTECTED: protected,
    }
    ended = [status for status in Status if status not in HELD and status != Status.DRAFT]
    # A sale stays protected to the end of its time; one without a protection left has ended.
    over = Q(status=Status.CONVERTED, protection__ends__gt=now)
    return {**views, ENDED: Q(status__in=sorted(ended)) & ~over}


def requests(person: Person, view: str, *, search: str = "") -> QuerySet[Registration]:
    """Give the requests of one view that a person sees, what is most pressing first.

    Args:
        person: who reads.
        view: one of the keys `NEED` to `ENDED`.
        search: in the customer, the code or the topic of the opportunity.
    """
    found = _searched(access.visible(person), search).filter(_views(clock.now())[view])
    orders: dict[str, list[Any]] = {
        # What the vendor asked has a last day; drafts come after it, the latest first.
        NEED: [_questions_first(), "answer_by", "-modified_at"],
        WAITING: ["decide_by"],
        LINE: ["line_since"],
        PROTECTED: ["protection__ends"],
        ENDED: ["-status_since"],
    }
    return found.select_related("opportunity", "family", "currency", "protection").order_by(
        *orders[view], "pk"
    )


def _questions_first() -> Case:
    asked = When(status=Status.INFORMATION_REQUESTED, then=Value(0))
    return Case(asked, default=Value(1), output_field=IntegerField())


def _searched(rows: QuerySet[Registration], text: str) -> QuerySet[Registration]:
    if not text:
        return rows
    return rows.filter(
        Q(company__icontains=text) | Q(reference__icontains=text) | Q(opportunity__topic__icontains=text)
    )


def counts(person: Person, *, search: str = "") -> dict[str, int]:
    """Give how many requests each view holds, in one read."""
    views = {name: Count("pk", filter=condition) for name, condition in _views(clock.now()).items()}
    found: dict[str, int] = _searched(access.visible(person), search).aggregate(**views)
    return found


def of_opportunity(person: Person, opportunity: Opportunity) -> list[Registration]:
    """Give the requests of an opportunity that a person sees, those that run before those that have ended."""
    runs = When(status__in=sorted({Status.DRAFT, *HELD}), then=Value(0))
    rows = access.visible(person).filter(opportunity=opportunity).select_related("family", "protection")
    order = Case(runs, default=Value(1), output_field=IntegerField())
    return list(rows.order_by(order, "-submitted_at", "-pk"))


def opened(person: Person, key: uuid.UUID) -> Registration | None:
    """Give one request that a person sees with all that its page shows; None where there is none for them."""
    rows = access.visible(person).select_related(
        "opportunity__owner", "partner__account", "family", "currency", "protection", "policy", "original"
    )
    found: Registration | None = rows.filter(pk=key).first()
    return found


# ── How fast the vendor decides ──────────────────────────────────────────────────────────────────
DAYS = 90
# With fewer decisions than this, a median says nothing of what is usual.
FEWEST = 5
# So many decisions, the latest ones, are looked at.
MOST = 500
_WORDS = frozenset({"approved", "rejected", "duplicate"})


@dataclass(frozen=True)
class Pace:
    """How the vendor decided on all partners' requests in the last 90 days; it names nobody.

    Attributes:
        decided: how many people of the vendor decided on; `at_once`: how many the policy approved by itself.
        approved, rejected: of `decided`; the rest were duplicates.
        hours: the median of the working hours from the submission to the decision, without those in which the partner
            owed an answer; `slow_hours`: their 90th percentile. None where fewer than `FEWEST` were decided.
        in_time: how many percent of `decided` took no longer than the promise that held for them; None as above.
        reasons: each reason of the closed list with how often it was given.
    """

    decided: int
    at_once: int
    approved: int
    rejected: int
    reasons: tuple[tuple[RejectReason, int], ...]
    hours: float | None = None
    slow_hours: float | None = None
    in_time: int | None = None


def pace() -> Pace:
    """Give how the vendor has decided in the last 90 days, by its latest 500 decisions at most; three reads."""
    since = clock.now() - timedelta(days=DAYS)
    rows = Registration.objects.filter(decided_at__gte=since).select_related("policy").order_by("-decided_at")
    last = {one.pk: one for one in rows.only("pk", "policy")[:MOST]}
    steps = _steps(list(last))
    # What counts is when the word fell: what was approved long ago and is revoked now was not decided now.
    words = {key: word for key, links in steps.items() if (word := _word(links, since)) is not None}
    kinds = Counter(word.kind for word in words.values())
    given = Counter(word.content.get("reason") for word in words.values() if word.kind == "rejected")
    at_once = kinds.pop("approved_by_rule", 0)
    calendar = vendor_calendar()
    times = [
        (time, _promise(last[key]))
        for key, word in words.items()
        if word.kind in _WORDS and (time := _taken(steps[key], word, calendar)) is not None
    ]
    return Pace(
        decided=len(times),
        at_once=at_once,
        approved=kinds["approved"],
        rejected=kinds["rejected"],
        reasons=tuple((reason, given[reason.value]) for reason in RejectReason),
        **(_figures(times) if len(times) >= FEWEST else {}),
    )


def _steps(keys: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Link]]:
    """Give for each request the steps that begin, pause and end the vendor's time, in their order."""
    wanted = sorted({*KINDS, *_WORDS, "approved_by_rule"})
    found: dict[uuid.UUID, list[Link]] = {key: [] for key in keys}
    rows = among(Link.objects.filter(kind__in=wanted), "registration", keys).order_by("registration", "place")
    for link in rows.only("registration_id", "kind", "place", "at", "content"):
        found[link.registration_id].append(link)
    return found


def _word(links: Iterable[Link], since: datetime) -> Link | None:
    """Give the step that decided on a request, where that was since a moment."""
    word = next((one for one in links if one.kind in _WORDS or one.kind == "approved_by_rule"), None)
    return word if word is not None and word.at >= since else None


def _promise(registration: Registration) -> timedelta:
    terms = registration.policy.says if registration.policy else Terms()
    return timedelta(hours=terms.decide_hours)


def _figures(times: Sequence[tuple[timedelta, timedelta]]) -> dict[str, Any]:
    taken = sorted(time.total_seconds() / 3600 for time, _promised in times)
    kept = sum(time <= promised for time, promised in times)
    return {
        "hours": round(median(taken), 1),
        # The nearest rank: the least of them that nine in ten do not exceed.
        "slow_hours": round(taken[math.ceil(0.9 * len(taken)) - 1], 1),
        "in_time": round(100 * kept / len(times)),
    }


def _taken(links: Iterable[Link], word: Link, calendar: Calendar) -> timedelta | None:
    """Give the working time in which a request waited for the vendor, up to its decision."""
    return waited((link for link in links if link.place < word.place), calendar, word.at)
