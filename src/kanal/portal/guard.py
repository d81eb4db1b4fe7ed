"""Who comes through the portal's door."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from kanal.directory import access
from kanal.directory.models import Partner, Person
from kanal.directory.refusal import NotAllowed

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def partner_page(view: Page[P]) -> Page[P]:
    """Open a page to people of partners alone; others sign in, or read why it is closed to them.

    Raises:
        NotAllowed: from the page: the person works for the vendor, or the partnership has ended.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        person = me(request)
        if person.partner_id is None:
            raise NotAllowed(
                _("The portal is for people of partner companies. Your own pages are under Sales.")
            )
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


def me(request: HttpRequest) -> Person:
    """Give the person who is signed in."""
    return cast(Person, request.user)


def my_company(request: HttpRequest) -> Partner:
    """Give the company of the person who is signed in; only on a `partner_page`."""
    return cast(Partner, me(request).partner)
