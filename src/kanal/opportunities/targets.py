"""Which statuses a person may set, as the field *Status* at the desk offers them."""

from __future__ import annotations

from django.utils.functional import Promise

from kanal.directory.models import Person
from kanal.opportunities import access, lifecycle
from kanal.opportunities.lifecycle import Status, Verb
from kanal.opportunities.models import Opportunity, Participation


def targets(person: Person, opportunity: Opportunity) -> dict[Status, Verb]:
    """Give the statuses that a person of the vendor may set now, each with the verb that leads there.

    The status that stands is not among them.
    """
    found: dict[Status, Verb] = {}
    for status in Status:
        verb = lifecycle.verb_to(
            opportunity.status,
            status,
            made_by_partner=opportunity.made_by_a_partner,
            collaboration=opportunity.collaboration,
        )
        if verb is not None and status != opportunity.status and access.may(person, verb, opportunity):
            found[status] = verb
    if _may_share(person, opportunity):
        found.setdefault(Status.ACCEPTED, Verb.SHARE)
    return {status: verb for status, verb in found.items() if _leads(verb, status, opportunity)}


def for_new() -> dict[Status, Verb]:
    """Give the statuses that an opportunity may be saved with when it is made."""
    return {Status.DELIVERED: Verb.DELIVER, Status.ACCEPTED: Verb.SHARE}


def _may_share(person: Person, opportunity: Opportunity) -> bool:
    """Tell whether *Accepted* is reached by sharing: then the box *Partner collaboration* goes with it."""
    if opportunity.status == Status.ACCEPTED:
        return False
    return why_not_shared(opportunity) is None and bool(access.may(person, Verb.SHARE, opportunity))


def why_not_shared(opportunity: Opportunity) -> str | Promise | None:
    """Say why the status lets nobody join or leave a collaboration now; None where it does."""
    return lifecycle.refusal(Verb.SHARE, opportunity.status, made_by_partner=opportunity.made_by_a_partner)


def at_work(opportunity: Opportunity) -> Participation | None:
    """Give the part of a partner that has it now: to nobody else it can be delivered meanwhile."""
    running = Participation.objects.filter(opportunity=opportunity, until__isnull=True)
    return running.select_related("partner__account").first()


def _leads(verb: Verb, status: Status, opportunity: Opportunity) -> bool:
    """Tell whether a verb with several targets leads to this one, as what happened before decides."""
    if verb is Verb.RESUME:
        return status == opportunity.status_before_hold
    if verb is Verb.REOPEN:
        return status == (Status.ACCEPTED if at_work(opportunity) else Status.IN_PROGRESS)
    if verb is Verb.DELIVER:
        return at_work(opportunity) is None
    return True
