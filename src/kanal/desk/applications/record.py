"""The page of one application: what they wrote, who is near to them, and what can be done."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from kanal.desk.applications.showing import glyph_of, item
from kanal.desk.guard import person, vendor_only
from kanal.directory.countries import country_name
from kanal.directory.models import Person
from kanal.directory.refusal import Conflict, Invalid, Text
from kanal.joining import access, actions, queries
from kanal.joining.lifecycle import Verb
from kanal.joining.models import Application, RejectReason
from kanal.web.components import Crumb


class NoteForm(forms.Form):
    """A note among colleagues."""

    text = forms.CharField(
        label=gettext_lazy("Internal note"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AskForm(forms.Form):
    """A question to the applicant."""

    text = forms.CharField(
        label=gettext_lazy("Question"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("The applicant gets it by mail and answers on the page of their link."),
    )


class RejectForm(forms.Form):
    """Why an application is rejected."""

    reason = forms.ChoiceField(label=gettext_lazy("Reason"), choices=[("", ""), *RejectReason.choices])
    text = forms.CharField(
        label=gettext_lazy("Your words"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("The applicant reads both, in the mail and on the page of their link."),
    )


FORMS: Mapping[str, type[forms.Form]] = {"note": NoteForm, "ask": AskForm, "reject": RejectForm}


@require_safe
@vendor_only
def page(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Show one application."""
    return show(request, queries.application(person(request), key))


@require_POST
@vendor_only
def do(request: HttpRequest, key: uuid.UUID, verb: str) -> HttpResponse:
    """Take it up, ask, note or reject; where that is refused, the page says why and keeps what was typed."""
    if verb not in _DOINGS:
        raise Http404
    try:
        said = _DOINGS[verb](
            key, request.POST.get("text", ""), request.POST.get("reason", ""), person(request)
        )
    except Invalid as invalid:
        form = FORMS[verb](request.POST, auto_id=f"{verb}_%s")
        for name, text in invalid.errors.items():
            if not form.errors.get(name):
                form.add_error(name, str(text))
        application = queries.application(person(request), key)
        return show(request, application, status=HTTPStatus.UNPROCESSABLE_ENTITY, form=(verb, form))
    except Conflict as conflict:
        application = queries.application(person(request), key)
        return show(request, application, status=HTTPStatus.CONFLICT, refused=conflict.message)
    messages.success(request, said)
    return redirect("desk:application", key=key)


def _take_up(key: uuid.UUID, _text: str, _reason: str, by: Person) -> str:
    actions.take_up(key=key, by=by)
    return _("It is in review. The applicant is told.")


def _ask(key: uuid.UUID, text: str, _reason: str, by: Person) -> str:
    actions.ask(key=key, text=text, by=by)
    return _("Your question is on its way.")


def _note(key: uuid.UUID, text: str, _reason: str, by: Person) -> str:
    actions.note(key=key, text=text, by=by)
    return _("The note is there.")


def _reject(key: uuid.UUID, text: str, reason: str, by: Person) -> str:
    application = actions.reject(key=key, reason=reason, text=text, by=by)
    return _("The application of %(company)s is rejected. The applicant is told.") % {"company": application}


_DOINGS: dict[str, Callable[[uuid.UUID, str, str, Person], str]] = {
    "take_up": _take_up,
    "ask": _ask,
    "note": _note,
    "reject": _reject,
}


def crumbs(application: Application | None = None) -> list[Crumb]:
    """Give the way to an application, or to what belongs to it."""
    found = [Crumb(_("Applications"), reverse("desk:applications"))]
    if application is not None:
        found.append(Crumb(application.company, reverse("desk:application", args=[application.pk])))
    return found


def show(
    request: HttpRequest,
    application: Application,
    *,
    status: int = HTTPStatus.OK,
    refused: Text = "",
    form: tuple[str, forms.Form] | None = None,
) -> HttpResponse:
    """Draw the page of an application."""
    by = person(request)
    verbs = access.verbs(by, application)
    shown = {
        "application": application,
        "glyph": glyph_of(application.status),
        "country": country_name(application.country),
        "crumbs": crumbs(),
        "refused": refused,
        "may": {verb.value: True for verb in verbs},
        "may_note": access.may_decide(by),
        "items": [item(entry, application) for entry in queries.entries(application)],
        **beside(by, application),
        **{f"{name}_form": empty(auto_id=f"{name}_%s") for name, empty in FORMS.items()},
    }
    if form is not None:
        shown[f"{form[0]}_form"] = form[1]
    return render(request, "desk/applications/record.html", shown, status=status)


def beside(by: Person, application: Application) -> dict[str, Any]:
    """Give what stands beside an application: near companies, earlier applications, who has the mail address."""
    return {
        "near": queries.near(by, application),
        "earlier": [(one, glyph_of(one.status)) for one in queries.earlier(by, application)],
        "holder": queries.holder(application.email) if application.is_open else None,
        "may_attach": Verb.APPROVE in access.verbs(by, application),
    }
