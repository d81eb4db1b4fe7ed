"""The lists that describe accounts and opportunities: territories, industries, products, currencies, tiers."""

from __future__ import annotations

import pghistory
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from kanal.directory.models.record import Record, new_id


class Named(Record):
    """A record known by its name."""

    name = models.CharField(_("name"), max_length=120, unique=True)

    class Meta:
        abstract = True
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Territory(Named):
    """A part of the market, perhaps within a larger one."""

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )

    class Meta(Named.Meta):
        verbose_name = _("territory")
        verbose_name_plural = _("territories")


@pghistory.track()
class Industry(Named):
    """What a customer lives by."""

    class Meta(Named.Meta):
        verbose_name = _("industry")
        verbose_name_plural = _("industries")


@pghistory.track()
class Tier(Named):
    """A level of partnership; a higher rank means a closer partner."""

    rank = models.PositiveSmallIntegerField(
        _("rank"), unique=True, help_text=_("A higher rank means a closer partner.")
    )

    class Meta(Named.Meta):
        ordering = ["-rank"]
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")


@pghistory.track()
class ProductFamily(Named):
    """Products that are sold, certified and protected together."""

    certificate = models.BooleanField(
        _("needs a certificate"),
        default=False,
        help_text=_("Assignment offers these products to partners with a valid certificate only."),
    )

    class Meta(Named.Meta):
        verbose_name = _("product family")
        verbose_name_plural = _("product families")


@pghistory.track()
class Product(Named):
    """Something that the vendor sells."""

    code = models.CharField(_("code"), max_length=40, unique=True, help_text=_("As in the price list."))
    family = models.ForeignKey(
        ProductFamily, models.PROTECT, related_name="products", verbose_name=_("product family")
    )
    list_price = models.DecimalField(_("list price"), max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.ForeignKey(
        "Currency", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("currency")
    )

    class Meta(Named.Meta):
        verbose_name = _("product")
        verbose_name_plural = _("products")
        indexes = [GinIndex(fields=["name"], opclasses=["gin_trgm_ops"], name="product_name_trgm")]
        constraints = [
            models.CheckConstraint(
                name="product_price_is_money",
                condition=models.Q(list_price__isnull=True)
                | models.Q(list_price__gte=0, currency__isnull=False),
                violation_error_message=_("A list price is an amount of zero or more, with its currency."),
            )
        ]


@pghistory.track()
class Currency(Named):
    """A currency that amounts may be given in."""

    code = models.CharField(_("code"), max_length=3, unique=True, help_text=_("Three letters, as in DKK."))

    class Meta(Named.Meta):
        ordering = ["code"]
        verbose_name = _("currency")
        verbose_name_plural = _("currencies")
        constraints = [
            models.CheckConstraint(
                name="currency_code_is_three_letters",
                condition=models.Q(code__regex=r"^[A-Z]{3}$"),
                violation_error_message=_("A currency's code is three capital letters, such as DKK."),
            )
        ]

    def __str__(self) -> str:
        return self.code


@pghistory.track()
class ExchangeRate(models.Model):
    """What one unit of a currency is worth in the base currency, from a day on until the next rate."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    currency = models.ForeignKey(Currency, models.PROTECT, related_name="rates", verbose_name=_("currency"))
    valid_from = models.DateField(_("valid from"))
    rate = models.DecimalField(_("rate"), max_digits=20, decimal_places=10)

    class Meta:
        ordering = ["-valid_from"]
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints = [
            models.UniqueConstraint(fields=["currency", "valid_from"], name="one_rate_a_day"),
            models.CheckConstraint(
                name="rate_is_positive",
                condition=models.Q(rate__gt=0),
                violation_error_message=_("A rate is a number above zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency.code} {self.valid_from} {self.rate}"
