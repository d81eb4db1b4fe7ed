"""The team of a partner: who signs in, with which role; inviting, changing and ending that."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kanal.directory import access, actions, queries
from kanal.directory.models import Invitation, PartnerRole, Person
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed
from kanal.distribution import actions as distribution
from kanal.opportunities.work import work_of
from kanal.portal.forms import DomainForm
from kanal.portal.guard import me, my_company, partner_page
from kanal.portal.pages import render
from kanal.web.components import Crumb, Tab

PAGE_SIZE = 50
NAV = {"nav": "portal:people"}


class InviteForm(DomainForm):
    """Whom to invite, and as what."""

    email = forms.EmailField(label=gettext_lazy("Email"))
    name = forms.CharField(label=gettext_lazy("Name"), max_length=160, required=False)
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=PartnerRole.choices, initial=PartnerRole.SELLER
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the mail"), choices=settings.LANGUAGES)


class RoleForm(DomainForm):
    """Another role."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=PartnerRole.choices)


class LeaveForm(DomainForm):
    """Who takes over the work of somebody who leaves."""

    # What is no choice is left to the action, which judges it under the lock.
    to = forms.CharField(label=gettext_lazy("Their open work goes to"), required=False, widget=forms.Select)

    def __init__(self, person: Person, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        nobody = [("", _("Nobody: back to the managers"))]
        known = [
            (str(one.pk), f"{one.name}, {one.role_label.lower()}") for one in distribution.successors(person)
        ]
        widget = self.fields["to"].widget
        assert isinstance(widget, forms.Select)
        widget.choices = nobody + known

    def clean_to(self) -> uuid.UUID | None:
        """Read the key of the successor; what is no key is nobody's."""
        text = self.cleaned_data["to"]
        try:
            return uuid.UUID(text) if text else None
        except ValueError as error:
            raise forms.ValidationError(_("Choose a colleague who may sign in.")) from error


def tabs(request: HttpRequest, current: str) -> list[Tab]:
    """Give the tabs of team and company, as far as this person reads them."""
    found = [Tab(_("Team"), reverse("portal:people"), current=current == "people")]
    if access.refusal_to_read_company(me(request)) is None:
        found.append(Tab(_("Company"), reverse("portal:company"), current=current == "company"))
    return found


def _keeps(person: Person) -> bool:
    return access.refusal_to_keep_people(person, person.partner_id) is None


@partner_page
@require_safe
def team(request: HttpRequest) -> HttpResponse:
    """Show who signs in for the company, and to its administrators who was invited."""
    person, keeps = me(request), _keeps(me(request))
    page = Paginator(queries.colleagues(person), PAGE_SIZE).get_page(request.GET.get("page"))
    facts = {
        **NAV,
        "tabs": tabs(request, "people"),
        "page": page,
        "keeps": keeps,
        "invitations": list(queries.invitations(person)[:PAGE_SIZE]) if keeps else [],
    }
    return render(request, "portal/people/team.html", facts)


@partner_page
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest) -> HttpResponse:
    """Invite a colleague.

    Raises:
        NotAllowed: this person invites nobody.
    """
    person, company = me(request), my_company(request)
    _demand(access.refusal_to_invite(person, company))
    form = InviteForm(request.POST or None, initial={"language": get_language()})
    status = HTTPStatus.OK
    if request.method == "POST":
        form, status = InviteForm(request.POST), HTTPStatus.UNPROCESSABLE_ENTITY
        try:
            if form.is_valid():
                values = {**form.cleaned_data, "time_zone": company.time_zone}
                role = values.pop("role")
                invited = actions.invite(values=values, role=role, partner=company, by=person)
                messages.success(request, _("A mail goes to %(email)s.") % {"email": invited.email})
                return redirect("portal:people")
        except Invalid as refused:
            form.take(refused)
        except Conflict as refused:
            form.add_error(None, str(refused))
    facts = {**NAV, "crumbs": _crumbs(), "form": form, "roles": ROLES}
    return render(request, "portal/people/invite.html", facts, status)


# What each role is for, beside the choice.
ROLES = (
    (
        PartnerRole.ADMINISTRATOR,
        gettext_lazy("Everything a manager does; and people, roles and the company’s profile"),
    ),
    (
        PartnerRole.MANAGER,
        gettext_lazy("Sees all opportunities of the company, accepts and declines, hands them to colleagues"),
    ),
    (PartnerRole.SELLER, gettext_lazy("Sees and works what is assigned to them or shared with them")),
)


def _crumbs() -> list[Crumb]:
    return [Crumb(_("Team"), reverse("portal:people"))]


def _demand(reason: object) -> None:
    if reason is not None:
        raise NotAllowed(str(reason))


