"""Approving in one step: the company, its profile and its first administrator, preset from the application."""

from __future__ import annotations

import uuid
from contextlib import suppress
from http import HTTPStatus
from typing import Any, ClassVar

from babel.core import get_global
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from kanal.desk.applications.record import beside, crumbs, show
from kanal.desk.directory.forms import Layout
from kanal.desk.directory.partners import PartnerForm
from kanal.desk.guard import person, vendor_only
from kanal.directory.models import Account, PartnerStatus, Person, VendorRole
from kanal.directory.refusal import Conflict, Invalid, NotAllowed
from kanal.joining import access, actions, lifecycle, queries
from kanal.joining.lifecycle import Verb
from kanal.joining.models import Application
from kanal.web.forms import LookupField

_COMPANY = ("registration_number", "domain", "phone", "street", "postal_code", "city", "country", "employees")
_PERSON = ("person_name", "person_email", "person_job_title", "person_phone")
_SEVERAL = ("territories", "industries", "families")


class ApproveForm(PartnerForm):
    """A partner to be, with the account that it becomes and its first administrator."""

    account = LookupField(
        Account.objects.filter(profile__isnull=True),
        url=reverse_lazy("desk:lookup_accounts"),
        label=gettext_lazy("Existing account"),
        required=False,
        help_text=gettext_lazy(
            "Where the company is known already: it becomes the partner, keeps its own details, and only what is "
            "empty is filled from below. Empty makes a new account."
        ),
    )
    person_name = forms.CharField(label=gettext_lazy("Name"), max_length=160)
    person_email = forms.EmailField(
        label=gettext_lazy("Email"),
        max_length=200,
        help_text=gettext_lazy("The invitation goes there, with a link to choose a password."),
    )
    person_job_title = forms.CharField(label=gettext_lazy("Job title"), max_length=120, required=False)
    person_phone = forms.CharField(label=gettext_lazy("Phone"), max_length=40, required=False)

    layout: ClassVar[Layout] = (
        (gettext_lazy("Company"), ("name", "account", *_COMPANY)),
        (gettext_lazy("Partnership"), ("tier", "channel_manager", "capacity", "time_zone")),
        (gettext_lazy("What it covers"), _SEVERAL),
        (gettext_lazy("First administrator"), _PERSON),
    )

    class Meta(PartnerForm.Meta):
        fields = [name for name in PartnerForm.Meta.fields if name != "status"]

    def approval(self) -> actions.Approval:
        """Give what the application becomes."""
        values = self.values()
        account = values.pop("account")
        company = {name: values.pop(name) for name in ("name", *_COMPANY)}
        return actions.Approval(
            account=account.pk if account else None,
            company=company,
            administrator={name.removeprefix("person_"): values.pop(name) for name in _PERSON},
            values={"status": PartnerStatus.ACTIVE, **values},
            related=self.related(),
        )


@require_http_methods(["GET", "HEAD", "POST"])
@vendor_only
def page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show the form, and approve."""
    by = person(request)
    application = queries.application(by, key)
    reason = access.refusal_to_decide(by)
    if reason is not None:
        raise NotAllowed(reason)
    closed = lifecycle.refusal(Verb.APPROVE, application.status)
    if closed is not None:
        return show(request, application, status=HTTPStatus.CONFLICT, refused=closed)
    if request.method != "POST":
        return _form(request, application, ApproveForm(initial=_preset(application, by, request.GET)))
    form = ApproveForm(request.POST)
    if form.is_valid():
        try:
            approved = actions.approve(key=key, approval=form.approval(), by=by)
        except Invalid as invalid:
            form.refuse(invalid)
        except Conflict as conflict:
            return _refused(request, application, form, conflict)
        else:
            said = _("%(company)s is a partner. An invitation goes to %(email)s.")
            email = form.cleaned_data["person_email"]
            messages.success(request, said % {"company": approved.partner, "email": email})
            return redirect("desk:application", key=key)
    return _form(request, application, form, HTTPStatus.UNPROCESSABLE_ENTITY)


def _refused(
    request: HttpRequest, application: Application, form: ApproveForm, conflict: Conflict
) -> HttpResponse:
    """Show why: beside the form where another account mends it, else on the page, as somebody was faster."""
    now = queries.application(person(request), application.pk)
    if not now.is_open:
        return show(request, now, status=HTTPStatus.CONFLICT, refused=conflict.message)
    form.add_error("account", str(conflict.message))
    return _form(request, now, form, HTTPStatus.CONFLICT)


def _form(
    request: HttpRequest, application: Application, form: ApproveForm, status: int = HTTPStatus.OK
) -> HttpResponse:
    shown = {
        "application": application,
        "form": form,
        "crumbs": crumbs(application),
        **beside(person(request), application),
    }
    return render(request, "desk/applications/approve.html", shown, status=status)


def _preset(application: Application, by: Person, asked: QueryDict) -> dict[str, Any]:
    """Give the fields as the application has them."""
    return {
        "name": application.company,
        **{name: getattr(application, name) for name in _COMPANY if name != "phone"},
        **{name: list(getattr(application, name).all()) for name in _SEVERAL},
        "account": _account(asked.get("account", "")),
        "channel_manager": by.pk if by.vendor_role == VendorRole.CHANNEL_MANAGER else None,
        "time_zone": _zone_of(application.country),
        "person_name": application.name,
        "person_email": application.email,
        "person_job_title": application.job_title,
        "person_phone": application.phone,
    }


def _account(key: str) -> uuid.UUID | None:
    with suppress(ValueError):
        return uuid.UUID(key)
    return None


def _zone_of(country: str) -> str:
    """Give the time zone of a country that has one."""
    zones = get_global("territory_zones").get(country, [])
    return zones[0] if len(zones) == 1 else settings.TIME_ZONE
