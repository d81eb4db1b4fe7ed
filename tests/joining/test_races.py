"""Applying when several do so at the same moment, with real threads on the real database."""

from __future__ import annotations

import uuid

import pytest

from kanal.joining import actions
from kanal.joining.actions.applying import A_DAY
from kanal.joining.models import Application
from tests import cast as casting
from tests.distribution.test_concurrency import race
from tests.joining import made

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]


def apply(cast: casting.Cast, key: uuid.UUID) -> None:
    actions.apply(form_key=key, values=made.values(), related=made.related(cast), language="en")


def test_a_form_that_is_sent_twice_at_once_is_taken_once_in_silence() -> None:
    cast = casting.make()
    for number in range(1, A_DAY + 1):
        key = uuid.uuid4()
        results = race(*[lambda key=key: apply(cast, key) for _ in range(3)])
        assert results == [None] * 3
        assert Application.objects.count() == number


def test_an_address_gets_no_more_mails_a_day_however_many_apply_with_it_at_once() -> None:
    cast = casting.make()
    race(*[lambda: apply(cast, uuid.uuid4()) for _ in range(A_DAY * 3)])
    assert Application.objects.count() == A_DAY
