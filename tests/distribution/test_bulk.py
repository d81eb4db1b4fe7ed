"""One thing done to many opportunities: what a preview says, what comes of it, and when a worker dies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from kanal.config import clock
from kanal.directory.models import PartnerStatus
from kanal.directory.refusal import Invalid, Missing, NotAllowed
from kanal.distribution import actions, bulk, runs
from kanal.distribution.actions import bulk as doing
from kanal.distribution.bulk import Wish
from kanal.distribution.models import BulkRow, BulkRun, BulkVerb, Offer, RowOutcome
from kanal.notify.messages import tell_in_words
from kanal.notify.models import Notification
from kanal.opportunities import access
from kanal.opportunities.models import Opportunity, Participation, TimelineEntry
from tests.cast import Cast, partner_company
from tests.distribution.test_concurrency import race

pytestmark = pytest.mark.django_db


def deliver_to(partner) -> Wish:
    return Wish(BulkVerb.DELIVER, [partner])


def keys(*rows: Opportunity) -> list:
    return [row.pk for row in rows]


def outcomes(run: BulkRun) -> list[tuple[str, str]]:
    return list(run.rows.order_by("place").values_list("outcome", "why"))


def many(cast: Cast, number: int) -> list[Opportunity]:
    return [cast.opportunity(topic=f"Case {place}") for place in range(number)]


def preview(cast: Cast, wish: Wish, by=None) -> bulk.Preview:
    by = by or cast.chris
    return bulk.preview(wish=wish, rows=bulk.rows_of(access.visible(by).order_by("pk")), by=by)


def situations(cast: Cast) -> list[Opportunity]:
    """Make one opportunity for every status that the desk meets, and some besides."""
    made = [cast.opportunity(), cast.opportunity(by=cast.sally), cast.delivered(), cast.managed()]
    declined = cast.delivered()
    actions.decline(key=declined.pk, reason="no_capacity", by=cast.mads)
    returned = cast.managed()
    actions.return_(key=returned.pk, reason="no_interest", by=cast.mads)
    held, won, canceled, together = cast.managed(), cast.managed(), cast.opportunity(), cast.opportunity()
    actions.hold(key=held.pk, reason="Budget", by=cast.chris)
    actions.win(key=won.pk, reason="price", by=cast.chris)
    actions.cancel(key=canceled.pk, reason="mistake", by=cast.chris)
    actions.share(key=together.pk, partners=[cast.fjord], by=cast.chris)
    return [*made, declined, returned, held, won, canceled, together]


def test_the_rows_that_can_be_delivered_are_and_the_others_say_why(cast: Cast) -> None:
    free, waiting = cast.opportunity(), cast.delivered(cast.fjord)
    declined = cast.delivered()
    actions.decline(key=declined.pk, reason="no_capacity", by=cast.mads)

    run = doing.start(wish=deliver_to(cast.nordlys), keys=keys(free, waiting, declined), by=cast.chris)

    assert [outcome for outcome, _why in outcomes(run)] == ["done", "skipped", "skipped"]
    assert "“Delivered”" in outcomes(run)[1][1]
    assert "Nordlys IT declined this opportunity before." in outcomes(run)[2][1]
    free.refresh_from_db()
    assert (free.status, free.partner) == ("delivered", cast.nordlys)
    assert run.is_over


@pytest.mark.parametrize("who", ["ada", "chris", "sally", "otto"])
@pytest.mark.parametrize(
    "what", ["to a partner", "to a paused partner", "with one", "with many", "owner", "no owner"]
)
def test_a_preview_says_of_every_row_what_the_action_then_does(cast: Cast, who: str, what: str) -> None:
    situations(cast)
    paused = partner_company("Kompas Partners", status=PartnerStatus.PAUSED)
    five = [partner_company(f"Havgus {number}") for number in range(5)]
    wish = {
        "to a partner": deliver_to(cast.nordlys),
        "to a paused partner": deliver_to(paused),
        "with one": Wish(BulkVerb.SHARE, [cast.nordlys]),
        "with many": Wish(BulkVerb.SHARE, five),
        "owner": Wish(BulkVerb.CHANGE_OWNER, owner=cast.sally),
        "no owner": Wish(BulkVerb.CHANGE_OWNER, owner=cast.otto),
    }[what]
    by = getattr(cast, who)
    rows = list(access.visible(by).order_by("pk"))
    seen = bulk.preview(wish=wish, rows=bulk.rows_of(access.visible(by).order_by("pk")), by=by)
    if who == "otto":
        assert not seen.going
        with pytest.raises(NotAllowed, match="auditor"):
            doing.start(wish=wish, keys=keys(*rows), by=by)
        return

    run = doing.start(wish=wish, keys=keys(*rows), by=by)

    done = list(run.rows.filter(outcome="done").order_by("place").values_list("opportunity_id", flat=True))
    assert done == list(seen.going)
    assert {(one.why, one.count) for one in seen.skipped} == {
        (one.why, one.count) for one in runs.reasons(run)
    }
    assert seen.left_out == len(rows) - len(done)


def test_a_preview_asks_the_same_number_of_questions_for_any_number_of_rows(
    cast: Cast, django_assert_num_queries
) -> None:
    for number in (1, 3, 50):
        many(cast, number - Opportunity.objects.count())
        cast.nordlys.refresh_from_db()
        # The rows, the parts in them, who declined, the rules of work, whether anything is protected.
        with django_assert_num_queries(5):
            assert preview(cast, deliver_to(cast.nordlys)).total == number


def test_several_partners_collaborate_on_each(cast: Cast) -> None:
    rows = [cast.opportunity(), cast.managed()]
    run = doing.start(wish=Wish(BulkVerb.SHARE, [cast.nordlys, cast.fjord]), keys=keys(*rows), by=cast.chris)
    assert [outcome for outcome, _why in outcomes(run)] == ["done", "done"]
    for row in rows:
        parts = Participation.objects.filter(opportunity=row, until=None)
        assert {(part.partner, part.kind) for part in parts} == {
            (cast.nordlys, "collaborating"),
            (cast.fjord, "collaborating"),
        }


def test_a_new_owner_is_noted_on_the_timeline_with_who_gave_it(cast: Cast) -> None:
    row = cast.opportunity()
    doing.start(wish=Wish(BulkVerb.CHANGE_OWNER, owner=cast.sally), keys=keys(row), by=cast.chris)
    row.refresh_from_db()
    entry = TimelineEntry.objects.filter(opportunity=row).first()
    assert row.owner == cast.sally
    assert entry is not None
    assert (entry.event, entry.author, entry.visibility) == ("owner_changed", cast.chris, "internal")


def test_a_seller_moves_only_what_they_own_whatever_is_selected(cast: Cast) -> None:
    own, foreign = cast.opportunity(by=cast.sally), cast.opportunity()
    run = doing.start(wish=deliver_to(cast.nordlys), keys=keys(own, foreign), by=cast.sally)
    assert [outcome for outcome, _why in outcomes(run)] == ["done", "skipped"]
    assert "Chris Mølgaard" in outcomes(run)[1][1]


def test_a_fault_in_one_row_leaves_the_others_alone(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    rows = many(cast, 3)

    def act(row: BulkRow) -> None:
        actions.deliver(key=row.opportunity_id, partner=cast.nordlys, by=cast.chris)
        if row.place == 2:
            raise ValueError("broken")

    run = BulkRun.objects.create(verb="deliver", by=cast.chris, total=3)
    for place, row in enumerate(rows, 1):
        doing._do(BulkRow.objects.create(run=run, place=place, opportunity=row).pk, act)

    assert [outcome for outcome, _why in outcomes(run)] == ["done", "failed", "done"]
    assert Offer.objects.filter(opportunity=rows[1]).count() == 0
    assert "broken" in caplog.text


def test_many_go_to_the_worker_who_tells_whoever_asked(cast: Cast) -> None:
    rows = many(cast, bulk.AT_ONCE + 1)
    run = doing.start(wish=deliver_to(cast.nordlys), keys=keys(*rows), by=cast.chris, query="view=open")
    assert not Offer.objects.exists()
    job = ProcrastinateJob.objects.get(task_name__endswith="carry_out_bulk")
    assert job.args == {"run_id": str(run.pk)}

    run = doing.carry_out(key=run.pk)

    assert run.is_over
    assert Offer.objects.count() == bulk.AT_ONCE + 1
    told = Notification.objects.get(person=cast.chris, path=f"/sales/bulk/{run.pk}/")
    assert tell_in_words(told).subject == "Delivering is done: 51 of 51"


def test_a_run_whose_worker_died_goes_on_and_does_nothing_twice(cast: Cast) -> None:
    rows = many(cast, bulk.AT_ONCE + 1)
    run = doing.start(wish=deliver_to(cast.nordlys), keys=keys(*rows), by=cast.chris)

    class Died(BaseException):
        """The process is gone: nothing is left to run."""

    done = 0

    def dies_at_the_third(row: BulkRow) -> None:
        nonlocal done
        actions.deliver(key=row.opportunity_id, partner=cast.nordlys, by=cast.chris)
        done += 1
        if done == 3:
            raise Died

    BulkRun.objects.filter(pk=run.pk).update(state="running", seen_at=clock.now())
    first, second, third = doing._waiting(run)[:3]
    doing._do(first, dies_at_the_third)
    doing._do(second, dies_at_the_third)
    with pytest.raises(Died):
        doing._do(third, dies_at_the_third)
    assert runs.sums(run).done == 2
    assert Offer.objects.count() == 2  # the third was rolled back with its outcome

    assert doing.resume_silent() == 0  # it may still live
    clock.use(lambda: timedelta(minutes=3))
    assert doing.resume_silent() == 1
    run = doing.carry_out(key=run.pk)

    assert run.is_over
    assert runs.sums(run).done == bulk.AT_ONCE + 1
    assert Offer.objects.count() == bulk.AT_ONCE + 1
    assert Notification.objects.filter(kind="bulk_deliver").count() == 1
    assert doing.resume_silent() == 0
    doing.carry_out(key=run.pk)
    assert Offer.objects.count() == bulk.AT_ONCE + 1


def test_there_must_be_some_rows_and_not_too_many(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Invalid, match="Nothing is selected"):
        doing.start(wish=deliver_to(cast.nordlys), keys=[], by=cast.chris)
    monkeypatch.setattr(doing, "LIMIT", 2)
    with pytest.raises(Invalid, match="in one go"):
        doing.start(wish=deliver_to(cast.nordlys), keys=keys(*many(cast, 3)), by=cast.chris)
    assert not BulkRun.objects.exists()


def test_a_run_is_seen_by_whoever_started_it_and_by_administrators_and_auditors(cast: Cast) -> None:
    run = doing.start(wish=deliver_to(cast.nordlys), keys=keys(cast.opportunity()), by=cast.chris)
    for name in ("chris", "ada", "otto"):
        assert runs.visible_run(cast.people[name], run.pk) == run
    for name in ("sally", "anna"):
        with pytest.raises(Missing):
            runs.visible_run(cast.people[name], run.pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.engine
def test_a_row_that_somebody_else_delivers_meanwhile_is_skipped_not_failed() -> None:
    from tests import cast as casting

    cast = casting.make()
    for _ in range(15):
        rows = many(cast, 3)
        run, _other = race(
            lambda rows=rows: doing.start(wish=deliver_to(cast.nordlys), keys=keys(*rows), by=cast.chris),
            lambda rows=rows: actions.deliver(key=rows[2].pk, partner=cast.fjord, by=cast.ada),
        )
        assert isinstance(run, BulkRun)
        assert [outcome for outcome, _why in outcomes(run)][:2] == ["done", "done"]
        third, why = outcomes(run)[2]
        offer = Offer.objects.get(opportunity=rows[2])
        if offer.partner == cast.fjord:
            assert third == RowOutcome.SKIPPED
            assert "“Delivered”" in why
        else:
            assert third == RowOutcome.DONE


@pytest.mark.django_db(transaction=True)
@pytest.mark.engine
def test_two_workers_on_one_run_do_each_row_once() -> None:
    from tests import cast as casting

    cast = casting.make()
    rows = many(cast, bulk.AT_ONCE + 1)
    run = doing.start(wish=deliver_to(cast.nordlys), keys=keys(*rows), by=cast.chris)
    race(lambda: doing.carry_out(key=run.pk), lambda: doing.carry_out(key=run.pk))
    run.refresh_from_db()
    assert (run.is_over, runs.sums(run).done) == (True, len(rows))
    assert Offer.objects.count() == len(rows)
    assert Notification.objects.filter(kind="bulk_deliver").count() == 1
