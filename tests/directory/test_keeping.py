"""Creating, editing, archiving and restoring the directory's records."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.test import override_settings

from kanal.directory import actions
from kanal.directory.models import (
    Account,
    Contact,
    Currency,
    Industry,
    Partner,
    Person,
    Product,
    ProductFamily,
    Record,
    Territory,
    Tier,
)
from kanal.directory.refusal import Conflict, Invalid, Missing, NotAllowed, Stale
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def make(kind: type[Record], by: Person, **values: Any) -> Any:
    return actions.keep(kind=kind, key=None, version=0, values=values, by=by)


def change(record: Record, by: Person, version: int | None = None, **values: Any) -> Any:
    version = record.version if version is None else version
    return actions.keep(kind=type(record), key=record.pk, version=version, values=values, by=by)


def archive(record: Record, by: Person) -> Any:
    return actions.archive(kind=type(record), key=record.pk, by=by)


# Who keeps what.
@pytest.mark.parametrize("who", ["ada", "chris", "sally"])
def test_administrators_channel_managers_and_sellers_keep_accounts_and_contacts(cast: Cast, who: str) -> None:
    by = cast.people[who]
    account = make(Account, by, name="Rimfaks Logistik")
    assert make(Contact, by, name="Per Rim", account=account).account == account


@pytest.mark.parametrize("who", ["chris", "sally", "otto", "anna", "mads"])
def test_only_administrators_keep_the_settings(cast: Cast, who: str) -> None:
    by = cast.people[who]
    for kind in (Territory, Industry, ProductFamily):
        with pytest.raises(NotAllowed):
            make(kind, by, name="New")
    with pytest.raises(NotAllowed):
        archive(cast.erp, by)
    with pytest.raises(NotAllowed):
        actions.restore(kind=Product, key=cast.erp.pk, by=by)


def test_an_auditor_keeps_nothing(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        make(Account, cast.otto, name="New")
    with pytest.raises(NotAllowed):
        change(cast.lindholm, cast.otto, name="Other")
    with pytest.raises(NotAllowed):
        archive(cast.nordlys, cast.otto)


@pytest.mark.parametrize("who", ["anna", "mads", "sofie"])
def test_a_partner_keeps_customers_of_its_own_and_nothing_else(cast: Cast, who: str) -> None:
    by = cast.people[who]
    mine = make(Account, by, name="New", managing_partner=cast.fjord)
    assert mine.managing_partner == cast.nordlys, "whatever was asked for"
    assert change(mine, by, name="Newer", managing_partner=None).managing_partner == cast.nordlys
    assert make(Contact, by, name="Per", account=mine).account == mine
    for foreign in (cast.lindholm, cast.customer(cast.fjord)[0], cast.nordlys.account):
        with pytest.raises(Missing):
            change(foreign, by, name="Other")
        with pytest.raises(Invalid):
            make(Contact, by, name="Spy", account=foreign)
        with pytest.raises(Invalid):
            change(mine, by, version=2, parent=foreign)
    for kind in (Partner, Territory):
        with pytest.raises(NotAllowed):
            make(kind, by)


def test_sellers_of_a_partner_archive_nothing(cast: Cast) -> None:
    account, person = cast.customer()
    for record in (account, person):
        with pytest.raises(NotAllowed):
            archive(record, cast.sofie)
        archive(record, cast.mads)
        with pytest.raises(NotAllowed):
            actions.restore(kind=type(record), key=record.pk, by=cast.sofie)


def test_nobody_keeps_customers_once_the_partnership_has_ended(cast: Cast) -> None:
    cast.nordlys.status = "ended"
    cast.nordlys.save()
    cast.anna.refresh_from_db()
    with pytest.raises(NotAllowed):
        make(Account, cast.anna, name="New")


# Editing.
def test_a_change_is_kept_with_a_new_version(cast: Cast) -> None:
    kept = change(cast.lindholm, cast.sally, name=" Lindholm Foods A/S ", city="Vejle")
    kept.refresh_from_db()
    assert (kept.name, kept.city, kept.version) == ("Lindholm Foods A/S", "Vejle", 2)


def test_a_save_that_changes_nothing_writes_nothing(cast: Cast) -> None:
    kept = change(cast.lindholm, cast.sally, name=cast.lindholm.name)
    assert (kept.version, kept.modified_at) == (1, cast.lindholm.modified_at)


def test_a_change_from_an_old_version_is_refused_and_says_what_differs_and_who_did_it(cast: Cast) -> None:
    change(cast.lindholm, cast.chris, name="Lindholm", city="Vejle")
    with pytest.raises(Stale) as refusal:
        change(cast.lindholm, cast.sally, version=1, name="Lindholm", city="Odense", phone="+45 70 10 20 30")
    assert refusal.value.changed == {"city": "Vejle", "phone": ""}
    assert refusal.value.by == "Chris Mølgaard"
    assert "Chris Mølgaard" in str(refusal.value)


def test_a_name_that_is_taken_is_refused_at_its_field(cast: Cast) -> None:
    with pytest.raises(Invalid) as refusal:
        make(Industry, cast.ada, name="Food")
    assert "name" in refusal.value.errors


def test_an_empty_name_and_a_wrong_country_are_refused_at_their_fields(cast: Cast) -> None:
    with pytest.raises(Invalid) as refusal:
        make(Account, cast.ada, name=" ", country="Denmark")
    assert {"name", "country"} <= refusal.value.errors.keys()


def test_what_does_not_exist_is_missing(cast: Cast) -> None:
    with pytest.raises(Missing):
        actions.archive(kind=Tier, key=uuid.uuid4(), by=cast.ada)
    with pytest.raises(Missing):
        actions.keep(kind=Tier, key=uuid.uuid4(), version=1, values={"name": "x"}, by=cast.ada)


def test_nothing_can_be_a_part_of_itself_by_any_detour(cast: Cast) -> None:
    denmark = make(Territory, cast.ada, name="Denmark")
    change(cast.jutland, cast.ada, parent=denmark)
    with pytest.raises(Invalid) as refusal:
        change(denmark, cast.ada, parent=cast.jutland)
    assert "parent" in refusal.value.errors
    with pytest.raises(Invalid):
        change(cast.lindholm, cast.ada, parent=cast.lindholm)


def test_the_code_of_a_currency_stays(cast: Cast) -> None:
    assert make(Currency, cast.ada, code="sek", name="Swedish krona").code == "SEK"
    with pytest.raises(Invalid) as refusal:
        change(cast.eur, cast.ada, code="USD")
    assert "code" in refusal.value.errors


def test_a_price_needs_its_currency(cast: Cast) -> None:
    with pytest.raises(Invalid):
        change(cast.erp, cast.ada, list_price=10, currency=None)


def test_the_company_of_a_partner_is_kept_on_the_partners_page_alone(cast: Cast) -> None:
    with pytest.raises(Conflict):
        change(cast.nordlys.account, cast.ada, name="Other")
    with pytest.raises(Conflict):
        archive(cast.nordlys.account, cast.ada)


# Archiving.
def test_what_is_archived_stays_where_it_is_used_and_can_be_restored(cast: Cast) -> None:
    archived = archive(cast.food, cast.ada)
    assert archived.archived_at is not None
    cast.lindholm.refresh_from_db()
    assert cast.lindholm.industry == cast.food
    assert cast.food not in Industry.objects.current()
    assert actions.restore(kind=Industry, key=cast.food.pk, by=cast.ada).archived_at is None


def test_archiving_twice_is_the_same_as_once(cast: Cast) -> None:
    first = archive(cast.food, cast.ada)
    second = archive(cast.food, cast.ada)
    assert (second.archived_at, second.version) == (first.archived_at, first.version)


def test_what_is_archived_is_not_edited(cast: Cast) -> None:
    archived = archive(cast.food, cast.ada)
    with pytest.raises(Conflict):
        change(archived, cast.ada, name="Food and drink")


def test_the_base_currency_is_never_archived(cast: Cast) -> None:
    with pytest.raises(Conflict, match="base currency"):
        archive(cast.dkk, cast.ada)


@override_settings(BASE_CURRENCY="EUR")
def test_a_currency_in_which_products_are_priced_is_not_archived(cast: Cast) -> None:
    with pytest.raises(Conflict, match="1 product"):
        archive(cast.dkk, cast.ada)
    archive(cast.erp, cast.ada)
    assert archive(cast.dkk, cast.ada).archived_at


def test_a_territory_with_parts_and_a_family_with_products_are_not_archived(cast: Cast) -> None:
    denmark = make(Territory, cast.ada, name="Denmark")
    jutland = change(cast.jutland, cast.ada, parent=denmark)
    with pytest.raises(Conflict, match="1 territory"):
        archive(denmark, cast.ada)
    with pytest.raises(Conflict, match="1 product"):
        archive(cast.erp.family, cast.ada)
    archive(jutland, cast.ada)
    archive(denmark, cast.ada)
    with pytest.raises(Conflict, match="Restore that first"):
        actions.restore(kind=Territory, key=jutland.pk, by=cast.ada)


def test_a_customer_with_open_opportunities_is_not_archived(cast: Cast) -> None:
    cast.opportunity()
    with pytest.raises(Conflict, match="1 open opportunity"):
        archive(cast.lindholm, cast.sally)
    other = make(Account, cast.sally, name="Quiet")
    assert archive(other, cast.sally).archived_at


# Nothing that is referenced can be deleted, whoever writes.
@pytest.mark.engine
@pytest.mark.parametrize(
    "name",
    [
        "lindholm",
        "karen",
        "dkk",
        "erp",
        "jutland",
        "food",
        "nordlys",
        "chris",
        "family",
        "gold",
        "nordlys_account",
    ],
)
def test_nothing_that_is_referenced_can_be_deleted(cast: Cast, name: str) -> None:
    opportunity = cast.managed()
    opportunity.lines.create(product=cast.erp)
    named = {"family": cast.erp.family, "gold": cast.nordlys.tier, "nordlys_account": cast.nordlys.account}
    record = named.get(name) or getattr(cast, name)
    with pytest.raises(ProtectedError), transaction.atomic():
        record.delete()
    table, key = type(record)._meta.db_table, record.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        _delete_by_sql(table, key)


def _delete_by_sql(table: str, key: object) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE id = %s", [key])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


# Partners.
def partner_values(cast: Cast, **facts: Any) -> dict[str, Any]:
    company = {"name": "Brygge Solutions", "city": "Odense", "country": "DK", **facts.pop("company", {})}
    values = {"status": "active", "channel_manager": cast.chris, "time_zone": "Europe/Copenhagen", **facts}
    return {"company": company, "values": values, "related": {"territories": [cast.jutland]}}


def test_a_partner_is_made_with_its_company(cast: Cast) -> None:
    made = actions.keep_partner(key=None, version=0, by=cast.chris, **partner_values(cast))
    assert (made.name, made.account.kind, made.account.city) == ("Brygge Solutions", "partner", "Odense")
    assert list(made.territories.all()) == [cast.jutland]


def test_nothing_is_left_of_a_partner_whose_profile_is_refused(cast: Cast) -> None:
    with pytest.raises(Invalid):
        actions.keep_partner(key=None, version=0, by=cast.chris, **partner_values(cast, status="asleep"))
    assert not Account.objects.filter(name="Brygge Solutions").exists()


def test_a_sellers_word_does_not_change_a_partner(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        actions.keep_partner(key=None, version=0, by=cast.sally, **partner_values(cast))


def test_company_and_profile_of_a_partner_share_one_version(cast: Cast) -> None:
    first = partner_values(cast)
    made = actions.keep_partner(key=None, version=0, by=cast.chris, **first)
    renamed = partner_values(cast, company={"name": "Brygge"})
    kept = actions.keep_partner(key=made.pk, version=1, by=cast.ada, **renamed)
    assert (kept.version, kept.name) == (2, "Brygge")
    with pytest.raises(Stale) as refusal:
        actions.keep_partner(
            key=made.pk, version=1, by=cast.chris, **{**first, "related": {"territories": []}}
        )
    assert refusal.value.changed == {"name": "Brygge", "territories": [cast.jutland]}
    assert refusal.value.by == "Ada Holm"


def test_a_partner_at_work_neither_ends_nor_is_archived(cast: Cast) -> None:
    cast.managed()
    ended = partner_values(cast, status="ended")
    with pytest.raises(Invalid) as refusal:
        actions.keep_partner(key=cast.nordlys.pk, version=1, by=cast.chris, **ended)
    assert "1 open opportunity" in str(refusal.value.errors["status"])
    with pytest.raises(Conflict, match="Ended"):
        archive(cast.fjord, cast.chris)
    kept = actions.keep_partner(key=cast.fjord.pk, version=1, by=cast.chris, **ended)
    assert archive(kept, cast.chris).archived_at


def test_the_channel_manager_is_a_person_of_the_vendor(cast: Cast) -> None:
    with pytest.raises(Invalid) as refusal:
        actions.keep_partner(
            key=None, version=0, by=cast.ada, **partner_values(cast, channel_manager=cast.mads)
        )
    assert "channel_manager" in refusal.value.errors


def test_renaming_a_company_renames_it_on_its_opportunities(cast: Cast) -> None:
    made = cast.managed()
    change(cast.lindholm, cast.chris, name="Lindholm Group")
    values = partner_values(cast, company={"name": "Nordlys"})
    actions.keep_partner(key=cast.nordlys.pk, version=1, by=cast.chris, **values)
    made.refresh_from_db()
    assert (made.account_name, made.partner_name) == ("Lindholm Group", "Nordlys")


def test_every_change_is_in_the_history_with_who(cast: Cast) -> None:
    change(cast.food, cast.ada, name="Food and drink")
    event = Industry.pgh_event_model.objects.filter(pgh_obj=cast.food).latest("pgh_id")
    assert (event.name, event.pgh_context.metadata["person"]) == ("Food and drink", str(cast.ada.pk))
