"""Setting the rate of a currency."""

from __future__ import annotations

import uuid
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from kanal.desk.directory.fields import RateForm
from kanal.desk.directory.nouns import CURRENCIES
from kanal.desk.directory.pages import RecordPage, view_of
from kanal.desk.guard import person
from kanal.directory import actions
from kanal.directory.refusal import Invalid


class RatePage(RecordPage):
    """Takes the small form beside a currency; where it is refused, the currency's page shows it again."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, key: uuid.UUID | None = None) -> HttpResponse:
        """Set the rate, and go back to the currency."""
        self.refuse_readers(request)
        currency = self.record(request, key)
        rates = RateForm(request.POST)
        if rates.is_valid():
            try:
                kept = actions.set_rate(currency=currency.pk, by=person(request), **rates.cleaned_data)
            except Invalid as invalid:
                for name, text in invalid.errors.items():
                    rates.add_error(name, str(text))
            else:
                messages.success(request, _("The rate of %(code)s is set.") % {"code": kept.currency.code})
                return redirect(self.noun.url_of(currency))
        form = self.form(request, currency)
        return self.show(request, currency, form, status=HTTPStatus.UNPROCESSABLE_ENTITY, rate_form=rates)


def address() -> URLPattern:
    """Give the address of the small form."""
    return path(f"{CURRENCIES.slug}/<uuid:key>/rate/", view_of(RatePage, CURRENCIES), name="currency_rate")
