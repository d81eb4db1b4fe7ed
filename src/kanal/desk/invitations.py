"""Invitations at the desk: who was invited and has not come yet."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kanal.desk.guard import person, vendor_only
from kanal.desk.paging import CappedPaginator, size
from kanal.directory import access, actions, queries
from kanal.directory.models import Invitation
from kanal.directory.refusal import Conflict, Invalid, NotAllowed

COUNTED = 10_000


@vendor_only
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Show the invitations that wait, the newest first.

    Raises:
        NotAllowed: the person keeps neither people nor partners, and does not read the settings.
    """
    by = person(request)
    if not access.may_see_invitations(by):
        raise NotAllowed(
            _("Only those who keep people or partners can read invitations. Ask an administrator.")
        )
    found = queries.invitations(by)
    pages = CappedPaginator(found, size(request), count=found.order_by()[:COUNTED].count(), capped=False)
    page = pages.get_page(request.GET.get("page", 1))
    facts = {
        "nav": "desk:people",
        "page": page,
        "rows": [(one, access.refusal_to_invite(by, one.partner) is None) for one in page],
        "may_invite": access.refusal_to_invite(by, None) is None,
        "sees_people": access.may_see_settings(by),
    }
    return render(request, "desk/directory/invitations.html", facts)


def _then_back(request: HttpRequest, act: Callable[[], Invitation], said: str) -> HttpResponse:
    try:
        invitation = act()
    except (Conflict, Invalid) as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, said % {"email": invitation.email})
    return redirect("desk:invitations")


@vendor_only
@require_POST
def resend(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Mail an invitation anew; the old link dies."""
    by = person(request)
    said = _("A new mail goes to %(email)s. The old link no longer works.")
    return _then_back(request, lambda: actions.resend(key=key, by=by), said)


@vendor_only
@require_POST
def revoke(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """Take an invitation back."""
    by = person(request)
    said = _("The invitation of %(email)s is taken back. Its link no longer works.")
    return _then_back(request, lambda: actions.revoke(key=key, by=by), said)


urlpatterns = [
    path("people/invitations/", listing, name="invitations"),
    path("people/invitations/<uuid:key>/resend/", resend, name="invitation_resend"),
    path("people/invitations/<uuid:key>/revoke/", revoke, name="invitation_revoke"),
]
