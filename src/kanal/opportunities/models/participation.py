"""Which partner takes part in which opportunity: all that visibility reads."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kanal.config import clock
from kanal.directory.models import Partner, Person, new_id
from kanal.opportunities.guards import CARRY, history
from kanal.opportunities.lifecycle import Stage, State, Status
from kanal.opportunities.models.opportunity import Opportunity, base_field


class Kind(models.TextChoices):
    """As what a partner takes part."""

    OFFERED = "offered", _("Offered")
    MANAGING = "managing", _("Managing")
    COLLABORATING = "collaborating", _("Collaborating")


class CollaborationRole(models.TextChoices):
    """What a partner does in a partner collaboration."""

    LEAD = "lead", _("Lead")
    CO_SELL = "co_sell", _("Co-sell")
    DELIVERY = "delivery", _("Delivery")
    SUPPORT = "support", _("Support")


# Written by triggers (`guards.CARRY`, `guards.ASK`), so that a list of thousands is filtered, sorted and added up from
# one index; the history of a participation does not grow by them.
CARRIED = (
    *(
        "status",
        "state",
        "stage",
        "answer_by",
        "active_at",
        "value",
        "due_on",
        "customer",
        "words",
        "asked_at",
    ),
)


@pghistory.track(*history(), exclude=list(CARRIED))
class Participation(models.Model):
    """A partner's part in an opportunity, from a moment on until it ends.

    Attributes:
        role: what the partner does in a collaboration; empty where it works alone.
        assignee: the partner's person whose work it is; one of `people` where it is a seller.
        people: the sellers of the partner that it is shared with, the assignee among them.
        status, state, stage, answer_by: as the opportunity has them.
        active_at: when somebody last did something on the opportunity.
        value: in the base currency: what it may bring while it is open, what it brought once it is closed.
        due_on: the expected close while it is open, the day of the close afterwards.
        customer: the name of the customer's company.
        words: what a search looks through, in capitals.
        asked_at: since when a note of the vendor waits for somebody of the partner.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="participations")
    partner = models.ForeignKey(Partner, models.PROTECT, db_index=False, related_name="participations")
    kind = models.CharField(max_length=14, choices=Kind)
    role = models.CharField(_("role"), max_length=10, choices=CollaborationRole, blank=True, default="")
    assignee = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="assigned_participations",
        verbose_name=_("assigned to"),
    )
    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(null=True, blank=True)
    people = models.ManyToManyField(
        Person,
        blank=True,
        related_name="shared_participations",
        help_text=_("The sellers of the partner that it is shared with."),
    )

    status = models.CharField(max_length=12, choices=Status, default=Status.IN_PROGRESS, editable=False)
    state = models.CharField(max_length=4, choices=State, default=State.OPEN, editable=False)
    stage = models.CharField(max_length=20, choices=Stage, default=Stage.PROSPECT, editable=False)
    answer_by = models.DateTimeField(null=True, editable=False)
    active_at = models.DateTimeField(default=clock.now, editable=False)
    value = base_field(_("Value"))
    due_on = models.DateField(null=True, editable=False)
    customer = models.CharField(max_length=200, default="", editable=False)
    words = models.TextField(default="", editable=False)
    asked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        triggers = [CARRY, pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity", "partner"],
                condition=Q(until__isnull=True),
                name="one_running_participation",
            ),
            models.UniqueConstraint(
                fields=["opportunity"],
                condition=Q(until__isnull=True, kind__in=[Kind.OFFERED, Kind.MANAGING]),
                name="one_partner_is_offered_or_manages",
            ),
            models.CheckConstraint(name="participation_kind_is_known", condition=Q(kind__in=Kind.values)),
            models.CheckConstraint(
                name="participation_role_in_collaboration",
                condition=Q(role="") | Q(kind=Kind.COLLABORATING, role__in=CollaborationRole.values),
            ),
        ]
        indexes = [
            models.Index(
                fields=["partner", "state", "kind", "-since"],
                condition=Q(until__isnull=True),
                name="participation_lists",
                include=[
                    *("id", "opportunity", "status", "stage", "answer_by", "active_at", "value", "due_on"),
                    *("asked_at", "assignee"),
                ],
            ),
            models.Index(
                fields=["assignee"], name="participation_assignee", condition=Q(assignee__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.kind} {self.opportunity_id}"
