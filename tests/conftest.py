"""What every test can rely on."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

import hypothesis
import pytest
from django.core.cache import cache
from django.utils import translation

from kanal.config import clock

pytest_plugins = ["tests.browsing"]

LOCAL = {"127.0.0.1", "::1", "localhost"}

hypothesis.settings.register_profile("kanal", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "kanal")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_blocker: Any) -> None:
    """Make the test database from a template instead of running every migration in every process."""
    from tests import databases

    with django_db_blocker.unblock():
        databases.prepare()


@pytest.fixture(scope="session", autouse=True)
def nothing_from_outside() -> Iterator[None]:
    """Refuse connections to other machines: neither Kanal nor its tests need any."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in LOCAL:
            raise AssertionError(f"A test connects to {address[0]}; only this machine is allowed.")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(autouse=True)
def as_if_just_started() -> Iterator[None]:
    """Begin each test in English, at the true time, with no sign-in attempt counted."""
    clock.use(timedelta)
    cache.clear()
    with translation.override("en"):
        yield
    clock.use(timedelta)


@pytest.fixture
def freeze() -> Iterator[Callable[[datetime], None]]:
    """Give a function that stops the clock at a moment, until the test ends or it is called again."""
    with ExitStack() as stack:

        def stop_at(moment: datetime) -> None:
            stack.enter_context(clock.frozen(moment))

        yield stop_at


@pytest.fixture
def cast(db: None) -> Any:
    """Give the cast: a vendor, two rival partners and their customers."""
    from tests import cast as casting

    return casting.make()
