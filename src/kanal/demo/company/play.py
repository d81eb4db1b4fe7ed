"""Playing the stories: every step by the real action, at its own moment."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from kanal.config import clock
from kanal.demo.company.attachments import for_note
from kanal.demo.company.people import World
from kanal.demo.company.story import Step, Story, values_of
from kanal.directory import actions as directory
from kanal.directory.models import Account, Person
from kanal.distribution import actions
from kanal.opportunities import access
from kanal.opportunities.actions import add_note, create
from kanal.opportunities.actions.notes import readers
from kanal.opportunities.models import (
    Opportunity,
    OpportunityProduct,
    TimelineEntry,
    Visibility,
)

# Something that happens, and when.
Act = tuple[datetime, Callable[[], object]]
# What partners do in a collaboration, in the order in which a story names them.
ROLES = ("lead", "delivery", "support")


@dataclass
class Stage:
    """Where stories are played.

    Attributes:
        world: the directory.
        now: the moment at which all of them have arrived.
        keys: the opportunity of each story, by its number.
        notes: notes without files, which are written all at once at the end.
    """

    world: World
    now: datetime
    keys: dict[int, uuid.UUID] = field(default_factory=dict)
    notes: list[TimelineEntry] = field(default_factory=list)

    def play(self, stories: list[Story], others: Sequence[Act], progress: Callable[[int, int], None]) -> None:
        """Play all stories, and what else happened, together in the order of time."""
        acts: list[Act] = [
            (at, partial(DOINGS[step.do], self, story, step))
            for story in stories
            for at, step in story.timetable(self.now)
        ]
        acts = sorted([*acts, *others], key=lambda act: act[0])
        for count, (at, do) in enumerate(acts, 1):
            with clock.frozen(at):
                do()
            progress(count, len(acts))
        TimelineEntry.objects.bulk_create(self.notes)

    def key(self, story: Story) -> uuid.UUID:
        """Give the opportunity of a story."""
        return self.keys[story.number]


def _create(stage: Stage, story: Story, step: Step) -> None:
    values, lines = values_of(story, stage.world, stage.now.date())
    _keep_customer(stage, story)
    if story.made_by_partner:
        made = actions.make(values=values, by=step.person)
    else:
        made = create(values=values, by=step.person)
    stage.keys[story.number] = made.pk
    # All lines in one statement: with one for each, products alone would take a third of the whole time.
    OpportunityProduct.objects.bulk_create(
        OpportunityProduct(
            opportunity=made, product=line.product, quantity=line.quantity, unit_price=line.unit_price
        )
        for line in lines
    )


def _keep_customer(stage: Stage, story: Story) -> None:
    """Let a partner keep the customer of what it makes, and of some of what it is offered."""
    account = Account.objects.get(pk=story.account.pk)
    known = story.status == "accepted" and story.number % 3 == 0 and account.managing_partner_id is None
    if story.team is None or not (story.made_by_partner or known):
        return
    values = {"managing_partner": story.team.partner}
    directory.keep(kind=Account, key=account.pk, version=account.version, values=values, by=stage.world.chris)


def _note(stage: Stage, story: Story, step: Step) -> None:
    body, shared = step.facts["body"], step.facts["shared"]
    found = for_note(story, body)
    if found:
        add_note(key=stage.key(story), body=body, shared=shared, by=step.person, files=found)
    else:
        stage.notes.append(_entry(stage.key(story), body, shared=shared, by=step.person))


def _entry(key: uuid.UUID, body: str, *, shared: bool, by: Person) -> TimelineEntry:
    """Make the entry that `add_note` would write, for readers as it says."""
    opportunity = Opportunity(pk=key)
    return TimelineEntry(
        opportunity=opportunity,
        at=clock.now(),
        body=body,
        author=by,
        company=by.partner,
        visibility=Visibility.SHARED if shared else Visibility.INTERNAL,
        partner=readers(opportunity, access.participation(by, opportunity)) if shared else None,
    )


def _see(stage: Stage, story: Story, step: Step) -> None:
    actions.mark_seen(opportunity=Opportunity(pk=stage.key(story)), by=step.person)


def _hand_over(stage: Stage, story: Story, step: Step) -> None:
    seller: Person = step.facts["seller"]
    actions.assign(key=stage.key(story), to=seller.pk, by=step.person)


def _plan(stage: Stage, story: Story, step: Step) -> None:
    version = Opportunity.objects.values_list("version", flat=True).get(pk=stage.key(story))
    changes = {
        "next_step": step.facts["next_step"],
        "next_step_on": clock.today() + timedelta(days=step.facts["days"]),
    }
    actions.update(key=stage.key(story), version=version, changes=changes, by=step.person)


def _extend(stage: Stage, story: Story, step: Step) -> None:
    known = Opportunity.objects.values_list("estimated_close_date", flat=True).get(pk=stage.key(story))
    until = max(known or clock.today(), clock.today()) + timedelta(days=step.facts["days"])
    actions.extend(key=stage.key(story), until=until, reason=step.facts["reason"], by=step.person)


def _win(stage: Stage, story: Story, step: Step) -> None:
    estimate = Opportunity.objects.values_list("estimated_revenue", flat=True).get(
        pk=stage.key(story)
    ) or Decimal(0)
    revenue = (estimate * step.facts["share"] / 100).quantize(Decimal(1000))
    actions.win(
        key=stage.key(story),
        reason=step.facts["reason"],
        text=step.facts["text"],
        revenue=revenue,
        by=step.person,
    )


def _by_action(action: Callable[..., object]) -> Callable[[Stage, Story, Step], None]:
    """Give the doing that is one action, whose facts are its arguments."""

    def do(stage: Stage, story: Story, step: Step) -> None:
        facts: dict[str, Any] = dict(step.facts)
        if "team" in facts:
            facts["partner"] = facts.pop("team").partner
        if "teams" in facts:
            facts["partners"] = partners = [team.partner for team in facts.pop("teams")]
            facts["roles"] = {one.pk: role for one, role in zip(partners, ROLES, strict=False)}
        action(key=stage.key(story), by=step.by, **facts)

    return do


def _expire(stage: Stage, story: Story, _step: Step) -> None:
    actions.expire(key=stage.key(story))


DOINGS: dict[str, Callable[[Stage, Story, Step], None]] = {
    "create": _create,
    "note": _note,
    "see": _see,
    "hand_over": _hand_over,
    "plan": _plan,
    "extend": _extend,
    "expire": _expire,
    "win": _win,
    "deliver": _by_action(actions.deliver),
    "withdraw": _by_action(actions.withdraw),
    "accept": _by_action(actions.accept),
    "decline": _by_action(actions.decline),
    "hold": _by_action(actions.hold),
    "stage": _by_action(actions.move_stage),
    "return": _by_action(actions.return_),
    "approve": _by_action(actions.approve),
    "lose": _by_action(actions.lose),
    "cancel": _by_action(actions.cancel),
    "reopen": _by_action(actions.reopen),
    "share": _by_action(actions.share),
}
