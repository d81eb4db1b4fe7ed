"""What the clock does: ends what is over, promotes who waits, reminds, warns of silence, and hurries who decides."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Max, QuerySet

from kanal.config import clock
from kanal.directory.acting import acting
from kanal.directory.models import PartnerStatus
from kanal.opportunities.models import TimelineEntry
from kanal.registration import access, approvals, clashes
from kanal.registration.actions.due import to_watch
from kanal.registration.actions.ending import end, promote, release
from kanal.registration.actions.step import Step, begin_by_clock
from kanal.registration.lifecycle import TO_DECIDE, EndReason, Status, Verb
from kanal.registration.models import Answer, Registration
from kanal.registration.policy import terms_of, vendor_calendar
from kanal.registration.telling import Told

# What a partner does with a customer; handing work around within the company is none of it.
ACTIVITY = ("", "stage_moved", "extended", "changed", "next_step", "next_step_on", "contact_added")
# So many working hours before its promise ends, the vendor is reminded of it.
HURRY = timedelta(hours=4)
_MANY = 500


def run_clock() -> int:
    """Do all of it; give how many requests changed. Each in its own transaction: one that fails holds up no other."""
    return sum(
        _each(keys, act)
        for keys, act in (
            (_over(), lambda key: end(key, EndReason.TIME)),
            (_unanswered(), lambda key: end(key, EndReason.UNANSWERED)),
            (_partner_ended(), lambda key: end(key, EndReason.PARTNER_ENDED)),
            (to_watch(ACTIVITY, _MANY), watch),
            (_converted_over(), _let_next),
            (_behind_the_vendor(), _look_again),
            (_hurried(), hurry),
            (_overdue(), overdue),
        )
    )


def _each(found: QuerySet[Registration] | list[uuid.UUID], act: Callable[[uuid.UUID], bool]) -> int:
    keys = found if isinstance(found, list) else list(found.values_list("pk", flat=True)[:_MANY])
    return sum(act(key) for key in keys)


def _over() -> QuerySet[Registration]:
    return Registration.objects.filter(status=Status.APPROVED, protection__ends__lte=clock.now())


def _unanswered() -> QuerySet[Registration]:
    return Registration.objects.filter(status=Status.INFORMATION_REQUESTED, answer_by__lte=clock.now())


def _partner_ended() -> QuerySet[Registration]:
    return Registration.objects.filter(
        status__in=sorted({Status.APPROVED, *TO_DECIDE}), partner__status=PartnerStatus.ENDED
    )


def _converted_over() -> QuerySet[Registration]:
    waited_for = Registration.objects.filter(behind__isnull=False).values("behind_id")
    return Registration.objects.filter(
        status=Status.CONVERTED, protection__ends__lte=clock.now(), pk__in=waited_for
    )


def _behind_the_vendor() -> QuerySet[Registration]:
    return Registration.objects.filter(line_since__isnull=False, behind__isnull=True)


def _waits() -> QuerySet[Registration]:
    return Registration.objects.filter(
        status__in=sorted(TO_DECIDE), line_since__isnull=True, left_seconds__isnull=True
    )


def _hurried() -> QuerySet[Registration]:
    soon = vendor_calendar().add(clock.now(), HURRY)
    return _waits().filter(hurried_at__isnull=True, decide_by__lte=soon, decide_by__gt=clock.now())


def _overdue() -> QuerySet[Registration]:
    return _waits().filter(overdue_at__isnull=True, decide_by__lte=clock.now())


def last_activity(registration: Registration) -> datetime:
    """Give when the partner last did something, as the timeline of the opportunity says; at first, the approval."""
    done = TimelineEntry.objects.filter(
        opportunity=registration.opportunity_id, company=registration.partner_id, event__in=ACTIVITY
    )
    last: datetime | None = done.aggregate(last=Max("at"))["last"]
    begun = registration.protection.begins if registration.protection else registration.created_at
    return max(last, begun) if last else begun


def watch(key: uuid.UUID) -> bool:
    """Remind of the end of a protection, warn of silence, and end it for that at the day that was told.

    Gives True where something was done.
    """
    registration = Registration.objects.select_related("protection", "policy").get(pk=key)
    terms = terms_of(registration)
    days = _reminder(registration)
    idle = terms.activity_days and _silent(registration, terms.activity_days - terms.warn_days)
    if days is None and not idle and registration.idle_ends_at is None:
        return False
    with acting(None):
        step = begin_by_clock(key, Verb.EXPIRE, opportunity=False)
        if step is None:
            return False
        done = _remind(step)
        return _mind_silence(step) or done


def _reminder(registration: Registration) -> int | None:
    """Give the reminder that is due, in days before the end; None where none is."""
    assert registration.protection is not None  # it is approved
    left = (registration.protection.last_day - clock.today()).days
    due = [days for days in terms_of(registration).remind_days if left <= days]
    return min(due) if due and min(due) not in registration.reminded else None


def _silent(registration: Registration, days: int) -> bool:
    return last_activity(registration) <= clock.now() - timedelta(days=days)


def _remind(step: Step) -> bool:
    one = step.registration
    days = _reminder(one)
    if days is None or one.protection is None:
        return False
    # A longer one that was missed is not made up for: it would say the same.
    one.reminded = sorted({*one.reminded, *(each for each in step.terms.remind_days if each >= days)})
    step.save("reminded")
    content = {"day": one.protection.last_day.isoformat(), "days": days}
    step.tell(Told.ENDS_SOON, step.prove("reminded", content))
    return True


def _mind_silence(step: Step) -> bool:
    one, terms, now = step.registration, step.terms, clock.now()
    if not terms.activity_days:
        return False
    silent_since = last_activity(one)
    if one.idle_ends_at is not None:
        if silent_since > one.idle_ends_at - timedelta(days=terms.activity_days):
            one.idle_ends_at = None
            step.save("idle_ends_at")
        elif one.idle_ends_at <= now:
            return end(one.pk, EndReason.SILENCE, opportunity=False)
        return False
    if silent_since > now - timedelta(days=terms.activity_days - terms.warn_days):
        return False
    # The day is always told in advance, however late the clock is.
    ends = max(silent_since + timedelta(days=terms.activity_days), now + timedelta(days=terms.warn_days))
    if one.protection is not None and ends >= one.protection.ends:
        return False
    one.idle_ends_at = ends
    step.save("idle_ends_at")
    step.tell(Told.IDLE, step.prove("idle_warned", {"day": ends.date().isoformat()}))
    return True


def _let_next(key: uuid.UUID) -> bool:
    """Bring up who waited for a sale's protection to end."""
    with acting(None):
        registration = Registration.objects.select_related("protection").get(pk=key)
        return release(registration) is not None


