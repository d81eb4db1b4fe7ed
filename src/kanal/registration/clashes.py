"""What speaks against giving a customer to one partner: others' protections and requests, sales, and records alike.

The same questions are asked of the database whoever holds what, so that neither the words nor the time of an answer
tell a partner more than *clear*, *needs review* or *protected*.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kanal.config import clock
from kanal.config.among import among
from kanal.directory.keys import company_keys
from kanal.directory.likeness import plain_number
from kanal.directory.models import Account, AccountKind, Partner
from kanal.distribution import protection
from kanal.distribution.models import Protection
from kanal.opportunities.lifecycle import OPEN, Stage
from kanal.opportunities.lifecycle import Status as OpportunityStatus
from kanal.opportunities.models import Opportunity, Participation
from kanal.registration.claims import keys_of
from kanal.registration.conflicts.finding import Found, alike
from kanal.registration.conflicts.judging import Customer, Part, judge
from kanal.registration.lifecycle import HELD
from kanal.registration.models import Answer, Registration
from kanal.registration.terms import Terms

# A customer to which the vendor sold itself stays its own for so long.
SOLD_WITHIN = timedelta(days=365)
# How many records alike are looked at for each kind; the nearest come first.
MOST = 12
_SALES = 50


class Kind(models.TextChoices):
    """What kind of thing speaks against it."""

    PROTECTION = "protection", _("Protected")
    REQUEST = "request", _("Registration asked for")
    DIRECT = "direct", _("Direct sale")
    OPPORTUNITY = "opportunity", _("Open opportunity")
    CUSTOMER = "customer", _("Known customer")


@dataclass(frozen=True)
class Clash:
    """One thing that speaks against it.

    Attributes:
        kind: see `Kind`.
        score: how alike the two customers are, 0 to 100; `same`: they are taken for one.
        parts: what was compared, see `conflicts.judging.Part`.
        customer: the other one, for people of the vendor.
        partner: who is concerned; None is the vendor itself.
        reference: the code of the request or opportunity; empty for a record of the directory.
        key: of the request, opportunity or account; `registration`: whose protection it is, where it is one.
        families: names of the product families concerned.
        value: what it is worth in the base currency.
        since: since when it is known; `until`: when it ends.
        state: its status in words.
    """

    kind: str
    score: int
    same: bool
    customer: Customer
    parts: tuple[Part, ...] = ()
    partner: Partner | None = None
    reference: str = ""
    key: uuid.UUID | None = None
    registration: uuid.UUID | None = None
    families: tuple[str, ...] = ()
    value: Any = None
    since: datetime | None = None
    until: datetime | None = None
    state: str = ""

    @property
    def heavy(self) -> bool:
        """Tell whether somebody else is concerned, so that the decision takes something from them."""
        return self.same and self.kind != Kind.CUSTOMER

    def plain(self) -> dict[str, Any]:
        """Give what a request and the chain keep of it."""
        return {
            "kind": str(self.kind),
            "score": self.score,
            "same": self.same,
            "heavy": self.heavy,
            "reference": self.reference,
            "key": str(self.key) if self.key else "",
            "partner": self.partner.name if self.partner else "",
            "partner_id": str(self.partner.pk) if self.partner else "",
            "customer": self.customer.name,
        }


@dataclass(frozen=True)
class Question:
    """What is asked: may this partner have this customer for these products?

    Attributes:
        customer: as the partner names it.
        partner: who asks; what is its own speaks against nothing.
        family: for which products; None is any.
        but: the request itself, where there is one; its opportunity is not held against it.
        opportunity: the opportunity that it is about.
        keys: what else the customer is known by, as text: the record that its opportunity names, with its group.
    """

    customer: Customer
    partner: Partner
    family: uuid.UUID | None = None
    but: uuid.UUID | None = None
    opportunity: uuid.UUID | None = None
    keys: frozenset[str] = frozenset()


@dataclass
class Findings:
    """What was found, the heaviest first, and what it comes to."""

    clashes: list[Clash] = field(default_factory=list)
    answer: Answer = Answer.CLEAR

    def plain(self) -> list[dict[str, Any]]:
        """Give it as plain values."""
        return [clash.plain() for clash in self.clashes]

    def protecting(self) -> list[Clash]:
        """Give what makes the customer protected."""
        return [one for one in self.clashes if one.same and one.kind in _PROTECTS]


_PROTECTS = (Kind.PROTECTION, Kind.DIRECT)
_ORDER = {kind: place for place, kind in enumerate(Kind.values)}


def question_of(registration: Registration) -> Question:
    """Give the question that a request asks."""
    return Question(
        customer_of(registration),
        registration.partner,
        registration.family_id,
        but=registration.pk,
        opportunity=registration.opportunity_id,
        # What would be protected is what is looked for: the database refuses whatever of it somebody else holds.
        keys=frozenset(one.text for one in keys_of(registration)),
    )


def customer_of(registration: Registration) -> Customer:
    """Give the customer of a request as it is compared."""
    return Customer(
        name=registration.company,
        number=registration.registration_number,
        domain=registration.domain,
        mail_domains=(registration.contact_email,) if registration.contact_email else (),
        street=registration.street,
        postal_code=registration.postal_code,
        city=registration.city,
        country=registration.country,
    )


def names_its_record(registration: Registration) -> bool:
    """Tell whether a request names the company that its opportunity's record is; both would be protected."""
    account = registration.opportunity.account
    if account is None:
        return True
    record = Customer(
        name=account.name,
        number=account.registration_number,
        domain=account.domain,
        street=account.street,
        postal_code=account.postal_code,
        city=account.city,
        country=account.country,
    )
    return judge(customer_of(registration), record).same_customer


