"""Who may see an opportunity, and who may do what to it. Pages, exports, files and programs ask nothing else.

At a partner, administrators and managers may do all that the company may. A seller works what is shared with them:
moves the stage, edits, writes, asks for more time, pauses, wins and loses it. What the company says to the vendor about
whose work it is (answering an offer, giving it back, calling off what the company made) and whose it is within the
company (assigning, sharing with colleagues) is for administrators and managers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kanal.directory.access import may_enter_desk, may_enter_portal
from kanal.directory.models import Contact, Partner, PartnerRole, Person, VendorRole
from kanal.directory.models.record import RecordQuerySet
from kanal.directory.refusal import Conflict, NotAllowed
from kanal.opportunities import lifecycle
from kanal.opportunities.lifecycle import Actor, Verb
from kanal.opportunities.models import (
    Attachment,
    Kind,
    Opportunity,
    OpportunityQuerySet,
    Participation,
    TimelineEntry,
    Visibility,
)

_ACTOR_OF_KIND = {
    Kind.OFFERED: Actor.OFFERED,
    Kind.MANAGING: Actor.MANAGING,
    Kind.COLLABORATING: Actor.COLLABORATING,
}
# What a seller of the vendor may do to an opportunity that somebody else owns: write notes, nothing that moves it.
_ANY_SELLER = frozenset({"create", "note"})
_MAKERS = frozenset({"make", "revise"})
_VERBS = tuple(Verb.values)  # a run asks ten thousand times; a set would not find members by their value
_ANSWERS = frozenset({Verb.ACCEPT, Verb.DECLINE, Verb.ASK})
# What a seller of a partner may not do, beside answering: it is the company's word, or says whose work it is.
_COMPANY_DECIDES = frozenset({Verb.RETURN, Verb.CANCEL, Verb.ASSIGN})


@dataclass(frozen=True)
class Answer:
    """Yes, or the reason why not."""

    reason: str | Promise | None = None

    def __bool__(self) -> bool:
        return self.reason is None


YES = Answer()


def running(person: Person) -> Q:
    """Give the condition on participations that this partner person sees: of the company, and shared with a seller."""
    mine = Q(partner=person.partner_id, until__isnull=True)
    if person.partner_role == PartnerRole.SELLER:
        mine &= Q(people=person)
    return mine


def visible(person: Person, *kinds: Kind) -> OpportunityQuerySet:
    """Give the opportunities that a person may see.

    Args:
        person: who looks.
        kinds: for people of a partner: only those in which it takes part as one of these.
    """
    if may_enter_desk(person):
        return Opportunity.objects.all()
    if not may_enter_portal(person):
        return Opportunity.objects.none()
    mine = Participation.objects.filter(running(person))
    if kinds:
        mine = mine.filter(kind__in=kinds)
    return Opportunity.objects.filter(pk__in=mine.values("opportunity_id"))


def to_deliver(person: Person) -> OpportunityQuerySet:
    """Give the opportunities that wait for a partner and that a person may deliver to one, as `may` says of each."""
    if not may(person, "change", None):
        return Opportunity.objects.none()
    taken = Participation.objects.filter(opportunity=OuterRef("pk"), until__isnull=True)
    found = visible(person).to_distribute().exclude(Exists(taken))
    return found.filter(owner=person) if person.vendor_role == VendorRole.SELLER else found


def participation(person: Person, opportunity: Opportunity) -> Participation | None:
    """Give the running part that a partner person's company has in an opportunity, if they may see it."""
    if not may_enter_portal(person):
        return None
    return Participation.objects.filter(running(person), opportunity=opportunity).first()


def last_part(person: Person, key: UUID) -> Participation | None:
    """Give the last part that a person's company had in an opportunity and has no longer, if they saw it then."""
    if not may_enter_portal(person):
        return None
    had = Q(partner=person.partner_id, until__isnull=False, opportunity=key)
    if person.partner_role == PartnerRole.SELLER:
        had &= Q(people=person)
    found = Participation.objects.filter(had).select_related("partner__account", "opportunity")
    return found.order_by("-until", "-id").first()


def may_own(person: Person) -> bool:
    """Tell whether a person may be the owner of an opportunity."""
    return may_enter_desk(person) and person.vendor_role != VendorRole.AUDITOR


def knows_customer(person: Person, part: Participation | None) -> bool:
    """Tell whether names, mail and phone of the customer's people are open: not before a partner has accepted."""
    return may_enter_desk(person) or (part is not None and part.kind != Kind.OFFERED)