def _invitation(
    request: HttpRequest, act: Callable[..., Invitation], key: uuid.UUID, said: str
) -> HttpResponse:
    try:
        messages.success(request, said % {"email": act(key=key, by=me(request)).email})
    except (Conflict, Invalid) as refused:
        messages.warning(request, str(refused))
    return redirect("portal:people")


@partner_page
@require_POST
def resend(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Mail an invitation anew; the old link dies."""
    said = _("A new mail goes to %(email)s. The old link no longer works.")
    return _invitation(request, actions.resend, key, said)


@partner_page
@require_POST
def revoke(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Take an invitation back."""
    said = _("The invitation of %(email)s is taken back. Its link no longer works.")
    return _invitation(request, actions.revoke, key, said)


# ── One colleague ────────────────────────────────────────────────────────────────────────────────
@partner_page
@require_safe
def person_page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show a colleague to an administrator, with what can be changed.

    Raises:
        Missing, NotAllowed: there is no such colleague; this person keeps nobody.
    """
    return _show(request, _colleague(request, key))


def _colleague(request: HttpRequest, key: uuid.UUID) -> Person:
    person = me(request)
    found = queries.colleagues(person).filter(pk=key).first()
    if found is None:
        raise Missing
    _demand(access.refusal_to_keep_people(person, found.partner_id))
    return found


def _show(
    request: HttpRequest,
    record: Person,
    *,
    role: RoleForm | None = None,
    leave: LeaveForm | None = None,
    refused: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    work = work_of(record)
    facts = {
        **NAV,
        "crumbs": _crumbs(),
        "record": record,
        "work": work,
        "role_form": role or RoleForm(initial={"role": record.partner_role}),
        "leave_form": leave or LeaveForm(record),
        "roles": ROLES,
        "refused": refused,
        "kept_out": access.refusal_to_reactivate(me(request), record),
        "mine": record.pk == me(request).pk,
    }
    return render(request, "portal/people/person.html", facts, status)


@partner_page
@require_POST
def change_role(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Give a colleague another role."""
    record = _colleague(request, key)
    form = RoleForm(request.POST)
    try:
        if form.is_valid():
            kept = distribution.give_role(key=key, role=form.cleaned_data["role"], by=me(request))
            facts = {"name": kept.name, "role": kept.role_label.lower()}
            messages.success(request, _("%(name)s is now %(role)s.") % facts)
            return redirect("portal:people")
    except Invalid as invalid:
        form.take(invalid)
    except Conflict as conflict:
        return _show(request, record, refused=str(conflict), status=HTTPStatus.CONFLICT)
    return _show(request, record, role=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@partner_page
@require_POST
def leave(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Close a colleague's access, and hand their work over in the same step."""
    record = _colleague(request, key)
    form = LeaveForm(record, request.POST)
    try:
        if form.is_valid():
            left = distribution.leave(key=key, to=form.cleaned_data["to"], by=me(request))
            messages.success(request, _said(left))
            return redirect("portal:people")
    except Invalid as invalid:
        form.take(invalid)
    except Conflict as conflict:
        return _show(request, record, refused=str(conflict), status=HTTPStatus.CONFLICT)
    return _show(request, record, leave=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _said(left: distribution.Left) -> str:
    gone = _("%(name)s can no longer sign in.") % {"name": left.person.name}
    if not left.number:
        return gone
    if left.successor is None:
        handed = ngettext(
            "%(n)d open opportunity is back with the managers.",
            "%(n)d open opportunities are back with the managers.",
            left.number,
        )
        return f"{gone} {handed % {'n': left.number}}"
    handed = ngettext(
        "%(n)d open opportunity is now %(who)s’s.", "%(n)d open opportunities are now %(who)s’s.", left.number
    )
    return f"{gone} {handed % {'n': left.number, 'who': left.successor.name}}"


@partner_page
@require_POST
def reactivate(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Open the portal to a colleague again."""
    kept = actions.reactivate(key=key, by=me(request))
    messages.success(request, _("%(name)s can sign in again.") % {"name": kept.name})
    return redirect("portal:person", key)


urlpatterns = [
    path("people/", team, name="people"),
    path("people/invite/", invite, name="invite"),
    path("people/invitations/<uuid:key>/resend/", resend, name="invitation_resend"),
    path("people/invitations/<uuid:key>/revoke/", revoke, name="invitation_revoke"),
    path("people/<uuid:key>/", person_page, name="person"),
    path("people/<uuid:key>/role/", change_role, name="person_role"),
    path("people/<uuid:key>/leave/", leave, name="person_leave"),
    path("people/<uuid:key>/reactivate/", reactivate, name="person_reactivate"),
]
