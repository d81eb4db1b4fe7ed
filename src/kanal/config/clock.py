"""The one place that tells the time. All other code asks here, so that a test or the demo can move it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

Offset = Callable[[], timedelta]


def _none() -> timedelta:
    return timedelta()


_offset: Offset = _none
_stands: datetime | None = None


def now() -> datetime:
    """Give the present moment, in UTC, moved by whatever offset is in force."""
    return _stands or timezone.now() + _offset()


def today() -> date:
    """Give today's date in the zone that is active for the reader."""
    return timezone.localdate(now())


def use(offset: Offset) -> None:
    """Let `offset` say from now on how far the clock is moved; the demo sets it when it starts."""
    global _offset  # noqa: PLW0603 - a process has one clock
    _offset = offset


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Run a block at one moment: the clock of this process stands still at `at`, which names its zone."""
    global _stands  # noqa: PLW0603 - a process has one clock
    before, _stands = _stands, at.astimezone(UTC)
    try:
        yield
    finally:
        _stands = before
