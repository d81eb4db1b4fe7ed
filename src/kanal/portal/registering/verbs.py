"""What a partner does to a request beside writing its draft: begin, answer, withdraw, ask for more time."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kanal.directory.refusal import Conflict, Invalid
from kanal.portal.guard import me, partner_page
from kanal.portal.registering import pages
from kanal.portal.registering.forms import AnswerForm, ExtendForm, WithdrawForm
from kanal.registration import actions
from kanal.registration.lifecycle import Status
from kanal.registration.models import Registration
from kanal.registration.policy import terms_of


@partner_page
@require_POST
def register(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Begin a request for an opportunity; a draft that is there already is opened."""
    try:
        draft = actions.register(opportunity=key, by=me(request))
    except Conflict as refused:
        messages.warning(request, str(refused))
        return redirect("portal:opportunity", key)
    return redirect("portal:registration", draft.pk)


@partner_page
@require_POST
def answer(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Answer what the vendor asked, with the fields that it opened and further files."""
    one = pages.found(request, key)
    if one.status != Status.INFORMATION_REQUESTED:
        return _too_late(request, one, _("Nothing is asked any more. Your answer was not needed."))
    form = AnswerForm(request.POST, request.FILES, instance=one, only=actions.open_fields(one))
    if not form.is_valid():
        return pages.draw(request, one, form, status=422)
    try:
        if form.uploads():
            actions.add_evidence(key=key, files=form.uploads(), by=me(request))
        text = form.cleaned_data["answer"]
        actions.answer(key=key, values=form.values(), text=text, by=me(request))
    except Invalid as refused:
        form.take(refused)
        return pages.draw(request, pages.found(request, key), form, status=422)
    except Conflict as refused:
        return _too_late(request, one, str(refused))
    said = _("Answered. The time of %(vendor)s runs again.") % {"vendor": settings.VENDOR_NAME}
    messages.success(request, said)
    return redirect("portal:registration", key)


@partner_page
@require_POST
def withdraw(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Withdraw a request, give up its protection, or discard a draft."""
    one = pages.found(request, key)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return pages.draw(request, one, form, status=422)
    try:
        actions.withdraw(key=key, by=me(request), text=form.cleaned_data["text"])
    except Conflict as refused:
        return _too_late(request, one, str(refused))
    if one.status == Status.DRAFT:
        messages.success(request, _("The draft is discarded."))
        return redirect("portal:registrations")
    messages.success(request, _("Withdrawn."))
    return redirect("portal:registration", key)


@partner_page
@require_POST
def extend(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Ask for more time for a protection."""
    one = pages.found(request, key)
    form = ExtendForm(terms_of(one), request.POST, request.FILES)
    if not form.is_valid():
        return pages.draw(request, one, form, status=422)
    try:
        actions.ask_extension(
            key=key,
            days=form.cleaned_data["days"] or 0,
            evidence=form.cleaned_data["evidence"],
            files=form.uploads(),
            by=me(request),
        )
    except Invalid as refused:
        form.take(refused)
        return pages.draw(request, one, form, status=422)
    except Conflict as refused:
        return _too_late(request, one, str(refused))
    messages.success(request, _("Asked. You are told of the answer."))
    return redirect("portal:registration", key)


def _too_late(request: HttpRequest, one: Registration, said: str) -> HttpResponse:
    """Say on the page of a request what has changed meanwhile."""
    messages.warning(request, said)
    return redirect("portal:registration", one.pk)
