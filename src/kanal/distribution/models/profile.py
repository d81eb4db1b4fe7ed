"""What a partner's declines teach: changes of its profile, asked for by the partner, decided by the vendor."""

from __future__ import annotations

from typing import cast

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kanal.config import clock
from kanal.directory.models import Industry, Partner, Person, ProductFamily, Territory, new_id
from kanal.opportunities.guards import history


class Subject(models.TextChoices):
    """What of the profile it is about."""

    INDUSTRY = "industry", _("Industry")
    FAMILY = "family", _("Product family")
    TERRITORY = "territory", _("Territory")


class ChangeState(models.TextChoices):
    """How a change stands; one that is put off was never asked for."""

    PUT_OFF = "put_off", _("Not now")
    ASKED = "asked", _("Waits for the vendor")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


def _about(name: str) -> Q:
    others = {f"{other}__isnull": True for other in Subject.values if other != name}
    return Q(subject=name, **{f"{name}__isnull": False}, **others)


@pghistory.track(*history())
class ProfileChange(models.Model):
    """An industry, product family or territory that a partner asks to be taken off its profile, or wants left for now.

    Attributes:
        declined, answered: the counts that suggested it.
        asked_by: the partner's administrator, who pressed a button.
        show_again: one that was put off is not suggested before this day.
        reason: why it was rejected.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="profile_changes")
    subject = models.CharField(max_length=10, choices=Subject)
    industry = models.ForeignKey(Industry, models.PROTECT, null=True, related_name="+")
    family = models.ForeignKey(ProductFamily, models.PROTECT, null=True, related_name="+")
    territory = models.ForeignKey(Territory, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=ChangeState)
    declined = models.PositiveIntegerField()
    answered = models.PositiveIntegerField()
    asked_at = models.DateTimeField(default=clock.now)
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    show_again = models.DateField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(_("reason"), max_length=500, blank=True, default="")

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [models.Index(fields=["state", "-asked_at"], name="profile_change_queue")]
        constraints = [
            models.CheckConstraint(
                name="profile_change_is_about_one_thing",
                condition=_about("industry") | _about("family") | _about("territory"),
            ),
            models.CheckConstraint(
                name="profile_change_state_has_its_facts",
                condition=Q(state=ChangeState.PUT_OFF, show_again__isnull=False, decided_at__isnull=True)
                | Q(state=ChangeState.ASKED, show_again__isnull=True, decided_at__isnull=True)
                | Q(state=ChangeState.APPROVED, decided_at__isnull=False, decided_by__isnull=False)
                | (
                    Q(state=ChangeState.REJECTED, decided_at__isnull=False, decided_by__isnull=False)
                    & ~Q(reason="")
                ),
            ),
            *(
                models.UniqueConstraint(
                    fields=["partner", name],
                    condition=Q(state=ChangeState.ASKED),
                    name=f"one_waiting_change_of_{name}",
                )
                for name in ("industry", "family", "territory")
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="decided_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state=ChangeState.ASKED),
                func="""
                    RAISE EXCEPTION 'profile change % is % already', OLD.id, OLD.state
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'profile_change_decided_once';
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.about)

    @property
    def about(self) -> Industry | ProductFamily | Territory:
        """Give the industry, product family or territory."""
        return cast("Industry | ProductFamily | Territory", getattr(self, self.subject))
