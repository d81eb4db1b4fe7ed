"""The page behind the link of an invitation: somebody becomes a person who signs in."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from allauth.core import ratelimit
from django import forms
from django.conf import settings
from django.contrib.auth import login, password_validation
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kanal.directory import actions, invitations
from kanal.directory.models import Invitation
from kanal.directory.refusal import Conflict, Invalid, Missing
from kanal.portal.forms import DomainForm

app_name = "invitation"


def _password_rules() -> str:
    return " ".join(password_validation.password_validators_help_texts())


class AcceptForm(DomainForm):
    """What somebody says of themselves when they accept."""

    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        max_length=200,
        help_text=lazy(_password_rules, str)(),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show an invitation, and accept it; what can't be accepted says kindly why.

    A program that tries links is slowed down; nobody reads an invitation so often.
    """
    limited: HttpResponse | None = ratelimit.consume_or_429(request, action="invitation", limit_get=True)
    if limited is not None:
        return limited
    invitation = invitations.find(token)
    if invitation is None:
        return _closed(
            request, _("This link opens nothing. Look whether it is whole, or ask for a new one."), 404
        )
    try:
        _check_stranger(request)
        actions.check_open(invitation)
        if request.method == "POST":
            return _answer(request, token, invitation)
        with override(invitation.language):
            return _draw(request, invitation, _form(invitation))
    except Conflict as refused:
        return _closed(request, str(refused), HTTPStatus.CONFLICT)


def _check_stranger(request: HttpRequest) -> None:
    if request.user.is_authenticated:
        raise Conflict(
            _("You are signed in as %(name)s. Sign out first, then open the link again.")
            % {"name": request.user}
        )


def _form(invitation: Invitation) -> AcceptForm:
    return AcceptForm(initial={"name": invitation.name, "language": invitation.language})


def _answer(request: HttpRequest, token: str, invitation: Invitation) -> HttpResponse:
    """Accept, and sign the person in; what can't be taken is asked again.

    Raises:
        Conflict: somebody was faster.
    """
    form = AcceptForm(request.POST)
    try:
        if form.is_valid():
            person = actions.accept_invitation(token=token, **form.cleaned_data)
            login(request, person)
            return redirect("web:home")
    except Invalid as refused:
        form.take(refused)
    except Missing:  # a newer mail has replaced this link a moment ago
        return _closed(
            request, _("There is a newer mail with another link. Open that one."), HTTPStatus.CONFLICT
        )
    return _draw(request, invitation, form, HTTPStatus.UNPROCESSABLE_ENTITY)


def _draw(request: HttpRequest, invitation: Invitation, form: AcceptForm, status: int = 200) -> HttpResponse:
    facts: dict[str, Any] = {"invitation": invitation, "company": invitation.partner, "form": form}
    return render(request, "portal/invitation.html", facts, status=status)


def _closed(request: HttpRequest, reason: str, status: int) -> HttpResponse:
    return render(request, "portal/invitation_closed.html", {"reason": reason}, status=status)


urlpatterns = [path("<str:token>/", accept, name="accept")]
