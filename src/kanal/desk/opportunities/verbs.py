"""What can be done to the status by a dialog of its own."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from kanal.desk.guard import person, vendor_only
from kanal.desk.opportunities import record
from kanal.desk.opportunities.dialogs import FORMS
from kanal.directory.models import Person
from kanal.directory.refusal import Conflict, Invalid
from kanal.opportunities.lifecycle import Verb


@require_POST
@vendor_only
def do(request: HttpRequest, key: uuid.UUID, verb: str) -> HttpResponse:
    """Do a verb with what its dialog says; a refused dialog opens again with what was typed."""
    if verb not in Verb.values or Verb(verb) not in FORMS:
        raise Http404
    record.refuse_readers(request, verb, record.found(request, key))
    form = FORMS[Verb(verb)](request.POST)
    act: Callable[[uuid.UUID, Person], Any] = form.do
    if form.is_valid():
        try:
            act(key, person(request))
        except Invalid as refusal:
            form.refuse(refusal)
        except Conflict as refusal:
            messages.error(request, str(refusal))
            return redirect(record.address(request, key))
        else:
            messages.success(request, str(form.done))
            return redirect(record.address(request, key))
    return record.shown(request, key, verb_form=form, status=422)
