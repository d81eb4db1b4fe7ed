"""What would happen to many opportunities at once: which would go through, which would be skipped, and why.

The answers are those that the actions would give, asked for all rows in a fixed number of queries. The actions ask
again, row by row, when it is done: what is said here is a preview, not a promise.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise

from kanal.directory.models import Partner, Person
from kanal.distribution import protection
from kanal.distribution.actions.delivering import why_at_work, why_declined, why_not_taken
from kanal.distribution.actions.sharing import why_resting, why_too_many
from kanal.distribution.models import BulkVerb, Offer, OfferStatus, Skip, WorkRules
from kanal.opportunities import access, lifecycle
from kanal.opportunities.actions.record import why_no_owner, why_same_owner
from kanal.opportunities.lifecycle import Verb
from kanal.opportunities.models import Opportunity, OpportunityQuerySet, Participation

# More than this is not done in one go.
LIMIT = 10_000
# Up to this many are done while the person waits; more go to the worker.
AT_ONCE = 50
FIRST = 10
_ROW = ("reference", "topic", "account_name", "status", "made_by_partner", "collaboration", "owner__name")

Why = str | Promise | None


@dataclass(frozen=True)
class Wish:
    """What is asked for.

    Attributes:
        verb: a `BulkVerb`.
        partners: to whom it goes, for delivering and sharing.
        owner: the new owner, for a change of owner.
    """

    verb: BulkVerb
    partners: Sequence[Partner] = ()
    owner: Person | None = None


@dataclass(frozen=True)
class Skipped:
    """Those that would be skipped for one reason: how many, and the first of them."""

    why: str
    count: int
    first: Sequence[Opportunity]

    @property
    def more(self) -> int:
        """Give how many there are besides the first."""
        return self.count - len(self.first)


@dataclass(frozen=True)
class Preview:
    """What would happen.

    Attributes:
        total: how many are asked for.
        going: the keys of those that would go through, in order.
        first: the first of them.
        skipped: the others, by reason, the most frequent first.
    """

    total: int
    going: Sequence[uuid.UUID]
    first: Sequence[Opportunity]
    skipped: Sequence[Skipped]

    @property
    def left_out(self) -> int:
        """Give how many would be skipped."""
        return self.total - len(self.going)

    @property
    def more(self) -> int:
        """Give how many would go through besides the first."""
        return len(self.going) - len(self.first)


@dataclass(frozen=True)
class Known:
    """What is known of many opportunities, read in one query each.

    Attributes:
        running: the parts that partners take in each.
        declined: pairs of an opportunity and a partner that declined it before.
        at_most: how many partners may collaborate.
        holders: the partner for whom the customer is protected, of those where it is.
    """

    running: Mapping[uuid.UUID, Sequence[Participation]] = field(default_factory=dict)
    declined: Collection[tuple[uuid.UUID, uuid.UUID]] = ()
    at_most: int = 0
    holders: Mapping[uuid.UUID, uuid.UUID] = field(default_factory=dict)

    @classmethod
    def of(cls, keys: Collection[uuid.UUID], partners: Iterable[Partner]) -> Known:
        """Read it; nothing where no partner is concerned."""
        keys, partners = list(keys), list(partners)
        if not partners:
            return cls()
        running: defaultdict[uuid.UUID, list[Participation]] = defaultdict(list)
        parts = Participation.objects.filter(opportunity__in=keys, until__isnull=True)
        for part in parts.select_related("partner__account").order_by("since", "id"):
            running[part.opportunity_id].append(part)
        declined = Offer.objects.filter(
            opportunity__in=keys, partner__in=partners, status=OfferStatus.DECLINED
        )
        pairs = set(declined.values_list("opportunity_id", "partner_id"))
        return cls(running, pairs, WorkRules.current().partners_at_most, protection.holders(keys))


def rows_of(found: OpportunityQuerySet) -> list[Opportunity]:
    """Read what a preview needs of opportunities, in their order, one more than `LIMIT` at most; one query."""
    return list(found.select_related("owner").only(*_ROW)[: LIMIT + 1])


def preview(*, wish: Wish, rows: Sequence[Opportunity], by: Person) -> Preview:
    """Say what would happen to each of these opportunities.

    Args:
        wish: what is asked for.
        rows: the opportunities, as `rows_of` gives them.
        by: who would do it.
    """
    known = Known.of([row.pk for row in rows], wish.partners)
    judge = _JUDGES[wish.verb]
    return sorted_out((row, judge(row, wish, known, by)) for row in rows)


def sorted_out(judged: Iterable[tuple[Opportunity, Why]]) -> Preview:
    """Sort opportunities into those that would go through and those that would be skipped."""
    going: list[Opportunity] = []
    skipped: defaultdict[str, list[Opportunity]] = defaultdict(list)
    for row, why in judged:
        (skipped[str(why)] if why else going).append(row)
    groups = [Skipped(why, len(rows), rows[:FIRST]) for why, rows in skipped.items()]
    return Preview(
        total=len(going) + sum(group.count for group in groups),
        going=[row.pk for row in going],
        first=going[:FIRST],
        skipped=sorted(groups, key=lambda group: -group.count),
    )


def why_not(verb: Verb, row: Opportunity, by: Person) -> Why:
    """Say why a person of the vendor may not do a verb, or why the status forbids it; None where neither does."""
    answer = access.may(by, verb, row)
    return answer.reason or lifecycle.refusal(verb, row.status, made_by_partner=row.made_by_a_partner)


def why_not_delivered(row: Opportunity, partner: Partner, known: Known) -> Why:
    """Say why a partner can't be offered this one, apart from the status."""
    if not_taken := why_not_taken(partner):
        return not_taken
    if working := known.running.get(row.pk):
        return why_at_work(working[0].partner)
    if known.holders.get(row.pk, partner.pk) != partner.pk:
        return Skip.PROTECTED.label
    return why_declined(partner) if (row.pk, partner.pk) in known.declined else None


