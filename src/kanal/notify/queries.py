"""What a person was told, for the pages."""

from __future__ import annotations

from django.db.models import QuerySet

from kanal.directory.models import Person
from kanal.notify.models import Notification

# A counter that says 99+ needs to know no more than this.
COUNT_AT_MOST = 100


def told(person: Person) -> QuerySet[Notification]:
    """Give everything that a person was told, newest first."""
    return Notification.objects.filter(person=person).select_related("person")


def unread_count(person: Person) -> int:
    """Count what a person has not read; beyond 99 it is 100, however many there are."""
    return Notification.objects.filter(person=person, read_at__isnull=True).order_by()[:COUNT_AT_MOST].count()


def recent(person: Person, limit: int = 10) -> list[Notification]:
    """Give the newest things that a person was told."""
    return list(told(person)[:limit])