def timeline(person: Person, opportunity: Opportunity, part: Participation | None) -> Q:
    """Give the condition on timeline entries of an opportunity that a person reads.

    The desk reads all. A partner reads what is shared with it alone, and, once it has accepted, what is shared with
    every partner that takes part; what others said to each other before all of them had left stays theirs.
    """
    if may_enter_desk(person):
        return Q(opportunity=opportunity)
    return timelines([part] if part else [])


def timelines(parts: Sequence[Participation]) -> Q:
    """Give the condition on timeline entries that a partner reads where it takes these parts.

    It is the rule of `timeline`, asked for many at once.
    """
    mine = Q(partner__in={part.partner_id for part in parts})
    for_all = Q(pk__in=[])
    free = []
    accepted = [part for part in parts if part.kind != Kind.OFFERED]
    before = _histories([part.opportunity_id for part in accepted])
    for part in accepted:
        limits = _since_somebody_stayed(before[part.opportunity_id], part)
        if limits:
            for_all |= Q(opportunity=part.opportunity_id) & limits
        else:
            free.append(part.opportunity_id)
    for_all |= Q(opportunity__in=free)
    seen = [part.opportunity_id for part in parts]
    return Q(opportunity__in=seen, visibility=Visibility.SHARED) & (mine | Q(partner__isnull=True) & for_all)


_Times = tuple[UUID, datetime, datetime | None]


def _histories(keys: Sequence[UUID]) -> dict[UUID, list[_Times]]:
    """Give for each opportunity which partners took part in it, since when and until when."""
    found: dict[UUID, list[_Times]] = {key: [] for key in keys}
    if keys:
        taken = Participation.objects.filter(opportunity__in=keys)
        for key, partner, since, until in taken.values_list("opportunity_id", "partner_id", "since", "until"):
            found[key].append((partner, since, until))
    return found


def _since_somebody_stayed(parts: Sequence[_Times], part: Participation) -> Q:
    """Give the condition on entries for all that those who take part now read; empty where they read every one.

    Who joins reads what was said before, as long as somebody has stayed from then until now. Once all had left, the
    next ones start anew, but for what their own company took part in.
    """
    ended = sorted(
        ((until, since, partner) for partner, since, until in parts if until is not None), reverse=True
    )
    start = min([part.since, *(since for _partner, since, until in parts if until is None)])
    readable, own = Q(), Q(pk__in=[])
    for until, since, partner in ended:
        if until > start:
            start = min(start, since)
        elif partner == part.partner_id:
            own |= Q(at__gte=since, at__lte=until)
        else:
            readable &= ~Q(at__gte=since, at__lte=until)
    return readable | own if readable else Q()


def entries(person: Person, opportunity: Opportunity, part: Participation | None) -> list[TimelineEntry]:
    """Give the timeline that a person reads, newest first, with authors and files."""
    found = TimelineEntry.objects.filter(timeline(person, opportunity, part))
    return list(
        found.select_related("author", "company__account", "partner__account").prefetch_related("attachments")
    )


def attachment(person: Person, key: UUID) -> Attachment | None:
    """Give a file by its key if the person may read the entry that it came with."""
    found = Attachment.objects.select_related("entry__opportunity").filter(pk=key).first()
    if found is None:
        return None
    opportunity = found.entry.opportunity
    condition = timeline(person, opportunity, participation(person, opportunity))
    return found if TimelineEntry.objects.filter(condition, pk=found.entry_id).exists() else None


def actors(person: Person, opportunity: Opportunity, part: Participation | None) -> frozenset[Actor]:
    """Say what a person is to an opportunity, before their role is asked."""
    if may_enter_desk(person):
        return frozenset({Actor.VENDOR})
    if part is None:
        return frozenset()
    roles = {_ACTOR_OF_KIND[Kind(part.kind)]}
    if Actor.MANAGING in roles and opportunity.made_by_partner_id == part.partner_id:
        roles.add(Actor.MAKER)
    return frozenset(roles)


def may(
    person: Person, verb: str, opportunity: Opportunity | None, part: Participation | None = None
) -> Answer:
    """Say whether a person may do something, apart from what the status allows.

    Args:
        person: who asks.
        verb: a `lifecycle.Verb`, or `create`, `edit`, `note`; for partners `make`, and `revise` for what they made.
        opportunity: the one that it is about; None for `create` and `make`.
        part: the running participation of the person's company, as `participation` gives it.
    """
    if may_enter_desk(person):
        return _vendor_may(person, verb, opportunity)
    if verb == "make":
        return YES if may_enter_portal(person) else Answer(_("Your company can make no opportunities now."))
    if opportunity is None or part is None:
        return Answer(_("Only people of the vendor may do this."))
    return _partner_may(person, verb, opportunity, part)


