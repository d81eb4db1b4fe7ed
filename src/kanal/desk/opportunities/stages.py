"""Moving the stage, and writing notes."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kanal.desk.guard import person, vendor_only
from kanal.desk.opportunities import record
from kanal.directory.refusal import Conflict, Invalid
from kanal.distribution import actions
from kanal.opportunities.actions import Upload
from kanal.opportunities.lifecycle import Stage


@require_POST
@vendor_only
def move(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Move an opportunity to another stage."""
    try:
        moved = actions.move_stage(
            key=key,
            stage=request.POST.get("stage", ""),
            by=person(request),
            seen=request.POST.get("seen", ""),
        )
    except (Conflict, Invalid) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Stage: %(stage)s") % {"stage": Stage(moved.stage).label})
    return redirect(record.address(request, key))


@require_POST
@vendor_only
def note(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Write a note, with files; what was typed stays on the page where it is refused."""
    body, shared = request.POST.get("body", ""), request.POST.get("visibility") == "shared"
    files = [Upload(file.name or "", file.size or 0, file) for file in request.FILES.getlist("files")]
    try:
        actions.write_note(key=key, body=body, shared=shared, by=person(request), files=files)
    except Invalid as refusal:
        typed = record.Draft(body, shared, str(refusal))
        return record.shown(request, key, draft=typed, status=422)
    messages.success(request, _("Note added"))
    return redirect(record.address(request, key) + "#timeline")