def why_protected_there(row: Opportunity, there: Collection[uuid.UUID], known: Known) -> Why:
    """Say why partners can't take part together: the customer is protected for one that is not among them."""
    holder = known.holders.get(row.pk)
    return None if holder is None or holder in there else Skip.PROTECTED.label


def _deliver(row: Opportunity, wish: Wish, known: Known, by: Person) -> Why:
    return why_not(Verb.DELIVER, row, by) or why_not_delivered(row, wish.partners[0], known)


def _share(row: Opportunity, wish: Wish, known: Known, by: Person) -> Why:
    if why := why_not(Verb.SHARE, row, by):
        return why
    taking_part = {part.partner_id for part in known.running.get(row.pk, ())}
    joining = [partner for partner in wish.partners if partner.pk not in taking_part]
    resting = next((partner for partner in joining if not partner.takes_offers), None)
    if resting is not None:
        return why_resting(resting)
    protected = why_protected_there(row, taking_part | {partner.pk for partner in joining}, known)
    if joining and protected:
        return protected
    number = len(taking_part) + len(joining)
    return why_too_many(known.at_most, number) if number > known.at_most else None


def _change_owner(row: Opportunity, wish: Wish, _known: Known, by: Person) -> Why:
    assert wish.owner is not None
    answer = access.may(by, "edit", row)
    if not answer:
        return answer.reason
    if row.owner_id == wish.owner.pk:
        return why_same_owner(wish.owner)
    return None if access.may_own(wish.owner) else why_no_owner()


_JUDGES: Mapping[BulkVerb, Callable[[Opportunity, Wish, Known, Person], Why]] = {
    BulkVerb.DELIVER: _deliver,
    BulkVerb.SHARE: _share,
    BulkVerb.CHANGE_OWNER: _change_owner,
}
