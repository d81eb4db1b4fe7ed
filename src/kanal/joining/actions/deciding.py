"""What the vendor does with an application: take it up, ask, note, approve, reject."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory import actions as directory
from kanal.directory.acting import acting
from kanal.directory.actions.records import Related, Values
from kanal.directory.models import Person
from kanal.directory.refusal import Invalid
from kanal.joining.actions.step import lock_for, mail, move, needed, within, write
from kanal.joining.lifecycle import Verb
from kanal.joining.mail import Kind
from kanal.joining.models import Application, Entry, Happening, RejectReason


@dataclass(frozen=True)
class Approval:
    """What an approved application becomes.

    Attributes:
        company: the fields of the new account; of an existing one, only what is empty is filled from them.
        values: the fields of the partner's profile.
        related: its territories, industries and product families.
        administrator: the first person there: name, email, and what else is known.
        account: an existing account that becomes the partner, instead of a new one.
    """

    company: Values
    values: Values
    related: Related
    administrator: Values
    account: uuid.UUID | None = None


def take_up(*, key: uuid.UUID, by: Person) -> Application:
    """Take an application up: the applicant reads that it is in review, colleagues see by whom.

    Raises:
        Missing, NotAllowed: it is not for this person.
        Conflict: the status forbids it.
    """
    with acting(by):
        application = lock_for(by, key)
        move(application, Verb.TAKE_UP, reviewer=by)
        mail(application, Kind.IN_REVIEW, write(application, Happening.TAKEN_UP, by=by))
    return application


def ask(*, key: uuid.UUID, text: str, by: Person) -> Application:
    """Ask the applicant something; they answer on the page of their link.

    Raises:
        Missing, NotAllowed, Conflict: as with `take_up`.
        Invalid: there is no question.
    """
    with acting(by):
        application = lock_for(by, key)
        text = needed(text)
        move(application, Verb.ASK, reviewer=application.reviewer or by)
        mail(application, Kind.ASKED, write(application, Happening.ASKED, by=by, body=text))
    return application


def note(*, key: uuid.UUID, text: str, by: Person) -> Entry:
    """Write a note that only the vendor's people read.

    Raises:
        Missing, NotAllowed: it is not for this person.
        Invalid: there is nothing in it.
    """
    with acting(by):
        application = lock_for(by, key)
        text = within(text.strip())
        if not text:
            raise Invalid({"text": _("Write something first.")})
        return write(application, Happening.NOTE, by=by, body=text)


def reject(*, key: uuid.UUID, reason: str, text: str, by: Person) -> Application:
    """Reject an application, with a reason and words that the applicant reads.

    Raises:
        Missing, NotAllowed, Conflict: as with `take_up`.
        Invalid: there is no such reason; words are missing.
    """
    with acting(by):
        application = lock_for(by, key)
        if reason not in RejectReason.values:
            raise Invalid({"reason": _("Choose why. The applicant reads it.")})
        text = needed(text)
        move(application, Verb.REJECT, reason=reason, decided_at=clock.now(), decided_by=by)
        mail(application, Kind.REJECTED, write(application, Happening.REJECTED, by=by, body=text))
    return application


def approve(*, key: uuid.UUID, approval: Approval, by: Person) -> Application:
    """Approve an application: account, partner and the first administrator's invitation, all or nothing.

    Raises:
        Missing, NotAllowed, Conflict: as with `take_up`; the account is a partner already.
        Invalid: a field can't be taken; somebody has the administrator's mail address already.
    """
    with acting(by):
        application = lock_for(by, key)
        partner = None
        if application.is_open:
            partner = directory.begin_partner(
                account=approval.account,
                company=approval.company,
                values=approval.values,
                related=approval.related,
                administrator={"language": application.language, **approval.administrator},
                by=by,
            )
        move(application, Verb.APPROVE, partner=partner, decided_at=clock.now(), decided_by=by)
        mail(application, Kind.APPROVED, write(application, Happening.APPROVED, by=by))
    return application
