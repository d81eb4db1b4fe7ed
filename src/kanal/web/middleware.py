"""What happens around every request."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable

import pghistory
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from kanal.web import domain, views
from kanal.web.wishes import DENSITIES, DENSITY_COOKIE, THEME_COOKIE, THEMES

Handler = Callable[[HttpRequest], HttpResponseBase]

_CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
_HEADERS = {
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": settings.X_FRAME_OPTIONS,
}


def _signed_in(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated


def headers(get_response: Handler) -> Handler:
    """Add the headers that close doors; what a signed-in person sees is kept in no cache."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if _signed_in(request):
            response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    return handle


def no_nul(get_response: Handler) -> Handler:
    """Answer 400 to the character NUL, which no text of a person has and no column of the database takes."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return views.bad_request(request)
        if request.method == "POST" and any(
            "\0" in text for _, texts in request.POST.lists() for text in texts
        ):
            return views.bad_request(request)
        return get_response(request)

    return handle


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo(settings.TIME_ZONE)


def _wish(request: HttpRequest, attribute: str, cookie: str, known: set[str], default: str) -> str:
    value = getattr(request.user, attribute, "") if _signed_in(request) else request.COOKIES.get(cookie, "")
    return value if value in known else default


def preferences(get_response: Handler) -> Handler:
    """Speak the reader's language in the reader's time zone, and note the wished look on the request."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        if _signed_in(request):
            language = getattr(request.user, "language", settings.LANGUAGE_CODE)
            timezone.activate(_zone(getattr(request.user, "time_zone", settings.TIME_ZONE)))
        else:
            language = translation.get_language_from_request(request)
            timezone.deactivate()
        translation.activate(language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE)
        request.LANGUAGE_CODE = translation.get_language()
        request.theme = _wish(request, "theme", THEME_COOKIE, THEMES, "auto")  # type: ignore[attr-defined]
        request.density = _wish(  # type: ignore[attr-defined]
            request, "density", DENSITY_COOKIE, DENSITIES, "comfortable"
        )
        response = get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        if isinstance(response, HttpResponse):
            patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response

    return handle


def history(get_response: Handler) -> Handler:
    """Note in the history who asked for a change, and where."""

    def handle(request: HttpRequest) -> HttpResponseBase:
        if request.method not in _CHANGING:
            return get_response(request)
        person = str(request.user.pk) if _signed_in(request) else ""
        with pghistory.context(person=person, url=request.path):
            return get_response(request)

    return handle


class _Refusals:
    """Answers a refusal of the domain that no view caught."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn a refusal into its page: 404, 403 with the reason, 409 where the state forbids it."""
        if not isinstance(exception, domain.refusal()):
            return None
        if isinstance(exception, domain.refusal("Missing")):
            return views.not_found(request, exception)
        if isinstance(exception, domain.refusal("NotAllowed")):
            return views.forbidden(request, exception)
        if isinstance(exception, domain.refusal("Conflict")):
            return views.conflict(request, exception)
        return views.bad_request(request, exception)


def refusals(get_response: Handler) -> _Refusals:
    """Turn refusals of the domain into pages that say the reason."""
    return _Refusals(get_response)
