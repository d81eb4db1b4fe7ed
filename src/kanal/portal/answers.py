"""Accept and Decline: one opportunity, or several at once."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed
from kanal.distribution import actions, queries
from kanal.distribution.models import OfferStatus
from kanal.opportunities import access
from kanal.opportunities.lifecycle import Verb
from kanal.portal import lists, record
from kanal.portal.forms import DeclineForm, QuestionForm
from kanal.portal.guard import me, partner_page
from kanal.portal.pages import render


def _accepted(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    messages.success(request, _("Accepted. You manage it now, and the customer’s people are open to you."))
    return redirect("portal:opportunity", key)


def _declined(request: HttpRequest, key: uuid.UUID) -> HttpResponse:  # noqa: ARG001 - the same shape as `_accepted`
    messages.success(request, _("Declined. You will not be asked about this one again."))
    return redirect("portal:opportunities")


def _told(
    request: HttpRequest,
    key: uuid.UUID,
    refused: Conflict,
    wanted: OfferStatus,
    done: Callable[[HttpRequest, uuid.UUID], HttpResponse],
) -> HttpResponse:
    """Say what was faster than this answer; one that was given twice ends like the first.

    Args:
        request: who answers.
        key: the opportunity.
        refused: why the answer was not taken.
        wanted: what the answer would have made of the offer.
        done: gives the page that follows where the answer is taken.
    """
    person = me(request)
    offer = queries.last_offer(person, key)
    if offer and offer.status == wanted and offer.answered_by_id == person.pk:
        return done(request, key)
    return _too_late(request, key, refused)


def _too_late(request: HttpRequest, key: uuid.UUID, refused: Conflict) -> HttpResponse:
    """Say why something can no longer be done: on its page where they still see it."""
    if _sees(request, key):
        messages.warning(request, str(refused))
        return redirect("portal:opportunity", key)
    return record.gone(request, key, status=409, message=str(refused))


def _sees(request: HttpRequest, key: uuid.UUID) -> bool:
    try:
        queries.opened(me(request), key)
    except Missing:
        return False
    return True


@partner_page
@require_POST
def accept(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Accept an offer."""
    try:
        actions.accept(key=key, by=me(request))
    except Conflict as refused:
        return _told(request, key, refused, OfferStatus.ACCEPTED, _accepted)
    return _accepted(request, key)


@partner_page
@require_POST
def decline(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Decline an offer, with a reason; without one the page asks again and keeps what was written."""
    form = DeclineForm(request.POST)
    try:
        if form.is_valid():
            actions.decline(key=key, by=me(request), **form.cleaned_data)
            return _declined(request, key)
    except Conflict as refused:
        return _told(request, key, refused, OfferStatus.DECLINED, _declined)
    except Invalid as refused:
        form.take(refused)
    return _ask_again(request, key, form)


@partner_page
@require_POST
def ask(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Ask the vendor about an offer, whose clock stands still from then on."""
    form = QuestionForm(request.POST)
    try:
        if form.is_valid():
            actions.ask(key=key, by=me(request), body=form.cleaned_data["body"])
            messages.success(request, _("Your question is on the timeline. The time to answer stands still."))
            return redirect(f"{reverse('portal:opportunity', args=[key])}#timeline")
    except Conflict as refused:
        return _too_late(request, key, refused)
    except Invalid as refused:
        form.take(refused)
    return record.draw(request, queries.opened(me(request), key), question=form, status=422)


def _ask_again(request: HttpRequest, key: uuid.UUID, form: DeclineForm) -> HttpResponse:
    """Draw the page with what was written, unless there is nothing left to decline.

    Raises:
        NotAllowed: this person does not answer offers, or it has been answered.
    """
    person = me(request)
    try:
        opened = queries.opened(person, key)
    except Missing:
        return record.gone(request, key, status=409)
    allowed = access.may(person, Verb.DECLINE, opened.opportunity, opened.part)
    if not allowed:
        raise NotAllowed(allowed.reason or "")
    return record.draw(request, opened, decline=form, status=422)


# ── Several at once ──────────────────────────────────────────────────────────────────────────────
def _keys(request: HttpRequest) -> list[uuid.UUID]:
    """Read which are chosen; what is no key is left out, as nothing has it."""
    keys = []
    for text in request.POST.getlist("id"):
        try:
            keys.append(uuid.UUID(text))
        except ValueError:
            continue
    return keys


def _result(request: HttpRequest, outcome: actions.Outcome, done: str) -> HttpResponse:
    """Say what was done; where something was not, each with its reason."""
    if not outcome.refused:
        messages.success(request, done)
        return redirect("portal:opportunities")
    facts = {"nav": "portal:opportunities", "outcome": outcome, "done": done if outcome.done else ""}
    return render(request, "portal/outcome.html", facts, 200 if outcome.done else 409)


def _nothing(request: HttpRequest) -> HttpResponse:
    messages.warning(request, _("Choose at least one opportunity."))
    return redirect("portal:opportunities")


@partner_page
@require_POST
def accept_several(request: HttpRequest) -> HttpResponse:
    """Accept the chosen offers."""
    keys = _keys(request)
    if not keys:
        return _nothing(request)
    outcome = actions.accept_all(keys=keys, by=me(request))
    number = len(outcome.done)
    done = ngettext("%(n)d opportunity accepted.", "%(n)d opportunities accepted.", number)
    return _result(request, outcome, done % {"n": number})


@partner_page
@require_POST
def decline_several(request: HttpRequest) -> HttpResponse:
    """Decline the chosen offers for one reason; without one the list asks again and keeps what was chosen."""
    keys = _keys(request)
    if not keys:
        return _nothing(request)
    form = DeclineForm(request.POST, form_id=lists.BULK_FORM)
    try:
        if form.is_valid():
            outcome = actions.decline_all(keys=keys, by=me(request), **form.cleaned_data)
            number = len(outcome.done)
            done = ngettext("%(n)d opportunity declined.", "%(n)d opportunities declined.", number)
            return _result(request, outcome, done % {"n": number})
    except Invalid as refused:
        form.take(refused)
    return lists.show(request, form=form, status=422)