def find(question: Question, terms: Terms) -> Findings:
    """Look for everything that speaks against it, and say what it comes to.

    Args:
        question: what is asked.
        terms: from which likeness on a record counts, and whether direct sales protect.
    """
    # One's own are looked for apart, so that however many they are they push nobody else's out of sight.
    records, own = Account.objects.filter(kind=AccountKind.CUSTOMER), Q(managing_partner=question.partner)
    customers = [
        *alike(records.exclude(own), question.customer, limit=MOST),
        *alike(records.filter(own), question.customer, limit=MOST),
    ]
    requests = alike(
        Registration.objects.filter(status__in=sorted(HELD)).exclude(partner=question.partner),
        question.customer,
        limit=MOST,
    )
    near = {one.row.pk: one for one in customers if one.verdict.score >= terms.alike}
    asked = {one.row.pk: one for one in requests if one.verdict.score >= terms.alike}
    exact = protection.covering(_known_by(question), _families(question), exact=True)
    found = [
        *_protections(question, exact, asked),
        *_requests(question, asked),
        *_sales(question, near),
        *_customers(question, near),
    ]
    found.sort(key=lambda one: (_ORDER[one.kind], -one.score, one.reference, str(one.key)))
    return Findings(found, _answer(found, terms))


def _answer(found: Sequence[Clash], terms: Terms) -> Answer:
    protects = {Kind.PROTECTION, Kind.DIRECT} if terms.protect_direct else {Kind.PROTECTION}
    if any(one.same and one.kind in protects for one in found):
        return Answer.PROTECTED
    # That the vendor knows the company says nothing against a partner that wants to sell to it.
    weighs = any(one.kind != Kind.CUSTOMER or (one.same and one.partner) for one in found)
    return Answer.REVIEW if weighs else Answer.CLEAR


def _families(question: Question) -> tuple[uuid.UUID, ...]:
    return (question.family,) if question.family else ()


def _known_by(question: Question) -> protection.Customer:
    customer = question.customer
    keys = company_keys(
        name=customer.name,
        number=customer.number,
        domains=[customer.domain, *customer.mail_domains],
        country=customer.country,
    )
    texts = question.keys | {one.text for one in keys}
    return protection.Customer(texts, plain_number(customer.number))


def _protections(
    question: Question, exact: Sequence[Protection], asked: dict[uuid.UUID, Found]
) -> Iterator[Clash]:
    """Give the protections of others: those that share a key, and those of requests that are near."""
    rows = {one.pk: one for one in exact}
    holding = Registration.objects.filter(
        Q(protection__in=list(rows)) | Q(pk__in=list(asked), protection__ends__gt=clock.now())
    ).select_related("protection__partner__account", "protection__family", "partner__account", "family")
    for one in holding:
        held = one.protection
        if held is None or one.pk == question.but or held.partner_id == question.partner.pk:
            continue
        if question.family and held.family_id != question.family:
            continue
        near = asked.get(one.pk)
        yield Clash(
            kind=Kind.PROTECTION,
            score=near.verdict.score if near else 100,
            same=held.pk in rows or (near is not None and near.verdict.same_customer),
            parts=near.verdict.parts if near else (),
            customer=customer_of(one),
            partner=held.partner,
            reference=one.reference,
            key=one.pk,
            registration=one.pk,
            families=(held.family.name,),
            value=one.value_base,
            since=held.begins,
            until=held.ends,
            state=str(one.get_status_display()),
        )


