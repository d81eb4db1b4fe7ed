"""The page that shows an applicant how their application stands, by a link that only they have."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from kanal.directory.refusal import Conflict, Invalid, Missing
from kanal.joining import actions, queries
from kanal.joining.lifecycle import Side, Status, Verb, verbs_from
from kanal.joining.models import Application, Entry, Happening
from kanal.web.components import TimelineItem

_ICONS = {
    Happening.CONFIRMED: "send",
    Happening.TAKEN_UP: "eye",
    Happening.ASKED: "help",
    Happening.ANSWERED: "message",
    Happening.APPROVED: "check",
    Happening.REJECTED: "x",
    Happening.WITHDRAWN: "arrow-back-up",
}
# What each state means to the applicant; its glyph and its hue.
_SAYS: dict[str, tuple[str, str, Any, Any]] = {
    Status.WAITING: (
        "delivered",
        "wait",
        gettext_lazy("Received"),
        gettext_lazy(
            "We have your application and read it soon. You need do nothing; a mail tells you of each step."
        ),
    ),
    Status.IN_REVIEW: (
        "progress",
        "work",
        gettext_lazy("In review"),
        gettext_lazy(
            "Somebody is reading your application. You need do nothing; a mail tells you of each step."
        ),
    ),
    Status.ASKED: (
        "hold",
        "wait",
        gettext_lazy("We have a question"),
        gettext_lazy("Answer it below; then we go on reading."),
    ),
    Status.APPROVED: (
        "approved",
        "good",
        gettext_lazy("Approved"),
        gettext_lazy("Welcome as a partner. Your administrator has a mail with a link to choose a password."),
    ),
    Status.REJECTED: (
        "declined",
        "off",
        gettext_lazy("Not approved"),
        gettext_lazy("We can’t take your company as a partner now. The reason is below."),
    ),
    Status.WITHDRAWN: (
        "canceled",
        "off",
        gettext_lazy("Withdrawn"),
        gettext_lazy("Nothing more happens with this application. You may apply again at any time."),
    ),
}


class AnswerForm(forms.Form):
    """The answer to a question."""

    text = forms.CharField(
        label=gettext_lazy("Your answer"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5})
    )


@never_cache
@require_safe
def page(request: HttpRequest, secret: str) -> HttpResponse:
    """Show how an application stands."""
    try:
        application = queries.followed(secret)
    except Missing:
        return _gone(request)
    return _page(request, application, secret)


@never_cache
@require_POST
def do(request: HttpRequest, secret: str, verb: str) -> HttpResponse:
    """Answer a question, or withdraw."""
    if verb not in _DOINGS:
        raise Http404
    try:
        application = queries.followed(secret)
    except Missing:
        return _gone(request)
    form = AnswerForm(request.POST)
    try:
        messages.success(request, _DOINGS[verb](application, request.POST.get("text", "")))
    except Invalid as invalid:
        for text in invalid.errors.values():
            form.add_error("text", str(text))
        return _page(request, application, secret, form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except Conflict as conflict:
        application = queries.followed(secret)
        return _page(request, application, secret, refused=conflict.message, status=HTTPStatus.CONFLICT)
    return redirect("join:status", secret=secret)


def _answer(application: Application, text: str) -> str:
    actions.answer(key=application.pk, text=text)
    return _("Your answer is on its way.")


def _withdraw(application: Application, _text: str) -> str:
    actions.withdraw(key=application.pk)
    return _("Your application is withdrawn.")


_DOINGS: dict[str, Callable[[Application, str], str]] = {"answer": _answer, "withdraw": _withdraw}


def _page(
    request: HttpRequest, application: Application, secret: str, *, status: int = HTTPStatus.OK, **facts: Any
) -> HttpResponse:
    shape, hue, label, sentence = _SAYS[application.status]
    told = queries.told(application)
    verbs = verbs_from(application.status, Side.APPLICANT)
    shown = {
        "application": application,
        "secret": secret,
        "shape": shape,
        "hue": hue,
        "label": label,
        "sentence": sentence,
        "question": next((entry.body for entry in told if entry.kind == Happening.ASKED), "")
        if Verb.ANSWER in verbs
        else "",
        "answer_form": AnswerForm(),
        "may_withdraw": Verb.WITHDRAW in verbs,
        "decision": next((entry.body for entry in told if entry.kind == Happening.REJECTED), ""),
        "items": [_item(entry) for entry in told],
    }
    if "form" in facts:
        shown["answer_form"] = facts.pop("form")
    return render(request, "portal/joining/status.html", {**shown, **facts}, status=status)


def _item(entry: Entry) -> TimelineItem:
    """Show an entry; the applicant reads which company acted, not who there."""
    who = settings.VENDOR_NAME if entry.by_id else entry.application.name
    return TimelineItem(
        at=entry.at,
        sentence=str(Happening(entry.kind).label),
        body=entry.body,
        author=who,
        icon=_ICONS.get(Happening(entry.kind), "flag"),
    )


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/joining/gone.html", status=HTTPStatus.NOT_FOUND)
