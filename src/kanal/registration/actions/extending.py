"""More time for a protection: the partner asks with evidence, the vendor grants or refuses."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory.acting import acting
from kanal.directory.models import Person
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed
from kanal.opportunities.actions.notes import Upload, add_note
from kanal.registration import access
from kanal.registration.actions.step import Step, lock_for, needed, within
from kanal.registration.lifecycle import Status
from kanal.registration.models import Extension, ExtensionState, Registration
from kanal.registration.policy import terms_of
from kanal.registration.telling import Told
from kanal.registration.terms import Terms


def refusal_to_extend(registration: Registration, terms: Terms) -> str | None:
    """Say why a protection can't be extended, apart from who asks; None where it can."""
    if registration.status != Status.APPROVED or not registration.is_protected:
        return _("Only a protection that runs can be extended.")
    granted = registration.extensions.filter(state=ExtensionState.GRANTED).count()
    if granted >= terms.extensions:
        return _("The policy allows %(number)d extensions, and this protection has had them.") % {
            "number": terms.extensions
        }
    if registration.extensions.filter(state=ExtensionState.PENDING).exists():
        return _("A request for more time waits for an answer already.")
    return None


def ask_extension(
    *, key: uuid.UUID, days: int, evidence: str, by: Person, files: Sequence[Upload] = ()
) -> Extension:
    """Ask for more time for a protection; one request at a time waits.

    Args:
        key: which registration.
        days: how many; as many as the policy allows at most.
        evidence: what has happened with the customer.
        by: somebody of the partner.
        files: what shows it.

    Raises:
        Missing, NotAllowed: it is not theirs.
        Conflict: it does not run, has been extended as often as the policy allows, or a request waits.
        Invalid: nothing is shown, or too many days are asked for.
    """
    with acting(by):
        registration = lock_for(key, by)
        answer = access.may_extend(by, registration)
        if not answer:
            raise NotAllowed(answer.reason or "")
        terms = terms_of(registration)
        reason = refusal_to_extend(registration, terms)
        if reason is not None:
            raise Conflict(reason)
        evidence = needed(
            evidence, "evidence", _("Say what has happened with the customer, and what comes next.")
        )
        if not 1 <= days <= terms.extension_days:
            raise Invalid({"days": _("Ask for 1 to %(days)d days.") % {"days": terms.extension_days}})
        extension = _write(registration, days, evidence, by)
        if files:
            add_note(key=registration.opportunity_id, body=evidence, shared=True, by=by, files=files)
        step = Step(registration, by, terms)
        step.tell(Told.EXTENSION_ASKED, step.prove("extension_asked", {"days": days, "text": evidence}))
    return extension


def _write(registration: Registration, days: int, evidence: str, by: Person) -> Extension:
    try:
        with transaction.atomic():
            return Extension.objects.create(
                registration=registration, days=days, evidence=evidence, asked_by=by
            )
    except IntegrityError as error:
        if "one_extension_waits" not in str(error):
            raise
        raise Conflict(_("A request for more time waits for an answer already.")) from None


def decide_extension(*, key: uuid.UUID, grant: bool, text: str, by: Person) -> Extension:
    """Grant or refuse more time.

    Args:
        key: of the registration.
        grant: whether.
        text: what the partner reads; needed to refuse.
        by: somebody who decides on requests.

    Raises:
        Missing, NotAllowed: it is not theirs to see, or to decide.
        Conflict: no request for more time waits, or the protection has ended.
        Invalid: it is refused without a word, or the customer is protected for somebody else in that time.
    """
    with acting(by):
        registration = lock_for(key, by)
        if not access.may_decide(by):
            raise NotAllowed(_("Administrators and channel managers decide on deal registration requests."))
        extension = registration.extensions.filter(state=ExtensionState.PENDING).first()
        if extension is None or registration.status != Status.APPROVED or registration.protection is None:
            raise Conflict(_("No request for more time waits for an answer."))
        text = (
            within(text.strip(), "text")
            if grant
            else needed(text, "text", _("Write what the partner shall read."))
        )
        step = Step(registration, by, terms_of(registration))
        extension.state = ExtensionState.GRANTED if grant else ExtensionState.REFUSED
        extension.decided_at, extension.decided_by, extension.answer = clock.now(), by, text
        extension.save()
        content: dict[str, object] = {"days": extension.days, "text": text}
        if grant:
            _lengthen(step, extension)
            content["day"] = registration.protection.last_day.isoformat()
        kind = "extension_granted" if grant else "extension_refused"
        step.tell(Told.EXTENSION_DECIDED, step.prove(kind, content))
    return extension


def _lengthen(step: Step, extension: Extension) -> None:
    """Move the end of the protection; the reminders before the new end are sent again.

    Raises:
        Conflict: the customer is protected for somebody else in that time.
    """
    one = step.registration
    held = one.protection
    if held is None:
        raise Missing
    held.ends += timedelta(days=extension.days)
    try:
        with transaction.atomic():
            held.save(update_fields=["ends"])
    except IntegrityError as error:
        if "one_protection_at_a_time" not in str(error):
            raise
        raise Conflict(_("The customer is protected for somebody else in that time.")) from None
    one.reminded = []
    one.idle_ends_at = None
    step.save("reminded", "idle_ends_at")
