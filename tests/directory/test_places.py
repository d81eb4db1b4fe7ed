"""Where accounts are: found offline and in the background, never a lie, never 0/0."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from kanal.directory import actions, places
from kanal.directory.actions.records import last_changed_by
from kanal.directory.models import Account
from kanal.directory.places import Place, find, locate_waiting
from tests.cast import Cast

COPENHAGEN, KOLDING = Place(55_675_940, 12_565_530), Place(55_490_400, 9_472_160)


def where(account: Account) -> Place | None:
    row = Account.objects.get(pk=account.pk)
    return None if row.latitude is None or row.longitude is None else Place(row.latitude, row.longitude)


def move(cast: Cast, account: Account, **address: str) -> Account:
    version = Account.objects.get(pk=account.pk).version
    return actions.keep(kind=Account, key=account.pk, version=version, values=address, by=cast.chris)


def test_towns_are_found_however_people_write_them():
    spelled = [
        "Copenhagen",
        "KØBENHAVN",
        "Kobenhavn",
        "2100 København Ø",
        "København K",
        "København, Danmark",
    ]
    found = find(("DK", town) for town in spelled)
    assert found == {("DK", town): COPENHAGEN for town in spelled}
    assert find([("DK", "Århus")])["DK", "Århus"] == find([("DK", "Aarhus C")])["DK", "Aarhus C"]


def test_a_town_is_sought_in_its_own_country():
    found = find([("DK", "Kolding"), ("SE", "Kolding"), ("DE", "Malmø"), ("SE", "Malmø")])
    assert found.keys() == {("DK", "Kolding"), ("SE", "Malmø")}


def test_what_is_not_known_or_not_clear_stays_unknown():
    assert find([("DK", "Nowhere at all"), ("XX", "Copenhagen"), ("DK", "123")]) == {}
    assert find([("US", "Springfield")]) == {}  # several of one size, far apart


def test_a_much_larger_town_is_meant_by_its_name():
    paris = find([("FR", "Paris")])["FR", "Paris"]
    assert (round(paris.latitude / 1e6), round(paris.longitude / 1e6)) == (49, 2)


@pytest.mark.django_db
def test_a_new_account_asks_to_be_located_and_the_worker_does_it(cast):
    made = actions.keep(
        kind=Account,
        key=None,
        version=0,
        values={"name": "Vik", "city": "Kolding", "country": "DK"},
        by=cast.chris,
    )
    assert ProcrastinateJob.objects.filter(task_name="kanal.directory.tasks.locate").count() == 1
    assert where(made) is None
    locate_waiting()
    assert where(made) == KOLDING


@pytest.mark.django_db
def test_an_edit_of_the_address_takes_the_old_place_away_at_once(cast):
    locate_waiting()
    assert where(cast.lindholm) == KOLDING
    move(cast, cast.lindholm, city="Copenhagen")
    assert where(cast.lindholm) is None
    locate_waiting()
    assert where(cast.lindholm) == COPENHAGEN


@pytest.mark.django_db
def test_plain_sql_takes_the_old_place_away_too(cast):
    locate_waiting()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE directory_account SET country = 'SE' WHERE id = %s", [cast.lindholm.pk])
    assert where(cast.lindholm) is None


@pytest.mark.django_db
def test_an_edit_of_something_else_keeps_the_place_and_asks_for_nothing(cast):
    locate_waiting()
    ProcrastinateJob.objects.all().delete()
    move(cast, cast.lindholm, phone="+45 70 10 20 31")
    assert where(cast.lindholm) == KOLDING
    assert not ProcrastinateJob.objects.filter(task_name="kanal.directory.tasks.locate").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("city", ["Nowhere at all", ""])
def test_an_address_that_is_not_found_leaves_nothing_and_is_not_sought_again(cast, city):
    locate_waiting()
    move(cast, cast.lindholm, city=city)
    locate_waiting()
    assert where(cast.lindholm) is None
    assert locate_waiting() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("place", [(0, 0), (None, 5), (5, None), (91_000_000, 5)])
def test_the_database_takes_no_place_that_is_none(cast, place):
    latitude, longitude = place
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(pk=cast.lindholm.pk).update(latitude=latitude, longitude=longitude)


@pytest.mark.django_db
def test_being_located_is_no_change_that_somebody_made(cast):
    moved = move(cast, cast.lindholm, city="Copenhagen")
    locate_waiting()
    assert last_changed_by(moved) == "Chris Mølgaard"
    assert Account.objects.get(pk=moved.pk).version == moved.version


@pytest.mark.django_db
def test_accounts_that_an_import_wrote_are_caught_up(cast):
    Account.objects.bulk_create(
        Account(name=f"Customer {place}", city="Kolding", country="DK") for place in range(5)
    )
    locate_waiting()
    assert Account.objects.filter(name__startswith="Customer", latitude=KOLDING.latitude).count() == 5


def in_thread(act: Callable[[], Any]) -> Callable[[], Any]:
    def acted() -> Any:
        try:
            return act()
        finally:
            connection.close()

    return acted


@pytest.mark.django_db(transaction=True)
def test_the_later_address_wins_over_a_look_up_that_runs(cast, monkeypatch):
    looked_up, moved = Event(), Event()
    find_really = places.find

    def find_slowly(wanted: Any) -> Any:
        found = find_really(wanted)
        if not looked_up.is_set():
            looked_up.set()
            assert moved.wait(20)
        return found

    monkeypatch.setattr(places, "find", find_slowly)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(in_thread(locate_waiting))
        assert looked_up.wait(20)
        move(cast, cast.lindholm, city="Copenhagen")
        moved.set()
        running.result(30)
    # The look-up of Kolding wrote nothing; going on, the same run found the new address.
    assert where(cast.lindholm) == COPENHAGEN
