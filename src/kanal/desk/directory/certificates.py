"""The certificates of a partner: the small form beside its profile."""

from __future__ import annotations

import uuid
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from kanal.desk.directory.fields import CertificateForm
from kanal.desk.directory.nouns import PARTNERS
from kanal.desk.directory.pages import view_of
from kanal.desk.directory.partner_page import PartnerPage
from kanal.desk.guard import person
from kanal.directory import actions
from kanal.directory.refusal import Conflict, Invalid


class CertifyPage(PartnerPage):
    """Takes a certificate; where it is refused, the partner's page shows the small form again."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, key: uuid.UUID | None = None) -> HttpResponse:
        """Note it, and go back to the partner."""
        self.refuse_readers(request)
        partner = self.record(request, key)
        typed = CertificateForm(request.POST)
        if typed.is_valid():
            facts = typed.cleaned_data | {"family": typed.cleaned_data["family"].pk}
            try:
                kept = actions.certify(partner=partner.pk, by=person(request), **facts)
            except Invalid as invalid:
                for name, text in invalid.errors.items():
                    typed.add_error(name if name in typed.fields else None, str(text))
            except Conflict as conflict:
                typed.add_error(None, str(conflict))
            else:
                messages.success(request, _("%(name)s is noted.") % {"name": kept})
                return redirect(self.noun.url_of(partner))
        form = self.form(request, partner)
        return self.show(
            request, partner, form, status=HTTPStatus.UNPROCESSABLE_ENTITY, certificate_form=typed
        )


class EndPage(PartnerPage):
    """Ends a certificate."""

    http_method_names = ["post"]

    def post(
        self, request: HttpRequest, key: uuid.UUID | None = None, certificate: uuid.UUID | None = None
    ) -> HttpResponse:
        """End it, and go back to the partner."""
        self.refuse_readers(request)
        assert certificate is not None
        partner = self.record(request, key)
        ended = actions.end_certificate(partner=partner.pk, key=certificate, by=person(request))
        messages.success(request, _("%(name)s is no longer valid.") % {"name": ended})
        return redirect(self.noun.url_of(partner))


def addresses() -> list[URLPattern]:
    """Give the addresses that note a certificate and end one."""
    one = f"{PARTNERS.slug}/<uuid:key>/certificates/"
    return [
        path(one, view_of(CertifyPage, PARTNERS), name="partner_certify"),
        path(f"{one}<uuid:certificate>/end/", view_of(EndPage, PARTNERS), name="partner_certificate_end"),
    ]
