"""What the database itself holds of applications, whoever writes; and two who decide at once."""

from __future__ import annotations

from itertools import product

import pytest
from django.db import Error, IntegrityError, connection, transaction

from kanal.directory.models import Invitation, Partner, Person
from kanal.directory.refusal import Refusal
from kanal.joining import actions
from kanal.joining.lifecycle import DECIDED, PAIRS, Status
from kanal.joining.models import Application, Entry
from tests import cast as casting
from tests.cast import Cast
from tests.distribution.test_concurrency import race
from tests.joining.made import applied, approval, waiting

pytestmark = pytest.mark.engine


def put(application: Application, partner: Partner, person: Person, status: Status) -> None:
    """Write a status by plain SQL, with all that its constraints ask for."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """UPDATE joining_application SET status = %s, reason = %s, partner_id = %s, decided_by_id = %s,
               confirmed_at = CASE WHEN %s THEN NULL ELSE now() END,
               decided_at = CASE WHEN %s THEN now() END WHERE id = %s""",
            [
                status.value,
                "other" if status == Status.REJECTED else "",
                partner.pk if status == Status.APPROVED else None,
                person.pk if status == Status.APPROVED else None,
                status == Status.UNCONFIRMED,
                status in DECIDED,
                application.pk,
            ],
        )


WAYS = {
    Status.UNCONFIRMED: [],
    Status.WAITING: [Status.WAITING],
    Status.IN_REVIEW: [Status.WAITING, Status.IN_REVIEW],
    Status.ASKED: [Status.WAITING, Status.ASKED],
    Status.APPROVED: [Status.WAITING, Status.APPROVED],
    Status.REJECTED: [Status.WAITING, Status.REJECTED],
    Status.WITHDRAWN: [Status.WAITING, Status.WITHDRAWN],
}


@pytest.mark.django_db
def test_plain_sql_can_take_the_steps_of_the_table_and_no_other(cast: Cast) -> None:
    for number, (source, target) in enumerate(product(Status, Status)):
        if source == target:
            continue
        made = applied(cast, email=f"n{number}@x{number}.example")
        for step in WAYS[source]:
            put(made, cast.nordlys, cast.ada, step)
        if (source, target) in PAIRS:
            put(made, cast.nordlys, cast.ada, target)
        else:
            with pytest.raises(IntegrityError, match="can not become"):
                put(made, cast.nordlys, cast.ada, target)


@pytest.mark.django_db
def test_no_application_is_born_confirmed(cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="not confirmed"), transaction.atomic():
        Application.objects.create(status=Status.APPROVED, company="X", domain="x.example", country="DK")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change", ["decided_at = now()", "reason = 'other'", "confirmed_at = NULL", "status = 'nonsense'"]
)
def test_a_row_that_contradicts_itself_is_refused(cast: Cast, change: str) -> None:
    made = waiting(cast)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE joining_application SET {change} WHERE id = %s", [made.pk])


@pytest.mark.django_db
def test_what_was_confirmed_and_what_happened_to_it_is_never_deleted(cast: Cast) -> None:
    made = waiting(cast)
    entry = Entry.objects.get(application=made)
    for sql, key in (
        ("DELETE FROM joining_statuslink; DELETE FROM joining_application WHERE id = %s", made.pk),
        ("DELETE FROM joining_entry WHERE id = %s", entry.pk),
        ("UPDATE joining_entry SET body = 'else' WHERE id = %s", entry.pk),
    ):
        with pytest.raises(Error, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [key])


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_the_same_moment_one_wins_and_the_other_is_told() -> None:
    cast = casting.make()
    winners = set()
    for number in range(12):
        mail = f"else{number}@sonderbo{number}.example"
        made = waiting(cast, email=mail)
        given = approval(cast, administrator={"name": "Else Bruun", "email": mail})
        results = race(
            lambda key=made.pk, given=given: actions.approve(key=key, approval=given, by=cast.chris),
            lambda key=made.pk: actions.reject(key=key, reason="covered", text="No.", by=cast.ada),
        )
        lost = [result for result in results if isinstance(result, Refusal)]
        made.refresh_from_db()
        assert len(lost) == 1, results
        assert made.get_status_display() in str(lost[0])
        assert Invitation.objects.filter(email=mail).exists() == (made.status == Status.APPROVED)
        assert Entry.objects.filter(application=made, kind__in=["approved", "rejected"]).count() == 1
        winners.add(made.status)
    assert winners <= {Status.APPROVED, Status.REJECTED}


@pytest.mark.django_db(transaction=True)
def test_two_approvals_of_the_same_application_make_one_partner() -> None:
    cast = casting.make()
    made = waiting(cast)
    results = race(
        lambda: actions.approve(key=made.pk, approval=approval(cast), by=cast.chris),
        lambda: actions.approve(key=made.pk, approval=approval(cast), by=cast.ada),
    )
    assert sum(isinstance(result, Application) for result in results) == 1
    assert Partner.objects.filter(account__name="Sønderbo Data").count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_approval_and_a_withdrawal_never_both_succeed() -> None:
    cast = casting.make()
    made = waiting(cast)
    results = race(
        lambda: actions.approve(key=made.pk, approval=approval(cast), by=cast.chris),
        lambda: actions.withdraw(key=made.pk),
    )
    made.refresh_from_db()
    assert sum(isinstance(result, Application) for result in results) == 1
    assert Partner.objects.filter(account__name="Sønderbo Data").exists() == (made.status == "approved")
