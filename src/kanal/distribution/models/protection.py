"""Exclusivity as a fact: a customer is one partner's alone, for a product family and a time.

Deal registration makes these; distribution holds to them. What says that two customers are the same is a set of keys
(`directory.keys`), and the database itself refuses a second protection that shares an exact key, a family and a moment.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from kanal.config import clock
from kanal.directory.models import Partner, Person, ProductFamily, new_id
from kanal.opportunities.guards import KEEP, history
from kanal.opportunities.models import Opportunity


def last_day(ends: datetime) -> date:
    """Give the last day on which a protection holds that ends at a moment, in the vendor's zone."""
    return timezone.localdate(ends - timedelta(microseconds=1), ZoneInfo(settings.TIME_ZONE))


@pghistory.track(*history())
class Protection(models.Model):
    """A customer that is one partner's alone for a product family, from a moment to another.

    Attributes:
        reference: the code of the request that earned it.
        customer: its name, as the request says it.
        number: its registration number, as plain text; empty is unknown.
        begins, ends: in UTC; the end itself is free. An early end moves `ends`, an extension too.
        may_override: whether the vendor may give the customer to another partner, with a reason.
        opportunity: the one that the partner registered.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reference = models.CharField(max_length=20)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="protections")
    family = models.ForeignKey(ProductFamily, models.PROTECT, db_index=False, related_name="+")
    opportunity = models.ForeignKey(Opportunity, models.PROTECT, related_name="protections")
    customer = models.CharField(max_length=200)
    number = models.CharField(max_length=40, blank=True, default="")
    begins = models.DateTimeField(default=clock.now)
    ends = models.DateTimeField()
    may_override = models.BooleanField(default=True)

    class Meta:
        ordering = ["begins", "id"]
        constraints = [
            models.CheckConstraint(
                name="protection_ends_after_it_begins", condition=Q(ends__gte=F("begins"))
            ),
        ]
        indexes = [models.Index(fields=["ends"], name="protection_end")]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            # The keys carry the time, so that the database can compare them.
            pgtrigger.Trigger(
                name="lend_time",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("begins", "ends", "family_id"),  # type: ignore[no-untyped-call]
                func="""
                    UPDATE distribution_protectedkey SET protection_id = NEW.id WHERE protection_id = NEW.id;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer}: {self.partner_id} ({self.reference})"

    @property
    def last_day(self) -> date:
        """Give the last day on which it holds, in the vendor's zone."""
        return last_day(self.ends)

    @property
    def runs(self) -> bool:
        """Tell whether it holds now."""
        return self.begins <= clock.now() < self.ends


class ProtectedKey(models.Model):
    """One of the things that a protected customer is known by.

    Attributes:
        key: as `directory.keys` makes it.
        exact: says by itself which company it is; a name does not where more is known.
        family, period: of the protection; the database fills them in, whoever writes.
    """

    id: Any = models.BigAutoField(primary_key=True)
    protection = models.ForeignKey(Protection, models.PROTECT, related_name="keys")
    key = models.CharField(max_length=300)
    exact = models.BooleanField(default=True)
    family = models.ForeignKey(
        ProductFamily, models.PROTECT, db_index=False, related_name="+", editable=False
    )
    period = DateTimeRangeField(editable=False)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="one_protection_at_a_time",
                index_type="gist",
                expressions=[
                    ("key", RangeOperators.EQUAL),
                    ("family", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
                condition=Q(exact=True),
            ),
            models.UniqueConstraint(fields=["protection", "key"], name="protected_key_once"),
        ]
        indexes = [models.Index(fields=["key"], name="protected_key")]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="carry_time",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    SELECT p.family_id, tstzrange(p.begins, p.ends) INTO NEW.family_id, NEW.period
                      FROM distribution_protection p WHERE p.id = NEW.protection_id;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Override(models.Model):
    """That the vendor gave a protected customer to another partner, and why; its holder reads it.

    Attributes:
        partner: who got it.
        reason: in the words of who did it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    protection = models.ForeignKey(Protection, models.PROTECT, related_name="overrides")
    opportunity = models.ForeignKey(Opportunity, models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    reason = models.TextField(max_length=500)

    class Meta:
        ordering = ["at", "id"]
        triggers = [KEEP]

    def __str__(self) -> str:
        return f"{self.protection_id} → {self.partner_id}"
