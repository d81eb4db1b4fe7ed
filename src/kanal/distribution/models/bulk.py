"""One thing done to many opportunities: who asked for what, and what became of each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kanal.config import clock
from kanal.directory.models import Partner, Person, new_id
from kanal.opportunities.models import Opportunity

# A run says that it lives every second or so. One that is silent for so long has died, and is taken up again.
SILENT = timedelta(minutes=2)


class BulkVerb(models.TextChoices):
    """What is done to each opportunity."""

    DELIVER = "deliver", _("Deliver")
    SHARE = "share", _("Share")
    CHANGE_OWNER = "change_owner", _("Change owner")
    HAND_OVER = "hand_over", _("Hand over")


class BulkState(models.TextChoices):
    """How far a run is."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")


class RowOutcome(models.TextChoices):
    """What became of one opportunity of a run."""

    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    SKIPPED = "skipped", _("Skipped")
    FAILED = "failed", _("Failed")


class BulkRun(models.Model):
    """One thing that a person asked to be done to many opportunities.

    Attributes:
        by: who asked; each row is done in their name and within their rights.
        partners: keys of the partners that it goes to.
        giver: for a hand-over, the partner whose work it was.
        owner: for a change of owner, the new one.
        reason: what the person gave as a reason; partners that lose something are told it.
        query: the address of the list that was asked for; empty where rows were selected one by one.
        background: it is carried out by the worker, and whoever asked is told at its end.
        seen_at: when the run last said that it lives.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    verb = models.CharField(max_length=12, choices=BulkVerb)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    partners: models.JSONField[Any, Any] = models.JSONField(default=list)
    giver = models.ForeignKey(Partner, models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(max_length=2000, blank=True, default="")
    query = models.TextField(blank=True, default="")
    background = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=BulkState, default=BulkState.QUEUED)
    total = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    seen_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["by", "-created_at", "-id"], name="bulk_run_of_person"),
            models.Index(fields=["created_at"], name="bulk_run_open", condition=~Q(state="done")),
        ]
        constraints = [
            models.CheckConstraint(name="bulk_run_verb_is_known", condition=Q(verb__in=BulkVerb.values)),
            models.CheckConstraint(name="bulk_run_state_is_known", condition=Q(state__in=BulkState.values)),
            models.CheckConstraint(
                name="bulk_run_done_has_an_end",
                condition=Q(state="done", finished_at__isnull=False)
                | (~Q(state="done") & Q(finished_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_over(self) -> bool:
        """Tell whether every row has its outcome."""
        return self.state == BulkState.DONE


class BulkRow(models.Model):
    """One opportunity of a run, and what became of it; an outcome is written once.

    Attributes:
        place: where it stands in the run, from 1.
        partner: to whom it goes, where the rows of a run go to different partners.
        why: why it was skipped or failed, in the language of whoever asked.
    """

    run = models.ForeignKey(BulkRun, models.CASCADE, db_index=False, related_name="rows")
    place = models.PositiveIntegerField()
    opportunity = models.ForeignKey(Opportunity, models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, models.PROTECT, null=True, db_index=False, related_name="+")
    outcome = models.CharField(max_length=8, choices=RowOutcome, default=RowOutcome.WAITING)
    why = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["place"]
        indexes = [models.Index(fields=["run", "outcome", "place"], name="bulk_row_of_run")]
        constraints = [
            models.UniqueConstraint(fields=["run", "opportunity"], name="once_a_bulk_run"),
            models.CheckConstraint(
                name="bulk_row_outcome_is_known", condition=Q(outcome__in=RowOutcome.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.outcome}"
