"""The form of an opportunity that a partner makes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy

from kanal.directory import queries
from kanal.directory.countries import countries
from kanal.directory.models import Account, Contact, Currency, Person
from kanal.directory.refusal import Stale
from kanal.distribution.actions import NextStep
from kanal.opportunities.actions import NewAccount, NewContact, Values
from kanal.opportunities.actions.values import Line
from kanal.opportunities.models import Opportunity
from kanal.portal.forms import DomainForm
from kanal.portal.work_products import MOST, LineForm
from kanal.web.forms import AmountField, DateField, LookupField


def _text(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )


class MakeForm(DomainForm):
    """All that a partner says of an opportunity but its products, which are a form each."""

    topic = forms.CharField(label=gettext_lazy("Topic"), max_length=300)
    account = LookupField(
        Account.objects.none(), url=reverse_lazy("portal:lookup_customers"), label=gettext_lazy("Customer"),
        error_messages={"required": gettext_lazy("Choose the customer, or enter a new one.")},
    )  # fmt: skip
    new_account_name = forms.CharField(
        label=gettext_lazy("Name of the company"), required=False, max_length=200
    )
    new_account_domain = forms.CharField(
        label=gettext_lazy("Web domain"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Such as lindholm.example."),
    )
    new_account_city = forms.CharField(label=gettext_lazy("City"), required=False, max_length=100)
    new_account_country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    contact = LookupField(
        Contact.objects.none(), url=reverse_lazy("portal:lookup_contacts"), label=gettext_lazy("Contact"),
        required=False,
    )  # fmt: skip
    new_contact_name = forms.CharField(
        label=gettext_lazy("Name of the contact"), required=False, max_length=160
    )
    new_contact_title = forms.CharField(label=gettext_lazy("Job title"), required=False, max_length=120)
    new_contact_email = forms.EmailField(label=gettext_lazy("Email"), required=False)
    new_contact_phone = forms.CharField(label=gettext_lazy("Phone"), required=False, max_length=40)
    currency = forms.ModelChoiceField(
        Currency.objects.filter(archived_at__isnull=True), label=gettext_lazy("Currency"), empty_label=None
    )
    estimated_revenue = AmountField(label=gettext_lazy("Value"), required=False)
    estimated_close_date = DateField(label=gettext_lazy("Expected close"), required=False)
    customer_situation = _text(gettext_lazy("Customer situation"))
    customer_need = _text(gettext_lazy("Customer need"))
    proposed_solution = _text(gettext_lazy("Proposed solution"))
    next_step = forms.CharField(label=gettext_lazy("Next step"), required=False, max_length=200)
    next_step_on = DateField(label=gettext_lazy("Next step on"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    _PLAIN = "topic currency estimated_revenue estimated_close_date customer_situation customer_need proposed_solution"

    def __init__(
        self,
        data: Any = None,
        *,
        by: Person,
        made: Opportunity | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        """Make the form.

        Args:
            data: what was sent.
            by: who fills it in; they choose among their company's own customers.
            made: the opportunity that is rewritten.
            initial: what stands in it before anybody types.
        """
        super().__init__(data, initial=_initial(made) if made else initial)
        accounts, contacts = queries.accounts(by), queries.contacts(by)
        mine, theirs = accounts.filter(archived_at__isnull=True), contacts.filter(archived_at__isnull=True)
        if made is not None:  # what stands there stays a choice
            mine |= accounts.filter(pk=made.account_id)
            theirs |= contacts.filter(pk=made.contact_id)
        self._choose("account", mine)
        self._choose("contact", theirs)
        # A new customer, or the company of the contact, stands in for a choice.
        self.fields["account"].required = not any(
            self.data.get(name, "").strip() for name in ("new_account_name", "contact")
        )
        self.fields["contact"].widget.attrs["data-with"] = "account"
        country = cast("forms.ChoiceField", self.fields["new_account_country"])
        country.choices = [("", "–"), *countries()]

    def _choose(self, name: str, records: Any) -> None:
        field = cast("forms.ModelChoiceField[Any]", self.fields[name])
        field.queryset = records

    def clean(self) -> dict[str, Any]:
        """Take the company of a contact where no customer is chosen."""
        data = super().clean() or {}
        contact = data.get("contact")
        if contact and not data.get("account") and not data.get("new_account_name"):
            data["account"] = contact.account
        return data

    def values(self, lines: list[Line]) -> Values:
        """Give the fields as the action takes them."""
        data = self.cleaned_data
        return Values(
            account=self._account(),
            contact=self._contact(),
            lines=lines,
            **{name: data[name] for name in self._PLAIN.split()},
        )

    def _account(self) -> Account | NewAccount | None:
        data = self.cleaned_data
        if data["new_account_name"]:
            return NewAccount(
                data["new_account_name"],
                data["new_account_city"],
                data["new_account_country"],
                data["new_account_domain"],
            )
        account: Account | None = data["account"]
        return account

    def _contact(self) -> Contact | NewContact | None:
        data = self.cleaned_data
        if data["new_contact_name"]:
            return NewContact(
                data["new_contact_name"],
                data["new_contact_email"],
                data["new_contact_phone"],
                data["new_contact_title"],
            )
        contact: Contact | None = data["contact"]
        return contact

    def step(self) -> NextStep:
        """Give what is to be done next."""
        return NextStep(self.cleaned_data["next_step"], self.cleaned_data["next_step_on"])

    def differences(self, stale: Stale) -> list[tuple[str, str, str]]:
        """Give each field that differs: its label, what stands in the record now, what was typed."""
        return [
            (str(self.fields[name].label), str(now or "–"), str(self.cleaned_data.get(name) or "–"))
            for name, now in stale.changed.items()
            if name in self.fields
        ]

    def begin_again(self, version: int) -> None:
        """Let the next save start from the version that stands now, with what was typed."""
        typed = self.data.copy()  # type: ignore[attr-defined] # it was sent, so it is a QueryDict
        typed["version"] = str(version)
        self.data = typed


def _initial(made: Opportunity) -> dict[str, Any]:
    names = (
        "topic account_id contact_id currency_id estimated_revenue estimated_close_date customer_situation "
        "customer_need proposed_solution next_step next_step_on version"
    )
    return {name.removesuffix("_id"): getattr(made, name) for name in names.split()}


# No row stands there until somebody asks for one.
LineForms: type[BaseFormSet[LineForm]] = formset_factory(LineForm, extra=0, can_delete=True, max_num=MOST)


def chosen(lines: BaseFormSet[LineForm]) -> list[Line]:
    """Give the products as the action takes them."""
    return [line for line in (one.line() for one in lines.forms) if line is not None]


def lines_of(made: Opportunity) -> list[dict[str, Any]]:
    """Give the products of an opportunity as the forms take them."""
    return [
        {"product": line.product_id, "quantity": _short(line.quantity), "unit_price": line.unit_price}
        for line in made.lines.all()
    ]


def _short(number: Decimal) -> Decimal:
    """Give a number without decimals that say nothing."""
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number
