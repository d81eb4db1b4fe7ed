"""What a company's declines say of its profile: the question, and the administrator's answer."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kanal.directory import access
from kanal.directory.models import Partner, Person
from kanal.directory.refusal import Conflict
from kanal.distribution import actions
from kanal.distribution.models import Subject
from kanal.distribution.teaching import suggestions, visible_changes
from kanal.portal.guard import me, partner_page

LATEST = 5


def taught(person: Person, partner: Partner) -> dict[str, Any]:
    """Give what the company's page shows: what is suggested to an administrator, and what was asked for."""
    keeps = access.refusal_to_keep_company(person) is None
    return {
        "suggestions": suggestions(partner) if keeps else [],
        "changes": list(visible_changes(person)[:LATEST]),
    }


@partner_page
@require_POST
def answer(request: HttpRequest, subject: str, key: uuid.UUID) -> HttpResponse:
    """Ask the vendor to take something off the profile, or put the question off."""
    if subject not in Subject.values:
        raise Http404
    take_off = request.POST.get("answer") == "take_off"
    try:
        change = actions.answer_suggestion(subject=subject, about=key, take_off=take_off, by=me(request))
    except Conflict as conflict:
        messages.error(request, str(conflict))
        return redirect("portal:company")
    said = (
        _("We ask the vendor to take %(about)s off your profile. You are told of the answer.")
        if take_off
        else _("%(about)s stays. You are not asked again for 90 days.")
    )
    messages.success(request, said % {"about": change.about})
    return redirect("portal:company")


urlpatterns = [path("company/profile/<slug:subject>/<uuid:key>/", answer, name="profile_change")]
