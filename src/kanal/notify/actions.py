"""Telling a person something, in the application and by mail."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from procrastinate.types import JSONValue

from kanal.config import clock
from kanal.directory.models import Person, new_id
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

    with transaction.atomic():  # a process that dies between the two leaves neither
        notification, new = Notification.objects.get_or_create(
            person=person,
            kind=message.kind,
            source=message.source,
            defaults={"facts": dict(message.facts), "path": message.path, "at": clock.now()},
        )
        if new:
            tasks.mail.defer(notification_id=str(notification.pk))
    return new


def tell_many(told: Sequence[tuple[uuid.UUID, Message]]) -> int:
    """Tell many people, each something of their own, with a fixed number of statements; give how many were new.

    Args:
        told: pairs of a person's key and what they are told. Who knows it already is not told again.
    """
    from kanal.notify import tasks

    rows = [
        {
            "id": str(new_id()),
            "person": str(person),
            "kind": message.kind,
            "source": message.source,
            "facts": dict(message.facts),
            "path": message.path,
        }
        for person, message in told
    ]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_TELL, {"at": clock.now(), "rows": json.dumps(rows)})
            new: list[dict[str, JSONValue]] = [{"notification_id": key} for (key,) in cursor.fetchall()]
        if new:
            tasks.mail.batch_defer(*new)
    return len(new)


# One text for all rows: a parameter for each of their values takes longer to write down than the rows to write.
_TELL = """
INSERT INTO notify_notification (id, person_id, kind, source, facts, path, at)
SELECT id, person, kind, source, facts, path, %(at)s
  FROM jsonb_to_recordset(%(rows)s::jsonb)
    AS told(id uuid, person uuid, kind text, source text, facts jsonb, path text)
    ON CONFLICT DO NOTHING
RETURNING id::text
"""


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
