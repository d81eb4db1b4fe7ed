"""Invitations at the desk: who was invited and has not come yet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse

from kanal.directory.actions import invite
from tests.cast import Cast
from tests.desk.test_directory import of

pytestmark = pytest.mark.django_db


def test_an_invitation_is_sent_again_and_taken_back_at_the_desk(
    cast: Cast, freeze: Callable[[datetime], None]
) -> None:
    freeze(datetime(2026, 11, 23, 9, tzinfo=UTC))
    vera = invite(values={"email": "vera@nordlys.example"}, role="seller", partner=cast.nordlys, by=cast.ada)
    chris = of(cast.chris)
    again = chris.post(reverse("desk:invitation_resend", args=[vera.pk]), follow=True)
    assert "Wait a minute" in again.content.decode()
    freeze(datetime(2026, 11, 23, 10, tzinfo=UTC))
    again = chris.post(reverse("desk:invitation_resend", args=[vera.pk]), follow=True)
    assert "A new mail goes to vera@nordlys.example." in again.content.decode()
    back = chris.post(reverse("desk:invitation_revoke", args=[vera.pk]), follow=True)
    assert "is taken back" in back.content.decode()
    assert "Nobody is invited" in back.content.decode()
    per = invite(values={"email": "per@havn.example"}, role="seller", by=cast.ada)
    assert chris.post(reverse("desk:invitation_revoke", args=[per.pk])).status_code == 403
    assert of(cast.sally).get(reverse("desk:invitations")).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_invitations_asks_as_much_for_many_as_for_one(
    cast: Cast, rows: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(rows):
        invite(values={"email": f"{number}@x.example"}, role="seller", partner=cast.nordlys, by=cast.ada)
    ada = of(cast.ada)
    with django_assert_max_num_queries(8):
        assert f"{rows - 1}@x.example" in ada.get(reverse("desk:invitations")).content.decode()
