"""Decisions of preferred partner assignment: what was known, who was chosen, why, and what became of it."""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kanal.config import clock
from kanal.directory.models import Partner, Person, new_id
from kanal.distribution.models.offer import Offer
from kanal.distribution.models.policy import PolicyVersion
from kanal.opportunities.guards import KEEP
from kanal.opportunities.models import Opportunity


class RunKind(models.TextChoices):
    """What made opportunities look for a partner."""

    ONE = "one", _("One opportunity")
    QUEUE = "queue", _("The waiting queue")
    AUTOMATIC = "automatic", _("Automatic")
    NEXT = "next", _("The next best partner")


class RunState(models.TextChoices):
    """How far a run is."""

    PROPOSED = "proposed", _("Proposed")
    DELIVERING = "delivering", _("Being delivered")
    DONE = "done", _("Done")
    DISCARDED = "discarded", _("Discarded")


class Outcome(models.TextChoices):
    """What became of a decision."""

    PROPOSED = "proposed", _("Proposed")
    OFFERED = "offered", _("Offered")
    NOBODY = "nobody", _("Without a partner")
    SKIPPED = "skipped", _("Skipped")


class Skip(models.TextChoices):
    """Why a decision was not carried out: what was true when it was made no longer is."""

    STATUS = "status", _("Its status no longer lets it be delivered")
    CHANGED = "changed", _("It was changed after the proposal")
    NOT_YOURS = "not_yours", _("It is not yours to deliver")
    WORKING = "working", _("A partner works on it")
    NOT_TAKEN = "not_taken", _("The partner takes no offers now")
    DECLINED = "declined_before", _("The partner declined it before")
    PROTECTED = "protected", _("The customer is protected for another partner")
    FULL = "full", _("The partner has no place left")
    FAILED = "failed", _("Something went wrong; nothing was changed")


class Snapshot(models.Model):
    """The partners as a run knew them: profiles and rates, as arrays; written once, shared by equal runs.

    Attributes:
        digest: SHA-256 of `data`, in hexadecimal.
        data: what `assignment.snapshots` packs.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    digest = models.CharField(max_length=64, unique=True)
    data = models.BinaryField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        triggers = [KEEP]

    def __str__(self) -> str:
        return self.digest[:12]


class AssignmentRun(models.Model):
    """One look for the preferred partners of one or many opportunities.

    Attributes:
        by: who asked; None is the clock.
        snapshot: the partners as they were.
        standing: what moves from minute to minute (load, last offer), as arrays packed by `assignment.snapshots`;
            for one opportunity only of the partners that could get it at all.
        engine: the version of the engine that decided.
        figures: sums for the page, as plain values.
        chosen: keys of the decisions that are to be delivered, as text; empty is every one that has a partner.
        delivered_by: in whose name the offers go; None is the clock.
        began_at: when the delivery that goes on, or the last one, began.
        seen_at: when the delivery last said that it lives.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=10, choices=RunKind)
    state = models.CharField(max_length=10, choices=RunState, default=RunState.PROPOSED)
    by = models.ForeignKey(Person, models.PROTECT, null=True, db_index=False, related_name="+")
    at = models.DateTimeField(default=clock.now)
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, null=True, db_index=False, related_name="+")
    standing = models.BinaryField(default=bytes)
    engine = models.PositiveSmallIntegerField(default=1)
    figures: models.JSONField[Any, Any] = models.JSONField(default=dict)
    chosen: models.JSONField[Any, Any] = models.JSONField(default=list)
    delivered_by = models.ForeignKey(Person, models.PROTECT, null=True, db_index=False, related_name="+")
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["at"], name="run_delivering", condition=Q(state=RunState.DELIVERING)),
            models.Index(fields=["kind", "-at"], name="run_of_kind"),
        ]
        constraints = [
            models.CheckConstraint(name="run_kind_is_known", condition=Q(kind__in=RunKind.values)),
            models.CheckConstraint(name="run_state_is_known", condition=Q(state__in=RunState.values)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class Decision(models.Model):
    """What a run decided for one opportunity; it stays as long as the offer that came of it.

    Attributes:
        place: where it stands in the run, from 1.
        attempt: how many partners the opportunity was offered to by policy before, plus 1.
        version: the version of the policy that decided; None where no policy takes the opportunity.
        facts: what the engine was given of the opportunity, as plain values; with the run's snapshot and standing it
            gives the same decision again.
        partner: whom the engine chose; None is nobody.
        score: of that partner, in tenths of a point.
        candidates: the best few, each with its parts in tenths of a point, for lists that explain many at once.
        left_out: how many partners each rule excluded.
        given: to whom it goes, and went in the end; another than `partner` only where a person moved it.
        why: why it was skipped, or why nobody was found, as a key.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    run = models.ForeignKey(AssignmentRun, models.PROTECT, db_index=False, related_name="decisions")
    place = models.PositiveIntegerField(default=1)
    opportunity = models.ForeignKey(Opportunity, models.PROTECT, db_index=False, related_name="decisions")
    attempt = models.PositiveSmallIntegerField(default=1)
    version = models.ForeignKey(PolicyVersion, models.PROTECT, null=True, db_index=False, related_name="+")
    facts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    partner = models.ForeignKey(Partner, models.PROTECT, null=True, db_index=False, related_name="+")
    score = models.PositiveIntegerField(null=True)
    candidates: models.JSONField[Any, Any] = models.JSONField(default=list)
    left_out: models.JSONField[Any, Any] = models.JSONField(default=dict)
    given = models.ForeignKey(Partner, models.PROTECT, null=True, db_index=False, related_name="+")
    moved_by = models.ForeignKey(Person, models.PROTECT, null=True, db_index=False, related_name="+")
    moved_reason = models.TextField(max_length=500, blank=True, default="")
    offer = models.OneToOneField(Offer, models.PROTECT, null=True, related_name="decision")
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.PROPOSED)
    why = models.CharField(max_length=200, blank=True, default="")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["place"]
        indexes = [models.Index(fields=["run", "outcome", "place"], name="decision_of_run")]
        constraints = [
            # In this order it also finds the decisions of one opportunity.
            models.UniqueConstraint(fields=["opportunity", "run"], name="decided_once_a_run"),
            models.CheckConstraint(name="decision_outcome_is_known", condition=Q(outcome__in=Outcome.values)),
            models.CheckConstraint(
                name="decision_offered_has_offer",
                condition=Q(outcome=Outcome.OFFERED, offer__isnull=False, given__isnull=False)
                | (~Q(outcome=Outcome.OFFERED) & Q(offer__isnull=True)),
            ),
            models.CheckConstraint(
                name="decision_moved_has_reason",
                condition=Q(moved_by__isnull=True) | ~Q(moved_reason=""),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="offered_stays",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__outcome=Outcome.OFFERED),
                func="""
                    RAISE EXCEPTION 'decision % has been carried out', OLD.id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_offered_stays';
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id} → {self.given_id or self.partner_id}"
