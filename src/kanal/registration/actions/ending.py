"""How requests end: withdrawn, over, quiet for too long, or with their opportunity; and who is next then."""

from __future__ import annotations

import uuid

from kanal.config import clock
from kanal.directory.acting import acting
from kanal.directory.models import Partner, PartnerStatus, Person
from kanal.distribution.models import Protection
from kanal.opportunities.models import Opportunity
from kanal.registration import approvals, chain, clashes
from kanal.registration.actions.step import CLOCK, Step, begin, begin_by_clock, within
from kanal.registration.lifecycle import PENDING, EndReason, Status, Verb
from kanal.registration.models import Registration
from kanal.registration.policy import terms_of
from kanal.registration.telling import Told


def withdraw(*, key: uuid.UUID, by: Person, text: str = "") -> Registration:
    """Withdraw a request, or give up a protection; a draft simply goes away.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see or to withdraw, or it has ended.
        Invalid: the text is too long.
    """
    with acting(by):
        step = begin(key, Verb.WITHDRAW, by=by)
        text = within(text.strip(), "text")
        draft = step.registration.status == Status.DRAFT
        _end(step, Verb.WITHDRAW, reason_text=text)
        if not draft:
            step.tell(Told.WITHDRAWN, step.prove("withdrawn", {"text": text}))
            release(step.registration)
    return step.registration


def _end(step: Step, verb: Verb, **facts: object) -> None:
    step.move(
        verb,
        line_since=None,
        behind=None,
        left_seconds=None,
        question="",
        open_fields=[],
        answer_by=None,
        idle_ends_at=None,
        **facts,
    )


def release(registration: Registration) -> Registration | None:
    """Free the customer of a locked request that has ended, and bring the next in line up; give that one.

    Called in the transaction of every end, under the chain's lock: so exactly one is promoted.
    """
    held = registration.protection
    if held is not None and held.ends > clock.now():
        held.ends = max(clock.now(), held.begins)
        held.save(update_fields=["ends"])
    return promote(registration)


def promote(before: Registration | None, *, only: uuid.UUID | None = None) -> Registration | None:
    """Bring the next in line up for review; those behind it wait for it from then on.

    Args:
        before: whose end it is; None are those that wait for the vendor itself.
        only: which one of those.
    """
    chain.lock_head()
    line = Registration.objects.select_for_update(of=("self",)).filter(
        behind=before, line_since__isnull=False, status=Status.SUBMITTED
    )
    if only is not None:
        line = line.filter(pk=only)
    line = line.select_related("opportunity__owner", "partner__account", "partner__tier", "family", "policy")
    following: Registration | None = line.order_by("line_since", "submitted_at", "pk").first()
    if following is None:
        return None
    step = Step(following, None, terms_of(following))
    findings = clashes.find(clashes.question_of(following), step.terms)
    step.promise()
    step.move(
        Verb.TAKE_UP,
        line_since=None,
        behind=None,
        findings=findings.plain(),
        verdict=findings.answer.value,
        **{name: getattr(following, name) for name in CLOCK},
    )
    if before is not None:
        Registration.objects.filter(behind=before, line_since__isnull=False).update(behind=following)
    approvals.write_steps(following, approvals.needed(following, step.terms) or [approvals.ALWAYS])
    step.tell(Told.PROMOTED, step.prove("promoted", sealed={"findings": following.findings}))
    return following


def follow(opportunity: Opportunity, reason: EndReason | None) -> None:
    """Let the requests of a locked opportunity follow it.

    Args:
        opportunity: locked, with its new status.
        reason: why they end; None is a sale, which converts what was approved. The chain names the system; who moved
            the opportunity stands on its timeline.
    """
    running = opportunity.registrations.filter(status__in=sorted({Status.APPROVED, *PENDING}))
    for key in list(running.values_list("pk", flat=True)):
        if reason is None:
            _convert(key)
        else:
            end(key, reason, opportunity=False)


def _convert(key: uuid.UUID) -> None:
    """Note that an approved request became a sale; the customer stays protected to the end of its time."""
    step = begin_by_clock(key, Verb.CONVERT, opportunity=False)
    if step is not None:
        step.move(Verb.CONVERT, idle_ends_at=None)
        step.prove("converted")


def end(key: uuid.UUID, reason: EndReason, *, opportunity: bool = True) -> bool:
    """End a request by the clock: an approved one expires, one that is pending is withdrawn.

    False where it has ended, or where the reason has gone since the clock looked: answered, or given more time.

    Args:
        key: which one.
        reason: why.
        opportunity: lock the opportunity first; left out where the caller holds it.
    """
    with acting(None):
        step = begin_by_clock(key, Verb.EXPIRE, opportunity=opportunity)
        verb = Verb.EXPIRE
        if step is None:
            step, verb = begin_by_clock(key, Verb.WITHDRAW, opportunity=False), Verb.WITHDRAW
        if step is None or not _still_due(step.registration, reason):
            return False
        _end(step, verb, reason=reason.value)
        kind = "unanswered" if reason is EndReason.UNANSWERED else "expired"
        step.tell(Told.ENDED, step.prove(kind, {"reason": reason.value}))
        release(step.registration)
    return True


def _still_due(one: Registration, reason: EndReason) -> bool:
    """Tell whether what the clock saw still holds of a locked request: a person may have been faster."""
    if reason is EndReason.TIME:
        return one.protection is not None and one.protection.ends <= clock.now()
    if reason is EndReason.UNANSWERED:
        return one.status == Status.INFORMATION_REQUESTED
    if reason is EndReason.PARTNER_ENDED and one.partner.status != PartnerStatus.ENDED:
        return False
    return one.status != Status.DRAFT


def note_override(held: Protection, *, to: Partner, reason: str, by: Person) -> None:
    """Prove that the vendor gave a protected customer to another partner, and let the holder read why."""
    chain.lock_head()
    registration = (
        Registration.objects.select_for_update(of=("self",))
        .select_related("partner__account", "policy")
        .filter(protection=held)
        .first()
    )
    if registration is None:
        return
    step = Step(registration, by, terms_of(registration))
    # The holder reads its own proof: the other partner's name is the vendor's to know.
    content = {"text": reason, "reason": reason}
    step.tell(Told.OVERRIDDEN, step.prove("overridden", content, sealed={"partner": to.name}))
