"""The form of an opportunity: every field of the record, its partner and its status, with one Save."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kanal.directory.countries import countries
from kanal.directory.models import (
    Account,
    AccountKind,
    Contact,
    Currency,
    Partner,
    Person,
    Product,
    Territory,
)
from kanal.directory.nearness import Near
from kanal.directory.queries import similar as similar_to
from kanal.directory.refusal import Invalid
from kanal.distribution.actions import Move, Pipeline
from kanal.distribution.models import DeclineReason
from kanal.opportunities.actions import NewAccount, NewContact, Values
from kanal.opportunities.actions.values import Line
from kanal.opportunities.lifecycle import Status
from kanal.opportunities.models import CloseReason, Opportunity, Rating, Source
from kanal.opportunities.targets import why_not_shared
from kanal.web.forms import AmountField, DateField, LookupField
from kanal.web.similar import unseen

# What is typed of a customer that is made on the spot.
NEW_ACCOUNT = ("new_account_name", "new_account_city", "new_account_country")
_NO_KEY = "00000000-0000-0000-0000-000000000000"
# Where the reason of a status stands, for the statuses that ask for one.
DECLINES = {Status.DECLINED}
CLOSES = {Status.WON, Status.LOST, Status.CANCELED}


def _text(label: Any, *, rows: int = 3, limit: int = 4000) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=limit, widget=forms.Textarea(attrs={"rows": rows})
    )


class RecordForm(forms.Form):
    """All fields of the page but the products, which are a form each; see `LineForms`."""

    topic = forms.CharField(label=gettext_lazy("Topic"), max_length=300)
    contact = LookupField(
        Contact.objects.select_related("account"), url=reverse_lazy("desk:lookup_contacts"),
        label=gettext_lazy("Contact"), required=False,
    )  # fmt: skip
    new_contact_name = forms.CharField(
        label=gettext_lazy("Name of the contact"), required=False, max_length=160
    )
    new_contact_title = forms.CharField(label=gettext_lazy("Job title"), required=False, max_length=120)
    new_contact_email = forms.EmailField(label=gettext_lazy("Email"), required=False)
    new_contact_phone = forms.CharField(label=gettext_lazy("Phone"), required=False, max_length=40)
    account = LookupField(
        Account.objects.filter(kind=AccountKind.CUSTOMER), url=reverse_lazy("desk:lookup_accounts"),
        label=gettext_lazy("Account"), required=False,
    )  # fmt: skip
    new_account_name = forms.CharField(
        label=gettext_lazy("Name of the company"), required=False, max_length=200
    )
    new_account_city = forms.CharField(label=gettext_lazy("City"), required=False, max_length=100)
    new_account_country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    currency = forms.ModelChoiceField(
        Currency.objects.all(), label=gettext_lazy("Currency"), empty_label=None,
        widget=forms.Select(attrs={"aria-label": gettext_lazy("Currency")}),
    )  # fmt: skip
    estimated_revenue = AmountField(label=gettext_lazy("Est. revenue"), required=False)
    estimated_close_date = DateField(label=gettext_lazy("Est. close date"), required=False)
    customer_situation = _text(gettext_lazy("Customer situation"))
    customer_need = _text(gettext_lazy("Customer need"))
    proposed_solution = _text(gettext_lazy("Proposed solution"))

    rating = forms.ChoiceField(label=gettext_lazy("Rating"), choices=Rating.choices, initial=Rating.WARM)
    probability = forms.IntegerField(
        label=gettext_lazy("Probability"), required=False, min_value=0, max_value=100,
        help_text=gettext_lazy("In percent, 0 to 100."),
    )  # fmt: skip
    territory = LookupField(
        Territory.objects.all(), url=reverse_lazy("desk:lookup_territories"), label=gettext_lazy("Territory"),
        required=False,
    )  # fmt: skip
    source = forms.ChoiceField(label=gettext_lazy("Source"))
    owner = LookupField(
        Person.objects.filter(partner__isnull=True), url=reverse_lazy("desk:lookup_people"),
        label=gettext_lazy("Owner"), required=False,
    )  # fmt: skip

    partner = LookupField(
        Partner.objects.select_related("account"), url=reverse_lazy("desk:lookup_partners"),
        find_by="account__name", label=gettext_lazy("Partner"), required=False,
    )  # fmt: skip
    status = forms.ChoiceField(label=gettext_lazy("Status"), required=False)
    collaboration = forms.BooleanField(label=gettext_lazy("Partner collaboration"), required=False)
    decline_reason = forms.ChoiceField(label=gettext_lazy("Reason"), required=False)
    close_reason = forms.ChoiceField(label=gettext_lazy("Reason"), required=False)
    text = _text(gettext_lazy("In your own words"), rows=2, limit=2000)
    override_reason = forms.CharField(
        label=gettext_lazy("Why it goes to this partner all the same"), required=False, max_length=500
    )

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    from_status = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        opportunity: Opportunity | None = None,
        targets: Mapping[Status, Any],
        initial: dict[str, Any] | None = None,
        read_only: bool = False,
    ) -> None:
        self.opportunity = opportunity
        self.similar: list[Near] = []
        super().__init__(data, initial=initial)
        now = Status(opportunity.status) if opportunity else Status.IN_PROGRESS
        choose = ("", _("Choose a reason"))
        self._choices("status", [(one.value, one.label) for one in Status if one == now or one in targets])
        self._choices("decline_reason", [choose, *DeclineReason.choices])
        self._choices("close_reason", [choose, *CloseReason.choices])
        self._choices("new_account_country", [("", "–"), *countries()])
        self._choices("source", _sources(opportunity))
        if opportunity is not None and opportunity.waits_for_approval:
            self.fields["status"].help_text = _("“Approved” lets %(partner)s manage it.") % {
                "partner": opportunity.made_by_partner
            }
        reason = why_not_shared(opportunity) if opportunity else None
        if opportunity and reason:
            # A page that was opened before may still send the box: then the action says why not.
            self.initial["collaboration"] = opportunity.collaboration
            self.fields["collaboration"].disabled = "collaboration" not in (data or {})
            self.fields["collaboration"].help_text = str(reason)
        self._links()
        if read_only:
            for field in self.fields.values():
                field.disabled = True

    def _choices(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def _links(self) -> None:
        from django.urls import NoReverseMatch, reverse

        self.fields["contact"].widget.attrs["data-with"] = "account"
        for name in ("account", "contact", "partner"):
            try:
                self.fields[name].widget.attrs["data-open-url"] = reverse(f"desk:{name}", args=[_NO_KEY])
            except NoReverseMatch:
                continue

    def statuses(self) -> set[str]:
        """Give the statuses that the field offers."""
        field = self.fields["status"]
        assert isinstance(field, forms.ChoiceField)
        return {str(key) for key, _label in cast("list[tuple[str, Any]]", field.choices)}

    def values(self, lines: list[Line] | None) -> Values:
        """Give the record's fields as the action takes them."""
        data = self.cleaned_data
        plain = (
            "topic currency estimated_revenue estimated_close_date rating probability territory source owner "
            "customer_situation customer_need proposed_solution"
        )
        return Values(
            account=self._account(),
            contact=self._contact(),
            lines=lines,
            **{name: data[name] for name in plain.split()},
        )

    def _account(self) -> Account | NewAccount | None:
        data = self.cleaned_data
        if data["new_account_name"]:
            return NewAccount(data["new_account_name"], data["new_account_city"], data["new_account_country"])
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

    def warns(self, by: Person) -> bool:
        """Tell whether the customer that is made on the spot is very like one that the person was not yet told of."""
        name = self.cleaned_data["new_account_name"]
        self.similar = unseen(cast("QueryDict", self.data), similar_to(by, name=name)) if name else []
        return bool(self.similar)

    def move(self, pipeline: Pipeline | None) -> Move:
        """Give what *Partner*, *Status* and the section *Partner pipeline* ask for."""
        data = self.cleaned_data
        status = data["status"]
        reason = (
            data["decline_reason"] if status in DECLINES else data["close_reason"] if status in CLOSES else ""
        )
        return Move(status, data["partner"], reason, data["text"], data["override_reason"], pipeline)

    def clean(self) -> dict[str, Any]:
        """Take the company of a contact where no account is chosen."""
        data = super().clean() or {}
        contact = data.get("contact")
        data["status"] = data.get("status") or (
            self.opportunity.status if self.opportunity else Status.IN_PROGRESS
        )
        if contact and not data.get("account") and not data.get("new_account_name"):
            data["account"] = contact.account
        return data

    def refuse(self, refusal: Invalid) -> None:
        """Show what the action could not take, at the fields that it names."""
        status = self.cleaned_data.get("status")
        reason = "decline_reason" if status in DECLINES else "close_reason" if status in CLOSES else "text"
        places = {"reason": reason, "body": "text", "partners": "collaboration"}
        for name, text in refusal.errors.items():
            place = places.get(name, name)
            if place in {"account", "contact"} and self.cleaned_data.get(f"new_{place}_name"):
                place = f"new_{place}_name"
            self.add_error(place if place in self.fields else None, str(text))


