"""Telling a person something, in the application and by mail."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from kanal.config import clock
from kanal.directory.models import Person
from kanal.notify.models import Notification


@dataclass(frozen=True)
class Message:
    """Something to tell.

    Attributes:
        kind: a key of `messages.MESSAGES`.
        facts: what its words need, as plain values.
        path: the address within Kanal that it leads to.
        source: the key of what caused it; the same kind from the same source is told once.
    """

    kind: str
    facts: Mapping[str, str]
    path: str
    source: str


def tell(*, person: Person, message: Message) -> bool:
    """Tell a person, on the page at once and by mail from the queue; False where they know it already."""
    from kanal.notify import tasks

    notification, new = Notification.objects.get_or_create(
        person=person,
        kind=message.kind,
        source=message.source,
        defaults={"facts": dict(message.facts), "path": message.path, "at": clock.now()},
    )
    if new:
        tasks.mail.defer(notification_id=str(notification.pk))
    return new


def mark_read(*, person: Person, key: uuid.UUID | None = None, path: str = "") -> int:
    """Note that a person has read notifications; give how many were new.

    Args:
        person: who read.
        key: only this one.
        path: only those that lead to this address, as its page has been opened.
    """
    unread = Notification.objects.filter(person=person, read_at__isnull=True)
    if key is not None:
        unread = unread.filter(pk=key)
    if path:
        unread = unread.filter(path=path)
    return unread.update(read_at=clock.now())
