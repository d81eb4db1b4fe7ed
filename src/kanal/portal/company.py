"""The profile of a partner, as the partner keeps it; and a person's own page."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from kanal.config import clock
from kanal.directory import access, actions, queries
from kanal.directory.actions.partners import OWN_COMPANY, OWN_PROFILE
from kanal.directory.countries import Choices, countries, languages, time_zones
from kanal.directory.models import Partner
from kanal.directory.refusal import Conflict, Invalid, NotAllowed, Stale
from kanal.opportunities.figures import open_work
from kanal.portal.forms import DomainForm
from kanal.portal.guard import me, my_company, partner_page
from kanal.portal.pages import render
from kanal.portal.people import tabs
from kanal.portal.teaching import taught
from kanal.web.forms import AmountField, CodesField, DateField


def _country_choices() -> Choices:
    return [("", ""), *countries()]


class CompanyForm(DomainForm):
    """What a partner keeps of itself."""

    capacity = forms.IntegerField(
        label=gettext_lazy("Takes at most"),
        min_value=0,
        max_value=100_000,
        required=False,
        help_text=gettext_lazy("Open opportunities at a time. Empty means no limit."),
    )
    paused_until = DateField(
        label=gettext_lazy("Paused until"),
        required=False,
        help_text=gettext_lazy("Until this day you are offered nothing new. Empty means not paused."),
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        choices=time_zones,
        help_text=gettext_lazy("Your working hours, and so your deadlines, are counted here."),
    )
    languages = CodesField(
        label=gettext_lazy("Languages"),
        choices=languages,
        unknown=gettext_lazy("There is no language “%(word)s”. Write its name, or its two letters."),
        required=False,
        help_text=gettext_lazy("What your people work in, with commas: Danish, English."),
    )
    value_least = AmountField(
        label=gettext_lazy("Smallest value"),
        required=False,
        decimal_places=0,
        help_text=gettext_lazy("Assignment offers you nothing below, in the vendor’s base currency."),
    )
    value_most = AmountField(
        label=gettext_lazy("Largest value"),
        required=False,
        decimal_places=0,
        help_text=gettext_lazy("Assignment offers you nothing above, in the vendor’s base currency."),
    )
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False)
    domain = forms.CharField(
        label=gettext_lazy("Web domain"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("As in example.com."),
    )
    street = forms.CharField(label=gettext_lazy("Street"), max_length=200, required=False)
    postal_code = forms.CharField(label=gettext_lazy("Postal code"), max_length=20, required=False)
    city = forms.CharField(label=gettext_lazy("City"), max_length=120, required=False)
    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=_country_choices, required=False)
    employees = forms.IntegerField(label=gettext_lazy("Employees"), min_value=0, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_paused_until(self) -> Any:
        """Refuse a day that has been: it would pause nothing, and look as if it did."""
        day = self.cleaned_data["paused_until"]
        if day is not None and day != self.initial.get("paused_until") and day <= clock.today():
            raise forms.ValidationError(_("Choose a day after today, or leave it empty."))
        return day


def _now(partner: Partner) -> dict[str, Any]:
    """Give what stands in the record."""
    facts = {name: getattr(partner, name) for name in OWN_PROFILE}
    facts |= {name: getattr(partner.account, name) for name in OWN_COMPANY}
    return {**facts, "version": partner.version}


@partner_page
@require_http_methods(["GET", "HEAD", "POST"])
def company(request: HttpRequest) -> HttpResponse:
    """Show the company's profile to its managers; its administrators change it.

    Raises:
        NotAllowed: this person may not read it, or not change it.
    """
    person, partner = me(request), my_company(request)
    reason = access.refusal_to_read_company(person)
    if reason is not None:
        raise NotAllowed(reason)
    if request.method == "POST":
        return _keep(request, partner)
    form = CompanyForm(initial=_now(partner))
    if access.refusal_to_keep_company(person) is not None:
        for field in form.fields.values():
            field.disabled = True
    return _draw(request, partner, form)


def _keep(request: HttpRequest, partner: Partner) -> HttpResponse:
    form = CompanyForm(request.POST, initial=_now(partner))
    reason = access.refusal_to_keep_company(me(request))
    if reason is not None:
        raise NotAllowed(reason)
    try:
        if form.is_valid():
            sent = form.cleaned_data
            actions.keep_company(
                version=sent["version"],
                company={name: sent[name] for name in OWN_COMPANY},
                values={name: sent[name] for name in OWN_PROFILE},
                by=me(request),
            )
            messages.success(request, _("Saved."))
            return redirect("portal:company")
    except Invalid as refused:
        form.take(refused)
    except Stale as stale:
        return _stale(request, partner, form, stale)
    except Conflict as refused:
        form.add_error(None, str(refused))
    return _draw(request, partner, form, HTTPStatus.UNPROCESSABLE_ENTITY)


def _stale(request: HttpRequest, partner: Partner, form: CompanyForm, stale: Stale) -> HttpResponse:
    """Show what was typed beside what stands there now; the next save counts."""
    again = request.POST.copy()
    again["version"] = str(partner.version)
    differs = [
        (form.fields[name].label, form.fields[name].prepare_value(now) or "–")
        for name, now in stale.changed.items()
    ]
    facts = {"stale": stale, "differs": differs}
    return _draw(request, partner, CompanyForm(again, initial=_now(partner)), HTTPStatus.CONFLICT, **facts)


def _draw(
    request: HttpRequest, partner: Partner, form: CompanyForm, status: int = HTTPStatus.OK, **more: Any
) -> HttpResponse:
    facts = {
        "nav": "portal:people",
        "tabs": tabs(request, "company"),
        "form": form,
        "keeps": access.refusal_to_keep_company(me(request)) is None,
        **taught(me(request), partner),
        "open_now": open_work(partner),
        "paused": partner.paused_until is not None and partner.paused_until > clock.today(),
        "certificates": [held for held in queries.certificates_of(partner) if held.valid],
        "covers": [
            (_("Territories"), list(partner.territories.all())),
            (_("Industries"), list(partner.industries.all())),
            (_("Product families"), list(partner.families.all())),
        ],
        **more,
    }
    return render(request, "portal/people/company.html", facts, status)


# ── A person's own page ──────────────────────────────────────────────────────────────────────────
class SelfForm(DomainForm):
    """What a person keeps of themselves."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=160, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    job_title = forms.CharField(label=gettext_lazy("Job title"), max_length=120, required=False)
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), choices=time_zones)


@partner_page
@require_http_methods(["GET", "HEAD", "POST"])
def own_page(request: HttpRequest) -> HttpResponse:
    """Let a person keep what is theirs: name, phone, language, and the ways to sign in."""
    person = me(request)
    form = SelfForm(initial={name: getattr(person, name) for name in SelfForm.base_fields})
    if request.method == "POST":
        form = SelfForm(request.POST)
        try:
            if form.is_valid():
                kept = actions.keep_self(values=form.cleaned_data, by=person)
                with translation.override(kept.language), timezone.override(kept.time_zone):
                    messages.success(request, _("Saved."))
                return redirect("portal:me")
        except Invalid as refused:
            form.take(refused)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "portal/people/me.html", {"form": form}, status)


urlpatterns = [
    path("company/", company, name="company"),
    path("me/", own_page, name="me"),
]
