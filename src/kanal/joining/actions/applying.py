"""What an applicant does: apply, confirm, answer, withdraw. None of it needs somebody who is signed in."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import connection
from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory.acting import acting
from kanal.directory.actions.records import Related, Values, fill, relate, store
from kanal.directory.likeness import registered_domain
from kanal.directory.refusal import Conflict
from kanal.joining import links, tasks
from kanal.joining.actions.step import lock, mail, move, needed, write
from kanal.joining.lifecycle import Status, Verb
from kanal.joining.mail import Kind
from kanal.joining.models import REMOVE_AFTER, Application, Happening

# How many mails to confirm one address gets in a day, however often somebody applies with it.
A_DAY = 3


def apply(*, form_key: uuid.UUID, values: Values, related: Related, language: str) -> None:
    """Take an application, and send a mail with which it is confirmed.

    What it answers never depends on who is known already: a form that was sent twice and an address that has had its
    mails are passed over in silence.

    Args:
        form_key: which showing of the form this came from.
        values: the fields of `Application`.
        related: its territories, industries and product families.
        language: the language that the applicant reads.

    Raises:
        Invalid: a field can't be taken.
    """
    with acting(None):
        application = Application(form_key=form_key, language=language, consented_at=clock.now())
        fill(application, {**values, "email": values["email"].strip().lower()})
        application.mail_domain = registered_domain(application.email)
        _wait_for_those_of(application)
        if _passed_over(application):
            return
        store(application, new=True)
        relate(application, related)
        mail(application, Kind.CONFIRM)


def confirm(*, key: uuid.UUID) -> str:
    """Confirm an application: from now on it stands in the queue.

    Returns:
        The address within Kanal at which the applicant follows it.

    Raises:
        Missing: there is none; nobody confirmed it for so long that it is gone.
        Conflict: it is confirmed already, or the time for it is over.
    """
    with acting(None):
        application = lock(key)
        if application.status == Status.UNCONFIRMED and clock.now() > application.confirm_until:
            raise Conflict(_("The time to confirm is over. Apply again; it takes a few minutes."))
        move(application, Verb.CONFIRM, confirmed_at=clock.now())
        write(application, Happening.CONFIRMED, by=None)
        mail(application, Kind.RECEIVED)
        tasks.tell.defer(application_id=str(application.pk), kind="application_received")
        return links.to_follow(application)


def answer(*, key: uuid.UUID, text: str) -> Application:
    """Answer what the vendor asked.

    Raises:
        Invalid: there is no text, or too much.
        Conflict: nothing is asked.
    """
    with acting(None):
        application = lock(key)
        text = needed(text)
        move(application, Verb.ANSWER)
        write(application, Happening.ANSWERED, by=None, body=text)
        tasks.tell.defer(application_id=str(application.pk), kind="application_answered")
    return application


def withdraw(*, key: uuid.UUID) -> Application:
    """Withdraw an application.

    Raises:
        Conflict: it is decided already.
    """
    with acting(None):
        application = lock(key)
        move(application, Verb.WITHDRAW, decided_at=clock.now())
        entry = write(application, Happening.WITHDRAWN, by=None)
        mail(application, Kind.WITHDRAWN, entry)
    return application


def remove_unconfirmed() -> int:
    """Remove what nobody confirmed within some days; give how many there were."""
    with acting(None):
        old = Application.objects.filter(status=Status.UNCONFIRMED, created_at__lt=clock.now() - REMOVE_AFTER)
        number = old.count()
        old.delete()
    return number


def _wait_for_those_of(application: Application) -> None:
    """Wait until no other application with this address, or from this form, is being taken: each counts the others."""
    with connection.cursor() as cursor:
        for text in (application.email, str(application.form_key)):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"application {text}"])


def _passed_over(application: Application) -> bool:
    same = Application.objects.filter(form_key=application.form_key)
    lately = Application.objects.filter(
        email=application.email, created_at__gt=clock.now() - timedelta(days=1)
    )
    return same.exists() or lately.count() >= A_DAY
