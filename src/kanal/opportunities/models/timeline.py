"""What happened and what was said, in order, never changed."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kanal.config import clock
from kanal.directory.models import Partner, Person, new_id
from kanal.opportunities.guards import ASK, KEEP
from kanal.opportunities.models.opportunity import Opportunity

# What shows that a partner works on what it accepted, and that it gave it back; the index below holds just these.
FEEDBACK_EVENTS = ("stage_moved", "returned")


class Visibility(models.TextChoices):
    """Who reads a timeline entry."""

    INTERNAL = "internal", _("Internal")
    SHARED = "shared", _("Shared")


class TimelineEntry(models.Model):
    """A note or an event. Append-only: the database refuses changes.

    Attributes:
        event: what happened, a key of `timeline.SENTENCES`; empty for a note.
        facts: what the event's sentence needs, as plain values.
        body: what the author wrote.
        author: who did it; None is the system itself.
        company: the partner that the author works for; None is the vendor.
        partner: where it is shared: the only partner that reads it; None means every partner that takes part.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    opportunity = models.ForeignKey(Opportunity, models.PROTECT, db_index=False, related_name="timeline")
    at = models.DateTimeField(default=clock.now)
    event = models.CharField(max_length=30, blank=True, default="")
    facts: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    body = models.TextField(_("note"), max_length=10000, blank=True, default="")
    author = models.ForeignKey(Person, models.PROTECT, null=True, db_index=False, related_name="+")
    company = models.ForeignKey(Partner, models.PROTECT, null=True, db_index=False, related_name="+")
    visibility = models.CharField(max_length=10, choices=Visibility)
    partner = models.ForeignKey(Partner, models.PROTECT, null=True, db_index=False, related_name="+")

    class Meta:
        ordering = ["-at", "-id"]
        triggers = [KEEP, ASK]
        constraints = [
            models.CheckConstraint(
                name="timeline_visibility_is_known", condition=Q(visibility__in=Visibility.values)
            ),
            models.CheckConstraint(
                name="timeline_internal_is_for_no_partner",
                condition=Q(visibility=Visibility.SHARED) | Q(partner__isnull=True, company__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["opportunity", "-at", "-id"], name="timeline_of_opportunity"),
            models.Index(
                fields=["company", "at"],
                condition=Q(event__in=FEEDBACK_EVENTS, company__isnull=False),
                name="timeline_feedback",
                include=["opportunity", "event"],
            ),
        ]

    def __str__(self) -> str:
        return self.event or self.body[:60]


class Attachment(models.Model):
    """A file that came with a timeline entry; it is read by whoever reads the entry."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    entry = models.ForeignKey(TimelineEntry, models.PROTECT, related_name="attachments")
    file = models.FileField(upload_to="opportunities/%Y/%m", max_length=200)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["id"]
        triggers = [KEEP]

    def __str__(self) -> str:
        return self.name
