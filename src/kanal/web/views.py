"""Pages that belong to no face: the way home, health, preferences, help, and what faults say."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.template import loader
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from kanal.web import domain
from kanal.web.wishes import DENSITIES, DENSITY_COOKIE, THEME_COOKIE, THEMES

_YEAR = 365 * 24 * 60 * 60
_SWITCH = {"on": True, "off": False}


def _first_url(*names: str) -> str:
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return reverse("web:help")


@require_safe
def home(request: HttpRequest) -> HttpResponseRedirect:
    """Send each person to where their work is."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    if getattr(request.user, "is_vendor", False):
        return HttpResponseRedirect(_first_url("desk:home", "desk:opportunities"))
    return HttpResponseRedirect(_first_url("portal:dashboard", "portal:opportunities"))


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Tell a load balancer whether this process can do its work."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "down", "database": False}, status=HTTPStatus.SERVICE_UNAVAILABLE)
    return JsonResponse({"status": "ok", "database": True})


def closed(request: HttpRequest, **_key: str) -> HttpResponse:  # noqa: ARG001
    """Answer that there is nothing here: a part of the sign-in library that Kanal leaves out.

    Raises:
        Http404: always.
    """
    raise Http404


@require_GET
@cache_control(public=True, max_age=86400)
def favicon(request: HttpRequest) -> HttpResponseRedirect:  # noqa: ARG001
    """Lead browsers that ask for the old address to the icon."""
    return HttpResponseRedirect(static("kanal/favicon.svg"))


@require_GET
def robots(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Ask search engines to stay out."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Explain statuses, keys and where the guides are."""
    return render(request, "web/help.html", {"nav": "web:help"})


# ── Preferences ──────────────────────────────────────────────────────────────────────────────────
def _back(request: HttpRequest) -> str:
    for target in (request.POST.get("next"), request.headers.get("Referer")):
        if target and url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
            return target
    return "/"


def _wishes(request: HttpRequest) -> dict[str, Any]:
    known = {"language": dict(settings.LANGUAGES), "theme": THEMES, "density": DENSITIES}
    asked = {name: request.POST.get(name, "") for name in known}
    found: dict[str, Any] = {name: value for name, value in asked.items() if value in known[name]}
    if request.POST.get("shortcuts") in _SWITCH:
        found["shortcuts"] = _SWITCH[request.POST["shortcuts"]]
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponseRedirect:
    """Keep the reader's language, theme and density: with the person, or in cookies before sign-in."""
    if request.method != "POST":  # somebody reloads, or comes back to, an address that shows nothing
        return HttpResponseRedirect("/")
    wishes = _wishes(request)
    answer = HttpResponseRedirect(_back(request))
    if request.user.is_authenticated:
        domain.set_preferences(request.user, **wishes)
        return answer
    cookies = {"language": settings.LANGUAGE_COOKIE_NAME, "theme": THEME_COOKIE, "density": DENSITY_COOKIE}
    for name, cookie in cookies.items():
        if name not in wishes:
            continue
        answer.set_cookie(
            cookie, wishes[name], max_age=_YEAR, secure=settings.HTTPS, httponly=True, samesite="Lax"
        )
    return answer


# ── When something fails ─────────────────────────────────────────────────────────────────────────
def _reason(exception: Exception | None) -> str:
    if exception is not None and isinstance(exception, (PermissionDenied, domain.refusal())):
        return str(exception)
    return ""


# Of a form that is refused, texts of so many letters and more than one word are worth keeping; never what these name.
_WORTH_KEEPING, _SECRET = 12, ("pass", "secret", "token", "code")


def _written(request: HttpRequest) -> list[str]:
    """Give what somebody wrote in a form that was refused, so that they can copy it; secrets are left out."""
    return [
        text
        for name, values in request.POST.lists()
        for text in (str(value).strip() for value in values)
        if len(text) >= _WORTH_KEEPING
        and len(text.split()) > 1
        and not any(part in name.lower() for part in _SECRET)
    ]


def _page(request: HttpRequest, status: HTTPStatus, template: str, **facts: object) -> HttpResponse:
    return render(request, template, facts, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the request could not be read."""
    return _page(request, HTTPStatus.BAD_REQUEST, "400.html", reason=_reason(exception))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say why this is not allowed, and whom to ask."""
    return _page(
        request, HTTPStatus.FORBIDDEN, "403.html", reason=_reason(exception), written=_written(request)
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Say that there is nothing here; it does not tell whether something exists for others."""
    return _page(request, HTTPStatus.NOT_FOUND, "404.html")


def conflict(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the state of things forbids it now, and lead back to the page that was left, as it stands now."""
    facts = {"reason": _reason(exception), "written": _written(request), "left": _left(request)}
    return _page(request, HTTPStatus.CONFLICT, "409.html", **facts)


def _left(request: HttpRequest) -> str:
    """Give the address of the page whose form was refused, without what was open on it; empty is not known."""
    path = "/" + urlsplit(_back(request)).path.lstrip("/") if request.method == "POST" else "/"
    return "" if path in {"/", request.path} else path


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """Say that the form is too old; nothing was saved."""
    return _page(request, HTTPStatus.FORBIDDEN, "403_csrf.html")


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Say that something broke, with nothing that could break again: no database, no request."""
    try:
        body = str(loader.render_to_string("500.html"))
    except Exception:  # noqa: BLE001 - the last resort must not fail itself
        body = f"<!doctype html><title>Kanal</title><h1>{_('Something went wrong')}</h1>"
    return HttpResponse(body, status=HTTPStatus.INTERNAL_SERVER_ERROR)
