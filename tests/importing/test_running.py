"""Running an import: twice, tried out, broken off, two at once, after changes."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection

from kanal.config import clock
from kanal.directory.models import Account, Person
from kanal.directory.refusal import Conflict, Invalid, NotAllowed, Refusal
from kanal.distribution import actions as distribution
from kanal.importing import actions, engine, queries
from kanal.importing.models import ImportLine, ImportRun
from kanal.opportunities.models import Opportunity
from tests.importing.files import DIRTY, copied, load, packed, reasons

pytestmark = pytest.mark.django_db
HISTORY = [Opportunity.pgh_event_model, Account.pgh_event_model, Person.pgh_event_model]


def _history() -> int:
    return sum(model.objects.count() for model in HISTORY)


def _pipeline(tmp_path, change) -> object:
    return copied(tmp_path, sales_pipeline=change((DIRTY / "sales_pipeline.csv").read_text()))


def test_a_second_run_changes_nothing_not_even_the_history() -> None:
    load()
    before = (
        _history(),
        Opportunity.objects.count(),
        set(Opportunity.objects.values_list("version", flat=True)),
    )

    again = load()

    assert queries.changed(again) == 0
    assert again.made == {}
    assert before == (
        _history(),
        Opportunity.objects.count(),
        set(Opportunity.objects.values_list("version", flat=True)),
    )
    assert set(again.counts["sales_pipeline.csv"]) == {"unchanged", "rejected"}


def test_a_rehearsal_writes_nothing_but_its_report() -> None:
    run = load(dry_run=True)

    assert run.counts["sales_pipeline.csv"] == {"imported": 3, "repaired": 4, "rejected": 15}
    assert run.lines.count() > 20
    assert not Opportunity.objects.exists()
    assert not Account.objects.exists()
    assert _history() == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT is_called FROM opportunities_reference")
        used_before = cursor.fetchone()[0]
    load(dry_run=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT is_called FROM opportunities_reference")
        assert cursor.fetchone()[0] == used_before


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_a_run_that_dies_half_way_leaves_nothing_and_says_why(monkeypatch) -> None:
    """The database refuses the last row of the second batch, after a thousand others were written."""
    monkeypatch.setattr(engine, "BATCH", 3)
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE opportunities_opportunity ADD CONSTRAINT no_such_topic CHECK (external_key <> "
            "'crm-sales:E2')"
        )
    try:
        with pytest.raises(DatabaseError):
            load()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE opportunities_opportunity DROP CONSTRAINT no_such_topic")

    run = ImportRun.objects.get()
    assert run.state == "failed"
    assert "no_such_topic" in run.failure
    assert not Opportunity.objects.exists()
    assert not Account.objects.exists()
    assert not ImportLine.objects.exists()
    assert load().state == "done"


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_by_others_while_the_run_is_one_transaction(monkeypatch) -> None:
    monkeypatch.setattr(engine, "BATCH", 1)
    monkeypatch.setattr("kanal.importing.progress._SECONDS_BETWEEN", 0)
    seen: list[tuple[str, int, int]] = []

    def look(done: int, total: int) -> None:
        def ask() -> None:
            run = ImportRun.objects.get()
            seen.append((run.state, run.rows_done, Opportunity.objects.count()))
            connection.close()

        if done in {20, 30}:
            other = threading.Thread(target=ask)
            other.start()
            other.join()

    load(tell=look)

    assert [state for state, _done, _visible in seen] == ["running", "running"]
    assert seen[0][1] == 19
    assert all(visible == 0 for _state, _done, visible in seen)


@pytest.mark.engine
@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_are_one_too_many() -> None:
    refused: list[str] = []

    def second() -> None:
        try:
            load()
        except Conflict as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    def when_half_way(done: int, total: int) -> None:
        if done == total and not refused:
            other = threading.Thread(target=second)
            other.start()
            other.join()

    load(tell=when_half_way)

    assert refused == ["Another import is running. Wait until it is done, then start this one again."]
    assert Opportunity.objects.count() == 7


def test_a_row_that_says_something_new_is_followed_while_nobody_touched_the_record(tmp_path) -> None:
    load()
    later = _pipeline(
        tmp_path, lambda text: text.replace("Engaging,11/3/2016,,", "Won,11/3/2016,1/2/2017,600", 2)
    )

    run = load(later)

    assert run.counts["sales_pipeline.csv"]["changed"] == 2
    won = Opportunity.objects.get(external_key="crm-sales:E2")
    assert (won.status, won.actual_revenue, won.version) == ("won", 600, 2)
    assert won.timeline.count() == 2
    assert queries.changed(load(later)) == 0


def test_what_a_person_changed_stays_and_is_told(tmp_path, cast) -> None:
    load()
    theirs = Opportunity.objects.get(external_key="crm-sales:E2")
    distribution.hold(key=theirs.pk, reason="Waiting for the budget", by=cast.chris)
    later = _pipeline(
        tmp_path, lambda text: text.replace("Engaging,11/3/2016,,", "Won,11/3/2016,1/2/2017,600", 2)
    )

    run = load(later)

    assert run.counts["sales_pipeline.csv"]["kept"] == 1
    assert Opportunity.objects.get(pk=theirs.pk).status == "on_hold"


def test_a_change_of_status_that_the_lifecycle_forbids_is_rejected(tmp_path) -> None:
    load()
    later = _pipeline(
        tmp_path, lambda text: text.replace("Lost,10/25/2016,3/7/2017,0", "Won,10/25/2016,3/7/2017,5")
    )

    assert reasons(load(later))["L1"] == "status_forbidden"


def test_a_row_that_goes_to_another_seller_and_product_hands_the_opportunity_over(tmp_path) -> None:
    load()
    later = _pipeline(tmp_path, lambda text: text.replace("E2,Per Skov,GTX Basic", "E2,Mona Lind,GTX Pro"))

    load(later)

    moved = Opportunity.objects.get(external_key="crm-sales:E2")
    assert moved.partner_name == "Mona Lind"
    assert [part.partner.name for part in moved.participations.filter(until__isnull=True)] == ["Mona Lind"]
    assert [line.product.name for line in moved.lines.all()] == ["GTX Pro"]


@pytest.mark.parametrize("who", ["chris", "sally", "otto", "anna"])
def test_only_an_administrator_imports(cast, who) -> None:
    with pytest.raises(NotAllowed):
        load(by=cast.people[who])
    with pytest.raises(NotAllowed):
        actions.rehearse_upload(kind="crm-sales", file=packed(), rate="", by=cast.people[who])

    assert not ImportRun.objects.exists()


@pytest.mark.parametrize("rate", ["0", "-1", "many", "NaN", "1e30"])
def test_a_rate_that_is_none_is_refused(rate) -> None:
    with pytest.raises(Invalid):
        load(rate=rate)


def test_a_format_that_is_not_known_is_refused() -> None:
    with pytest.raises(Invalid, match="no format"):
        actions.import_folder(kind="sap", folder=DIRTY, by=None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("seller,manager\nA,B\n", "has no column sales_agent, regional_office"),
        ("sales_agent,manager,regional_office,manager\n", "has the column manager twice"),
        ('sales_agent,manager,regional_office\nA,"B,C\n', "can’t be read from line 2 on"),
        ("", "has no column sales_agent"),
        ("sales_agent,manager,regional_office\nA\0,B,C\n", "is no text"),
    ],
)
def test_a_file_that_is_broken_as_a_whole_stops_the_run(tmp_path, text, message) -> None:
    with pytest.raises(Refusal, match=message):
        load(copied(tmp_path, sales_teams=text))

    assert not Account.objects.exists()


def test_a_folder_without_the_files_is_refused(tmp_path) -> None:
    with pytest.raises(Refusal, match=r"accounts\.csv can’t be opened"):
        load(tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_letters_come_through_whatever_the_encoding(tmp_path, encoding) -> None:
    folder = copied(tmp_path)
    text = (folder / "accounts.csv").read_text().replace("Harbour Foods", "Sønderå Mølle")
    (folder / "accounts.csv").write_text(text, encoding=encoding)

    load(folder)

    assert Account.objects.filter(name="Sønderå Mølle").exists()


def test_a_run_that_is_silent_for_long_has_broken_off() -> None:
    run = ImportRun.objects.create(
        kind="crm-sales", state="running", seen_at=clock.now() - timedelta(minutes=3)
    )

    assert run.broke_off
    assert not run.is_waiting
