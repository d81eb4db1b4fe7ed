"""Work on a managed opportunity: every dialog of its page is answered here."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from kanal.directory.refusal import Invalid, Missing, Stale
from kanal.distribution import queries
from kanal.distribution.workplace import workplace
from kanal.opportunities import access
from kanal.opportunities.lifecycle import Verb
from kanal.portal import record
from kanal.portal.guard import me, partner_page
from kanal.portal.work_forms import EditForm, WorkForm
from kanal.portal.work_page import FORMS


@partner_page
@require_POST
@record.or_gone
def do(request: HttpRequest, key: uuid.UUID, what: str) -> HttpResponse:
    """Do what a dialog says; a refused dialog opens again with what was typed.

    Raises:
        Missing: there is no such opportunity for this person, or no such dialog.
        NotAllowed, Conflict: the person may not do this, or the status forbids it, whatever they typed.
    """
    person = me(request)
    if what not in FORMS:
        raise Missing
    opened = queries.opened(person, key)
    access.demand(person, FORMS[what].verb, opened.opportunity, opened.part)
    form = FORMS[what](workplace(person, opened), request.POST)
    if not form.is_valid():
        return _again(request, form)
    try:
        form.do(person)
    except Stale as stale:
        assert isinstance(form, EditForm)  # nothing else names a version
        form.compare(stale)
        return _again(request, form, status=409)
    except Invalid as refused:
        form.take(refused)
        return _again(request, form)
    messages.success(request, str(form.done))
    return (
        redirect("portal:opportunities") if form.verb is Verb.RETURN else redirect("portal:opportunity", key)
    )


def _again(request: HttpRequest, form: WorkForm, status: int = 422) -> HttpResponse:
    """Draw the page as it stands now, with the dialog open and what was typed in it."""
    person = me(request)
    opened = queries.opened(person, form.key)
    form.begin_again(workplace(person, opened))
    return record.draw(request, opened, work=form, status=status)