def _look_again(key: uuid.UUID) -> bool:
    """Bring up who waits for the vendor itself, once the vendor no longer sells there."""
    registration = Registration.objects.select_related("partner", "policy", "opportunity").get(pk=key)
    findings = clashes.find(clashes.question_of(registration), terms_of(registration))
    if findings.answer == Answer.PROTECTED:
        return False
    with acting(None):
        return promote(None, only=key) is not None


def hurry(key: uuid.UUID) -> bool:
    """Remind whoever is to decide that the vendor's promise ends soon."""
    with acting(None):
        step = begin_by_clock(key, Verb.APPROVE, opportunity=False)
        if step is None or step.registration.hurried_at is not None:
            return False
        step.registration.hurried_at = clock.now()
        step.save("hurried_at")
        _tell_of_promise(step, Told.HURRY)
    return True


def overdue(key: uuid.UUID) -> bool:
    """Note that the vendor broke its promise: somebody else is asked too, and both are told."""
    with acting(None):
        step = begin_by_clock(key, Verb.APPROVE, opportunity=False)
        if step is None or step.registration.overdue_at is not None:
            return False
        one = step.registration
        one.overdue_at = clock.now()
        step.save("overdue_at")
        wanted = access.open_step(one)
        if wanted is None:
            return True
        others = [each.by for each in one.steps.select_related("by") if each.by]
        former = [wanted.person] if wanted.person else []
        other = approvals.approver(one, approvals.role_of(wanted), but=[*former, *others])
        if other is not None:
            wanted.person = other
            wanted.save(update_fields=["person"])
            link = step.prove("handed_over", {"person": other.name, "role": wanted.role})
            step.tell(Told.OVERDUE, link, people=[*former, other])
    return True


def _tell_of_promise(step: Step, told: Told) -> None:
    """Tell who is to decide; a reminder is no step of the request, so it hangs on the last link."""
    last = step.registration.links.order_by("-place").first()
    wanted = access.open_step(step.registration)
    if last is not None and wanted is not None and wanted.person is not None:
        step.tell(told, last, people=[wanted.person])
