"""Telling a story: which steps lead to the status that it ends in."""

from __future__ import annotations

from collections.abc import Callable

from kanal.demo.company import talk
from kanal.demo.company.people import Team, World
from kanal.demo.company.plan import nearest
from kanal.demo.company.story import LONGEST, Story
from kanal.directory.models import Person
from kanal.opportunities.lifecycle import Stage

# Working hours since delivery of the offers that the demo's two best-known partners have to answer.
_WAITING = {"nordlys": [20.2, 14.6, 8.3, 1.5], "fjord": [18.4, 9.2, 2.4]}
_STAGES = list(Stage.values)


def tell(world: World, stories: list[Story]) -> None:
    """Give every story its steps."""
    waiting = {key: list(hours) for key, hours in _WAITING.items()}
    keys = {team.partner.pk: key for key, team in world.teams.items()}
    for story in stories:
        teller = _Teller(world, story)
        if story.status == "delivered" and story.team is not None:
            own = waiting.get(keys[story.team.partner.pk])
            teller.delivered(own.pop(0) if own else story.hours(0.6, 21))
        elif story.together:
            teller.together()
        else:
            teller.CHAPTERS[story.status](teller)


class _Teller:
    """Writes the steps of one story."""

    def __init__(self, world: World, story: Story) -> None:
        assert story.team is not None
        self.world, self.story, self.team = world, story, story.team
        self.chris = world.chris
        self.worker = self.team.manager
        self.said: set[str] = set()

    # ── Parts that chapters share ──────────────────────────────────────────────────────────────

    def says(self, after: float, by: Person, texts: list[str], *, shared: bool = True) -> None:
        """Somebody writes a note."""
        story = self.story
        text = story.rng.choice([text for text in texts if text not in self.said] or texts)
        self.said.add(text)
        story.add(after, "note", by, body=story.words(text, self.team), shared=shared)

    def opening(self) -> None:
        """It is entered, and mostly somebody notes what they know."""
        story = self.story
        story.add(0, "create", story.owner)
        if story.happens(0.65):
            self.says(story.hours(0.3, 5), story.owner, talk.BEFORE, shared=False)
        if story.happens(0.2):
            self.says(story.hours(1, 9), self.chris, talk.BEFORE, shared=False)

    def deliver(self, team: Team, **facts: str) -> None:
        """It is offered to a partner, who mostly opens it soon."""
        story = self.story
        by = self.chris if story.happens(0.6) else story.owner
        story.add(story.hours(0.5, 12), "deliver", by, team=team, **facts)

    def opened(self, team: Team) -> None:
        """The vendor adds what it knows; the partner reads."""
        story = self.story
        if story.happens(0.35):
            self.says(story.hours(0.1, 1), self.chris, talk.TO_PARTNER)
        if story.happens(0.85):
            story.add(story.hours(0.2, 4), "see", team.manager)

    def decline(self, team: Team) -> None:
        """A partner declines with a reason."""
        story = self.story
        reason = story.rng.choice(list(talk.DECLINE))
        words = story.words(story.rng.choice(talk.DECLINE[reason]), team)
        self.opened(team)
        story.add(
            story.hours(0.5, 9),
            "decline",
            self.who_answers(team),
            reason=reason,
            text=words if reason == "other" or story.happens(0.75) else "",
        )

    def who_answers(self, team: Team) -> Person:
        """Managers answer most."""
        return team.manager if self.story.happens(0.65) else team.administrator

    def detour(self) -> None:
        """Now and then another partner had it first."""
        story = self.story
        others = [key for key in nearest(story.customer) if self.world.teams[key] is not self.team]
        if not others or not story.happens(0.34):
            return
        other = self.world.teams[story.rng.choice(others)]
        self.deliver(other)
        how = story.rng.choice(("decline", "decline", "expire", "withdraw"))
        if how == "decline":
            self.decline(other)
        elif how == "expire":
            story.add(24.03, "expire", None)
        else:
            story.add(story.hours(2, 12), "withdraw", self.chris, reason=story.rng.choice(talk.WITHDRAW))

    def accepted_by(self, team: Team) -> None:
        """It is offered and accepted; a seller may take it over."""
        story = self.story
        self.deliver(team)
        self.opened(team)
        story.add(story.hours(0.5, 9), "accept", self.who_answers(team))
        self.hand_over(team, 0.55)

    def hand_over(self, team: Team, chance: float) -> None:
        """A seller of the partner takes over the daily work."""
        story = self.story
        if story.happens(chance):
            seller = story.rng.choice(team.sellers)
            story.add(story.hours(0.2, 3), "hand_over", team.manager, seller=seller)
            self.says(story.hours(1, 9), seller, talk.SELLER_NOTE)
            self.worker = seller

    def work(self, moves: int) -> None:
        """The partner moves it on, and people talk about it."""
        story = self.story
        for stage in _STAGES[1 : moves + 1]:
            if story.happens(0.8):
                self.says(story.hours(3, 26), self.worker, talk.PARTNER_WORK)
            story.add(story.hours(0.2, 3), "stage", self.worker, stage=stage)
            if story.happens(0.25):
                self.says(story.hours(1, 12), story.owner, talk.WATCHING, shared=False)
            if story.happens(0.2):
                self.says(story.hours(1, 9), self.chris, talk.ADVICE)
        if moves and story.number % 3:
            step = talk.NEXT_STEPS[story.number % len(talk.NEXT_STEPS)]
            story.add(0.2, "plan", self.worker, next_step=step, days=2 + story.number % 9)

    def ends(self, low: float, high: float) -> None:
        """Nothing more happened since."""
        passed = sum(step.after for step in self.story.steps)
        self.story.rest = max(0.3, min(self.story.hours(low, high), LONGEST - passed))

    # ── Chapters, one a status ─────────────────────────────────────────────────────────────────

    def in_progress(self) -> None:
        """New, taken back, opened again, or made by a partner and not yet approved."""
        story, kind = self.story, self.story.number % 6
        if kind == 5:
            self.made()
            self.ends(0.5, 30)
            return
        self.opening()
        if kind == 4:
            self.deliver(self.team)
            story.add(story.hours(2, 15), "withdraw", self.chris, reason=story.rng.choice(talk.WITHDRAW))
        elif kind == 3 and story.happens(0.4):
            story.add(
                story.hours(60, 90), "lose", story.owner, reason="competitor", text=talk.LOSE["competitor"][0]
            )
            story.add(
                story.hours(20, 60), "reopen", self.chris, reason=story.words(story.rng.choice(talk.REOPEN))
            )
        elif kind in {1, 2} and story.happens(0.5):
            story.add(story.hours(2, 20), "stage", story.owner, stage=Stage.CONTACTING)
        self.ends(0.3, 60)

    def made(self) -> None:
        """A partner entered it."""
        story = self.story
        story.made_by_partner, story.owner = True, self.chris
        story.add(0, "create", self.team.manager)
        self.says(story.hours(0.1, 1), self.team.manager, talk.MADE)
        if story.happens(0.6):
            self.says(story.hours(1, 9), self.chris, talk.ON_MADE)

    def delivered(self, elapsed: float) -> None:
        """It waits for the partner's answer."""
        story = self.story
        self.opening()
        self.detour()
        self.deliver(self.team)
        before = len(story.steps)
        if elapsed > 5:
            self.opened(self.team)
        story.rest = elapsed - sum(step.after for step in story.steps[before:])

    def accepted(self) -> None:
        """A partner manages it."""
        story = self.story
        self.opening()
        self.detour()
        self.accepted_by(self.team)
        self.work(story.stage)
        if story.happens(0.14):
            story.add(
                story.hours(2, 12),
                "extend",
                self.team.manager,
                days=story.rng.randint(20, 60),
                reason=story.words(story.rng.choice(talk.EXTEND)),
            )
        if story.happens(0.35):
            self.says(story.hours(4, 24), self.worker, talk.PARTNER_WORK)
        self.ends(0.5, 130 if story.happens(0.3) else 45)

    def together(self) -> None:
        """Several partners collaborate on it."""
        story = self.story
        self.opening()
        if story.number % 2:
            self.accepted_by(self.team)
            self.work(min(1, story.stage))
        partners = [self.team, *story.together]
        story.add(story.hours(2, 20), "share", self.chris, teams=partners)
        self.says(story.hours(1, 8), self.chris, talk.TOGETHER)
        for team in partners:
            self.says(story.hours(2, 14), team.manager, talk.TOGETHER)
        if story.number % 2 == 0:
            self.hand_over(self.team, 0.6)
            self.work(story.stage)
        self.says(story.hours(2, 14), story.together[0].manager, talk.PARTNER_WORK)
        self.ends(0.5, 40)

    def approved(self) -> None:
        """A partner made it, and the vendor approved."""
        story = self.story
        self.made()
        story.add(story.hours(2, 14), "approve", self.chris)
        self.hand_over(self.team, 0.4)
        self.work(story.stage)
        self.ends(1, 60)

    def on_hold(self) -> None:
        """Paused, half of them while a partner manages it."""
        story = self.story
        self.opening()
        by = story.owner
        if story.number % 2:
            self.accepted_by(self.team)
            self.work(min(2, story.stage))
            by = self.team.manager
        story.add(story.hours(6, 40), "hold", by, reason=story.words(story.rng.choice(talk.HOLD)))
        self.ends(8, 160)

    def declined(self) -> None:
        """The last partner declined."""
        self.opening()
        self.detour()
        self.deliver(self.team)
        self.decline(self.team)
        self.ends(0.5, 130)

    def expired(self) -> None:
        """The last partner did not answer in time."""
        story = self.story
        self.opening()
        self.deliver(self.team)
        story.add(24.03, "expire", None)
        self.ends(0.5, 120)

    def returned(self) -> None:
        """The partner gave it back."""
        story = self.story
        self.opening()
        self.accepted_by(self.team)
        self.work(min(1, story.stage))
        reason = story.rng.choice(list(talk.RETURN))
        story.add(
            story.hours(8, 60),
            "return",
            self.team.manager,
            reason=reason,
            text=story.words(talk.RETURN[reason], self.team),
        )
        self.ends(1, 50)

    def won(self) -> None:
        """Sold."""
        story = self.story
        reason = story.rng.choice(list(talk.WIN))
        by = self.until_the_close()
        story.add(
            story.hours(4, 40),
            "win",
            by,
            reason=reason,
            text=story.words(story.rng.choice(talk.WIN[reason]), self.team),
            share=story.rng.choice((88, 92, 95, 96, 98, 100, 100, 100, 104, 108)),
        )
        self.ends(2, 400)

    def lost(self) -> None:
        """Sold by somebody else, or not at all."""
        story = self.story
        reason = story.rng.choice(list(talk.LOSE))
        by = self.until_the_close()
        words = story.words(story.rng.choice(talk.LOSE[reason]), self.team)
        story.add(story.hours(4, 40), "lose", by, reason=reason, text=words)
        self.ends(2, 400)

    def until_the_close(self) -> Person:
        """It is worked until the decision; give who notes the outcome."""
        story = self.story
        self.opening()
        if story.number % 8 == 0:
            self.says(story.hours(10, 60), story.owner, talk.BEFORE, shared=False)
            return story.owner
        self.accepted_by(self.team)
        self.work(max(1, story.stage))
        return self.team.manager if story.happens(0.75) else self.chris

    def canceled(self) -> None:
        """It came to nothing: before delivery, while it waited, or after acceptance."""
        story = self.story
        self.opening()
        if story.number % 3 == 1:
            self.deliver(self.team)
        elif story.number % 3 == 2:
            self.accepted_by(self.team)
        reason = story.rng.choice(list(talk.CANCEL))
        story.add(
            story.hours(3, 16),
            "cancel",
            self.chris,
            reason=reason,
            text=story.words(talk.CANCEL[reason], self.team),
        )
        self.ends(4, 300)

    CHAPTERS: dict[str, Callable[[_Teller], None]] = {
        "in_progress": in_progress,
        "on_hold": on_hold,
        "accepted": accepted,
        "approved": approved,
        "declined": declined,
        "expired": expired,
        "returned": returned,
        "won": won,
        "lost": lost,
        "canceled": canceled,
    }