def _vendor_may(person: Person, verb: str, opportunity: Opportunity | None) -> Answer:
    role = VendorRole(person.vendor_role)
    if verb in _MAKERS:
        return Answer(_("Only the partner may do this."))
    if role is VendorRole.AUDITOR:
        return Answer(_("An auditor reads everything and changes nothing."))
    if verb in _VERBS and Actor.VENDOR not in lifecycle.BY_VERB[Verb(verb)].actors:
        return Answer(_("Only the partner may do this."))
    if (
        role is VendorRole.SELLER
        and verb not in _ANY_SELLER
        and opportunity
        and opportunity.owner_id != person.pk
    ):
        return Answer(
            _(
                "A seller changes and distributes only the opportunities that they own; this one is %(owner)s’s."
            )
            % {"owner": opportunity.owner.name}
        )
    return YES


def _partner_may(person: Person, verb: str, opportunity: Opportunity, part: Participation) -> Answer:
    if verb == "note" or (verb == "revise" and Actor.MAKER in actors(person, opportunity, part)):
        return YES
    if verb not in _VERBS:
        return Answer(_("Only people of the vendor may do this."))
    if not actors(person, opportunity, part) & lifecycle.BY_VERB[Verb(verb)].actors:
        if part.kind == Kind.COLLABORATING:
            return Answer(_("In a partner collaboration, no single partner may do this."))
        return Answer(_("Only people of the vendor may do this."))
    if verb in _ANSWERS and person.partner_role == PartnerRole.SELLER:
        return Answer(_("Your company’s administrator or managers answer offers."))
    if verb in _COMPANY_DECIDES and person.partner_role == PartnerRole.SELLER:
        return Answer(_("Your company’s administrator or managers do this."))
    return YES


def demand(person: Person, verb: Verb, opportunity: Opportunity, part: Participation | None = None) -> None:
    """Refuse what a person may not do, or what the status forbids.

    Raises:
        NotAllowed: the person may not do this.
        Conflict: the status forbids it.
    """
    answer = may(person, verb, opportunity, part)
    if not answer:
        raise NotAllowed(answer.reason or "")
    refusal = lifecycle.refusal(verb, opportunity.status, made_by_partner=opportunity.made_by_a_partner)
    if refusal:
        raise Conflict(refusal)


def colleagues(partner: Partner) -> RecordQuerySet:
    """Give the people to whom a partner's work can be handed: its own who may sign in, and nobody else."""
    found = Person.objects.filter(partner=partner, is_active=True, archived_at__isnull=True)
    return cast("RecordQuerySet", found.order_by("name", "id"))


def contacts(person: Person, opportunity: Opportunity, part: Participation | None) -> RecordQuerySet:
    """Give the customer's people that a person sees on an opportunity.

    A partner that has accepted sees all whom the vendor knows at the customer. Where another partner keeps the
    customer, its people are that partner's: only the one whom the opportunity names is seen.
    """
    if opportunity.account_id is None or not knows_customer(person, part):
        return Contact.objects.none()
    found = Contact.objects.current().filter(account=opportunity.account_id)
    if not may_enter_desk(person) and not _keeps_customer(opportunity, part):
        found = found.filter(pk=opportunity.contact_id)
    return found


def refusal_to_add_contact(opportunity: Opportunity, part: Participation | None) -> str | Promise | None:
    """Say why a partner can't add a person of the customer, apart from what `may` says; None where it can."""
    if opportunity.account_id is None:
        return _("The opportunity names no customer yet.")
    if not _keeps_customer(opportunity, part):
        return _("Another partner keeps this customer. Ask the vendor with a note.")
    return None


def _keeps_customer(opportunity: Opportunity, part: Participation | None) -> bool:
    """Tell whether a customer is the vendor's, or kept by the partner that asks."""
    keeper = opportunity.account.managing_partner_id if opportunity.account else None
    return keeper is None or (part is not None and keeper == part.partner_id)


def verbs(person: Person, opportunity: Opportunity, part: Participation | None = None) -> list[Verb]:
    """Give the verbs that a person may do now: what a face shows as buttons and choices."""
    who = actors(person, opportunity, part)
    found = lifecycle.verbs_from(opportunity.status, who, made_by_partner=opportunity.made_by_a_partner)
    return [verb for verb in found if may(person, verb, opportunity, part)]
