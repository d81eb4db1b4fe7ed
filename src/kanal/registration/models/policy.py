"""The vendor's policy of deal registration, as dated data: a version is written once and never changed."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from kanal.config import clock
from kanal.directory.models import Person, new_id
from kanal.opportunities.guards import KEEP
from kanal.registration.terms import Terms


class RegistrationPolicy(models.Model):
    """What the policy says from a moment on; each request names the version that judges it.

    Attributes:
        number: counts from 1.
        data: a `Terms` as plain values.
        why: what the person gave as the reason of the change.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.PositiveIntegerField(unique=True)
    data: models.JSONField[Any, Any] = models.JSONField()
    why = models.TextField(_("why"), max_length=500, blank=True, default="")
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-number"]
        verbose_name = _("policy of deal registration")
        verbose_name_plural = _("policies of deal registration")
        triggers = [KEEP]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def says(self) -> Terms:
        """Give what it says."""
        return Terms.read(self.data)

    @classmethod
    def current(cls) -> RegistrationPolicy | None:
        """Give the version that holds now; None until somebody has kept one, and then the defaults hold."""
        return cls.objects.order_by("-number").first()
