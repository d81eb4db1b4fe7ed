"""Who approves a request and when, requests for more time, and who stands in for whom."""

from __future__ import annotations

import pghistory
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kanal.config import clock
from kanal.directory.models import Person, VendorRole, new_id
from kanal.opportunities.guards import history
from kanal.registration.models.registration import Registration


@pghistory.track(*history())
class ApprovalStep(models.Model):
    """One word that a request needs to be approved.

    Attributes:
        number: its place, from 1.
        role: whose word it is; an administrator may always give that of a channel manager.
        person: who is asked; others of the role may answer too.
        why: why this step is needed, a key of `approvals.WHY`.
        approved_at, by: when it was given, and by whom; a request that is decided otherwise leaves it open.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    registration = models.ForeignKey(Registration, models.PROTECT, db_index=False, related_name="steps")
    number = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=20, choices=VendorRole)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="registration_steps")
    why = models.CharField(max_length=20)
    approved_at = models.DateTimeField(null=True)
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["registration", "number"]
        constraints = [
            models.UniqueConstraint(fields=["registration", "number"], name="step_once"),
            models.CheckConstraint(
                name="step_approved_by_somebody",
                condition=Q(approved_at__isnull=True, by__isnull=True)
                | Q(approved_at__isnull=False, by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.registration_id} {self.number}"


class ExtensionState(models.TextChoices):
    """Where a request for more time stands."""

    PENDING = "pending", pgettext_lazy("extension", "Waits for an answer")
    GRANTED = "granted", pgettext_lazy("extension", "Granted")
    REFUSED = "refused", pgettext_lazy("extension", "Refused")


@pghistory.track(*history())
class Extension(models.Model):
    """A request for more time of a protection, with evidence; one at a time waits.

    Attributes:
        evidence: what the partner has done, in its words.
        days: how many it asks for.
        answer: what the vendor wrote.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    registration = models.ForeignKey(Registration, models.PROTECT, db_index=False, related_name="extensions")
    state = models.CharField(max_length=10, choices=ExtensionState, default=ExtensionState.PENDING)
    days = models.PositiveSmallIntegerField(_("days"), validators=[MinValueValidator(1)])
    evidence = models.TextField(_("what has happened with the customer"), max_length=2000)
    asked_at = models.DateTimeField(default=clock.now)
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answer = models.TextField(max_length=2000, blank=True, default="")

    class Meta:
        ordering = ["registration", "asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["registration"],
                condition=Q(state=ExtensionState.PENDING),
                name="one_extension_waits",
            ),
        ]
        indexes = [models.Index(fields=["registration", "asked_at"], name="extension_of_registration")]

    def __str__(self) -> str:
        return f"{self.registration_id} {self.days}"


@pghistory.track(*history())
class Absence(models.Model):
    """That somebody of the vendor is away, and who decides meanwhile.

    Attributes:
        until: the last day of it.
    """

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="absence")
    deputy = models.ForeignKey(
        Person, models.PROTECT, related_name="+", verbose_name=_("who decides meanwhile")
    )
    until = models.DateField(_("away until"))

    def __str__(self) -> str:
        return f"{self.person_id} until {self.until}"
