"""Policies of preferred partner assignment, as dated data: a version is written once and never changed."""

from __future__ import annotations

from typing import Any

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from kanal.config import clock
from kanal.directory.models import Account, Partner, Person, Record, new_id
from kanal.opportunities.guards import KEEP


@pghistory.track()
class Policy(Record):
    """By what rules opportunities find their partner.

    An opportunity is judged by the first policy, in the order of `position`, whose filter takes it.

    Attributes:
        position: its place among the policies; a lower one is asked first.
    """

    name = models.CharField(_("name"), max_length=120, unique=True)
    position = models.PositiveSmallIntegerField(
        _("place"), default=100, help_text=_("Policies with a lower number are asked first.")
    )

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("policy")
        verbose_name_plural = _("policies")

    def __str__(self) -> str:
        return self.name


class PolicyVersion(models.Model):
    """What a policy says from a moment on; decisions name the version that made them.

    Attributes:
        number: counts from 1 within the policy.
        data: a `policy.Terms` as plain values.
        why: what the person gave as the reason of the change.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    policy = models.ForeignKey(Policy, models.PROTECT, db_index=False, related_name="versions")
    number = models.PositiveIntegerField()
    data: models.JSONField[Any, Any] = models.JSONField()
    why = models.TextField(_("why"), max_length=500, blank=True, default="")
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["policy", "number"], name="policy_version_once")]
        triggers = [KEEP]

    def __str__(self) -> str:
        return f"{self.policy.name}, {self.number}"


class PolicyPin(models.Model):
    """A customer that a version of a policy always gives to one partner."""

    version = models.ForeignKey(PolicyVersion, models.PROTECT, db_index=False, related_name="pins")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "account"], name="pinned_once")]
        triggers = [KEEP]

    def __str__(self) -> str:
        return f"{self.account} → {self.partner}"
