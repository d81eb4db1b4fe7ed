"""The pages of people: inviting, editing, role and access."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse, reverse_lazy
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from kanal.desk.directory import cells
from kanal.desk.directory.forms import RecordForm, time_zone_field
from kanal.desk.directory.pages import Noun, RecordPage, view_of
from kanal.desk.guard import person
from kanal.directory import access, actions
from kanal.directory.models import Invitation, Partner, PartnerRole, PartnerStatus, Person, VendorRole
from kanal.directory.refusal import Conflict, Invalid, Text
from kanal.distribution import actions as distribution
from kanal.opportunities.work import work_of
from kanal.web.components import Tab
from kanal.web.forms import LookupField


class PersonForm(RecordForm):
    """What is known of a person; role and access change on their own."""

    time_zone = time_zone_field()

    class Meta:
        model = Person
        fields = ["name", "email", "job_title", "phone", "time_zone"]

    def keep(self, *, by: Person) -> Person:
        """Keep the person."""
        version = self.cleaned_data["version"] or 0
        return actions.keep_person(key=self.key, version=version, values=self.values(), by=by)


class InviteForm(RecordForm):
    """A new person of the vendor."""

    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=VendorRole.choices, initial=VendorRole.SELLER
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    time_zone = time_zone_field()

    class Meta:
        model = Person
        fields = ["name", "email", "role", "job_title", "phone", "language", "time_zone"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["language"] = get_language()

    def keep(self, *, by: Person) -> Invitation:  # type: ignore[override]  # a person they become by accepting
        """Invite the person."""
        values = self.values()
        role, partner = values.pop("role"), values.pop("partner", None)
        return actions.invite(values=values, role=role, partner=partner, by=by)


class PartnerInviteForm(InviteForm):
    """A new person of a partner."""

    partner = LookupField(
        Partner.objects.exclude(status=PartnerStatus.ENDED).select_related("account"),
        url=reverse_lazy("desk:lookup_partners"),
        find_by="account__name",
        label=gettext_lazy("Partner"),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=PartnerRole.choices, initial=PartnerRole.SELLER
    )

    class Meta(InviteForm.Meta):
        fields = ["name", "email", "partner", "role", "job_title", "phone", "language", "time_zone"]


class RoleForm(forms.Form):
    """Another role at the same company."""

    role = forms.ChoiceField(label=gettext_lazy("Role"))

    def __init__(self, *args: Any, record: Person, **options: Any) -> None:
        super().__init__(*args, **options)
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        role.choices = VendorRole.choices if record.is_vendor else PartnerRole.choices
        role.initial = record.vendor_role or record.partner_role


class LeaveForm(forms.Form):
    """Who takes over the work of somebody whose access closes."""

    to = forms.CharField(label=gettext_lazy("Their open work goes to"), required=False, widget=forms.Select)

    def __init__(self, record: Person, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        nobody = "" if record.is_vendor else _("Nobody: back to the managers")
        widget = self.fields["to"].widget
        assert isinstance(widget, forms.Select)
        widget.choices = [("", nobody), *((str(one.pk), str(one)) for one in distribution.successors(record))]

    def clean_to(self) -> uuid.UUID | None:
        """Read the key of the successor; whether it is one is for the action to say."""
        text = self.cleaned_data["to"]
        try:
            return uuid.UUID(text) if text else None
        except ValueError as error:
            raise forms.ValidationError(_("Choose a colleague who may sign in.")) from error


class PersonPage(RecordPage):
    """One person, or the invitation of a new one."""

    template = "desk/directory/person.html"

    def form_class(self, request: HttpRequest, record: Any) -> type[RecordForm]:
        """Ask a new person's partner only where they work for one."""
        if record is not None:
            return PersonForm
        return PartnerInviteForm if self._at_partner(request) else InviteForm

    def _at_partner(self, request: HttpRequest) -> bool:
        return request.GET.get("for") == "partner" or bool(request.GET.get("partner"))

    def url_after(self, kept: Any) -> str:
        """Give the address that follows: for an invitation, the list where it waits."""
        return reverse("desk:invitations") if isinstance(kept, Invitation) else super().url_after(kept)

    def said(self, record: Invitation) -> str:
        """Say that the invitation is on its way."""
        return _("%(name)s is invited. A mail goes to %(email)s.") % {
            "name": record.name,
            "email": record.email,
        }

    def archive_url(self, record: Any) -> str:  # noqa: ARG002 - people are deactivated instead
        """Give nothing: people are deactivated instead."""
        return ""

    def show(
        self,
        request: HttpRequest,
        record: Any,
        form: RecordForm,
        *,
        status: int = HTTPStatus.OK,
        **facts: Any,
    ) -> HttpResponse:
        """Draw the page with what stands beside it, or with the choice of whom a new person works for."""
        if record is None:
            url, at_partner = self.noun.new_url, self._at_partner(request)
            facts["kinds"] = [
                Tab(settings.VENDOR_NAME, url, current=not at_partner),
                Tab(_("A partner"), f"{url}?for=partner", current=at_partner),
            ]
        else:
            facts.setdefault("role_form", RoleForm(record=record))
            facts["state"] = cells.access_state(record)
            if record.is_active and access.refusal_to_keep_people(person(request), record.partner_id) is None:
                facts |= {"work": work_of(record), "leave_form": LeaveForm(record)}
        return super().show(request, record, form, status=status, **facts)


