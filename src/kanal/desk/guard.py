"""The door of the desk."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from kanal.directory.access import may_enter_desk
from kanal.directory.models import Person
from kanal.directory.refusal import NotAllowed

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def vendor_only(view: View) -> View:
    """Let only people of the vendor in; others are sent to sign in, or told that this is not theirs.

    Args:
        view: a view of the desk; its request's `user` is a `Person` of the vendor.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not may_enter_desk(person(request)):
            raise NotAllowed(
                _("These pages are for the vendor’s people. Your opportunities are on the portal.")
            )
        return view(request, *args, **kwargs)

    return cast("View", guarded)


def person(request: HttpRequest) -> Person:
    """Give the person who asks; only behind `vendor_only`."""
    return cast("Person", request.user)
