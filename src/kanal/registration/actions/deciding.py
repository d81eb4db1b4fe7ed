"""What the vendor does with a request: take it up, ask, approve, reject, put it in line, hand it over, take it back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory.acting import acting
from kanal.directory.likeness import plain_number
from kanal.directory.models import Person, VendorRole
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed
from kanal.distribution.actions.working import approve_made
from kanal.distribution.models import ProtectedKey, Protection
from kanal.distribution.models.protection import last_day
from kanal.distribution.protection import day_words
from kanal.registration import access, approvals, clashes, tasks
from kanal.registration.actions.ending import release
from kanal.registration.actions.step import CLOCK, Step, begin, lock_for, needed, within
from kanal.registration.claims import keys_of
from kanal.registration.clashes import Clash, Kind
from kanal.registration.lifecycle import PENDING, RejectReason, RevokeReason, Status, Verb
from kanal.registration.models import Answer, Registration
from kanal.registration.models.registration import FORM_FIELDS
from kanal.registration.policy import terms_of
from kanal.registration.telling import Told
from kanal.registration.waiting import minutes_waited

# No protection is longer, whatever a person types.
LONGEST_DAYS = 730


def take_up(*, key: uuid.UUID, by: Person) -> Registration:
    """Take a request up: the partner reads that it is in review, colleagues see by whom.

    One that waits in line may be taken up too, where the vendor wants to decide on it before its turn.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see or to decide, or not in this status.
    """
    with acting(by):
        step = begin(key, Verb.TAKE_UP, by=by)
        one = step.registration
        if one.waits_in_line:
            step.promise()
            approvals.write_steps(one, approvals.needed(one, step.terms) or [approvals.ALWAYS])
        step.move(
            Verb.TAKE_UP,
            taken_by=by,
            line_since=None,
            behind=None,
            **{name: getattr(one, name) for name in CLOCK},
        )
        step.prove("taken_up")
    return step.registration


def ask(*, key: uuid.UUID, question: str, fields: Sequence[str], by: Person) -> Registration:
    """Ask the partner for information; the vendor's clock stands still until it answers.

    Args:
        key: which request.
        question: what is asked.
        fields: of `FORM_FIELDS`, which the partner may change for its answer; everything else stays locked.
        by: who.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see or to decide, or not in this status.
        Invalid: nothing is asked, or there is no such field.
    """
    with acting(by):
        step = begin(key, Verb.ASK, by=by)
        one = step.registration
        _not_in_line(one)
        question = needed(question, "question", _("Write what you want to know."))
        unknown = sorted(set(fields) - set(FORM_FIELDS))
        if unknown:
            raise Invalid({"fields": _("There is no field “%(name)s”.") % {"name": unknown[0]}})
        step.stop_clock()
        step.move(
            Verb.ASK,
            question=question,
            open_fields=[name for name in FORM_FIELDS if name in fields],
            answer_by=clock.now() + timedelta(days=step.terms.answer_days),
            taken_by=one.taken_by or by,
            **{name: getattr(one, name) for name in CLOCK},
        )
        step.tell(
            Told.ASKED, step.prove("asked", {"question": question, "fields": ", ".join(one.open_fields)})
        )
    return one


def approve(*, key: uuid.UUID, by: Person, ends: date | None = None) -> Registration:
    """Give the approval that is wanted next; with the last one the customer is the partner's for the time.

    Args:
        key: which request.
        by: who.
        ends: the last day of the protection; None is as long as the policy says.

    Raises:
        Missing, NotAllowed: it is not theirs to see, or to approve: nobody approves what they own.
        Conflict: the status forbids it, it waits in line, or the customer is protected for somebody else meanwhile.
        Invalid: the day is in the past or too far away; names `ends`.
    """
    with acting(by):
        step = begin(key, Verb.APPROVE, by=by)
        _not_in_line(step.registration)
        last = _last_moment(ends)
        _look_again(step)
        wanted = access.open_step(step.registration)
        if wanted is not None:
            wanted.approved_at, wanted.by = clock.now(), by
            wanted.save(update_fields=["approved_at", "by"])
        following = access.open_step(step.registration)
        if following is not None:
            steps = step.registration.steps.count()
            content = {"step": following.number - 1, "steps": steps}
            link = step.prove("approved_step", content)
            step.registration.taken_by = step.registration.taken_by or by
            step.save("taken_by")
            step.tell(Told.NEXT_STEP, link, people=[following.person] if following.person else [])
            return step.registration
        grant(step, ends=last)
    return step.registration


def _look_again(step: Step) -> None:
    """Ask for a further word where something has come up since the request was submitted."""
    one = step.registration
    findings = clashes.find(clashes.question_of(one), step.terms)
    one.findings, one.verdict = findings.plain(), findings.answer.value
    one.save(update_fields=["findings", "verdict"])
    approvals.write_steps(one, approvals.needed(one, step.terms))


def _last_moment(day: date | None) -> datetime | None:
    """Give the end of a day in the vendor's zone.

    Raises:
        Invalid: it has passed, or is too far away.
    """
    if day is None:
        return None
    if day < clock.today():
        raise Invalid({"ends": _("This day has passed. Choose one that is still to come.")})
    if day > clock.today() + timedelta(days=LONGEST_DAYS):
        raise Invalid({"ends": _("A protection lasts %(days)d days at the most.") % {"days": LONGEST_DAYS}})
    return end_of(day)


def end_of(day: date) -> datetime:
    """Give the end of a day in the vendor's zone, in UTC: protections hold for whole days."""
    local = datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(settings.TIME_ZONE))
    return local.astimezone(UTC)


