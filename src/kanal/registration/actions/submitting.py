"""A partner submits a request, answers what the vendor asks, and adds evidence."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory.acting import acting
from kanal.directory.models import Person
from kanal.directory.money import in_base, rate_on
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed, Text
from kanal.opportunities.actions.notes import Upload, add_note
from kanal.opportunities.models import Attachment
from kanal.registration import access, approvals, clashes
from kanal.registration.actions.checking import ASKED, count_question
from kanal.registration.actions.deciding import grant
from kanal.registration.actions.drafting import check_fresh, fill, open_fields
from kanal.registration.actions.step import CLOCK, Step, begin, lock_for, needed
from kanal.registration.claims import exact
from kanal.registration.clashes import Findings
from kanal.registration.lifecycle import HELD, Status, Verb
from kanal.registration.models import Answer, Evidence, Registration
from kanal.registration.models.registration import FORM_FIELDS
from kanal.registration.policy import in_force, room
from kanal.registration.proof.digests import digest_of
from kanal.registration.references import next_reference
from kanal.registration.telling import Told

MAX_EVIDENCE = 20
TAKES_EVIDENCE = frozenset({Status.DRAFT, Status.INFORMATION_REQUESTED})


def submit(
    *,
    key: uuid.UUID,
    version: int,
    values: Mapping[str, Any],
    accept_terms: bool,
    by: Person,
    wait_in_line: bool = False,
) -> Registration:
    """Submit a draft: it is locked, judged by the policy of today, and proved from now on.

    Args:
        key: which draft.
        version: the version that the person started from.
        values: fields of `FORM_FIELDS` as they shall be.
        accept_terms: the person accepts the vendor's terms.
        by: who.
        wait_in_line: where the customer is protected, wait for the protection to end.

    Raises:
        Missing, NotAllowed: it does not exist for this person, or is not theirs to submit.
        Stale: a colleague changed it meanwhile.
        Conflict: it is submitted already, or the company holds as many as it may.
        Invalid: something is missing or can't be taken; the customer is protected, and nobody wants to wait.
        TooMany: it is protected, and the person has asked for as many customers today as the policy allows.
    """
    try:
        return _submit(key, version, values, accept_terms=accept_terms, wait_in_line=wait_in_line, by=by)
    except (Taken, Full) as refused:
        # Either says as much as the answer to a question; else a full company would ask without end.
        count_question(values=refused.customer, answer=refused.answer, by=by)
        raise


def _asked(draft: Registration) -> dict[str, str]:
    return {name: str(getattr(draft, name)) for name in ASKED}


class Full(Conflict):
    """The company holds as many as it may, and the customer is not protected.

    Attributes:
        customer: what was asked for, as `check_customer` takes it; `answer`: what was found.
    """

    def __init__(self, draft: Registration, say: str, answer: Answer) -> None:
        self.customer, self.answer = _asked(draft), answer
        super().__init__(say)


class Taken(Invalid):
    """The customer is protected, and nobody said that the request shall wait.

    Attributes:
        customer: what was asked for, as `check_customer` takes it; `answer`: what was found.
    """

    answer = Answer.PROTECTED

    def __init__(self, draft: Registration) -> None:
        self.customer = _asked(draft)
        say = _("This customer is protected for now. Wait in line, and you are next when that ends.")
        super().__init__({"wait_in_line": say})


def _submit(
    key: uuid.UUID,
    version: int,
    values: Mapping[str, Any],
    *,
    accept_terms: bool,
    wait_in_line: bool,
    by: Person,
) -> Registration:
    with acting(by):
        step = begin(key, Verb.SUBMIT, by=by)
        draft = step.registration
        check_fresh(draft, version, values, by)
        fill(draft, {name: value for name, value in values.items() if name in FORM_FIELDS})
        policy = in_force()
        step.terms = policy.terms
        _check_complete(draft, accept_terms=accept_terms)
        _check_opportunity(step)
        _check_once(draft)
        draft.value_base = in_base(draft.value, rate_on(draft.currency, clock.today()), field="value")
        findings = clashes.find(clashes.question_of(draft), step.terms)
        line = _line(step, findings, wait_in_line=wait_in_line)
        if line is None:  # what waits in line is held by nobody yet
            _check_room(step, findings.answer)
        _write(step, findings, line)
        draft.policy = policy.version
        draft.save(update_fields=["policy"])
        link = step.prove("submitted", _content(draft, step), sealed={"findings": draft.findings})
        _begin_review(step, link)
    return draft


def _check_complete(draft: Registration, *, accept_terms: bool, only: Collection[str] | None = None) -> None:
    """Refuse what says too little, with each field that is missing.

    Args:
        draft: what is submitted or answered.
        accept_terms: the person accepts the vendor's terms.
        only: the fields that the person can mend; None are all.
    """
    errors: dict[str, Text] = {}
    wanted: dict[str, Text] = {
        "company": _("Name the customer."),
        "country": _("Choose the customer’s country."),
        "family": _("Choose what you want to sell: the protection is for one product family."),
        "value": _("Say what the deal is worth, even if it is a guess."),
        "expected_close": _("Say when you expect to close it."),
        "work_done": _("Say what you have done with the customer so far."),
    }
    errors |= {name: text for name, text in wanted.items() if getattr(draft, name) in {None, ""}}
    if draft.expected_close and draft.expected_close < clock.today():
        errors["expected_close"] = _("This day has passed. Choose one that is still to come.")
    if draft.company and not (draft.domain or draft.registration_number):
        errors["domain"] = _(
            "Give the web domain or the registration number: by a name alone nobody can be sure."
        )
    if not accept_terms:
        errors["accept_terms"] = _("Accept the terms, or nothing can be protected.")
    if (
        only is not None
    ):  # a day that passed while the vendor asked is nothing that the partner may change now
        errors = {name: text for name, text in errors.items() if name in only}
    if errors:
        raise Invalid(errors)


def _check_opportunity(step: Step) -> None:
    assert step.by is not None  # partners submit
    reason = access.refusal_to_register(step.by, step.registration.opportunity)
    if reason is not None:
        raise NotAllowed(reason)


def _check_once(draft: Registration) -> None:
    """Refuse what the company has registered already, or has sold and still holds.

    Raises:
        Conflict: it has.
    """
    holds = Q(status__in=sorted(HELD)) | Q(protection__ends__gt=clock.now())
    mine = Registration.objects.filter(holds, partner=draft.partner, family=draft.family)
    keys = exact(draft)
    for one in mine.exclude(pk=draft.pk).select_related("opportunity__account"):
        if keys & exact(one):
            raise Conflict(
                _("Your company has registered this customer for %(family)s already: %(reference)s.")
                % {"family": draft.family, "reference": one.reference}
            )


def _line(step: Step, findings: Findings, *, wait_in_line: bool) -> clashes.Clash | None:
    """Say behind whom a request waits; None where nothing is protected.

    Raises:
        Invalid: it is protected and nobody wants to wait, or too many wait already.
    """
    draft = step.registration
    if findings.answer != Answer.PROTECTED:
        return None
    if not wait_in_line:
        raise Taken(draft)
    before = findings.protecting()[0]
    if _waiting(draft, before) >= step.terms.line_most:
        # Said so that it does not tell of those who wait.
        say = _("Nobody can wait in line for this customer now. Try again later; the draft is kept.")
        raise Invalid({"wait_in_line": say})
    return before


def _waiting(draft: Registration, before: clashes.Clash) -> int:
    """Count who waits for the same customer and family already, whoever has it: the answer must not tell."""
    line = Registration.objects.filter(line_since__isnull=False, family=draft.family)
    if before.registration:
        return line.filter(behind=before.registration).count()
    mine = exact(draft)
    behind_the_vendor = line.filter(behind__isnull=True).select_related("opportunity__account")
    return sum(bool(mine & exact(one)) for one in behind_the_vendor)


def _check_room(step: Step, answer: Answer) -> None:
    """Refuse more than the partner may hold.

    Raises:
        Full: it holds as many as it may.
    """
    found = room(step.registration.partner, step.terms)
    if found.left == 0:
        raise Full(
            step.registration,
            _(
                "Your company holds %(held)d of %(most)d registrations. Close or withdraw one, then submit this. "
                "The draft is kept."
            )
            % {"held": found.held, "most": found.most},
            answer,
        )


def _write(step: Step, findings: Findings, line: clashes.Clash | None) -> None:
    """Write what a submitted request holds."""
    draft = step.registration
    step.promise()
    step.move(
        Verb.SUBMIT,
        reference=next_reference(),
        submitted_at=clock.now(),
        submitted_by=step.by,
        value_base=draft.value_base,
        findings=findings.plain(),
        verdict=findings.answer.value,
        line_since=clock.now() if line else None,
        behind_id=line.registration if line else None,
        **{name: getattr(draft, name) for name in CLOCK},
    )


def _content(registration: Registration, step: Step) -> dict[str, Any]:
    """Give what the chain keeps of a submission: all that the partner said, its files, and what was accepted."""
    return {
        **_said(registration, FORM_FIELDS),
        "currency": registration.currency.code,
        "opportunity": registration.opportunity.reference,
        "partner": registration.partner.name,
        "evidence": _files(registration),
        "terms": digest_of({"terms": step.terms.terms}),
        "policy": registration.policy.number if registration.policy else 0,
        "verdict": registration.verdict,
        "in_line": registration.waits_in_line,
    }


def _files(registration: Registration) -> list[dict[str, str]]:
    """Give the files that show the work done, each with its digest."""
    found = registration.evidence.select_related("attachment")
    return [{"name": one.attachment.name, "sha256": one.attachment.sha256} for one in found]


def _said(registration: Registration, names: Collection[str]) -> dict[str, str]:
    """Give fields as the chain keeps them; a product family by its name."""
    return {name: _plain(getattr(registration, name)) for name in names}


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _begin_review(step: Step, link: Any) -> None:
    """Ask those who decide; a request that the policy approves by itself is approved, one in line waits."""
    registration = step.registration
    if registration.waits_in_line:
        step.tell(Told.LINED_UP, link)
        return
    wanted = approvals.needed(registration, step.terms)
    if not wanted and _granted_by_rule(step):
        return
    approvals.write_steps(registration, wanted or [approvals.ALWAYS])
    step.tell(Told.SUBMITTED, link)


def _granted_by_rule(step: Step) -> bool:
    """Approve a request by the policy; False where something stands against it, which is the vendor's to read."""
    try:
        with transaction.atomic():
            grant(Step(step.registration, None, step.terms), kind="approved_by_rule")
    except Conflict:
        return False
    return True


