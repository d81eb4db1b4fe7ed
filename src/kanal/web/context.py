"""What every template knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language_info

from kanal.web import domain

# Each language in its own words, so that a reader finds it whatever the page speaks.
LANGUAGES = [
    (code, str(get_language_info(code)["name_local"]).capitalize()) for code, _name in settings.LANGUAGES
]


def _base(person: Any) -> str:
    if person is None:
        return "plain_base.html"
    return "desk_base.html" if getattr(person, "is_vendor", False) else "portal_base.html"


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give the vendor's name, the reader's wishes and what the navigation needs; figures wait until shown."""
    person = getattr(request, "user", None)
    signed_in = person is not None and person.is_authenticated
    return {
        "vendor_name": settings.VENDOR_NAME,
        "demo": settings.DEMO,
        "joining_open": settings.JOINING_OPEN,
        "person": person if signed_in else None,
        "shell_base": _base(person if signed_in else None),
        "languages": LANGUAGES,
        "theme": getattr(request, "theme", "auto"),
        "density": getattr(request, "density", "comfortable"),
        "unread": SimpleLazyObject(lambda: domain.unread_count(person)) if signed_in else 0,
        "to_distribute": SimpleLazyObject(lambda: domain.to_distribute(person)) if signed_in else 0,
        "sees_settings": SimpleLazyObject(lambda: domain.may_see_settings(person)) if signed_in else False,
        "sees_applications": SimpleLazyObject(lambda: domain.sees_applications(person))
        if signed_in
        else False,
        "applications_waiting": SimpleLazyObject(lambda: domain.applications_waiting(person))
        if signed_in
        else 0,
        "registrations_waiting": SimpleLazyObject(lambda: domain.registrations_waiting(person))
        if signed_in
        else 0,
    }
