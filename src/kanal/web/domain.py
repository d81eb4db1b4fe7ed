"""The few things that the shell asks of the domain.

Imports point from the domain to the shell, never back; so these are named here as text and found when
they are used.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.utils.module_loading import import_string

_REFUSALS = "kanal.directory.refusal"
_UNREAD = "kanal.notify.queries.unread_count"
_PREFER = "kanal.directory.actions.set_preferences"
_WAITING = "kanal.joining.queries.waiting_count"
_TO_DISTRIBUTE = "kanal.opportunities.queries.to_distribute_count"
_SEES_APPLICATIONS = "kanal.joining.access.refusal_to_read"
_REGISTRATIONS = "kanal.registration.queue.waiting_count"
_SEES_SETTINGS = "kanal.directory.access.may_see_settings"


def refusal(name: str = "Refusal") -> type[Exception]:
    """Give one of the domain's refusals by its name."""
    return cast(type[Exception], import_string(f"{_REFUSALS}.{name}"))


def unread_count(person: Any) -> int:
    """Count what this person was told and has not read."""
    return int(import_string(_UNREAD)(person))


def to_distribute(person: Any) -> int:
    """Count the opportunities that wait for a partner."""
    return int(import_string(_TO_DISTRIBUTE)(person))


def may_see_settings(person: Any) -> bool:
    """Tell whether the pages of lists and people are open to this person."""
    return bool(import_string(_SEES_SETTINGS)(person))


def sees_applications(person: Any) -> bool:
    """Tell whether the queue of companies that want to become partners is open to this person."""
    return import_string(_SEES_APPLICATIONS)(person) is None


def applications_waiting(person: Any) -> int:
    """Count the applications that wait for this person or a colleague."""
    return int(import_string(_WAITING)(person))


def registrations_waiting(person: Any) -> int:
    """Count the deal registration requests that wait for this person or a colleague."""
    return int(import_string(_REGISTRATIONS)(person))


def set_preferences(person: Any, **values: Any) -> None:
    """Keep a person's language, theme, density and shortcuts."""
    cast(Callable[..., None], import_string(_PREFER))(person=person, **values)