def answer(*, key: uuid.UUID, values: Mapping[str, Any], text: str, by: Person) -> Registration:
    """Answer what the vendor asked; the vendor's clock goes on.

    Args:
        key: which request.
        values: the fields that the vendor opened, as they shall be; others are left alone.
        text: what the partner writes.
        by: who.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see or to answer, or nothing is asked.
        Invalid: nothing is written, or a field can't be taken.
    """
    with acting(by):
        step = begin(key, Verb.ANSWER, by=by)
        one = step.registration
        text = needed(text, "answer", _("Write what you answer."))
        allowed = open_fields(one)
        fill(one, {name: value for name, value in values.items() if name in allowed})
        _check_complete(one, accept_terms=True, only=allowed)
        one.value_base = in_base(one.value, rate_on(one.currency, clock.today()), field="value")
        findings = clashes.find(clashes.question_of(one), step.terms)
        step.go_on()
        step.move(
            Verb.ANSWER,
            value_base=one.value_base,
            findings=findings.plain(),
            verdict=findings.answer.value,
            question="",
            open_fields=[],
            answer_by=None,
            **{name: getattr(one, name) for name in CLOCK},
        )
        approvals.write_steps(one, approvals.needed(one, step.terms) or [approvals.ALWAYS])
        content = {
            "answer": text,
            # All that was open, as it stands: what was saved while the question waited belongs to the answer.
            **_said(one, allowed),
            "evidence": _files(one),
        }
        link = step.prove("resubmitted", content, sealed={"findings": one.findings})
        step.tell(Told.ANSWERED, link)
    return one


