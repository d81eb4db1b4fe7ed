"""The forms of accounts, contacts and the lists of the settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from kanal.desk.directory.forms import FilterForm, RecordForm, country_field, language_choices
from kanal.directory.models import (
    Account,
    AccountKind,
    Contact,
    Currency,
    Industry,
    Partner,
    Product,
    ProductFamily,
    Territory,
    Tier,
)
from kanal.web.forms import AmountField, DateField, LookupField


class AccountFilter(FilterForm):
    """Narrows the list of customers to those that one partner keeps."""

    managing_partner = LookupField(
        Partner.objects.select_related("account"),
        url=reverse_lazy("desk:lookup_partners"),
        find_by="account__name",
        label=_("Managing partner"),
        required=False,
    )
    managing_partner.widget.attrs |= {"data-autosubmit": True, "data-placeholder": _("Managing partner")}


class AccountForm(RecordForm):
    """A customer."""

    country = country_field()
    language = forms.ChoiceField(
        label=_("Language"),
        choices=language_choices,
        required=False,
        help_text=_("What its people speak; assignment can look for a partner that speaks it."),
    )
    parent = LookupField(
        Account.objects.filter(kind=AccountKind.CUSTOMER),
        url=reverse_lazy("desk:lookup_accounts"),
        label=_("Part of"),
        required=False,
        help_text=_("The company that owns it, where that is known."),
    )
    managing_partner = LookupField(
        Partner.objects.select_related("account"),
        url=reverse_lazy("desk:lookup_partners"),
        find_by="account__name",
        label=_("Managing partner"),
        required=False,
        help_text=_("The partner that keeps this customer, if one does."),
    )

    layout = (
        ("", ("name", "industry", "registration_number", "employees", "domain", "phone", "language")),
        (_("Address"), ("street", "postal_code", "city", "country")),
        (_("Relations"), ("parent", "managing_partner")),
    )

    class Meta:
        model = Account
        fields = [
            "name",
            "industry",
            "registration_number",
            "employees",
            "domain",
            "phone",
            "language",
            "street",
            "postal_code",
            "city",
            "country",
            "parent",
            "managing_partner",
        ]


class ContactForm(RecordForm):
    """A person at a customer."""

    account = LookupField(
        Account.objects.filter(kind=AccountKind.CUSTOMER),
        url=reverse_lazy("desk:lookup_accounts"),
        label=_("Account"),
    )

    class Meta:
        model = Contact
        fields = ["name", "account", "job_title", "email", "phone"]


class TerritoryForm(RecordForm):
    """A part of the market."""

    class Meta:
        model = Territory
        fields = ["name", "parent"]


class IndustryForm(RecordForm):
    """What customers live by."""

    class Meta:
        model = Industry
        fields = ["name"]


class TierForm(RecordForm):
    """A level of partnership."""

    class Meta:
        model = Tier
        fields = ["name", "rank"]


class FamilyForm(RecordForm):
    """A family of products."""

    class Meta:
        model = ProductFamily
        fields = ["name", "certificate"]


class ProductForm(RecordForm):
    """Something that the vendor sells."""

    list_price = AmountField(label=_("List price"), required=False)

    layout = (("", ("name", "code", "family", "list_price")),)
    amounts = {"list_price": "currency"}

    class Meta:
        model = Product
        fields = ["name", "code", "family", "list_price", "currency"]

    def clean(self) -> None:
        """Leave out a currency that belongs to no amount; ask for one that is missing."""
        super().clean()
        if self.cleaned_data.get("list_price") is None:
            self.cleaned_data["currency"] = None
        elif self.cleaned_data.get("currency") is None and "currency" not in self.errors:
            self.add_error("currency", _("Choose the currency of the price."))


class CurrencyForm(RecordForm):
    """A currency that amounts may be given in."""

    class Meta:
        model = Currency
        fields = ["code", "name"]


class CertificateForm(forms.Form):
    """A certificate of a partner."""

    family = forms.ModelChoiceField(ProductFamily.objects.none(), label=_("Product family"), empty_label="")
    name = forms.CharField(label=_("Certificate"), max_length=120)
    valid_until = DateField(
        label=_("Valid until"), required=False, help_text=_("The last day. Empty means without end.")
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, prefix="certificate")
        self.fields["family"].queryset = ProductFamily.objects.current()  # type: ignore[attr-defined]


class RateForm(forms.Form):
    """What a currency is worth from a day on."""

    valid_from = DateField(label=_("Valid from"))
    rate = AmountField(
        label=_("Rate"),
        max_digits=20,
        decimal_places=10,
        help_text=_(
            "What one unit is worth in the base currency. Opportunities keep the value that they got before."
        ),
    )
