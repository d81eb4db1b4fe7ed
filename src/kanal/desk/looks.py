"""Seeing the portal as a partner's person sees it: begun and ended at the desk, and listed there."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kanal.desk.guard import person, vendor_only
from kanal.directory import access, actions, queries
from kanal.directory.models import Partner, Person

SHOWN = 5


def beside(by: Person, record: Person | Partner) -> dict[str, Any]:
    """Give what stands beside a person or a partner: who looked lately, and whether the reader may look.

    The template `desk/directory/looks.html` shows `looks`; `desk/directory/look_button.html` is the button of one
    person, `one`, where `may_look` says so.
    """
    return {
        "looks": list(queries.looks(by, at=record)[:SHOWN]),
        "sees_looks": access.may_see_looks(by),
        "may_look": access.refusal_to_keep(by, "partners") is None,
        "portal_open": isinstance(record, Partner) or access.refusal_to_look(by, record) is None,
    }


@vendor_only
@require_POST
def start(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Begin to look as somebody, and go to their portal."""
    look = actions.begin_look(key=key, by=person(request))
    request.session["look"] = str(look.pk)
    return redirect("portal:dashboard")


@vendor_only
@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """End the look, and go back to the partner."""
    key = request.session.pop("look", None)
    look = actions.end_look(key=uuid.UUID(key), by=person(request)) if key else None
    if look is None:
        return redirect("web:home")
    messages.success(request, _("You no longer see the portal as %(name)s.") % {"name": look.person.name})
    return redirect("desk:partner", look.person.partner_id)


urlpatterns = [
    path("looks/<uuid:key>/start/", start, name="look_start"),
    path("looks/stop/", stop, name="look_stop"),
]
