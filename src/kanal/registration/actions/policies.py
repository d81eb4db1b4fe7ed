"""Keeping the policy of deal registration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.db import connection
from django.utils.translation import gettext as _

from kanal.directory.acting import acting
from kanal.directory.actions.records import permit
from kanal.directory.models import Person, Tier
from kanal.directory.refusal import Invalid, Stale, Text
from kanal.registration.models import RegistrationPolicy
from kanal.registration.policy import in_force
from kanal.registration.terms import Terms

AREA = "policies"
# The least and the most that each number may be.
RANGES: Mapping[str, tuple[int, int]] = {
    "protect_days": (1, 730),
    "extensions": (0, 20),
    "extension_days": (1, 365),
    "activity_days": (0, 365),
    "warn_days": (1, 90),
    "decide_hours": (1, 400),
    "answer_days": (1, 90),
    "cap": (0, 10_000),
    "cap_bonus": (0, 10_000),
    "bonus_percent": (1, 100),
    "auto_below": (0, 1_000_000_000),
    "auto_rank": (0, 1000),
    "two_above": (0, 10_000_000_000),
    "line_most": (0, 100),
    "checks_a_day": (1, 10_000),
    "checks_a_company": (1, 100_000),
    "alike": (5, 50),
}
_MOST_REMINDERS = 6


def keep_policy(*, number: int, terms: Terms, why: str, by: Person) -> RegistrationPolicy | None:
    """Keep what the policy says as a new version; the same again makes none.

    What is submitted already is judged by the version of its day.

    Args:
        number: the version that the person started from; 0 are the defaults.
        terms: what it shall say.
        why: the reason of the change.
        by: who.

    Raises:
        NotAllowed: the person keeps no policies.
        Stale: somebody kept another one meanwhile.
        Invalid: a number is out of its range, or no reason is given.
    """
    with acting(by):
        permit(by, AREA)
        _one_at_a_time()
        now = in_force()
        standing = now.version.number if now.version else 0
        if standing != number:
            raise Stale(
                _("Somebody kept another version of the policy meanwhile. Nothing of yours was saved."),
                changed=_differs(now.terms, terms),
                by=str(now.version.by) if now.version and now.version.by else "",
            )
        terms = tidy(terms)
        errors = problems(terms)
        if not why.strip():
            errors["why"] = _("Say why, in a few words.")
        if errors:
            raise Invalid(errors)
        if now.version is not None and terms == now.terms:
            return now.version
        return RegistrationPolicy.objects.create(
            number=standing + 1, data=terms.plain(), why=why.strip()[:500], by=by
        )


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('registration policy', 0))")


def _differs(standing: Terms, wanted: Terms) -> dict[str, object]:
    one, other = standing.plain(), wanted.plain()
    return {name: one[name] for name in one if one[name] != other[name]}


def tidy(terms: Terms) -> Terms:
    """Bring what has no order of its own into one."""
    return replace(
        terms,
        remind_days=tuple(sorted(set(terms.remind_days), reverse=True)),
        cap_by_tier=dict(sorted(terms.cap_by_tier.items())),
        terms=terms.terms.strip(),
    )


def problems(terms: Terms) -> dict[str, Text]:
    """Say what can't be taken of what a policy shall say, by its term."""
    found: dict[str, Text] = {}
    for name, (least, most) in RANGES.items():
        if not least <= getattr(terms, name) <= most:
            found[name] = _("Enter a number from %(least)d to %(most)d.") % {"least": least, "most": most}
    if any(not 1 <= days <= 365 for days in terms.remind_days) or len(terms.remind_days) > _MOST_REMINDERS:
        found["remind_days"] = _("Enter up to six numbers of days, each from 1 to 365.")
    if terms.activity_days and terms.warn_days >= terms.activity_days:
        found["warn_days"] = _("The warning must come before the end: fewer days than may pass in silence.")
    if terms.checks_a_company < terms.checks_a_day:
        found["checks_a_company"] = _("A company may check no fewer customers than one of its people.")
    known = {str(key) for key in Tier.objects.values_list("pk", flat=True)}
    if set(terms.cap_by_tier) - known or any(not 0 <= cap <= 10_000 for cap in terms.cap_by_tier.values()):
        found["cap_by_tier"] = _("Enter a number from 0 to 10,000 for tiers that exist.")
    if len(terms.terms) > 20_000:
        found["terms"] = _("Use 20,000 characters at most.")
    return found
