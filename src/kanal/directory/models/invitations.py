"""Invitations: how somebody becomes a person who signs in."""

from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from kanal.config import clock
from kanal.directory.models.partners import Partner
from kanal.directory.models.people import PartnerRole, Person, VendorRole
from kanal.directory.models.record import new_id


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations, those of old included."""

    def waiting(self) -> InvitationQuerySet:
        """Give those that were neither accepted nor revoked; their link may have run out."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True)


@pghistory.track(exclude=["token_hash"])
class Invitation(models.Model):
    """An invitation to one address; its link works once, until it runs out or is revoked.

    Attributes:
        email: the address that it is bound to; the person who accepts signs in with it.
        role: a `PartnerRole`, or a `VendorRole` where there is no partner.
        token_hash: what is kept of the link that was mailed last; empty until the mail leaves.
        invited_by: who invited.
        sent_at: when it was asked to be mailed last; `times_sent` says how often.
        expires_at: until when the link works.
        person: whom it became.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    partner = models.ForeignKey(
        Partner, models.PROTECT, null=True, blank=True, related_name="invitations", verbose_name=_("partner")
    )
    email = models.EmailField(_("email"))
    name = models.CharField(_("name"), max_length=160, blank=True)
    role = models.CharField(_("role"), max_length=20)
    job_title = models.CharField(_("job title"), max_length=120, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=8, default="en")
    time_zone = models.CharField(_("time zone"), max_length=60, default="Europe/Copenhagen")
    token_hash = models.CharField(max_length=64, blank=True, default="", editable=False)
    invited_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("invited by"))
    created_at = models.DateTimeField(default=clock.now, editable=False)
    sent_at = models.DateTimeField(default=clock.now)
    times_sent = models.PositiveSmallIntegerField(default=1)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    person = models.OneToOneField(
        Person, models.PROTECT, null=True, blank=True, related_name="invitation", editable=False
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-id"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                "partner",
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                nulls_distinct=False,
                name="invited_once",
                violation_error_message=_("This address is invited already. Send that invitation again."),
            ),
            models.UniqueConstraint(
                fields=["token_hash"], condition=~Q(token_hash=""), name="invitation_token_once"
            ),
            models.CheckConstraint(
                name="invitation_accepted_is_a_person",
                condition=Q(accepted_at__isnull=True, person__isnull=True)
                | Q(accepted_at__isnull=False, person__isnull=False, revoked_at__isnull=True),
            ),
            models.CheckConstraint(
                name="invitation_role_is_known",
                condition=Q(partner__isnull=True, role__in=VendorRole.values)
                | Q(partner__isnull=False, role__in=PartnerRole.values),
            ),
        ]
        indexes = [models.Index(fields=["partner", "-sent_at"], name="invitation_of_partner")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def role_label(self) -> str:
        """Give the role in words, in the reader's language."""
        return str(dict(PartnerRole.choices if self.partner_id else VendorRole.choices)[self.role])

    @property
    def has_run_out(self) -> bool:
        """Tell whether the time of its link is over."""
        return clock.now() >= self.expires_at
