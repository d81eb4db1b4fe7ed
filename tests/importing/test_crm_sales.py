"""The files of a CRM: every repair, every rejection, and what comes in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from kanal.config import clock
from kanal.directory.models import Account, ExchangeRate, Partner, Person, Product
from kanal.directory.refusal import Refusal
from kanal.importing import queries
from kanal.importing.outcomes import Outcome
from kanal.opportunities import words
from kanal.opportunities.models import Kind, Opportunity, TimelineEntry
from tests.importing.files import DIRTY, REAL, copied, load, needs_real_files, reasons

pytestmark = pytest.mark.django_db


def _sums(run) -> dict[str, dict[str, int]]:
    return {
        item.file: {"read": item.read}
        | {key: count for key, count in zip(Outcome.values, item.of, strict=True) if count}
        for item in queries.sums(run)
    }


def test_every_row_has_one_outcome_and_the_sums_agree() -> None:
    run = load()

    assert _sums(run) == {
        "accounts.csv": {"read": 8, "repaired": 4, "rejected": 4},
        "products.csv": {"read": 3, "imported": 2, "rejected": 1},
        "sales_teams.csv": {"read": 3, "imported": 3},
        "sales_pipeline.csv": {"read": 22, "imported": 3, "repaired": 4, "rejected": 15},
    }
    assert all(item.agrees for item in queries.sums(run))
    assert queries.in_all(run).read == sum(1 for file in DIRTY.glob("*.csv") for _ in file.open()) - 4
    assert run.rows_done == run.rows_total == queries.in_all(run).read
    rows = run.lines.filter(outcome="rejected").values("file", "line").distinct().count()
    assert rows == sum(counts.get("rejected", 0) for counts in run.counts.values())


def test_each_kind_of_wrong_row_is_rejected_with_its_reason() -> None:
    run = load()

    assert reasons(run) == {
        "W1": "repeated",
        "X1": "unknown_seller",
        "X2": "unknown_product",
        "X3": "unknown_account",
        "X4": "unknown_choice",
        "X5": "no_date",
        "X6": "no_date",
        "X7": "negative",
        "X8": "no_amount",
        "X9": "no_close_value",
        "X10": "no_close_date",
        "X11": "closed_before_start",
        "X12": "in_the_future",
        "X13": "cells",
        "": "empty",
    }
    others = run.lines.filter(outcome="rejected").exclude(file="sales_pipeline.csv")
    assert list(others.values_list("file", "line", "field", "value", "code")) == [
        ("accounts.csv", 6, "employees", "many", "no_number"),
        ("accounts.csv", 7, "office_location", "Atlantis", "unknown_country"),
        ("accounts.csv", 8, "account", "Little Mill", "repeated"),
        ("accounts.csv", 9, "account", "", "empty"),
        ("products.csv", 4, "sales_price", "-1", "negative"),
    ]


def test_repairs_are_named_and_counted() -> None:
    assert load().findings["repaired"] == {
        "no_account": 2,
        "product_spelling": 2,
        "sector_spelling": 1,
        "country_spelling": 1,
        "parent_loop": 1,
        "parent_unknown": 1,
        "no_engage_date": 1,
        "engage_date_from_close": 1,
    }


def test_accounts_come_in_as_customers_with_parent_industry_and_country() -> None:
    load()

    mill = Account.objects.get(name="Little Mill")
    assert (mill.kind, mill.country, mill.employees, mill.parent.name) == (
        "customer",
        "PH",
        40,
        "Harbour Foods",
    )
    assert Account.objects.get(name="Harbour Foods").industry.name == "Technology"
    assert Account.objects.get(name="Own Tail").parent is None


def test_sellers_become_partners_and_their_managers_own_the_opportunities() -> None:
    load()

    mona = Partner.objects.get(account__name="Mona Lind")
    assert [territory.name for territory in mona.territories.all()] == ["Central"]
    dora = Person.objects.get(name="Dora Brink")
    assert dora.vendor_role == "seller"
    assert not dora.has_usable_password()
    assert set(Opportunity.objects.values_list("owner__name", flat=True)) == {"Dora Brink"}


def test_a_won_one_keeps_its_value_in_both_currencies_and_its_days() -> None:
    load()

    won = Opportunity.objects.get(external_key="crm-sales:W2")
    assert (won.status, won.topic, won.source) == ("won", "GTX Pro for Little Mill", "import")
    assert (won.account_name, won.partner_name) == ("Little Mill", "Mona Lind")
    assert (won.actual_revenue, won.actual_revenue_base) == (Decimal("4514.50"), Decimal("31601.5000"))
    assert (won.estimated_revenue, won.estimated_revenue_base) == (Decimal(4821), Decimal(33747))
    assert (won.actual_close_date, won.close_reason) == (date(2017, 3, 11), "other")
    assert won.created_at.date() == date(2016, 10, 25)
    part = won.participations.get()
    assert (part.kind, part.partner.name, part.since.date()) == (
        Kind.MANAGING,
        "Mona Lind",
        date(2016, 10, 25),
    )
    line = won.lines.get()
    assert (line.product.name, line.unit_price) == ("GTX Pro", Decimal(4821))


def test_open_ones_are_managed_by_the_partner_at_the_stage_of_the_file() -> None:
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    with clock.frozen(now):
        load()

    found = {item.external_key[10:]: item for item in Opportunity.objects.filter(status="accepted")}
    assert {key: item.stage for key, item in found.items()} == {
        "E1": "interest_confirmed",
        "E2": "interest_confirmed",
        "P1": "prospect",
    }
    assert found["E1"].topic == "GTX Pro, customer not named"
    assert found["P1"].participations.get().since == pytest.approx(now, abs=clock.timedelta(seconds=5))


def test_the_timeline_begins_with_the_import_and_only_the_desk_reads_it() -> None:
    load()

    entry = TimelineEntry.objects.filter(opportunity__external_key="crm-sales:W1").get()
    assert words.sentence(entry) == "Imported from crm-sales"
    assert entry.visibility == "internal"


def test_the_history_knows_every_imported_record_and_the_run(django_assert_num_queries) -> None:
    run = load()

    events = Opportunity.pgh_event_model.objects.all()
    assert events.count() == Opportunity.objects.count() == 7
    assert {event.pgh_context.metadata["imported"] for event in events.select_related("pgh_context")} == {
        str(run.pk)
    }


def test_without_a_rate_the_import_says_what_to_do_and_keeps_nothing() -> None:
    with pytest.raises(Refusal, match=r"No rate is known for USD on 2016-10-20.*--rate"):
        load(rate="")

    assert not Account.objects.exists()
    assert not ExchangeRate.objects.exists()


def test_a_rate_that_is_known_is_used_and_none_is_added() -> None:
    from kanal.directory.models import Currency

    usd = Currency.objects.create(code="USD", name="US dollar")
    ExchangeRate.objects.create(currency=usd, valid_from=date(2000, 1, 1), rate=Decimal(6))
    ExchangeRate.objects.create(currency=usd, valid_from=date(2017, 3, 1), rate=Decimal(8))

    load()

    assert usd.rates.count() == 2
    won = Opportunity.objects.get(external_key="crm-sales:W1")
    assert (won.estimated_revenue_base, won.actual_revenue_base) == (Decimal(3300), Decimal(8432))


def test_records_that_are_here_are_used_and_left_as_they_are() -> None:
    Account.objects.create(name="Harbour Foods", country="SE", employees=1)

    run = load()

    assert Account.objects.get(name="Harbour Foods").country == "SE"
    kept = run.lines.filter(outcome="kept").values_list("key", "field", "facts")
    assert ("Harbour Foods", "office_location", {"here": "SE"}) in list(kept)


def test_a_name_that_two_records_have_is_rejected() -> None:
    for _ in range(2):
        Account.objects.create(name="Harbour Foods")

    run = load()

    assert run.lines.get(key="Harbour Foods").code == "ambiguous"
    assert reasons(run)["E2"] == "unknown_account"


def test_a_manager_who_may_own_nothing_is_no_owner() -> None:
    Person.objects.create_user("dora@havn.example", name="Dora Brink", vendor_role="auditor")

    run = load()

    assert run.counts["sales_teams.csv"] == {"rejected": 2, "imported": 1}
    assert not Opportunity.objects.exists()


def test_a_product_code_that_is_taken_is_rejected(cast) -> None:
    Product.objects.create(name="Other", code="GTX-PRO", family=cast.erp.family)

    run = load()

    assert run.lines.get(file="products.csv", key="GTX Pro").code == "code_taken"


@needs_real_files
def test_the_real_files_come_in_with_the_counts_that_they_have() -> None:
    run = load(REAL)

    assert _sums(run) == {
        "accounts.csv": {"read": 85, "imported": 72, "repaired": 13},
        "products.csv": {"read": 7, "imported": 7},
        "sales_teams.csv": {"read": 35, "imported": 35},
        "sales_pipeline.csv": {"read": 8800, "imported": 5988, "repaired": 2812},
    }
    assert run.findings["repaired"] == {
        "product_spelling": 1480,
        "no_account": 1425,
        "no_engage_date": 500,
        "sector_spelling": 12,
        "country_spelling": 2,
    }
    statuses = {
        status: Opportunity.objects.filter(status=status).count() for status in ("won", "lost", "accepted")
    }
    assert statuses == {"won": 4238, "lost": 2473, "accepted": 2089}
    assert Partner.objects.count() == 35

    again = load(REAL)
    assert queries.changed(again) == 0
    assert queries.in_all(again).read == 8927


def test_the_order_of_the_columns_does_not_matter(tmp_path) -> None:
    lines = (DIRTY / "sales_teams.csv").read_text().splitlines()
    turned = "\n".join(";".join(reversed(line.split(","))) for line in lines).replace(
        "sales_agent", "Sales Agent"
    )

    run = load(copied(tmp_path, sales_teams=turned))

    assert run.counts["sales_teams.csv"] == {"imported": 3}
    assert run.counts["sales_pipeline.csv"] == {"imported": 3, "repaired": 4, "rejected": 15}


def test_a_row_that_is_worth_more_than_can_be_kept_stays_out_and_the_rest_comes_in(tmp_path: Path) -> None:
    pipeline = (
        "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
        "W1,Mona Lind,GTX Basic,Harbour Foods,Won,10/20/2016,3/1/2017,1054\n"
        "W2,Mona Lind,GTX Basic,Harbour Foods,Won,10/20/2016,3/1/2017,9999999999999999\n"
    )
    run = load(copied(tmp_path, sales_pipeline=pipeline), rate="200")
    assert reasons(run) == {"W2": "too_much"}
    assert Opportunity.objects.get().actual_revenue == 1054
