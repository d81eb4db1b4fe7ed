"""What only the demo keeps: its mail, and how far its clock is moved."""

from __future__ import annotations

from typing import Any

from django.db import models

from kanal.config import clock
from kanal.directory.models import new_id


class DemoMail(models.Model):
    """A mail that was not sent, for `/demo/mail/`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(default=clock.now)
    sender = models.CharField(max_length=300)
    to = models.CharField(max_length=1000)
    subject = models.CharField(max_length=998)
    text = models.TextField()
    html = models.TextField(blank=True, default="")
    headers: models.JSONField[Any, Any] = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return self.subject


class DemoClock(models.Model):
    """How far the demo's clock is ahead of the real one; one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    ahead = models.DurationField()

    def __str__(self) -> str:
        return str(self.ahead)
