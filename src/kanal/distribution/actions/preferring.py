"""Preferred partner assignment of one opportunity: the best suited partner gets the offer, then the next best."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from kanal.directory.acting import acting
from kanal.directory.models import Partner, Person
from kanal.directory.refusal import Conflict, Missing
from kanal.distribution import protection
from kanal.distribution.actions.delivering import declined_before, open_offer, why_at_work
from kanal.distribution.actions.step import Step, begin, begin_by_clock, hold_partners
from kanal.distribution.assignment import deciding, storing
from kanal.distribution.assignment.checking import why_not
from kanal.distribution.assignment.deciding import Choice, Decided
from kanal.distribution.models import Decision, Offer, Outcome, RunKind, RunState
from kanal.distribution.telling import Happening, announce_entry
from kanal.distribution.terms import Terms
from kanal.opportunities import access, figures, lifecycle, timeline
from kanal.opportunities.lifecycle import NEEDS_PARTNER, Status, Verb
from kanal.opportunities.models import Opportunity
from kanal.opportunities.targets import at_work

# Another assignment may take a partner's last place between the decision and the lock; then it is decided anew.
TRIES = 5


class _Overtaken(Exception):  # noqa: N818 - says what happened
    """What was to be assigned by itself no longer waits: somebody was faster."""


def assign_partner(*, key: uuid.UUID, by: Person) -> Decision:
    """Offer an opportunity to the partner that suits it best, by the policy that takes it.

    Args:
        key: the opportunity.
        by: who asks; whoever may deliver it may.

    Returns:
        The decision; its outcome says whether somebody was found.

    Raises:
        Missing, NotAllowed, Conflict: it is not theirs to see, to deliver, or not in this status.
    """
    opportunity = access.visible(by).filter(pk=key).first()
    if opportunity is None:
        raise Missing
    access.demand(by, Verb.DELIVER, opportunity, None)
    refusal = lifecycle.refusal(
        Verb.DELIVER, opportunity.status, made_by_partner=opportunity.made_by_a_partner
    )
    if refusal:
        raise Conflict(refusal)
    working = at_work(opportunity)
    if working is not None:
        raise Conflict(why_at_work(working.partner))
    return _find(key, kind=RunKind.ONE, by=by)


def offer_next(*, after: uuid.UUID) -> Decision | None:
    """Offer an opportunity to the next best partner, after an offer by policy that was declined or not answered.

    Done twice, or late, it changes nothing: only the last offer of an opportunity that still waits counts, and once
    nobody was found that stays so until somebody acts.

    Args:
        after: the offer that was not taken.
    """
    offer = Offer.objects.select_related("opportunity", "partner").get(pk=after)
    opportunity = offer.opportunity
    last = Offer.objects.filter(opportunity=opportunity).order_by("-delivered_at", "-pk").first()
    waits = opportunity.status in {Status.DECLINED, Status.EXPIRED}
    if last is None or last.pk != offer.pk or not waits or at_work(opportunity) is not None:
        return None
    if _told_since(offer) is not None:
        return None
    try:
        return _find(opportunity.pk, kind=RunKind.NEXT, by=None, after=offer)
    except _Overtaken:
        return None


def _told_since(offer: Offer) -> Decision | None:
    """Give what was decided since an offer ended, if anything was."""
    since = Decision.objects.filter(opportunity=offer.opportunity_id, at__gte=offer.answered_at)
    return since.exclude(offer=offer).first()


def _find(key: uuid.UUID, *, kind: RunKind, by: Person | None, after: Offer | None = None) -> Decision:
    for _try in range(TRIES):
        decided = deciding.decide_for([key], limited=after is not None)
        if not decided.choices:
            raise Missing
        [choice] = decided.choices
        if choice.partner is None:
            return _keep_nobody(decided, choice, kind=kind, by=by, after=after)
        decision = _give(decided, choice, kind=kind, by=by, after=after)
        if decision is not None:
            return decision
    raise Conflict(_("Partners fill up faster than one can be chosen. Try again in a moment."))


def _give(
    decided: Decided, choice: Choice, *, kind: RunKind, by: Person | None, after: Offer | None
) -> Decision | None:
    """Make the offer; None where the partner can't take it any more.

    Raises:
        _Overtaken: nobody asked for it, and it no longer waits.
    """
    partner_key = decided.key_of(choice.partner)
    assert partner_key is not None
    assert choice.policy is not None
    with acting(by):
        [partner] = hold_partners(Partner(pk=partner_key))
        step = _begin(choice.asked.key, by)
        if after is not None and _told_since(after) is not None:
            raise _Overtaken
        if not still_fits(partner, step.opportunity, choice.policy.terms):
            return None
        run = storing.store(decided, kind=kind, by=by, state=RunState.DONE)
        offer = open_offer(step, partner, terms=choice.policy.terms)
        Decision.objects.filter(run=run).update(offer=offer, outcome=Outcome.OFFERED)
        _tell_story(step, partner, decided, choice)
        return storing.decision_of(run, choice.asked.key)


def _begin(key: uuid.UUID, by: Person | None) -> Step:
    if by is not None:
        return begin(key, Verb.DELIVER, by=by)
    step = begin_by_clock(key, Verb.DELIVER)
    if step is None or at_work(step.opportunity) is not None:
        raise _Overtaken
    return step


def _tell_story(step: Step, partner: Partner, decided: Decided, choice: Choice) -> None:
    """Note for the vendor whom assignment chose, by which policy, with how many points, and who came second."""
    assert choice.policy is not None
    points = dict(choice.best)
    places = [place for place in points if place != choice.partner][:1]
    facts = {
        "policy": choice.policy.version.policy.name,
        "partner": partner.name,
        "points": _whole(choice.score or 0),
    }
    if places:
        second = {
            "next": _name(decided.table.partners.keys[places[0]]),
            "next_points": _whole(points[places[0]]),
        }
        timeline.record(
            step.opportunity, "chosen_before", by=step.by, facts={**facts, **second}, shared=False
        )
    else:
        timeline.record(step.opportunity, "chosen", by=step.by, facts=facts, shared=False)


def _name(partner: str) -> str:
    return str(Partner.objects.values_list("account__name", flat=True).get(pk=partner))


def _whole(tenths: int) -> str:
    return str((tenths + 5) // 10)


def still_fits(partner: Partner, opportunity: Opportunity, terms: Terms) -> bool:
    """Tell whether a locked partner still takes offers and has not declined this one.

    Where the policy asks for capacity, it must have a place left, too.
    """
    load = figures.open_work_of([partner.pk])[partner.pk] if "capacity" in terms.rules else None
    declined = declined_before(opportunity.pk, partner)
    protected = bool(protection.against(opportunity, partner))
    return why_not(partner, declined=declined, protected=protected, load=load) is None


def _keep_nobody(
    decided: Decided, choice: Choice, *, kind: RunKind, by: Person | None, after: Offer | None
) -> Decision:
    """Keep that nobody was found; where the clock looked, the owner and the channel manager are told."""
    with acting(by), transaction.atomic():
        opportunity = Opportunity.objects.select_for_update(of=("self",), no_key=True).get(
            pk=choice.asked.key
        )
        told = _told_since(after) if after else None
        if told is not None:  # another worker was faster
            return told
        run = storing.store(decided, kind=kind, by=by, state=RunState.DONE)
        decision = storing.decision_of(run, choice.asked.key)
        if after is None or opportunity.status not in NEEDS_PARTNER:
            return decision
        entry = timeline.record(opportunity, "nobody_found", by=by, facts={"why": choice.why}, shared=False)
        manager = after.partner.channel_manager
        announce_entry(Happening.UNASSIGNED, entry, people=[manager] if manager else [], vendor=True)
    return decision