def add_evidence(*, key: uuid.UUID, files: Sequence[Upload], by: Person, text: str = "") -> list[Evidence]:
    """Add files that show the work done: to a draft, or while the vendor has asked for information.

    They come with a note on the opportunity's timeline, which the vendor reads.

    Raises:
        Missing, NotAllowed: it is not theirs to see, or to write on.
        Conflict: the request is locked.
        Invalid: a file is not taken, or there are too many.
    """
    with acting(by):
        registration = lock_for(key, by)
        if registration.status not in TAKES_EVIDENCE:
            raise Conflict(_("The request is locked while it is decided on; nothing was changed."))
        if registration.evidence.count() + len(files) > MAX_EVIDENCE:
            raise Invalid({"files": _("Twenty files at most come with one request.")})
        body = text.strip() or _("Evidence for the deal registration.")
        entry = add_note(key=registration.opportunity_id, body=body, shared=True, by=by, files=files)
        return [
            Evidence.objects.create(registration=registration, attachment=one)
            for one in entry.attachments.order_by("id")
        ]


def drop_evidence(*, key: uuid.UUID, evidence: uuid.UUID, by: Person) -> Attachment:
    """Take a file off a draft; it stays on the timeline, where it was written.

    Raises:
        Missing: there is none such.
        Conflict: the request is locked.
    """
    with acting(by):
        registration = lock_for(key, by)
        found = registration.evidence.filter(pk=evidence).select_related("attachment").first()
        if found is None:
            raise Missing
        if registration.status not in TAKES_EVIDENCE:
            raise Conflict(_("The request is locked while it is decided on; nothing was changed."))
        attachment: Attachment = found.attachment
        found.delete()
    return attachment
