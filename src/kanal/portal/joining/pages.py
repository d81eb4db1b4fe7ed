"""Applying and confirming."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from kanal.directory.refusal import Conflict, Invalid, Missing
from kanal.joining import actions, queries
from kanal.joining.lifecycle import Status
from kanal.portal.joining import robots
from kanal.portal.joining.forms import ApplyForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """Show the form, and take what it brings; the answer is one, whoever is known already."""
    if not settings.JOINING_OPEN:
        return render(request, "portal/joining/closed.html", status=HTTPStatus.NOT_FOUND)
    form = ApplyForm(request.POST or None)
    if request.method != "POST":
        return _form(request, form)
    if not form.is_valid():
        return _form(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    if not robots.may_apply(request, form.cleaned_data["email"]):
        form.add_error(
            None, _("Too many applications came from here lately. Nothing is lost: send it again in an hour.")
        )
        return _form(request, form, HTTPStatus.TOO_MANY_REQUESTS)
    try:
        actions.apply(
            form_key=form.stamped.key,
            values=form.values(),
            related=form.related(),
            language=get_language() or "en",
        )
    except Invalid as invalid:
        form.refuse(invalid)
        return _form(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    return redirect("join:sent")


@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Say that a mail is on its way."""
    return render(request, "portal/joining/sent.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Ask to confirm, and do so: programs that look through mail open its links, so opening one changes nothing."""
    try:
        application = queries.to_confirm(token)
        if request.method == "POST":
            return redirect(actions.confirm(key=application.pk))
    except Missing:
        return _not_confirmed(request, gone=True, status=HTTPStatus.NOT_FOUND)
    except Conflict as conflict:
        return _not_confirmed(request, reason=conflict.message, status=HTTPStatus.CONFLICT)
    if application.status != Status.UNCONFIRMED:
        return _not_confirmed(request, used=True)
    return render(request, "portal/joining/confirm.html", {"application": application})


def _not_confirmed(request: HttpRequest, *, status: int = HTTPStatus.OK, **facts: object) -> HttpResponse:
    return render(request, "portal/joining/not_confirmed.html", facts, status=status)


def _form(request: HttpRequest, form: ApplyForm, status: int = HTTPStatus.OK) -> HttpResponse:
    return render(request, "portal/joining/apply.html", {"form": form}, status=status)
