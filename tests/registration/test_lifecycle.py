"""The status machine of a request: its table, and what the database holds of it whoever writes."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction

from kanal.config import clock
from kanal.distribution.models import Protection
from kanal.registration import lifecycle
from kanal.registration.lifecycle import PAIRS, Status, Verb
from kanal.registration.models import Registration
from tests.registration import made

pytestmark = pytest.mark.django_db


def test_every_status_but_the_draft_is_reached_and_every_end_is_an_end() -> None:
    reached = {target for _source, target in PAIRS}
    assert reached == set(Status) - {Status.DRAFT}
    assert {source for source, _target in PAIRS}.isdisjoint(lifecycle.ENDED)


def test_a_refusal_names_the_verb_and_the_status() -> None:
    assert str(lifecycle.refusal(Verb.APPROVE, Status.REJECTED)) == (
        "“Approve” can’t be done: the request is “Rejected”."
    )


def put(registration: Registration, protection: Protection, original: Registration, status: str) -> None:
    """Write a status by plain SQL, with all that its constraints ask for."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """UPDATE registration_registration SET status = %s, reason = 'other', protection_id = %s,
               original_id = %s, submitted_at = now(), decide_by = now() WHERE id = %s""",
            [status, protection.pk, original.pk if status == Status.DUPLICATE else None, registration.pk],
        )


def way_to(status: Status) -> list[Status]:
    """Give the shortest way from the draft to a status."""
    ways = {Status.DRAFT: []}
    for _ in Status:
        for source, target in sorted(PAIRS):
            if source in ways:
                ways.setdefault(target, [*ways[source], target])
    return ways[status]


@pytest.mark.engine
def test_a_change_that_the_table_forbids_fails_in_the_database_too(cast) -> None:
    original, one = made.draft(cast, cast.mads), made.draft(cast, cast.mads, customer="Marstal Værft")
    protection = Protection.objects.create(
        partner=cast.nordlys,
        family=cast.erp.family,
        opportunity=one.opportunity,
        ends=clock.now() + timedelta(1),
    )
    for source, target in product(Status, Status):
        if source == target:
            continue
        with transaction.atomic():
            for step in way_to(source):
                put(one, protection, original, step)
            if (source, target) in PAIRS:
                put(one, protection, original, target)
            else:
                with pytest.raises(IntegrityError, match="can not become"):
                    put(one, protection, original, target)
            transaction.set_rollback(True)


@pytest.mark.engine
def test_a_new_request_is_a_draft_and_is_never_deleted(cast) -> None:
    draft = made.draft(cast, cast.mads)
    with pytest.raises(IntegrityError, match="is a draft"), transaction.atomic():
        Registration.objects.create(
            opportunity=draft.opportunity,
            partner=draft.partner,
            created_by=cast.mads,
            currency=draft.currency,
            status=Status.WITHDRAWN,
        )
    with pytest.raises(Exception, match="Cannot delete"), transaction.atomic():
        Registration.objects.filter(pk=draft.pk).delete()
