"""Changes of profiles that partners ask for: the queue, and the vendor's word."""

from __future__ import annotations

import uuid
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kanal.desk.guard import person, vendor_only
from kanal.desk.paging import CappedPaginator, size
from kanal.directory import access
from kanal.directory.refusal import Conflict, Invalid
from kanal.distribution import actions
from kanal.distribution.models import ChangeState
from kanal.distribution.teaching import visible_changes
from kanal.web.components import Tab

_VERBS = {"approve": True, "reject": False}


@require_safe
@vendor_only
def page(request: HttpRequest) -> HttpResponse:
    """Show what waits, the oldest first, or what is decided."""
    return _shown(request)


def _shown(
    request: HttpRequest,
    status: int = HTTPStatus.OK,
    *,
    refused: object = "",
    wrong: tuple[uuid.UUID, str, str] | None = None,
) -> HttpResponse:
    by = person(request)
    decided = request.GET.get("view") == "decided"
    seen = visible_changes(by)
    waiting = seen.filter(state=ChangeState.ASKED).order_by("asked_at", "id")
    number = waiting.count()
    rows = seen.exclude(state=ChangeState.ASKED).order_by("-decided_at") if decided else waiting
    pages = CappedPaginator(rows, size(request), count=rows.count() if decided else number)
    address = reverse("desk:profile_changes")
    shown = {
        "tabs": [
            Tab(_("To decide"), address, number, current=not decided),
            Tab(_("Decided"), f"{address}?view=decided", current=decided),
        ],
        "page": pages.get_page(request.GET.get("page")),
        "decided": decided,
        "may_decide": access.refusal_to_keep(by, "partners") is None,
        "refused": refused,
        "wrong_key": wrong[0] if wrong else None,
        "wrong_text": wrong[1] if wrong else "",
        "wrong_typed": wrong[2] if wrong else "",
    }
    return render(request, "desk/profile_changes.html", shown, status=status)


@require_POST
@vendor_only
def decide(request: HttpRequest, key: uuid.UUID, verb: str) -> HttpResponse:
    """Approve or reject; where that is refused, the queue says why and keeps what was typed."""
    if verb not in _VERBS:
        raise Http404
    reason = request.POST.get("reason", "")
    try:
        change = actions.decide_change(key=key, approve=_VERBS[verb], reason=reason, by=person(request))
    except Invalid as invalid:
        return _shown(request, HTTPStatus.UNPROCESSABLE_ENTITY, wrong=(key, str(invalid), reason))
    except Conflict as conflict:
        return _shown(request, HTTPStatus.CONFLICT, refused=conflict.message)
    said = (
        _("%(about)s is off the profile of %(partner)s, which is told.")
        if change.state == ChangeState.APPROVED
        else _("%(about)s stays on the profile of %(partner)s, which is told.")
    )
    messages.success(request, said % {"about": change.about, "partner": change.partner})
    return redirect("desk:profile_changes")


urlpatterns = [
    path("profile-changes/", page, name="profile_changes"),
    path("profile-changes/<uuid:key>/<slug:verb>/", decide, name="profile_change"),
]
