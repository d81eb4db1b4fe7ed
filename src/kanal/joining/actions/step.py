"""The steps that every change to an application takes: lock, lifecycle, write, note it, mail it."""

from __future__ import annotations

import uuid
from typing import Any

from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory.models import Person
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed
from kanal.joining import access, tasks
from kanal.joining.lifecycle import BY_VERB, Verb, refusal
from kanal.joining.models import Application, Entry, Happening

_LONGEST = 4000


def lock(key: uuid.UUID) -> Application:
    """Take an application for change until the transaction ends.

    Raises:
        Missing: there is none.
    """
    found: Application | None = Application.objects.select_for_update(of=("self",)).filter(pk=key).first()
    if found is None:
        raise Missing
    return found


def lock_for(person: Person, key: uuid.UUID) -> Application:
    """Take an application for change in the name of somebody at the vendor.

    Raises:
        Missing: it does not exist for this person.
        NotAllowed: they see it but do not decide.
    """
    if not access.visible(person).filter(pk=key).exists():
        raise Missing
    reason = access.refusal_to_decide(person)
    if reason is not None:
        raise NotAllowed(reason)
    return lock(key)


def move(application: Application, verb: Verb, **facts: Any) -> None:
    """Do a verb: the status it leads to, and further fields.

    Raises:
        Conflict: the status forbids it, as where somebody was faster.
    """
    reason = refusal(verb, application.status)
    if reason is not None:
        raise Conflict(reason)
    application.status = BY_VERB[verb].target
    application.version += 1
    application.modified_at = clock.now()
    for name, value in facts.items():
        setattr(application, name, value)
    application.save(update_fields=["status", "version", "modified_at", *facts])


def write(application: Application, kind: Happening, *, by: Person | None, body: str = "") -> Entry:
    """Note what happened."""
    return Entry.objects.create(application=application, kind=kind, by=by, body=body, at=clock.now())


def mail(application: Application, kind: str, entry: Entry | None = None) -> None:
    """Let the applicant be told by mail."""
    tasks.mail.defer(application_id=str(application.pk), kind=kind, entry_id=str(entry.pk) if entry else "")


def needed(text: str, field: str = "text") -> str:
    """Give a text without blanks around it.

    Raises:
        Invalid: there is none, or it is too long.
    """
    text = text.strip()
    if not text:
        raise Invalid({field: _("Write what the other side shall read.")})
    return within(text, field)


def within(text: str, field: str = "text") -> str:
    """Give a text that is not too long.

    Raises:
        Invalid: it is.
    """
    if len(text) > _LONGEST:
        raise Invalid(
            {
                field: _("This is %(length)s characters long; %(limit)s are the most.")
                % {"length": len(text), "limit": _LONGEST}
            }
        )
    return text