def _requests(question: Question, asked: dict[uuid.UUID, Found]) -> Iterator[Clash]:
    """Give what others have asked for and what is not decided yet."""
    waiting = Registration.objects.filter(pk__in=list(asked), protection__isnull=True).select_related(
        "partner__account", "family"
    )
    for one in waiting:
        other_family = question.family and one.family_id and one.family_id != question.family
        if one.partner_id == question.partner.pk or other_family:
            continue
        verdict = asked[one.pk].verdict
        yield Clash(
            kind=Kind.REQUEST,
            score=verdict.score,
            same=verdict.same_customer,
            parts=verdict.parts,
            customer=customer_of(one),
            partner=one.partner,
            reference=one.reference,
            key=one.pk,
            families=(one.family.name,) if one.family else (),
            value=one.value_base,
            since=one.submitted_at,
            state=str(one.get_status_display()),
        )


def _sales(question: Question, near: dict[uuid.UUID, Found]) -> Iterator[Clash]:
    """Give what is being sold to customers that are near, by the vendor itself or by other partners."""
    running = Participation.objects.filter(opportunity=OuterRef("pk"), until__isnull=True)
    since = clock.today() - SOLD_WITHIN
    rows: QuerySet[Any] = (
        among(Opportunity.objects.all(), "account", list(near))
        .filter(Q(status__in=sorted(OPEN)) | Q(status=OpportunityStatus.WON, actual_close_date__gte=since))
        .exclude(Exists(running.filter(partner=question.partner)))
        .annotate(taken=Exists(running))
        .select_related("account", "partner__account")
        .prefetch_related("lines__product__family")
        .order_by("-created_at")[:_SALES]
    )
    for one in rows:
        families = {line.product.family_id: line.product.family.name for line in one.lines.all()}
        other_family = question.family and families and question.family not in families
        if one.pk == question.opportunity or other_family:
            continue
        is_open, direct = one.status in OPEN, _is_direct(one, taken=one.taken)
        if not is_open and not direct:
            continue
        assert one.account is not None  # it was found by it
        verdict = near[one.account.pk].verdict
        yield Clash(
            kind=Kind.DIRECT if direct else Kind.OPPORTUNITY,
            score=verdict.score,
            same=verdict.same_customer,
            parts=verdict.parts,
            customer=near[one.account.pk].customer,
            partner=one.partner if one.taken else None,
            reference=one.reference,
            key=one.pk,
            families=tuple(sorted(families.values())),
            value=one.estimated_revenue_base,
            since=one.created_at,
            state=str(one.get_status_display()),
        )


def _is_direct(opportunity: Opportunity, *, taken: bool) -> bool:
    """Tell whether the vendor sells, or has sold, itself: no partner takes part, and it is past its first stage.

    What nobody has begun to work on waits for a partner; it is no direct sale yet.
    """
    if taken or opportunity.made_by_a_partner or opportunity.partner_id is not None:
        return False
    return opportunity.status == OpportunityStatus.WON or opportunity.stage != Stage.PROSPECT


def _customers(question: Question, near: dict[uuid.UUID, Found]) -> Iterator[Clash]:
    """Give the records of the directory that are near and are not the asking partner's own."""
    keepers = Partner.objects.select_related("account").in_bulk(
        {one.row.managing_partner_id for one in near.values() if one.row.managing_partner_id}
    )
    for one in near.values():
        keeper = one.row.managing_partner_id
        if keeper == question.partner.pk:
            continue
        yield Clash(
            kind=Kind.CUSTOMER,
            score=one.verdict.score,
            same=one.verdict.same_customer,
            parts=one.verdict.parts,
            customer=one.customer,
            partner=keepers.get(keeper) if keeper else None,
            key=one.row.pk,
            since=one.row.created_at,
        )
