"""Whether decisions still hold when they are carried out: the checks of `deliver`, for many at once.

Everything is read in a fixed number of queries, after partners and then opportunities have been locked, so that what is
found true stays true until it is written.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from kanal.config import clock
from kanal.config.among import among, array, as_text, seconds
from kanal.directory.models import Partner, Person
from kanal.distribution import deadlines, protection
from kanal.distribution.actions.step import hold_partners
from kanal.distribution.deadlines import Window
from kanal.distribution.models import Offer, OfferStatus, PolicyVersion, Skip
from kanal.distribution.terms import Terms
from kanal.opportunities import access, figures, lifecycle
from kanal.opportunities.lifecycle import Verb
from kanal.opportunities.models import Opportunity, Participation


class Held(NamedTuple):
    """A decision that is about to be carried out, locked; keys are texts, as very many are read and written.

    Attributes:
        decision, opportunity, given: their keys.
        version: the policy's version that decided; None where no policy did.
        moved: whether a person chose the partner.
        at: when it was decided, in seconds.
    """

    decision: str
    opportunity: str
    given: str
    version: str | None
    moved: bool
    at: float


class Line(NamedTuple):
    """One decision with what was found of it.

    Attributes:
        decision, opportunity, partner: their keys; the partner is locked.
        window: until when the partner may answer, and when it is reminded.
        facts: what the timeline says, as JSON.
        skip: why it is not carried out after all; None where it is.
    """

    decision: str
    opportunity: str
    partner: str
    window: Window
    facts: str
    skip: Skip | None


class _Waiting(NamedTuple):
    """An opportunity as it stands, locked."""

    status: str
    made_by: uuid.UUID | None
    owner: str
    modified_at: float


class _World:
    """What is true now, as far as these decisions are concerned."""

    def __init__(self, decisions: Sequence[Held], by: Person | None) -> None:
        self.by = by
        targets = set(map(uuid.UUID, {one.given for one in decisions}))
        keys = array(one.opportunity for one in decisions)
        self.partners = {
            str(one.pk): one for one in hold_partners(*[Partner(pk=key) for key in sorted(targets)])
        }
        locked = among(Opportunity.objects.select_for_update(of=("self",), no_key=True), "id", keys).order_by(
            "pk"
        )
        values = locked.values_list(
            as_text("pk"), "status", "made_by_partner_id", as_text("owner_id"), seconds("modified_at")
        )
        self.opportunities = {row[0]: _Waiting(*row[1:]) for row in values}
        working = among(Participation.objects.filter(until__isnull=True), "opportunity", keys)
        self.working = frozenset(working.values_list(as_text("opportunity_id"), flat=True))
        declined = among(Offer.objects.filter(status=OfferStatus.DECLINED), "opportunity", keys)
        self.declined = frozenset(declined.values_list(as_text("opportunity_id"), as_text("partner_id")))
        held = protection.holders([uuid.UUID(one.opportunity) for one in decisions])
        self.protected = {str(key): str(partner) for key, partner in held.items()}
        versions = PolicyVersion.objects.filter(pk__in={one.version for one in decisions if one.version})
        self.terms = {str(one.pk): Terms.read(one.data) for one in versions}
        self.load = Counter({str(key): number for key, number in figures.open_work_of(targets).items()})
        owners = {one.owner for one in self.opportunities.values()} if by else ()
        self._owners = {str(key): one for key, one in Person.objects.in_bulk(owners).items()}
        self._allowed: dict[str, bool] = {}
        self._fits: dict[tuple[str, bool], bool] = {}

    def skip(self, decision: Held, partner: Partner) -> Skip | None:
        """Say why a decision no longer holds; where it does, its place at the partner is taken."""
        found = self._of_opportunity(decision) or self._of_partner(decision, partner)
        if found is None:
            self.load[decision.given] += 1
        return found

    def _of_opportunity(self, decision: Held) -> Skip | None:
        opportunity = self.opportunities[decision.opportunity]
        if not self._may(opportunity.owner):
            return Skip.NOT_YOURS
        if not self._can(opportunity.status, made=opportunity.made_by is not None):
            return Skip.STATUS
        if decision.opportunity in self.working:
            return Skip.WORKING
        return Skip.CHANGED if opportunity.modified_at > decision.at else None

    def _may(self, owner: str) -> bool:
        """Tell whether it may be delivered in that name: it rests on the owner, so each owner is asked about once."""
        if self.by is None:
            return True
        if owner not in self._allowed:
            example = Opportunity(owner=self._owners[owner])
            self._allowed[owner] = bool(access.may(self.by, Verb.DELIVER, example))
        return self._allowed[owner]

    def _can(self, status: str, *, made: bool) -> bool:
        """Tell whether the status lets it be delivered."""
        if (status, made) not in self._fits:
            refused = lifecycle.refusal(Verb.DELIVER, status, made_by_partner=made)
            self._fits[status, made] = refused is None
        return self._fits[status, made]

    def _of_partner(self, decision: Held, partner: Partner) -> Skip | None:
        terms = self.terms.get(decision.version) if decision.version else None
        limited = not decision.moved and (terms is None or "capacity" in terms.rules)
        declined = (decision.opportunity, decision.given) in self.declined
        load = self.load[decision.given] if limited else None
        protected = self.protected.get(decision.opportunity, decision.given) != decision.given
        return why_not(partner, declined=declined, protected=protected, load=load)


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


def check(decisions: Sequence[Held], *, by: Person | None) -> list[Line]:
    """Lock what decisions concern and say of each whether it still holds.

    Args:
        decisions: locked ones; in this order places at a partner are taken.
        by: in whose name they are carried out; None is the clock, which may all that the status allows.
    """
    world = _World(decisions, by)
    now, until = clock.now(), _Windows()
    facts = {key: json.dumps({"partner": one.name}) for key, one in world.partners.items()}
    found = []
    for one in decisions:
        partner = world.partners[one.given]
        skip = world.skip(one, partner)
        window = until.of(partner, now, world.terms.get(one.version) if one.version else None)
        found.append(Line(one.decision, one.opportunity, one.given, window, facts[one.given], skip))
    return found


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
