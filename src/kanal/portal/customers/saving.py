"""What the pages of customers and of their people have in common: keeping what was typed, archiving, restoring."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from kanal.directory import access, actions
from kanal.directory.models import Record
from kanal.directory.refusal import Conflict, Invalid, Stale
from kanal.portal.customers.forms import KeptForm
from kanal.portal.guard import me

# Draws the page again: with the form, the status and what else there is to say.
Again = Callable[..., HttpResponse]


def save(
    request: HttpRequest, form: KeptForm, again: Again, address: Callable[[Record], str], **facts: Any
) -> HttpResponse:
    """Keep what a form says; where it is refused, draw the page again with the reason and what was typed.

    Args:
        request: who sends it.
        form: the form.
        again: draws the page.
        address: where the record is shown.
        facts: further fields of the record.
    """
    if not form.is_valid():
        return again(form, status=422)
    new = form.instance._state.adding
    try:
        kept = form.keep(by=me(request), **facts)
    except Invalid as refused:
        form.refuse(refused)
        return again(form, status=422)
    except Stale as stale:
        form.begin_again(access.reach(me(request), type(form.instance)).get(pk=form.instance.pk).version)
        return again(form, status=409, stale=stale.message, differences=form.differences(stale))
    except Conflict as refused:
        return again(form, status=409, refused=refused.message)
    messages.success(request, _("%(name)s is added.") % {"name": kept} if new else _("Saved."))
    return redirect(address(kept))


def put_away(
    request: HttpRequest,
    record: Record,
    again: Again,
    address: Callable[[Record], str],
    *,
    back: bool = False,
) -> HttpResponse:
    """Archive a record, or take it back; where something still needs it, the page says so.

    Args:
        request: who asks.
        record: which one.
        again: draws the page.
        address: where the record is shown.
        back: take it back.
    """
    act = actions.restore if back else actions.archive
    key: uuid.UUID = record.pk
    try:
        act(kind=type(record), key=key, by=me(request))
    except Conflict as refused:
        return again(None, status=409, refused=refused.message)
    said = _("%(name)s is restored.") if back else _("%(name)s is archived.")
    messages.success(request, said % {"name": record})
    return redirect(address(record))