def _sources(opportunity: Opportunity | None) -> list[tuple[str, Any]]:
    """Give the sources that people choose; the two that the system sets stay where they stand."""
    kept = opportunity.source if opportunity else ""
    return [
        (one.value, one.label) for one in Source if one not in {Source.PARTNER, Source.IMPORT} or one == kept
    ]


class LineForm(forms.Form):
    """One product."""

    product = LookupField(
        Product.objects.all(),
        url=reverse_lazy("desk:lookup_products"),
        label=gettext_lazy("Product"),
        required=False,
    )
    quantity = AmountField(
        label=gettext_lazy("Quantity"), required=False, max_digits=12, min_value=Decimal("0.01"), initial=1
    )
    unit_price = AmountField(label=gettext_lazy("Price each"), required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for the product where a quantity or a price was written for none."""
        data = super().clean() or {}
        if data.get("unit_price") is not None and not data.get("product") and "product" not in self.errors:
            self.add_error("product", _("Choose the product that this price is for."))
        return data

    def line(self) -> Line | None:
        """Give the line as the action takes it; None where no product is chosen."""
        data = self.cleaned_data
        if not data.get("product") or data.get("DELETE"):
            return None
        return Line(data["product"], data.get("quantity") or Decimal(1), data.get("unit_price"))


LineForms: type[BaseFormSet[LineForm]] = formset_factory(LineForm, extra=1, can_delete=True, max_num=200)


def _short(number: Decimal) -> Decimal:
    """Give a number without decimals that say nothing."""
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number


def lines_of(opportunity: Opportunity | None) -> list[dict[str, Any]]:
    """Give the products of an opportunity as the forms take them."""
    if opportunity is None:
        return []
    return [
        {"product": line.product_id, "quantity": _short(line.quantity), "unit_price": line.unit_price}
        for line in opportunity.lines.select_related("product")
    ]


def initial_of(opportunity: Opportunity) -> dict[str, Any]:
    """Give the fields of an opportunity as the form takes them."""
    own = [
        "topic",
        "contact_id",
        "account_id",
        "currency_id",
        "estimated_revenue",
        "estimated_close_date",
        "rating",
        "probability",
        "territory_id",
        "source",
        "owner_id",
        "customer_situation",
        "customer_need",
        "proposed_solution",
        "partner_id",
        "status",
        "collaboration",
        "version",
    ]
    found = {name.removesuffix("_id"): getattr(opportunity, name) for name in own}
    return {**found, "from_status": opportunity.status}
