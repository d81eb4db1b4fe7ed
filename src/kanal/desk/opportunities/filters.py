"""The filters of the list, and the chips that show which are on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django import forms
from django.conf import settings
from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kanal.directory.models import Currency, Partner, Person, Product, Territory
from kanal.insights import leaks
from kanal.opportunities import queries
from kanal.opportunities.lifecycle import Status
from kanal.opportunities.models import OpportunityProduct, OpportunityQuerySet, Participation
from kanal.web import words
from kanal.web.forms import AmountField, DateField, LookupField


class _Statuses(django_filters.Filter):  # type: ignore[misc]  # untyped
    field_class = forms.MultipleChoiceField


class _Lookup(django_filters.Filter):  # type: ignore[misc]  # untyped
    field_class = LookupField


class _OneOf(django_filters.Filter):  # type: ignore[misc]  # untyped
    field_class = forms.ChoiceField


class _Choice(django_filters.Filter):  # type: ignore[misc]  # untyped
    field_class = forms.ModelChoiceField


class _Amount(django_filters.Filter):  # type: ignore[misc]  # untyped
    field_class = AmountField


class _Date(django_filters.Filter):  # type: ignore[misc]  # untyped
    field_class = DateField


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


class OpportunityFilter(django_filters.FilterSet):  # type: ignore[misc]  # untyped
    """What the list can be narrowed by; each may be left out."""

    status = _Statuses(
        label=_("Status"), lookup_expr="in", choices=Status.choices, widget=forms.CheckboxSelectMultiple
    )
    partner = _Lookup(
        label=_("Partner"),
        queryset=Partner.objects.select_related("account"),
        url=reverse_lazy("desk:lookup_partners"),
        find_by="account__name",
    )
    takes_part = _Lookup(
        label=_("Partner takes part"),
        queryset=Partner.objects.select_related("account"),
        url=reverse_lazy("desk:lookup_partners"),
        find_by="account__name",
        method="with_part_of",
        help_text=_("Offered, managed or in a collaboration."),
    )
    made_by = _Lookup(
        field_name="made_by_partner",
        label=_("Made by"),
        queryset=Partner.objects.select_related("account"),
        url=reverse_lazy("desk:lookup_partners"),
        find_by="account__name",
    )
    owner = _Lookup(
        label=_("Owner"),
        queryset=Person.objects.exclude(vendor_role=""),
        url=reverse_lazy("desk:lookup_people"),
    )
    territory = _Lookup(
        label=_("Territory"),
        queryset=Territory.objects.all(),
        url=reverse_lazy("desk:lookup_territories"),
        method="within",
        help_text=_("With every territory in it."),
    )
    product = _Lookup(
        label=_("Product"),
        queryset=Product.objects.all(),
        url=reverse_lazy("desk:lookup_products"),
        method="with_product",
    )
    currency = _Choice(label=_("Currency"), queryset=Currency.objects.all(), empty_label=_("Any"))
    value_from = _Amount(field_name="estimated_revenue_base", lookup_expr="gte", label=_("Value from"))
    value_to = _Amount(field_name="estimated_revenue_base", lookup_expr="lte", label=_("Value to"))
    close_from = _Date(field_name="estimated_close_date", lookup_expr="gte", label=_("Est. close from"))
    close_to = _Date(field_name="estimated_close_date", lookup_expr="lte", label=_("Est. close to"))
    created_from = _Date(label=_("Created from"), method="since")
    created_to = _Date(label=_("Created to"), method="until")
    # What a row of the report of leaks leads to; the other four only narrow the first.
    leak = _OneOf(label=_("Leak"), choices=leaks.Step.choices, method="leaked")
    leak_by = _Lookup(
        label=_("Leaked at"),
        queryset=Partner.objects.select_related("account"),
        url=reverse_lazy("desk:lookup_partners"),
        find_by="account__name",
        method="beside",
    )
    leak_reason = django_filters.CharFilter(label=_("For the reason"), method="beside")
    leak_from = _Date(label=_("Leaked from"), method="beside")
    leak_to = _Date(label=_("Leaked to"), method="beside")

    def with_part_of(self, found: OpportunityQuerySet, _name: str, value: Partner) -> QuerySet[Any]:
        """Keep those in which a partner takes part now."""
        if not value:
            return found
        running = Participation.objects.filter(partner=value, until__isnull=True)
        return found.filter(pk__in=running.values("opportunity_id"))

    def within(self, found: OpportunityQuerySet, _name: str, value: Territory) -> QuerySet[Any]:
        """Keep those of a territory and of every one within it."""
        return found.filter(territory__in=queries.with_children(value)) if value else found

    def with_product(self, found: OpportunityQuerySet, _name: str, value: Product) -> QuerySet[Any]:
        """Keep those that have a product."""
        if not value:
            return found
        return found.filter(pk__in=OpportunityProduct.objects.filter(product=value).values("opportunity_id"))

    def since(self, found: OpportunityQuerySet, _name: str, value: date) -> QuerySet[Any]:
        """Keep those made on a day or later, in the reader's zone."""
        return found.filter(created_at__gte=_midnight(value)) if value else found

    def until(self, found: OpportunityQuerySet, _name: str, value: date) -> QuerySet[Any]:
        """Keep those made on a day or before, in the reader's zone."""
        return found.filter(created_at__lt=_midnight(value + timedelta(days=1))) if value else found

    def beside(self, found: OpportunityQuerySet, _name: str, _value: object) -> QuerySet[Any]:
        """Leave them as they are: `leaked` reads this."""
        return found

    def leaked(self, found: OpportunityQuerySet, _name: str, value: str) -> QuerySet[Any]:
        """Keep those that leaked at a step, as the report counts it."""
        if not value:
            return found
        asked = self.form.cleaned_data
        period = leaks.period(asked.get("leak_from"), asked.get("leak_to"))
        partner = asked.get("leak_by")
        chosen = leaks.keys(
            period,
            step=leaks.Step(value),
            partner=partner.pk if partner else None,
            reason=asked.get("leak_reason") or "",
        )
        return found.filter(pk__in=chosen)

    @property
    def narrowed(self) -> OpportunityQuerySet:
        """Give what is left; a filter that can't be read is left out, and its field says why."""
        self.form.is_valid()
        found: OpportunityQuerySet = self.filter_queryset(self.queryset.all())
        return found


@dataclass(frozen=True)
class Chip:
    """One filter that is on: what it filters, by what, and the address without it."""

    label: str
    value: str
    url: str


def chips(filters: OpportunityFilter, query: QueryDict) -> list[Chip]:
    """Name every filter that is on."""
    return list(_chips(filters, query))


def _chips(filters: OpportunityFilter, query: QueryDict) -> Iterator[Chip]:
    for name, value in filters.form.cleaned_data.items():
        if value in (None, "", []):
            continue
        rest = query.copy()
        for gone in (name, f"{name}_text", "page", "dialog"):
            rest.pop(gone, None)
        yield Chip(str(filters.form.fields[name].label), _in_words(name, value), f"?{rest.urlencode()}")


def _in_words(name: str, value: Any) -> str:
    if name == "status":
        return str(_(" or ")).join(str(Status(one).label) for one in value)
    if name == "leak":
        return str(leaks.Step(value).label)
    if name == "leak_reason":
        return str(leaks.reason_label(value))
    if isinstance(value, date):
        return words.day(value)
    if isinstance(value, Model):
        return str(value)
    return words.money(value, settings.BASE_CURRENCY)
