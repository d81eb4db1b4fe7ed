"""What people were told."""

from __future__ import annotations

from typing import Any

from django.db import models

from kanal.config import clock
from kanal.directory.models import Person, new_id


class Notification(models.Model):
    """Something that a person was told in the application.

    Attributes:
        kind: a key of `messages.MESSAGES`.
        facts: what the sentence needs, as plain values; filled when it happened, so that it stays true.
        path: the address within Kanal that it leads to.
        source: the key of what caused it, so that a repeated job tells nobody twice.
        mailed_at: when its mail left; empty where it has not, or never will.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, db_index=False, related_name="notifications")
    kind = models.CharField(max_length=30)
    facts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    path = models.CharField(max_length=200)
    source = models.CharField(max_length=80)
    at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "source"], name="told_once"),
        ]
        indexes = [
            models.Index(fields=["person", "-at", "-id"], name="notification_of_person"),
            models.Index(
                fields=["person"], condition=models.Q(read_at__isnull=True), name="notification_unread"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.person_id}"
