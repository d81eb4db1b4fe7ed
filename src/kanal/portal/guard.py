"""Who comes through the portal's door."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.db import InternalError, connection, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from kanal.directory import access, actions, queries
from kanal.directory.models import Look, Partner, Person
from kanal.directory.refusal import NotAllowed

P = ParamSpec("P")
_READING = {"GET", "HEAD", "OPTIONS"}
_READ_ONLY = "25006"  # what PostgreSQL calls a write in a transaction that only reads
Page = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def partner_page(view: Page[P]) -> Page[P]:
    """Open a page to people of partners, and to who looks as one of them; others read why it is closed to them.

    Raises:
        NotAllowed: from the page: the person works for the vendor, or the partnership has ended.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        person = me(request)
        if person.partner_id is None:
            return _look(request, lambda: view(request, *args, **kwargs))
        # One read brings what every page shows: the company's name, and its contact at the vendor.
        person.partner = Partner.objects.select_related("account", "channel_manager").get(
            pk=person.partner_id
        )
        if not access.may_enter_portal(person):
            raise NotAllowed(
                _("The partnership with %(partner)s has ended, so the portal is closed to you.")
                % {"partner": person.partner.name}
            )
        return view(request, *args, **kwargs)

    return cast("Page[P]", login_required(guarded))


def _look(request: HttpRequest, show: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Show a page to somebody of the vendor who looks as a partner's person does; and let them change nothing.

    Two walls: what is no reading is refused here for every address, and the page is made in a transaction in which
    the database itself refuses to write.

    Raises:
        NotAllowed: nobody looks, they may not any more, or it is no reading.
    """
    viewer = me(request)
    look = queries.running_look(viewer, request.session["look"]) if "look" in request.session else None
    if look is None:
        raise NotAllowed(_("The portal is for people of partner companies. Your own pages are under Sales."))
    reason = access.refusal_to_look(viewer, look.person)
    if reason is not None:
        raise NotAllowed(reason)
    _see_as(request, look)
    if request.method not in _READING:
        raise NotAllowed(
            _("You see the portal as %(name)s does, and change nothing. Press Stop first.")
            % {"name": look.person.name}
        )
    actions.note_look(look=look, path=request.path)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
            return show()
    except InternalError as error:
        if getattr(error.__cause__, "sqlstate", "") != _READ_ONLY:
            raise
        raise NotAllowed(_("Opening this page would change something, so you can’t look at it.")) from error


def _see_as(request: HttpRequest, look: Look) -> None:
    """Let the request see what the person sees: their rights, language and time zone; the banner is the viewer's."""
    request.look = look  # type: ignore[attr-defined]
    request.look_words = {  # type: ignore[attr-defined]
        "says": _("You see the portal as %(name)s, %(role)s of %(company)s. Nothing can be changed.")
        % {"name": look.person.name, "role": look.person.role_label.lower(), "company": look.person.partner},
        "stop": _("Stop"),
    }
    request.user = look.person
    translation.activate(look.person.language)
    timezone.activate(look.person.time_zone)


def me(request: HttpRequest) -> Person:
    """Give the person who is signed in."""
    return cast(Person, request.user)


def my_company(request: HttpRequest) -> Partner:
    """Give the company of the person who is signed in; only on a `partner_page`."""
    return cast(Partner, me(request).partner)
