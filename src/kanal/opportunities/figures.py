"""How many opportunities companies have."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.db.models import Count

from kanal.directory.models import Account, Contact, Partner, Person
from kanal.opportunities import access
from kanal.opportunities.lifecycle import OPEN, Status
from kanal.opportunities.models import Kind, Opportunity, Participation


def open_of_partners(person: Person, keys: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Count the open opportunities of each of these partners, as far as a person sees them."""
    counted = (
        Participation.objects.filter(
            partner__in=keys,
            until__isnull=True,
            opportunity__in=access.visible(person).filter(status__in=OPEN),
        )
        .values("partner")
        .annotate(number=Count("pk"))
    )
    return {row["partner"]: row["number"] for row in counted}


def of_partner(person: Person, partner: Partner) -> dict[str, int]:
    """Count a partner's opportunities: `offered`, `managing`, `collaborating` now; `won`, `lost` so far."""
    seen = access.visible(person)
    running = (
        Participation.objects.filter(
            partner=partner, until__isnull=True, opportunity__in=seen.filter(status__in=OPEN)
        )
        .values("kind")
        .annotate(number=Count("pk"))
    )
    closed = (
        seen.filter(partner=partner, status__in=[Status.WON, Status.LOST])
        .order_by()
        .values("status")
        .annotate(number=Count("pk"))
    )
    figures = dict.fromkeys([*Kind.values, Status.WON.value, Status.LOST.value], 0)
    figures |= {row["kind"]: row["number"] for row in running}
    return figures | {row["status"]: row["number"] for row in closed}


def open_of_account(person: Person, account: Account) -> int:
    """Count the open opportunities at a customer."""
    return access.visible(person).filter(account=account, status__in=OPEN).count()


def open_of_accounts(person: Person, keys: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Count the open opportunities at each of these customers, as far as a person sees them."""
    seen = access.visible(person).filter(account__in=keys, status__in=OPEN)
    counted = seen.order_by().values("account").annotate(number=Count("pk"))
    return {row["account"]: row["number"] for row in counted}


def open_work(partner: Partner) -> int:
    """Count the open opportunities that a partner is offered or works on."""
    return Participation.objects.filter(
        partner=partner, until__isnull=True, opportunity__status__in=OPEN
    ).count()


def open_work_of(keys: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Count for each of these partners the open opportunities that it is offered or works on; one query."""
    counted = Participation.objects.filter(partner__in=keys, until__isnull=True, status__in=OPEN)
    rows = counted.order_by().values_list("partner").annotate(number=Count("pk"))
    return dict.fromkeys(keys, 0) | dict(rows)


def open_sales(account: Account) -> int:
    """Count the open opportunities about a customer, whoever may see them."""
    return Opportunity.objects.filter(account=account, status__in=OPEN).count()


def named_in_open_sales(contact: Contact) -> int:
    """Count the open opportunities that name a person at a customer, whoever may see them."""
    return Opportunity.objects.filter(contact=contact, status__in=OPEN).count()
