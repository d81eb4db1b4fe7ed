"""Which partner takes part in which opportunity: all that visibility reads."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kanal.config import clock
from kanal.directory.models import Partner, Person, new_id
from kanal.opportunities.guards import history
from kanal.opportunities.models.opportunity import Opportunity


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


@pghistory.track(*history())
class Participation(models.Model):
    """A partner's part in an opportunity, from a moment on until it ends.

    Attributes:
        role: what the partner does in a collaboration; empty where it works alone.
        assignee: the partner's person whose work it is; one of `people` where it is a seller.
        people: the sellers of the partner that it is shared with, the assignee among them.
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

    class Meta:
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]
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
                fields=["partner", "kind", "-since"],
                condition=Q(until__isnull=True),
                name="participation_running",
                include=["opportunity"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.kind} {self.opportunity_id}"
