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


@pghistory.track(*history())
class Participation(models.Model):
    """A partner's part in an opportunity, from a moment on until it ends."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, related_name="participations")
    partner = models.ForeignKey(Partner, models.PROTECT, db_index=False, related_name="participations")
    kind = models.CharField(max_length=14, choices=Kind)
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
