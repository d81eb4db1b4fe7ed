"""Anybody does anything in any order: what must always hold still holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kanal.config import clock
from kanal.directory.refusal import Refusal
from kanal.distribution import actions
from kanal.distribution.models import DeclineReason, Offer
from kanal.opportunities import access
from kanal.opportunities.actions import add_note
from kanal.opportunities.lifecycle import CLOSED, PAIRS, Status
from kanal.opportunities.models import Kind, Opportunity, Participation, TimelineEntry
from tests import cast as casting

NAMES = ["ada", "chris", "sally", "otto", "anna", "mads", "sofie", "bo", "freja", "stig"]
names, which = st.sampled_from(NAMES), st.integers(0, 1)


class AnyOrder(RuleBasedStateMachine):
    """Random verbs by random people on two opportunities, in one transaction that is rolled back at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.ahead = timedelta()

    @initialize()
    def company(self) -> None:
        self.cast = casting.make()
        self.keys = [self.cast.opportunity().pk, self.cast.opportunity(by=self.cast.sally).pk]
        self.entries = TimelineEntry.objects.count()
        self.statuses = dict.fromkeys(self.keys, Status.IN_PROGRESS)

    def attempt(self, action: Any, **arguments: Any) -> None:
        """Try it; a refusal must leave everything as it was."""
        before = list(Opportunity.objects.order_by("pk").values())
        clock.use(lambda: self.ahead)
        try:
            with transaction.atomic():
                action(**arguments)
        except Refusal:
            assert list(Opportunity.objects.order_by("pk").values()) == before
        finally:
            clock.use(timedelta)

    @rule(at=which, who=names, to=st.sampled_from(["nordlys", "fjord"]), again=st.booleans())
    def deliver(self, at: int, who: str, to: str, again: bool) -> None:
        self.attempt(
            actions.deliver,
            key=self.keys[at],
            partner=getattr(self.cast, to),
            by=self.cast.people[who],
            override_reason="again" if again else "",
        )

    @rule(at=which, who=names)
    def withdraw(self, at: int, who: str) -> None:
        self.attempt(actions.withdraw, key=self.keys[at], by=self.cast.people[who])

    @rule(at=which, who=names)
    def accept(self, at: int, who: str) -> None:
        self.attempt(actions.accept, key=self.keys[at], by=self.cast.people[who])

    @rule(at=which, who=names, reason=st.sampled_from(DeclineReason.values))
    def decline(self, at: int, who: str, reason: str) -> None:
        self.attempt(
            actions.decline, key=self.keys[at], reason=reason, text="because", by=self.cast.people[who]
        )

    @rule(at=which, who=names)
    def return_(self, at: int, who: str) -> None:
        self.attempt(actions.return_, key=self.keys[at], reason="no_funding", by=self.cast.people[who])

    @rule(at=which, who=names)
    def hold(self, at: int, who: str) -> None:
        self.attempt(actions.hold, key=self.keys[at], reason="pause", by=self.cast.people[who])

    @rule(at=which, who=names)
    def resume(self, at: int, who: str) -> None:
        self.attempt(actions.resume, key=self.keys[at], by=self.cast.people[who])

    @rule(at=which, who=names)
    def share(self, at: int, who: str) -> None:
        partners = [self.cast.nordlys, self.cast.fjord]
        self.attempt(actions.share, key=self.keys[at], partners=partners, by=self.cast.people[who])

    @rule(at=which, who=names, verb=st.sampled_from([actions.win, actions.lose, actions.cancel]))
    def close(self, at: int, who: str, verb: Any) -> None:
        self.attempt(verb, key=self.keys[at], reason="other", by=self.cast.people[who])

    @rule(at=which, who=names)
    def reopen(self, at: int, who: str) -> None:
        self.attempt(actions.reopen, key=self.keys[at], reason="again", by=self.cast.people[who])

    @rule(at=which, who=names, shared=st.booleans())
    def note(self, at: int, who: str, shared: bool) -> None:
        self.attempt(add_note, key=self.keys[at], body="said", shared=shared, by=self.cast.people[who])

    @precondition(lambda self: self.ahead < timedelta(days=60))
    @rule(hours=st.integers(1, 120))
    def time_passes(self, hours: int) -> None:
        self.ahead += timedelta(hours=hours)
        self.attempt(actions.expire_due)

    @invariant()
    def offers_and_parts_agree_with_the_status(self) -> None:
        for opportunity in Opportunity.objects.all():
            running = list(Participation.objects.filter(opportunity=opportunity, until=None))
            pending = list(Offer.objects.filter(opportunity=opportunity, status="pending"))
            kinds = {part.kind for part in running}
            assert (
                (opportunity.status == Status.DELIVERED) == (len(pending) == 1) == (kinds == {Kind.OFFERED})
            )
            if opportunity.status == Status.DELIVERED:
                assert pending[0].partner_id == running[0].partner_id == opportunity.partner_id
                assert pending[0].deadline == opportunity.answer_by
            if opportunity.status == Status.ACCEPTED:
                assert kinds == ({Kind.COLLABORATING} if opportunity.collaboration else {Kind.MANAGING})
            if opportunity.status in {Status.DECLINED, Status.EXPIRED, Status.RETURNED}:
                assert running == []
            assert (opportunity.status in CLOSED) == bool(opportunity.close_reason)

    @invariant()
    def a_partner_sees_exactly_what_it_takes_part_in(self) -> None:
        for name in NAMES[4:]:
            person = self.cast.people[name]
            parts = Participation.objects.filter(partner=person.partner, until=None)
            expected = (
                set() if name in {"sofie", "stig"} else set(parts.values_list("opportunity_id", flat=True))
            )
            assert set(access.visible(person).values_list("pk", flat=True)) == expected

    @invariant()
    def nothing_said_is_lost(self) -> None:
        count = TimelineEntry.objects.count()
        assert count >= self.entries
        self.entries = count

    @invariant()
    def the_status_moved_as_the_table_says(self) -> None:
        # One rule may take several steps on the way (an offer anew), never a step that the table lacks.
        for key, status in Opportunity.objects.values_list("pk", "status"):
            before = self.statuses[key]
            assert before == status or (before, Status(status)) in PAIRS
            self.statuses[key] = Status(status)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)


@pytest.mark.django_db
def test_whatever_people_do_in_whatever_order_what_must_hold_holds() -> None:
    run_state_machine_as_test(
        AnyOrder, settings=settings(max_examples=25, stateful_step_count=30, deadline=None)
    )
