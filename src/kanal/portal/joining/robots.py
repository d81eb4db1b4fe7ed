"""What keeps robots from the public form: no puzzle, no service from outside.

A field that people do not see, a signed stamp of when the form was shown, and limits by address and by mail domain.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from allauth.core import ratelimit
from django.core.signing import BadSignature, dumps, loads
from django.http import HttpRequest

from kanal.config import clock

# Nobody fills the form faster; and one that was open for longer is from a copy, or of another day.
FASTEST = timedelta(seconds=4)
LONGEST = timedelta(hours=12)
_SALT = "kanal.join.stamp"


class Timing(Enum):
    """How a form's stamp stands when the form comes back."""

    GOOD = "good"
    TOO_FAST = "too fast"
    TOO_OLD = "too old"
    FORGED = "forged"


@dataclass(frozen=True)
class Stamp:
    """When a form was shown, and its key, by which it is taken once."""

    timing: Timing
    key: uuid.UUID


def new_stamp() -> str:
    """Give the stamp of a form that is shown now."""
    return dumps([uuid.uuid4().hex, clock.now().timestamp()], salt=_SALT)


def read_stamp(text: str) -> Stamp:
    """Judge the stamp that came back with a form."""
    try:
        key, shown = loads(text, salt=_SALT)
    except BadSignature:
        return Stamp(Timing.FORGED, uuid.uuid4())
    passed = clock.now() - datetime.fromtimestamp(shown, UTC)
    timing = Timing.TOO_FAST if passed < FASTEST else Timing.TOO_OLD if passed > LONGEST else Timing.GOOD
    return Stamp(timing, uuid.UUID(key))


def may_apply(request: HttpRequest, email: str) -> bool:
    """Count one application by the sender's address and by the domain of the mail; False where it is too many.

    Args:
        request: the form as it was sent, with nothing wrong in it: mistakes are not counted.
        email: the mail address that it names.
    """
    domain = email.rpartition("@")[2].strip().lower()
    return bool(
        ratelimit.consume(request, action="apply")
        and ratelimit.consume(request, action="apply_domain", key=domain)
    )
