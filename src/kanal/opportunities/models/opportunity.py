"""The opportunity: a possible sale that the vendor gives to partners."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pghistory
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from kanal.config import clock
from kanal.directory.models import Account, Contact, Currency, Partner, Person, Product, Territory, new_id
from kanal.opportunities import guards
from kanal.opportunities.lifecycle import MANAGED, NEEDS_PARTNER, OPEN, Stage, State, Status, state_of


class Rating(models.TextChoices):
    """How likely it feels."""

    HOT = "hot", _("Hot")
    WARM = "warm", _("Warm")
    COLD = "cold", _("Cold")


class Source(models.TextChoices):
    """Where an opportunity came from."""

    VENDOR = "vendor", _("Own sales")
    WEBSITE = "website", _("Website")
    EVENT = "event", _("Event")
    CAMPAIGN = "campaign", _("Campaign")
    REFERRAL = "referral", _("Referral")
    PARTNER = "partner", _("Made by a partner")
    IMPORT = "import", _("Import")


class CloseReason(models.TextChoices):
    """Why a sale was won, lost or canceled."""

    BEST_FIT = "best_fit", _("Best fit for the need")
    PRICE = "price", _("Price")
    RELATION = "relation", _("Relation with the customer")
    COMPETITOR = "competitor", _("A competitor won")
    NO_BUDGET = "no_budget", _("No budget")
    NO_DECISION = "no_decision", _("No decision")
    TIMING = "timing", _("Timing")
    DUPLICATE = "duplicate", _("Duplicate")
    MISTAKE = "mistake", _("Made by mistake")
    OTHER = "other", _("Other")


# Which of them make sense for each way to end it.
WON_BY = (
    *(CloseReason.BEST_FIT, CloseReason.PRICE, CloseReason.RELATION, CloseReason.TIMING),
    CloseReason.OTHER,
)
LOST_BY = (
    *(CloseReason.COMPETITOR, CloseReason.PRICE, CloseReason.RELATION, CloseReason.NO_BUDGET),
    *(CloseReason.NO_DECISION, CloseReason.TIMING, CloseReason.OTHER),
)
CANCELED_BY = (
    *(CloseReason.DUPLICATE, CloseReason.MISTAKE, CloseReason.NO_BUDGET, CloseReason.NO_DECISION),
    *(CloseReason.TIMING, CloseReason.OTHER),
)


class OpportunityQuerySet(models.QuerySet["Opportunity"]):
    """Opportunities. Faces start from `access.visible`, never from here."""

    def open(self) -> OpportunityQuerySet:
        """Give those that are neither won nor lost."""
        return self.filter(status__in=OPEN)

    def to_distribute(self) -> OpportunityQuerySet:
        """Give those that need a partner."""
        return self.filter(status__in=NEEDS_PARTNER, made_by_partner__isnull=True)

    def managed(self) -> OpportunityQuerySet:
        """Give those that partners manage."""
        return self.filter(status__in=MANAGED)


# What the desk's list searches: the expression must stay the same as that of the index below.
SEARCH_FIELDS = ("topic", "reference", "account_name", "partner_name")
# The stages in the order of the sale; the index below and the list's order must say the same.
STAGE_ORDER = Case(
    *(When(stage=key, then=Value(place)) for place, key in enumerate(Stage.values)),
    output_field=models.SmallIntegerField(),
)


def money_field(label: Any, **options: Any) -> models.DecimalField[Any, Any]:
    """Give a column for an amount of money; its currency stands beside it."""
    return models.DecimalField(
        label,
        max_digits=18,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        **options,
    )


def base_field(label: Any) -> models.DecimalField[Any, Any]:
    """Give a column for an amount in the base currency, at the rate of the day it was set."""
    return models.DecimalField(label, max_digits=22, decimal_places=4, null=True, blank=True, editable=False)


@pghistory.track(*guards.history(), exclude=["account_name", "partner_name", "last_activity_at"])
class Opportunity(models.Model):
    """A possible sale."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    reference = models.CharField(_("reference"), max_length=20, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    external_key = models.CharField(
        _("key elsewhere"),
        max_length=80,
        blank=True,
        default="",
        editable=False,
        help_text=_("The key that it had in the system that it was imported from."),
    )

    topic = models.CharField(_("Topic"), max_length=300)
    account = models.ForeignKey(
        Account,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="opportunities",
        verbose_name=_("Account"),
    )
    contact = models.ForeignKey(
        Contact,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="opportunities",
        verbose_name=_("Contact"),
    )
    currency = models.ForeignKey(
        Currency, models.PROTECT, db_index=False, related_name="+", verbose_name=_("Currency")
    )
    estimated_revenue = money_field(_("Est. revenue"))
    estimated_revenue_base = base_field(_("Est. revenue in the base currency"))
    exchange_rate = models.DecimalField(max_digits=20, decimal_places=10, default=Decimal(1), editable=False)
    estimated_close_date = models.DateField(_("Est. close date"), null=True, blank=True)
    actual_revenue = money_field(_("Actual revenue"))
    actual_revenue_base = base_field(_("Actual revenue in the base currency"))
    actual_close_date = models.DateField(_("Actual close date"), null=True, blank=True)
    rating = models.CharField(_("Rating"), max_length=8, choices=Rating, default=Rating.WARM)
    probability = models.PositiveSmallIntegerField(
        _("Probability"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(100)],
        help_text=_("In percent, 0 to 100."),
    )
    territory = models.ForeignKey(
        Territory,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="opportunities",
        verbose_name=_("Territory"),
    )
    source = models.CharField(_("Source"), max_length=12, choices=Source, default=Source.VENDOR)
    owner = models.ForeignKey(
        Person, models.PROTECT, related_name="owned_opportunities", verbose_name=_("Owner")
    )

    customer_situation = models.TextField(_("Customer situation"), max_length=4000, blank=True)
    customer_need = models.TextField(_("Customer need"), max_length=4000, blank=True)
    proposed_solution = models.TextField(_("Proposed solution"), max_length=4000, blank=True)

    status = models.CharField(
        _("Status"), max_length=12, choices=Status, default=Status.IN_PROGRESS, editable=False
    )
    status_since = models.DateTimeField(default=clock.now, editable=False)
    status_before_hold = models.CharField(
        max_length=12, choices=Status, blank=True, default="", editable=False
    )
    stage = models.CharField(_("Stage"), max_length=20, choices=Stage, default=Stage.PROSPECT)
    stage_since = models.DateTimeField(default=clock.now, editable=False)
    partner = models.ForeignKey(
        Partner,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="opportunities",
        verbose_name=_("Partner"),
    )
    made_by_partner = models.ForeignKey(
        Partner,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        editable=False,
        related_name="made_opportunities",
    )
    collaboration = models.BooleanField(_("Partner collaboration"), default=False)
    answer_by = models.DateTimeField(_("Answer by"), null=True, blank=True, editable=False)
    close_reason = models.CharField(_("Reason"), max_length=20, choices=CloseReason, blank=True, default="")
    competitor = models.CharField(
        _("Competitor"),
        max_length=120,
        blank=True,
        default="",
        help_text=_("Who won it, or was in the running."),
    )
    next_step = models.CharField(_("Next step"), max_length=200, blank=True, default="")
    next_step_on = models.DateField(_("Next step on"), null=True, blank=True)
    last_activity_at = models.DateTimeField(_("Last activity"), default=clock.now, editable=False)

    account_name = models.CharField(max_length=200, default="", editable=False)
    partner_name = models.CharField(max_length=200, default="", editable=False)
    created_at = models.DateTimeField(_("Created"), default=clock.now, editable=False)
    created_by = models.ForeignKey(
        Person, models.PROTECT, null=True, db_index=False, editable=False, related_name="+"
    )
    modified_at = models.DateTimeField(_("Modified"), default=clock.now, editable=False)
    modified_by = models.ForeignKey(
        Person, models.PROTECT, null=True, db_index=False, editable=False, related_name="+"
    )

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        triggers = [guards.STATUS_MACHINE, guards.FIRST_STATUS, guards.NAMES, guards.FOLLOW]
        constraints = [
            models.CheckConstraint(name="opportunity_status_is_known", condition=Q(status__in=Status.values)),
            models.CheckConstraint(name="opportunity_stage_is_known", condition=Q(stage__in=Stage.values)),
            models.CheckConstraint(
                name="opportunity_delivered_has_partner",
                condition=Q(status=Status.DELIVERED, partner__isnull=False)
                | (~Q(status=Status.DELIVERED) & Q(answer_by__isnull=True)),
            ),
            models.CheckConstraint(
                name="opportunity_hold_remembers",
                condition=Q(status=Status.ON_HOLD) & ~Q(status_before_hold="")
                | ~Q(status=Status.ON_HOLD) & Q(status_before_hold=""),
            ),
            models.CheckConstraint(
                name="opportunity_probability_is_percent",
                condition=Q(probability__isnull=True) | Q(probability__lte=100),
            ),
            models.CheckConstraint(
                name="opportunity_revenue_is_not_negative",
                condition=(Q(estimated_revenue__isnull=True) | Q(estimated_revenue__gte=0))
                & (Q(actual_revenue__isnull=True) | Q(actual_revenue__gte=0)),
            ),
            models.CheckConstraint(
                name="opportunity_base_value_with_value",
                condition=Q(estimated_revenue__isnull=True, estimated_revenue_base__isnull=True)
                | Q(estimated_revenue__isnull=False, estimated_revenue_base__isnull=False),
            ),
            # Not `unique=True` of the field: that would bring a second index along, for patterns that nobody asks for.
            models.UniqueConstraint(fields=["reference"], name="opportunity_reference_once"),
            models.UniqueConstraint(
                fields=["external_key"], condition=~Q(external_key=""), name="opportunity_external_key_once"
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-created_at", "-id"], name="opp_status_created"),
            models.Index(fields=["-created_at", "-id"], name="opp_created"),
            models.Index(fields=["topic", "id"], name="opp_topic"),
            models.Index(fields=["account_name", "id"], name="opp_account_name"),
            models.Index(fields=["partner_name", "id"], name="opp_partner_name"),
            models.Index(F("estimated_revenue_base").desc(nulls_last=True), F("id"), name="opp_value"),
            models.Index(F("answer_by"), F("created_at").desc(), F("id").desc(), name="opp_deadline"),
            models.Index(fields=["estimated_close_date", "id"], name="opp_close_date"),
            models.Index(STAGE_ORDER, F("created_at").desc(), F("id").desc(), name="opp_stage"),
            models.Index(
                fields=["made_by_partner", "-created_at"],
                name="opp_made_by",
                condition=Q(made_by_partner__isnull=False),
            ),
            models.Index(fields=["contact"], name="opp_contact", condition=Q(contact__isnull=False)),
            GinIndex(
                *(OpClass(Upper(name), name="gin_trgm_ops") for name in SEARCH_FIELDS), name="opp_search"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.topic}"

    @property
    def state(self) -> State:
        """Say whether it is open, won or lost."""
        return state_of(self.status)

    @property
    def is_open(self) -> bool:
        """Tell whether it is neither won nor lost."""
        return self.state is State.OPEN

    @property
    def made_by_a_partner(self) -> bool:
        """Tell whether a partner made it."""
        return self.made_by_partner_id is not None

    @property
    def waits_for_approval(self) -> bool:
        """Tell whether a partner made it and the vendor has not yet approved or refused it."""
        return self.made_by_a_partner and self.status == Status.IN_PROGRESS


@pghistory.track(*guards.history(), pghistory.DeleteEvent())
class OpportunityProduct(models.Model):
    """One line of what the customer would buy."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, db_index=False, related_name="lines")
    product = models.ForeignKey(Product, models.PROTECT, related_name="lines", verbose_name=_("product"))
    quantity = models.DecimalField(
        _("quantity"),
        max_digits=12,
        decimal_places=2,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    unit_price = money_field(_("price each"))

    class Meta:
        ordering = ["product__name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["opportunity", "product"], name="product_once_an_opportunity"),
            models.CheckConstraint(name="line_quantity_is_positive", condition=Q(quantity__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.product} × {self.quantity}"

    @property
    def amount(self) -> Decimal | None:
        """Give quantity times price, in the opportunity's currency; None where no price is known."""
        return (
            None if self.unit_price is None else (self.unit_price * self.quantity).quantize(Decimal("0.01"))
        )
