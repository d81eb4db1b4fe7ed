"""*Check a customer*: the same answer in the same time, whoever holds it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, cast

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as draw_part
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from kanal.directory.countries import countries
from kanal.directory.models import ProductFamily
from kanal.directory.refusal import Invalid
from kanal.portal.forms import DomainForm
from kanal.portal.guard import me, partner_page
from kanal.portal.pages import render
from kanal.registration import actions
from kanal.registration.policy import in_force
from kanal.web.even import evenly

# In seconds: longer than finding an answer takes on a machine that is not busy, and less than a tenth of a second.
STEP = 0.08


class CheckForm(DomainForm):
    """The customer that somebody asks about."""

    company = forms.CharField(label=_("Company"), required=False, max_length=200)
    domain = forms.CharField(
        label=_("Web domain"), required=False, max_length=120, help_text=_("Such as lindholm.example.")
    )
    registration_number = forms.CharField(
        label=_("Registration number"),
        required=False,
        max_length=40,
        help_text=_("As in the country’s company register."),
    )
    country = forms.ChoiceField(label=_("Country"), required=False)
    city = forms.CharField(label=_("City"), required=False, max_length=100)
    family = forms.ModelChoiceField(
        ProductFamily.objects.filter(archived_at__isnull=True).order_by("name"),
        label=_("Product family"),
        required=False,
        empty_label=_("Any"),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        cast("forms.ChoiceField", self.fields["country"]).choices = [("", "–"), *countries()]

    def asked(self) -> dict[str, str]:
        """Give what is asked, as the action takes it."""
        return {name: str(value) for name, value in self.cleaned_data.items() if name != "family"}


@partner_page
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Show the form, or answer it: as a part of the page where a script asks, else as a whole one."""
    return _answer(request) if request.method == "POST" else _draw(request, CheckForm())


@evenly(STEP)
def _answer(request: HttpRequest) -> HttpResponse:
    form = CheckForm(request.POST)
    if not form.is_valid():
        return _draw(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    family = form.cleaned_data["family"]
    try:
        found = actions.check_customer(
            values=form.asked(), family=family.pk if family else None, by=me(request)
        )
    except Invalid as refused:
        form.take(refused)
        return _draw(request, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except actions.TooMany as refused:
        return _draw(request, form, status=HTTPStatus.TOO_MANY_REQUESTS, too_many=str(refused))
    return _draw(request, form, answer=found.answer)


def _draw(
    request: HttpRequest, form: CheckForm, *, status: HTTPStatus = HTTPStatus.OK, **facts: Any
) -> HttpResponse:
    if "HX-Request" in request.headers:
        # Beside a draft nobody need be told to make an opportunity.
        facts |= {"form": form, "brief": "brief" in request.POST}
        return draw_part(request, "portal/registering/answer.html", facts, status=status)
    facts = {"nav": "portal:check_customer", "form": form, "terms": in_force().terms, **facts}
    return render(request, "portal/registering/check.html", facts, status)
