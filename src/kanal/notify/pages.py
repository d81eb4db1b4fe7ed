"""The page of what a person was told; each face puts it behind its own door, in its own frame."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_POST, require_safe

from kanal.directory.models import Person
from kanal.notify import actions, messages, queries
from kanal.web.looking import only_looks

PAGE_SIZE = 25
ICONS = {
    "offer_delivered": "inbox",
    "offers_delivered": "inbox",
    "offer_reminder": "clock",
    "offer_asked": "help",
    "offer_answered": "message",
    "offer_withdrawn": "arrow-back-up",
    "offer_accepted": "circle-check",
    "offer_declined": "circle-x",
    "offer_expired": "hourglass",
}

Guard = Callable[[Any], Any]


def urlpatterns(*, face: str, guard: Guard) -> list[URLPattern]:
    """Give the addresses of the page for one face.

    Args:
        face: the face's namespace, `desk` or `portal`; its frame is the template `<face>_base.html`.
        guard: what its views are wrapped in, so that only its own people come in.
    """

    @require_safe
    def listing(request: HttpRequest) -> HttpResponse:
        return _listing(request, face)

    @require_GET
    def follow(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
        return _follow(request, key)

    @require_POST
    def read(request: HttpRequest, key: uuid.UUID | None = None) -> HttpResponseBase:
        actions.mark_read(person=_person(request), key=key)
        return redirect(f"{face}:notifications")

    return [
        path("notifications/", guard(listing), name="notifications"),
        path("notifications/read/", guard(read), name="notifications_read"),
        path("notifications/<uuid:key>/", guard(follow), name="notification"),
        path("notifications/<uuid:key>/read/", guard(read), name="notification_read"),
    ]


def _person(request: HttpRequest) -> Person:
    return cast("Person", request.user)


def _listing(request: HttpRequest, face: str) -> HttpResponse:
    page = Paginator(queries.told(_person(request)), PAGE_SIZE).get_page(request.GET.get("page"))
    items = [
        {"notification": item, "told": messages.tell_in_words(item), "icon": ICONS.get(item.kind, "bell")}
        for item in page
    ]
    partner = _person(request).partner
    context = {
        "contact": partner.channel_manager if partner else None,
        "frame": f"{face}_base.html",
        "page": page,
        "items": items,
        "read_all": f"{face}:notifications_read",
        "read_one": f"{face}:notification_read",
        "open_one": f"{face}:notification",
    }
    return render(request, "notify/notifications.html", context)


def _follow(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """Lead to what a notification is about, and note that it was read."""
    notification = get_object_or_404(queries.told(_person(request)), pk=key)
    if not only_looks(request):
        actions.mark_read(person=_person(request), key=key)
    return redirect(notification.path)
