"""That a partner asked whether a customer is free: a log against fishing."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kanal.config import clock
from kanal.directory.models import Partner, Person
from kanal.opportunities.guards import KEEP


class Answer(models.TextChoices):
    """What a partner hears of a customer, whoever holds it."""

    CLEAR = "clear", pgettext_lazy("customer", "Clear")
    REVIEW = "review", pgettext_lazy("customer", "Needs review")
    PROTECTED = "protected", pgettext_lazy("customer", "Protected")


class Check(models.Model):
    """One question and its answer. An empty answer: it was refused, as too many had been asked."""

    id: Any = models.BigAutoField(primary_key=True)
    partner = models.ForeignKey(Partner, models.PROTECT, db_index=False, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, db_index=False, related_name="+")
    at = models.DateTimeField(default=clock.now)
    asked: models.JSONField[Any, Any] = models.JSONField()
    answer = models.CharField(max_length=10, choices=Answer, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("check of a customer")
        verbose_name_plural = _("checks of customers")
        indexes = [
            models.Index(fields=["partner", "-at"], name="check_of_partner"),
            models.Index(fields=["person", "-at"], name="check_of_person"),
        ]
        triggers = [KEEP]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.at:%Y-%m-%d}"
