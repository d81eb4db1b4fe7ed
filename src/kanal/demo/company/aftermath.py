"""What stands around the stories once they are played: who was told, what was mailed, when it was."""

from __future__ import annotations

from datetime import datetime, timedelta

import pgtrigger
from django.apps import apps
from django.db import connection

from kanal.config import clock
from kanal.demo.company import registering
from kanal.demo.mail import Backend
from kanal.distribution.actions.telling import tell_about
from kanal.distribution.models import Offer, OfferStatus
from kanal.distribution.telling import Event
from kanal.notify.mail import send
from kanal.notify.models import Notification

# People were told of the answers of this many days; the mails of the last few are kept.
TOLD_DAYS = 8
MAILS = 24
_EVENT_OF = {
    OfferStatus.ACCEPTED: Event.ACCEPTED,
    OfferStatus.DECLINED: Event.DECLINED,
    OfferStatus.EXPIRED: Event.EXPIRED,
    OfferStatus.WITHDRAWN: Event.WITHDRAWN,
}
# What tells the moment of a change, for each table whose changes are kept, where it is not `modified_at`.
_MOMENTS = {
    "offer": "COALESCE(answered_at, seen_at, delivered_at)",
    "participation": "COALESCE(until, since)",
    "opportunityproduct": "(SELECT created_at FROM opportunities_opportunity WHERE id = e.opportunity_id)",
    "exchangerate": "valid_from",
    "approvalstep": (
        "COALESCE(approved_at, (SELECT submitted_at FROM registration_registration WHERE id = e.registration_id))"
    ),
    "extension": "COALESCE(decided_at, asked_at)",
    "protection": "begins",
    "invitation": "COALESCE(accepted_at, revoked_at, sent_at)",
}


def settle(now: datetime) -> None:
    """Tell people what happened lately, without sending what is long past."""
    _tell(now)
    _date_history()
    _forget_jobs()


def _tell(now: datetime) -> None:
    since = now - timedelta(days=TOLD_DAYS)
    happened: list[tuple[datetime, Event, Offer]] = []
    for offer in Offer.objects.filter(delivered_at__gte=since - timedelta(days=7)):
        happened.append((offer.delivered_at, Event.DELIVERED, offer))
        if offer.answered_at is not None:
            happened.append((offer.answered_at, _EVENT_OF[OfferStatus(offer.status)], offer))
    for at, event, offer in sorted(happened, key=lambda item: (item[0], item[1])):
        if since <= at:
            with clock.frozen(at):
                tell_about(event=event.value, offer_id=str(offer.pk))
    registering.settle(since)
    backend = Backend()
    for notification in Notification.objects.order_by("-at")[:MAILS]:
        with clock.frozen(notification.at):
            send(notification_id=str(notification.pk), connection=backend)
    Notification.objects.filter(mailed_at__isnull=True).update(mailed_at=now)
    read = Notification.objects.filter(at__lt=now - timedelta(days=2))
    waiting = Offer.objects.filter(status=OfferStatus.PENDING).values_list("pk", flat=True)
    read.exclude(source__in=[str(key) for key in waiting]).update(read_at=now)


def _date_history() -> None:
    """Let the history say when things happened in the story, instead of when it was played."""
    tables = [model for model in apps.get_models() if hasattr(model, "pgh_tracked_model")]
    with (
        pgtrigger.ignore(*(f"{model._meta.label}:append_only" for model in tables)),
        connection.cursor() as cursor,
    ):
        for model in tables:
            columns = {item.column for item in model._meta.concrete_fields}
            name = model.pgh_tracked_model._meta.model_name
            moment = _MOMENTS.get(name, "modified_at" if "modified_at" in columns else "")
            if moment:
                cursor.execute(f'UPDATE "{model._meta.db_table}" e SET pgh_created_at = {moment}')  # noqa: S608 - names of ours


def _forget_jobs() -> None:
    """Take back the jobs that the actions deferred: what they would do has been done above."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE status = 'todo' AND (queue_name IN ('tell', 'mail', 'places')"
            " OR task_name = 'kanal.registration.tasks.stop_offers')"
        )