Act = Callable[[HttpRequest, Person], tuple[Person, str]]


def _change_role(request: HttpRequest, record: Person) -> tuple[Person, str]:
    kept = distribution.give_role(key=record.pk, role=request.POST.get("role", ""), by=person(request))
    return kept, _("%(name)s is now %(role)s.") % {"name": kept.name, "role": kept.role_label.lower()}


def _deactivate(request: HttpRequest, record: Person) -> tuple[Person, str]:
    form = LeaveForm(record, request.POST)
    if not form.is_valid():
        raise Invalid({"to": _("Choose a colleague who may sign in.")})
    left = distribution.leave(key=record.pk, to=form.cleaned_data["to"], by=person(request))
    said = _("%(name)s can no longer sign in.") % {"name": left.person.name}
    if left.number:
        handed = ngettext(
            "%(n)d open opportunity was handed over.",
            "%(n)d open opportunities were handed over.",
            left.number,
        )
        said += " " + handed % {"n": left.number}
    return left.person, said


def _reactivate(request: HttpRequest, record: Person) -> tuple[Person, str]:
    kept = actions.reactivate(key=record.pk, by=person(request))
    return kept, _("%(name)s can sign in again.") % {"name": kept.name}


class PersonVerb(PersonPage):
    """Changes a person's role or access; where that is refused, their page says why."""

    http_method_names = ["post"]
    acts: ClassVar[Mapping[str, Act]] = {
        "role": _change_role,
        "deactivate": _deactivate,
        "reactivate": _reactivate,
    }

    def post(self, request: HttpRequest, key: uuid.UUID | None = None, verb: str = "") -> HttpResponse:
        """Do it, and go back to the person."""
        if verb not in self.acts:
            raise Http404
        record = self.record(request, key)
        try:
            kept, said = self.acts[verb](request, record)
        except Conflict as conflict:
            return self._refused(request, record, conflict.message, HTTPStatus.CONFLICT)
        except Invalid as invalid:
            return self._refused(request, record, str(invalid), HTTPStatus.UNPROCESSABLE_ENTITY)
        messages.success(request, said)
        return redirect(self.noun.url_of(kept))

    def _refused(self, request: HttpRequest, record: Person, reason: Text, status: int) -> HttpResponse:
        return self.show(request, record, self.form(request, record), status=status, refused=reason)


def verbs(noun: Noun) -> URLPattern:
    """Give the address of what can be done to a person besides editing."""
    address = f"{noun.slug}/<uuid:key>/<str:verb>/"
    return path(address, view_of(PersonVerb, noun), name="person_verb")
