"""Anybody does anything in any order, two thousand times: what must always hold still holds."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any, ClassVar

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
from kanal.directory.models import Person
from kanal.directory.refusal import Refusal
from kanal.distribution import actions
from kanal.distribution.actions import sharing
from kanal.distribution.models import DeclineReason, Offer, OfferStatus
from kanal.opportunities import access
from kanal.opportunities.actions import NewAccount, Values, add_note
from kanal.opportunities.lifecycle import CLOSED, PAIRS, Stage, Status
from kanal.opportunities.models import Kind, Opportunity, Participation, TimelineEntry, Visibility
from tests import cast as casting

STEPS = 2000
NAMES = ["ada", "chris", "sally", "otto", "anna", "mads", "sofie", "bo", "freja", "stig"]
PARTNERS = ["nordlys", "fjord"]
OF_PARTNERS = NAMES[4:]
SELLERS = {"sofie", "stig"}
names, which, company = st.sampled_from(NAMES), st.integers(-1, 3), st.sampled_from(PARTNERS)


class AnyOrder(RuleBasedStateMachine):
    """Random verbs by random people on several opportunities, in one transaction that is rolled back at the end.

    Place -1 is the opportunity that a partner made last, once there is one.

    Beside the database it keeps a tally of its own of what was done: what was offered to whom and how it was answered,
    and what was written. The database must say the same.
    """

    tried: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.ahead = timedelta()
        self.answers: Counter[tuple[str, str]] = Counter()
        self.notes: dict[Any, str] = {}

    @initialize()
    def begin(self) -> None:
        self.cast = cast = casting.make()
        made = [cast.opportunity(), cast.opportunity(by=cast.sally), cast.opportunity(), cast.opportunity()]
        self.keys = [one.pk for one in made]
        self.touched = self.keys[0]
        self.entries = TimelineEntry.objects.count()
        self.statuses = dict.fromkeys(self.keys, Status.IN_PROGRESS)

    def attempt(self, action: Any, **arguments: Any) -> Any:
        """Try it; a refusal must leave everything as it was. Gives None where it was refused."""
        type(self).tried += 1
        self.touched = arguments.get("key", self.touched)
        before = list(Opportunity.objects.order_by("pk").values())
        clock.use(lambda: self.ahead)
        try:
            with transaction.atomic():
                return action(**arguments)
        except Refusal:
            assert list(Opportunity.objects.order_by("pk").values()) == before
            return None
        finally:
            clock.use(timedelta)

    def person(self, name: str) -> Person:
        return self.cast.people[name]

    def answered(self, offer: Offer | None, how: OfferStatus) -> None:
        """Keep the tally of an offer that was opened (pending) or has left that state."""
        if offer is not None:
            name = "nordlys" if offer.partner_id == self.cast.nordlys.pk else "fjord"
            self.answers[name, how] += 1
            if how is not OfferStatus.PENDING:
                self.answers[name, OfferStatus.PENDING] -= 1

    # ── What people do ───────────────────────────────────────────────────────────────────────────
    @rule(at=which, who=names, to=company, again=st.booleans())
    def deliver(self, at: int, who: str, to: str, again: bool) -> None:
        offer = self.attempt(
            actions.deliver,
            key=self.keys[at],
            partner=getattr(self.cast, to),
            by=self.person(who),
            override_reason="again" if again else "",
        )
        self.answered(offer, OfferStatus.PENDING)

    @rule(at=which, who=names)
    def withdraw(self, at: int, who: str) -> None:
        offer = self.attempt(actions.withdraw, key=self.keys[at], by=self.person(who))
        self.answered(offer, OfferStatus.WITHDRAWN)

    @rule(at=which, who=names)
    def accept(self, at: int, who: str) -> None:
        offer = self.attempt(actions.accept, key=self.keys[at], by=self.person(who))
        self.answered(offer, OfferStatus.ACCEPTED)

    @rule(at=which, who=names, reason=st.sampled_from(DeclineReason.values))
    def decline(self, at: int, who: str, reason: str) -> None:
        offer = self.attempt(
            actions.decline, key=self.keys[at], reason=reason, text="because", by=self.person(who)
        )
        self.answered(offer, OfferStatus.DECLINED)

    @rule(at=which, who=names)
    def return_(self, at: int, who: str) -> None:
        self.attempt(actions.return_, key=self.keys[at], reason="no_funding", by=self.person(who))

    @rule(at=which, who=names)
    def take_back(self, at: int, who: str) -> None:
        self.attempt(actions.take_back, key=self.keys[at], reason="no progress", by=self.person(who))

    @rule(at=which, who=names)
    def hold(self, at: int, who: str) -> None:
        self.attempt(actions.hold, key=self.keys[at], reason="pause", by=self.person(who))

    @rule(at=which, who=names)
    def resume(self, at: int, who: str) -> None:
        self.attempt(actions.resume, key=self.keys[at], by=self.person(who))

    @rule(at=which, who=names, stage=st.sampled_from(Stage.values))
    def move_stage(self, at: int, who: str, stage: str) -> None:
        self.attempt(actions.move_stage, key=self.keys[at], stage=stage, by=self.person(who))

    @rule(at=which, who=names, both=st.booleans())
    def share(self, at: int, who: str, both: bool) -> None:
        partners = [self.cast.nordlys, self.cast.fjord] if both else [self.cast.fjord]
        self.attempt(actions.share, key=self.keys[at], partners=partners, by=self.person(who))

    @rule(at=which, who=names, gone=company)
    def leave(self, at: int, who: str, gone: str) -> None:
        partner = getattr(self.cast, gone)
        self.attempt(sharing.remove, key=self.keys[at], partner=partner, by=self.person(who))

    @rule(at=which, who=names)
    def unshare(self, at: int, who: str) -> None:
        self.attempt(sharing.unshare, key=self.keys[at], by=self.person(who))

    @rule(at=which, who=names, to=names, seller=st.none() | names)
    def assign(self, at: int, who: str, to: str, seller: str | None) -> None:
        sellers = None if seller is None else [self.person(seller).pk]
        self.attempt(
            actions.assign, key=self.keys[at], to=self.person(to).pk, sellers=sellers, by=self.person(who)
        )

    @precondition(lambda self: len(self.keys) < 6)
    @rule(who=names)
    def make(self, who: str) -> None:
        values = Values(
            topic="Made on the portal", account=NewAccount("Strandby Kro"), currency=self.cast.dkk
        )
        made = self.attempt(actions.make, values=values, by=self.person(who))
        if made is not None:
            self.keys.append(made.pk)
            self.statuses[made.pk] = Status.IN_PROGRESS

    @rule(at=which, who=names, verdict=st.booleans())
    def decide(self, at: int, who: str, verdict: bool) -> None:
        if verdict:
            self.attempt(actions.approve, key=self.keys[at], by=self.person(who))
        else:
            self.attempt(actions.refuse, key=self.keys[at], reason="duplicate", by=self.person(who))

    @rule(at=which, who=names, verb=st.sampled_from([actions.win, actions.lose]))
    def close(self, at: int, who: str, verb: Any) -> None:
        self.attempt(verb, key=self.keys[at], reason="other", by=self.person(who))

    @rule(at=which, who=names)
    def cancel(self, at: int, who: str) -> None:
        waiting = Offer.objects.filter(opportunity=self.keys[at], status=OfferStatus.PENDING).first()
        if self.attempt(actions.cancel, key=self.keys[at], reason="other", by=self.person(who)):
            self.answered(waiting, OfferStatus.WITHDRAWN)

    @rule(at=which, who=names)
    def reopen(self, at: int, who: str) -> None:
        self.attempt(actions.reopen, key=self.keys[at], reason="again", by=self.person(who))

    @rule(at=which, who=names, shared=st.booleans())
    def note(self, at: int, who: str, shared: bool) -> None:
        body = f"note {len(self.notes)}"
        entry = self.attempt(add_note, key=self.keys[at], body=body, shared=shared, by=self.person(who))
        if entry is not None:
            self.notes[entry.pk] = body

    @precondition(lambda self: self.ahead < timedelta(days=60))
    @rule(hours=st.integers(1, 120))
    def time_passes(self, hours: int) -> None:
        self.ahead += timedelta(hours=hours)
        waiting = list(Offer.objects.filter(status=OfferStatus.PENDING))
        self.attempt(actions.expire_due)
        for offer in waiting:
            offer.refresh_from_db()
            if offer.status == OfferStatus.EXPIRED:
                self.answered(offer, OfferStatus.EXPIRED)

    # ── What always holds ────────────────────────────────────────────────────────────────────────
    @invariant()
    def offers_and_parts_agree_with_the_status(self) -> None:
        parts = list(Participation.objects.filter(until=None))
        waiting = list(Offer.objects.filter(status=OfferStatus.PENDING))
        for opportunity in Opportunity.objects.all():
            running = [part for part in parts if part.opportunity_id == opportunity.pk]
            pending = [offer for offer in waiting if offer.opportunity_id == opportunity.pk]
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
    def the_offers_say_what_was_done(self) -> None:
        found = Counter(
            ("nordlys" if partner == self.cast.nordlys.pk else "fjord", OfferStatus(status))
            for partner, status in Offer.objects.values_list("partner_id", "status")
        )
        assert found == +self.answers

    @invariant()
    def a_partner_sees_exactly_what_it_takes_part_in_and_a_seller_what_is_shared_with_them(self) -> None:
        for name in OF_PARTNERS:
            person = self.person(name)
            parts = Participation.objects.filter(partner=person.partner, until=None)
            if name in SELLERS:
                parts = parts.filter(people=person)
            expected = set(parts.values_list("opportunity_id", flat=True))
            assert set(access.visible(person).values_list("pk", flat=True)) == expected

    @invariant()
    def a_partner_reads_no_entry_that_is_not_for_it(self) -> None:
        opportunity = Opportunity.objects.get(pk=self.touched)
        for name in OF_PARTNERS:
            person = self.person(name)
            condition = access.timeline(person, opportunity, access.participation(person, opportunity))
            entries = TimelineEntry.objects.filter(condition).values_list("visibility", "partner_id")
            assert set(entries) <= {(Visibility.SHARED, None), (Visibility.SHARED, person.partner_id)}

    @invariant()
    def nothing_said_is_lost(self) -> None:
        count = TimelineEntry.objects.count()
        assert count >= self.entries
        self.entries = count
        assert dict(TimelineEntry.objects.filter(pk__in=self.notes).values_list("pk", "body")) == self.notes

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
    AnyOrder.tried = 0
    while AnyOrder.tried < STEPS:  # an example may end early, so how many it takes is not known before
        left = 1 + (STEPS - AnyOrder.tried) // 43
        run_state_machine_as_test(
            AnyOrder, settings=settings(max_examples=left, stateful_step_count=50, deadline=None)
        )