def grant(step: Step, *, ends: datetime | None = None, kind: str = "approved") -> None:
    """Protect the customer and approve a locked request, and with it the opportunity where it waits for that.

    Raises:
        Conflict: the customer is protected for somebody else; says for whom and until when.
    """
    one, now = step.registration, clock.now()
    findings = clashes.find(clashes.question_of(one), step.terms)
    _nobody_else(findings.protecting())
    made = _protect(one, ends or end_of(clock.today() + timedelta(days=step.terms.protect_days)), step)
    step.move(
        Verb.APPROVE,
        protection=made,
        decided_at=now,
        decided_by=step.by,
        waited_minutes=minutes_waited(one) if step.by else None,
        left_seconds=None,
        findings=findings.plain(),
        verdict=findings.answer.value,
    )
    if one.opportunity.waits_for_approval:
        approve_made(one.opportunity_id, by=step.by)
    link = step.prove(
        kind,
        {
            "day": made.last_day.isoformat(),
            "begins": made.begins.isoformat(),
            "ends": made.ends.isoformat(),
        },
        # Keys may come from the vendor's own records of the customer's group.
        sealed={"keys": [key.key for key in made.keys.order_by("key")], "findings": one.findings},
    )
    step.tell(Told.APPROVED, link)
    if any(clash.kind == Kind.OPPORTUNITY and clash.same for clash in findings.clashes):
        tasks.stop_offers.defer(registration_id=str(one.pk))


def _nobody_else(protecting: Sequence[Clash]) -> None:
    """Refuse what is protected for another partner; a direct sale is the vendor's own to give up."""
    held = [one for one in protecting if one.kind == Kind.PROTECTION]
    if held:
        first = held[0]
        raise Conflict(
            _protected_for(first.partner.name if first.partner else "", first.reference, first.until)
        )


def _protected_for(partner: str, reference: str, until: datetime | None) -> str:
    return _(
        "The customer is protected for %(partner)s until %(day)s (%(reference)s), so it can’t be approved. "
        "Put it in line, reject it, or mark it as a duplicate."
    ) % {
        "partner": partner,
        "reference": reference,
        "day": day_words(last_day(until)) if until else "",
    }


def _protect(registration: Registration, ends: datetime, step: Step) -> Protection:
    """Write the protection; the database refuses one that overlaps another.

    Raises:
        Conflict: it does.
    """
    keys = keys_of(registration)
    assert registration.family is not None  # it was submitted
    try:
        with transaction.atomic():
            made = Protection.objects.create(
                reference=registration.reference,
                partner=registration.partner,
                family=registration.family,
                opportunity=registration.opportunity,
                customer=registration.company,
                number=plain_number(registration.registration_number),
                begins=clock.now(),
                ends=ends,
                may_override=step.terms.may_override,
            )
            ProtectedKey.objects.bulk_create(
                ProtectedKey(protection=made, key=one.text, exact=one.exact) for one in keys
            )
    except IntegrityError as error:
        if "one_protection_at_a_time" not in str(error):
            raise
        raise Conflict(_who_holds(registration, keys)) from None
    return made


def _who_holds(registration: Registration, keys: Sequence[object]) -> str:
    """Say whose the customer is that the database refused to give twice."""
    texts = [str(getattr(one, "text", one)) for one in keys]
    held = (
        Protection.objects.filter(
            keys__key__in=texts, keys__exact=True, family=registration.family, ends__gt=clock.now()
        )
        .select_related("partner__account")
        .first()
    )
    if held is None:
        return _("The customer is protected for somebody else meanwhile, so it can’t be approved.")
    return _protected_for(held.partner.name, held.reference, held.ends)


def reject(*, key: uuid.UUID, reason: str, text: str, by: Person) -> Registration:
    """Reject a request, with a reason of the closed list and words that the partner reads.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see or to decide, or not in this status.
        Invalid: there is no such reason; words are missing.
    """
    with acting(by):
        step = begin(key, Verb.REJECT, by=by)
        if reason not in RejectReason.values:
            raise Invalid({"reason": _("Choose why. The partner reads it.")})
        text = needed(text, "text", _("Write what the partner shall read."))
        _decide(step, Verb.REJECT, reason=reason, reason_text=text)
        step.tell(Told.REJECTED, step.prove("rejected", {"reason": reason, "text": text}))
        release(step.registration)
    return step.registration


