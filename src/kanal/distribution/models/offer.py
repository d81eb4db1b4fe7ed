"""The offer of an opportunity to one partner."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kanal.config import clock
from kanal.directory.models import Partner, Person, new_id
from kanal.opportunities.guards import history
from kanal.opportunities.models import Opportunity


class OfferStatus(models.TextChoices):
    """How an offer stands."""

    PENDING = "pending", _("Waiting for an answer")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Expired")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class DeclineReason(models.TextChoices):
    """Why a partner declines."""

    NO_CAPACITY = "no_capacity", _("No capacity in the time given")
    NOT_OUR_FIELD = "not_our_field", _("Not our field or product")
    NOT_OUR_AREA = "not_our_area", _("Outside our area")
    CONFLICT = "conflict", _("Conflict with another customer or deal")
    TOO_SMALL = "too_small", _("Too small for us")
    KNOWN_CUSTOMER = "known_customer", _("Bad experience with the customer")
    TOO_LITTLE_KNOWN = "too_little_known", _("Too little is known about it")
    OTHER = "other", _("Other")


@pghistory.track(*history())
class Offer(models.Model):
    """An opportunity offered to one partner, with a deadline; answered once.

    Attributes:
        answered_at: when it stopped waiting, by an answer, by the clock or by withdrawal.
        answered_by: who answered or withdrew; None is the clock.
        paused_at: since when the clock stands still, as the vendor owes an answer; None while it runs.
        left_seconds: the working time that was left then.
        paused_minutes: the working time that it stood still so far, in the partner's calendar.
        remind_at: when the partner is reminded, if nobody has answered; None is never.
        reminded_at: when it was.
        waited_minutes: the working time, in the partner's calendar, from delivery until it stopped waiting, without
            the time that the clock stood still.
        on_behalf: the answer was the vendor's, in the partner's name.
        override_reason: why it was offered to a partner that had declined it before.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    opportunity = models.ForeignKey(Opportunity, models.PROTECT, related_name="offers")
    partner = models.ForeignKey(Partner, models.PROTECT, db_index=False, related_name="offers")
    status = models.CharField(max_length=10, choices=OfferStatus, default=OfferStatus.PENDING)
    delivered_at = models.DateTimeField(default=clock.now)
    delivered_by = models.ForeignKey(Person, models.PROTECT, null=True, db_index=False, related_name="+")
    deadline = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(Person, models.PROTECT, null=True, db_index=False, related_name="+")
    answered_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    left_seconds = models.PositiveIntegerField(null=True)
    paused_minutes = models.PositiveIntegerField(default=0)
    remind_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    waited_minutes = models.PositiveIntegerField(null=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, db_index=False, related_name="+")
    on_behalf = models.BooleanField(default=False)
    reason = models.CharField(_("reason"), max_length=20, choices=DeclineReason, blank=True, default="")
    text = models.TextField(_("in your own words"), max_length=2000, blank=True, default="")
    override_reason = models.TextField(max_length=500, blank=True, default="")

    class Meta:
        ordering = ["-delivered_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["opportunity"], condition=Q(status=OfferStatus.PENDING), name="one_pending_offer"
            ),
            models.CheckConstraint(name="offer_status_is_known", condition=Q(status__in=OfferStatus.values)),
            models.CheckConstraint(
                name="offer_answered_has_time",
                condition=Q(status=OfferStatus.PENDING, answered_at__isnull=True)
                | (~Q(status=OfferStatus.PENDING) & Q(answered_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="offer_paused_has_time_left",
                condition=Q(paused_at__isnull=True, left_seconds__isnull=True)
                | Q(paused_at__isnull=False, left_seconds__isnull=False, status=OfferStatus.PENDING),
            ),
            models.CheckConstraint(
                name="offer_declined_has_reason",
                condition=~Q(status=OfferStatus.DECLINED) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="offer_accepted_in_time",
                condition=~Q(status=OfferStatus.ACCEPTED) | Q(answered_at__lte=F("deadline")),
            ),
        ]
        indexes = [
            models.Index(fields=["deadline"], condition=Q(status=OfferStatus.PENDING), name="offer_due"),
            models.Index(
                fields=["remind_at"],
                condition=Q(status=OfferStatus.PENDING, reminded_at__isnull=True),
                name="offer_to_remind",
            ),
            models.Index(fields=["partner", "status", "-delivered_at"], name="offer_of_partner"),
            # The report of leaks reads those of a period.
            models.Index(
                fields=["answered_at"],
                condition=Q(status__in=[OfferStatus.DECLINED, OfferStatus.EXPIRED]),
                name="offer_not_taken",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="answered_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__status=OfferStatus.PENDING),
                func="""
                    RAISE EXCEPTION 'offer % is % already', OLD.id, OLD.status
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'offer_answered_once';
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id} → {self.partner_id} ({self.status})"

    @property
    def is_pending(self) -> bool:
        """Tell whether it still waits for an answer."""
        return self.status == OfferStatus.PENDING
