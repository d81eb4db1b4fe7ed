"""Whether decisions still hold when they are carried out: the checks of `deliver`, for many at once.

Everything is read in a fixed number of queries, after partners and then opportunities have been locked, so that what is
found true stays true until it is written.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from kanal.config import clock
from kanal.config.among import among
from kanal.directory.models import Partner, Person
from kanal.distribution import deadlines, protection
from kanal.distribution.actions.step import hold_partners
from kanal.distribution.deadlines import Window
from kanal.distribution.models import Decision, Offer, OfferStatus, PolicyVersion, Skip
from kanal.distribution.terms import Terms
from kanal.opportunities import access, figures, lifecycle
from kanal.opportunities.lifecycle import Verb
from kanal.opportunities.models import Opportunity, Participation

_NEEDED = ("status", "made_by_partner", "owner", "modified_at")


@dataclass(frozen=True)
class Line:
    """One decision that is about to be carried out.

    Attributes:
        decision, opportunity: their keys.
        partner: who gets it, locked.
        window: until when the partner may answer, and when it is reminded.
        facts: what the timeline says, as JSON.
        skip: why it is not carried out after all; None where it is.
    """

    decision: uuid.UUID
    opportunity: uuid.UUID
    partner: Partner
    window: Window
    facts: str
    skip: Skip | None


@dataclass
class _World:
    """What is true now, as far as these decisions are concerned."""

    by: Person | None
    partners: Mapping[uuid.UUID, Partner]
    opportunities: Mapping[uuid.UUID, Opportunity]
    working: frozenset[uuid.UUID]
    declined: frozenset[tuple[uuid.UUID, uuid.UUID]]
    protected: Mapping[uuid.UUID, uuid.UUID]
    terms: Mapping[uuid.UUID, Terms]
    load: Counter[uuid.UUID]

    def skip(self, decision: Decision, partner: Partner) -> Skip | None:
        """Say why a decision no longer holds; where it does, its place at the partner is taken."""
        found = self._of_opportunity(self.opportunities[decision.opportunity_id], decision)
        found = found or self._of_partner(decision, partner)
        if found is None:
            self.load[partner.pk] += 1
        return found

    def _of_opportunity(self, opportunity: Opportunity, decision: Decision) -> Skip | None:
        if self.by is not None and not access.may(self.by, Verb.DELIVER, opportunity):
            return Skip.NOT_YOURS
        made = opportunity.made_by_a_partner
        if lifecycle.refusal(Verb.DELIVER, opportunity.status, made_by_partner=made):
            return Skip.STATUS
        if opportunity.pk in self.working:
            return Skip.WORKING
        return Skip.CHANGED if opportunity.modified_at > decision.at else None

    def _of_partner(self, decision: Decision, partner: Partner) -> Skip | None:
        terms = self.terms.get(decision.version_id) if decision.version_id else None
        limited = decision.moved_by_id is None and (terms is None or "capacity" in terms.rules)
        declined = (decision.opportunity_id, partner.pk) in self.declined
        load = self.load[partner.pk] if limited else None
        holder = self.protected.get(decision.opportunity_id, partner.pk)
        return why_not(partner, declined=declined, protected=holder != partner.pk, load=load)


def why_not(partner: Partner, *, declined: bool, protected: bool, load: int | None) -> Skip | None:
    """Say why a locked partner can't be given an opportunity that it was chosen for; None where it can.

    Args:
        partner: as it stands now.
        declined: it has declined this one.
        protected: the customer is protected for another partner.
        load: the open opportunities that it has; None where its capacity does not matter.
    """
    if not partner.takes_offers:
        return Skip.NOT_TAKEN
    if declined:
        return Skip.DECLINED
    if protected:
        return Skip.PROTECTED
    full = load is not None and partner.capacity is not None and load >= partner.capacity
    return Skip.FULL if full else None


def check(decisions: Sequence[Decision], *, by: Person | None) -> list[Line]:
    """Lock what decisions concern and say of each whether it still holds.

    Args:
        decisions: locked ones, each with a partner; in this order places at a partner are taken.
        by: in whose name they are carried out; None is the clock, which may all that the status allows.
    """
    world = _world(decisions, by)
    now, until = clock.now(), _Windows()
    facts = {key: json.dumps({"partner": one.name}) for key, one in world.partners.items()}
    found = []
    for decision in decisions:
        partner = world.partners[_target(decision)]
        skip = world.skip(decision, partner)
        terms = world.terms.get(decision.version_id) if decision.version_id else None
        window = until.of(partner, now, terms)
        line = Line(decision.pk, decision.opportunity_id, partner, window, facts[partner.pk], skip)
        found.append(line)
    return found


def _target(decision: Decision) -> uuid.UUID:
    assert decision.given_id is not None  # only decisions with a partner are carried out
    return decision.given_id


def _world(decisions: Sequence[Decision], by: Person | None) -> _World:
    targets = {_target(one) for one in decisions}
    keys = [one.opportunity_id for one in decisions]
    partners = {one.pk: one for one in hold_partners(*[Partner(pk=key) for key in targets])}
    locked = among(Opportunity.objects.select_for_update(of=("self",)), "id", keys).order_by("pk")
    opportunities = {one.pk: one for one in locked.only(*_NEEDED)}
    owners = Person.objects.in_bulk({one.owner_id for one in opportunities.values()})
    for one in opportunities.values():
        one.owner = owners[one.owner_id]
    working = among(Participation.objects.filter(until__isnull=True), "opportunity", keys)
    declined = among(Offer.objects.filter(status=OfferStatus.DECLINED), "opportunity", keys)
    versions = PolicyVersion.objects.filter(pk__in={one.version_id for one in decisions if one.version_id})
    return _World(
        by=by,
        partners=partners,
        opportunities=opportunities,
        working=frozenset(working.values_list("opportunity_id", flat=True)),
        declined=frozenset(declined.values_list("opportunity_id", "partner_id")),
        protected=protection.holders(keys),
        terms={one.pk: Terms.read(one.data) for one in versions},
        load=Counter(figures.open_work_of(targets)),
    )


class _Windows:
    """Deadlines by what they depend on: a partner's zone and country, and the hours. Very many offers share few."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, int | None, int | None], Window] = {}

    def of(self, partner: Partner, delivered: datetime, terms: Terms | None) -> Window:
        """Give how long an offer waits; `delivered` is the same in all calls."""
        hours, remind = (terms.answer_hours, terms.remind_hours) if terms else (None, None)
        key = (partner.time_zone, partner.account.country, hours, remind)
        if key not in self._known:
            self._known[key] = deadlines.window(partner, delivered, hours=hours, remind=remind)
        return self._known[key]
