"""What was imported: one record a run, with the rows that a person should look at."""

from __future__ import annotations

from datetime import timedelta
from pathlib import PurePath
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from kanal.config import clock
from kanal.directory.models import Person, new_id
from kanal.importing.outcomes import Outcome

# A run says that it lives every second or so. One that is silent for so long has died.
SILENT = timedelta(minutes=2)


class RunState(models.TextChoices):
    """How far a run is."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Stopped")


class ImportRun(models.Model):
    """One run of an import, or one rehearsal of it.

    Attributes:
        kind: a key of `formats.FORMATS`.
        dry_run: it was a rehearsal: everything was tried and nothing kept.
        options: what the person chose, such as the exchange rate.
        source: the folder or file that was read, as the person named it.
        upload: the file itself where it came through the browser.
        seen_at: when the run last said that it lives.
        counts: for each file, how many rows had which outcome.
        findings: for each outcome, how often it had which cause.
        made: what the run made besides the rows of the files, by kind.
        failure: why it stopped.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(_("format"), max_length=40)
    state = models.CharField(_("state"), max_length=10, choices=RunState, default=RunState.QUEUED)
    dry_run = models.BooleanField(_("rehearsal"), default=False)
    options: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    upload = models.FileField(upload_to="imports/%Y/%m", max_length=200, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    created_at = models.DateTimeField(default=clock.now, editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    seen_at = models.DateTimeField(null=True, editable=False)
    rows_total = models.PositiveIntegerField(default=0, editable=False)
    rows_done = models.PositiveIntegerField(default=0, editable=False)
    counts: models.JSONField[Any, Any] = models.JSONField(default=dict, editable=False)
    findings: models.JSONField[Any, Any] = models.JSONField(default=dict, editable=False)
    made: models.JSONField[Any, Any] = models.JSONField(default=dict, editable=False)
    failure = models.TextField(blank=True, default="", editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [models.Index(fields=["-created_at", "-id"], name="import_run_newest")]
        constraints = [
            models.CheckConstraint(
                name="import_run_state_is_known", condition=models.Q(state__in=RunState.values)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def source_name(self) -> str:
        """The name of the folder or file that was read, without the way to it."""
        return PurePath(self.source).name

    @property
    def is_waiting(self) -> bool:
        """Tell whether it has yet to end."""
        return self.state in {RunState.QUEUED, RunState.RUNNING} and not self.broke_off

    @property
    def broke_off(self) -> bool:
        """Tell whether its process died: it runs by its record but has been silent for long."""
        silent_since = self.seen_at or self.started_at
        return bool(self.state == RunState.RUNNING and silent_since and silent_since < clock.now() - SILENT)

    @property
    def fraction(self) -> float:
        """Say how much of the rows is done, from 0 to 1."""
        return self.rows_done / self.rows_total if self.rows_total else 0.0


class ImportLine(models.Model):
    """One finding about one row of a file: a repair, a change, a difference or a reason to reject it.

    Attributes:
        line: where the row begins in the file; the header is line 1.
        key: what names the row in its file.
        field: the column that it is about; empty where it is about the row.
        value: what the file says there.
        code: a key of `words.REPAIRS` or `words.REASONS`.
        facts: what the words of that code need.
    """

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="lines")
    file = models.CharField(max_length=120)
    line = models.PositiveIntegerField()
    key = models.CharField(max_length=200)
    outcome = models.CharField(max_length=10, choices=Outcome)
    field = models.CharField(max_length=80)
    value = models.CharField(max_length=200)
    code = models.CharField(max_length=40)
    facts: models.JSONField[Any, Any] = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["run", "outcome", "code", "id"], name="import_line_of_run")]

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.code}"
