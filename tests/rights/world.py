"""The situations of the table, each made by the real actions."""

from __future__ import annotations

from dataclasses import dataclass

from kanal.directory.models import Person
from kanal.distribution import actions
from kanal.opportunities.actions import NewAccount, Values
from kanal.opportunities.models import Opportunity
from tests.cast import Cast

PARTNER_ASKERS = {"administrator": "anna", "manager": "mads", "seller": "sofie"}
VENDOR_ASKERS = {
    "administrator": "ada",
    "channel manager": "chris",
    "seller, own": "sally",
    "seller, another’s": "sally",
    "auditor": "otto",
}


@dataclass
class Scene:
    """One situation, and who tries.

    Attributes:
        cast: everybody.
        key: the opportunity.
        asker: who tries.
        colleague: somebody else of the asker's company, to whom work can be handed.
    """

    cast: Cast
    opportunity: Opportunity
    asker: Person
    colleague: Person

    def now(self) -> Opportunity:
        """Read the opportunity anew."""
        return Opportunity.objects.get(pk=self.opportunity.pk)


def partner_scene(cast: Cast, role: str, situation: str) -> Scene:
    """Make a situation of people of a partner, Nordlys IT."""
    asker = cast.people[PARTNER_ASKERS[role]]
    colleague = cast.anna if asker == cast.mads else cast.mads
    made = {
        "offered": cast.delivered,
        "own": lambda: _assigned(cast, cast.managed(), asker),
        "colleague": lambda: _assigned(cast, cast.managed(), colleague),
        "together": lambda: _together(cast, asker),
        "waiting": lambda: _made(cast, asker),
        "approved": lambda: _approved(cast, asker),
        "paused": lambda: _paused(cast, _assigned(cast, cast.managed(), asker)),
        "won": lambda: _won(cast, _assigned(cast, cast.managed(), asker)),
        "foreign": lambda: cast.managed(cast.fjord),
    }[situation]()
    return Scene(cast, made, asker, colleague)


def vendor_scene(cast: Cast, role: str, situation: str) -> Scene:
    """Make a situation of people of the vendor; the seller's own one is owned by her."""
    asker = cast.people[VENDOR_ASKERS[role]]
    owner = {"owner": cast.sally if role == "seller, own" else cast.chris}
    made = {
        "new": lambda: cast.opportunity(**owner),
        "offered": lambda: cast.delivered(**owner),
        "managed": lambda: cast.managed(**owner),
        "together": lambda: _together(cast, cast.mads, **owner),
        "waiting": lambda: _owned(_made(cast, cast.mads), **owner),
        "approved": lambda: _owned(_approved(cast, cast.mads), **owner),
        "paused": lambda: _paused(cast, cast.managed(**owner)),
        "won": lambda: _won(cast, cast.managed(**owner)),
    }[situation]()
    return Scene(cast, made, asker, cast.chris)


def _assigned(cast: Cast, made: Opportunity, to: Person) -> Opportunity:
    actions.assign(key=made.pk, to=to.pk, by=cast.anna)
    return made


def _together(cast: Cast, asker: Person, **facts: Person) -> Opportunity:
    made = cast.opportunity(**facts)
    actions.share(key=made.pk, partners=[cast.nordlys, cast.fjord], by=cast.chris)
    return _assigned(cast, made, asker)


def _made(cast: Cast, asker: Person) -> Opportunity:
    values = Values(
        topic="Booking for eight clinics",
        account=NewAccount("Kystvejens Klinikker", city="Grenaa", country="DK"),
        currency=cast.dkk,
        estimated_revenue=cast.opportunity().estimated_revenue,
        estimated_close_date=cast.opportunity().estimated_close_date,
        customer_need="One calendar for patients and staff.",
    )
    return actions.make(values=values, by=asker)


def _approved(cast: Cast, asker: Person) -> Opportunity:
    made = _made(cast, asker)
    actions.approve(key=made.pk, by=cast.chris)
    return made


def _owned(made: Opportunity, owner: Person) -> Opportunity:
    Opportunity.objects.filter(pk=made.pk).update(owner=owner)
    return made


def _paused(cast: Cast, made: Opportunity) -> Opportunity:
    actions.hold(key=made.pk, reason="Budget", by=cast.chris)
    return made


def _won(cast: Cast, made: Opportunity) -> Opportunity:
    actions.win(key=made.pk, reason="best_fit", by=cast.chris)
    return made
