"""What the portal's tests share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from kanal.directory.models import Person

Enter = Callable[[Person], Client]


@pytest.fixture
def enter() -> Enter:
    """Give a function that signs a person in and gives their browser."""

    def signed_in(person: Person) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return signed_in
