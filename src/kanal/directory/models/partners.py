"""Partner companies: what the vendor knows of them as partners."""

from __future__ import annotations

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kanal.config import clock
from kanal.directory.models.accounts import Account
from kanal.directory.models.record import Record
from kanal.directory.models.reference import Industry, ProductFamily, Territory, Tier


class PartnerStatus(models.TextChoices):
    """Where the partnership stands."""

    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    ENDED = "ended", _("Ended")


@pghistory.track()
class Partner(Record):
    """The profile of a partner company; its name and address are those of its account."""

    account = models.OneToOneField(Account, models.PROTECT, related_name="profile", verbose_name=_("account"))
    status = models.CharField(_("status"), max_length=10, choices=PartnerStatus, default=PartnerStatus.ACTIVE)
    tier = models.ForeignKey(
        Tier, models.PROTECT, null=True, blank=True, related_name="partners", verbose_name=_("tier")
    )
    territories = models.ManyToManyField(
        Territory, blank=True, related_name="partners", verbose_name=_("territories")
    )
    industries = models.ManyToManyField(
        Industry, blank=True, related_name="partners", verbose_name=_("industries")
    )
    families = models.ManyToManyField(
        ProductFamily, blank=True, related_name="partners", verbose_name=_("product families")
    )
    capacity = models.PositiveIntegerField(
        _("capacity"),
        null=True,
        blank=True,
        help_text=_("How many open opportunities it takes at most. Empty means no limit."),
    )
    paused_until = models.DateField(
        _("paused until"),
        null=True,
        blank=True,
        help_text=_("Until this day the company is offered nothing. Empty means not paused."),
    )
    languages = ArrayField(
        models.CharField(max_length=2),
        default=list,
        blank=True,
        verbose_name=_("languages"),
        help_text=_("Languages that its people work in. Empty means that nothing is known."),
    )
    value_least = models.PositiveBigIntegerField(
        _("smallest value"),
        null=True,
        blank=True,
        help_text=_("Opportunities worth less are not offered by assignment, in the base currency."),
    )
    value_most = models.PositiveBigIntegerField(
        _("largest value"),
        null=True,
        blank=True,
        help_text=_("Opportunities worth more are not offered by assignment, in the base currency."),
    )
    channel_manager = models.ForeignKey(
        "Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="partners_looked_after",
        verbose_name=_("channel manager"),
    )
    time_zone = models.CharField(_("time zone"), max_length=60, default="Europe/Copenhagen")

    class Meta:
        ordering = ["account__name"]
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        constraints = [
            models.CheckConstraint(
                name="partner_values_in_order",
                condition=Q(value_least__isnull=True)
                | Q(value_most__isnull=True)
                | Q(value_least__lte=F("value_most")),
                violation_error_message=_("The smallest value is larger than the largest."),
            )
        ]

    def __str__(self) -> str:
        return self.account.name

    @property
    def name(self) -> str:
        """Give the company's name."""
        return self.account.name

    @property
    def takes_offers(self) -> bool:
        """Tell whether opportunities may be offered to this partner today."""
        paused = self.paused_until is not None and self.paused_until > clock.today()
        return self.status == PartnerStatus.ACTIVE and self.archived_at is None and not paused


@pghistory.track()
class Certification(Record):
    """A partner's proof that it knows a product family."""

    partner = models.ForeignKey(
        Partner, models.PROTECT, related_name="certifications", verbose_name=_("partner")
    )
    family = models.ForeignKey(
        ProductFamily, models.PROTECT, related_name="certifications", verbose_name=_("product family")
    )
    name = models.CharField(_("certificate"), max_length=120)
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("The last day. Empty means without end.")
    )

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        constraints = [
            models.UniqueConstraint(fields=["partner", "family", "name"], name="certificate_once"),
        ]

    def __str__(self) -> str:
        return self.name