def mark_duplicate(*, key: uuid.UUID, original: uuid.UUID, text: str, by: Person) -> Registration:
    """Close a request as a duplicate of an earlier one of any partner; its partner is told no more than that.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see or to decide, or not in this status.
        Invalid: there is no such earlier request; names `original`.
    """
    with acting(by):
        step = begin(key, Verb.MARK_DUPLICATE, by=by)
        before = access.visible(by).filter(submitted_at__lte=step.registration.submitted_at).exclude(pk=key)
        first = before.filter(pk=original).first()
        if first is None or first.status == Status.DRAFT:
            raise Invalid({"original": _("Choose the request that was first.")})
        _decide(step, Verb.MARK_DUPLICATE, original=first, reason_text=within(text.strip(), "text"))
        # The code of somebody else's request is the vendor's to know.
        mine = first.partner_id == step.registration.partner_id
        content = {"original": first.reference if mine else _("another request"), "text": text.strip()}
        link = step.prove("duplicate", content, sealed={"original": first.reference})
        step.tell(Told.DUPLICATE, link)
        release(step.registration)
    return step.registration


def _decide(step: Step, verb: Verb, **facts: object) -> None:
    step.move(
        verb,
        decided_at=clock.now(),
        decided_by=step.by,
        waited_minutes=minutes_waited(step.registration),
        line_since=None,
        behind=None,
        left_seconds=None,
        question="",
        open_fields=[],
        answer_by=None,
        **facts,
    )


def line_up(*, key: uuid.UUID, behind: uuid.UUID, by: Person) -> Registration:
    """Put a request in line behind another one that holds the customer; its place is that of its submission.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see or to decide, or not in review.
        Invalid: the other one protects nothing; names `behind`.
    """
    with acting(by):
        step = begin(key, Verb.LINE_UP, by=by)
        holding = access.visible(by).filter(protection__ends__gt=clock.now()).exclude(pk=key)
        other = holding.filter(pk=behind).first()
        if other is None or other.family_id != step.registration.family_id:
            raise Invalid({"behind": _("Choose an approved request for the same product family.")})
        step.move(
            Verb.LINE_UP,
            line_since=step.registration.submitted_at,
            behind=other,
            verdict=Answer.PROTECTED.value,
        )
        # Whoever waited for it waits for the same as it does: else its end would bring them up too early.
        Registration.objects.filter(behind=step.registration, line_since__isnull=False).update(behind=other)
        step.tell(Told.LINED_UP, step.prove("lined_up"))
    return step.registration


def revoke(*, key: uuid.UUID, reason: str, text: str, by: Person) -> Registration:
    """Take a protection back; the partner reads why, the customer is free, and the next in line comes up.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see or to decide, or not approved.
        Invalid: there is no such reason; words are missing.
    """
    with acting(by):
        step = begin(key, Verb.REVOKE, by=by)
        if reason not in RevokeReason.values:
            raise Invalid({"reason": _("Choose why. The partner reads it.")})
        text = needed(text, "text", _("Write what the partner shall read."))
        step.move(Verb.REVOKE, reason=reason, reason_text=text, idle_ends_at=None)
        step.tell(Told.REVOKED, step.prove("revoked", {"reason": reason, "text": text}))
        release(step.registration)
    return step.registration


def hand_over(*, key: uuid.UUID, to: uuid.UUID, by: Person) -> Registration:
    """Let somebody else give the approval that is wanted next.

    Raises:
        Missing, NotAllowed: it is not theirs to see, or to decide.
        Conflict: nothing is to be decided.
        Invalid: that person can't decide on it; names `to`.
    """
    with acting(by):
        registration = lock_for(key, by)
        if not access.may_decide(by):
            raise NotAllowed(_("Administrators and channel managers decide on deal registration requests."))
        step = access.open_step(registration)
        if registration.status not in PENDING or step is None:
            raise Conflict(_("There is nothing to decide on this request now."))
        person = access.deciders().filter(pk=to).first()
        if person is None:
            raise Missing
        answer = access.may(person, Verb.APPROVE, registration)
        if not answer:
            raise Invalid(
                {"to": _("%(who)s can’t give this approval: %(why)s") % {"who": person, "why": answer.reason}}
            )
        step.person = person
        step.save(update_fields=["person"])
        acted = Step(registration, by, terms_of(registration))
        acted.tell(
            Told.HANDED_OVER,
            acted.prove("handed_over", {"person": person.name, "role": VendorRole(step.role).value}),
            people=[person],
        )
    return registration


def _not_in_line(registration: Registration) -> None:
    if registration.waits_in_line:
        raise Conflict(_("It waits in line for another protection to end. Take it up first, to decide now."))
