"""Handing a partner's open work over to others: what there is, who could take it, what would be skipped."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kanal.directory.models import Partner, Person
from kanal.distribution.actions.sharing import why_resting
from kanal.distribution.bulk import (
    LIMIT,
    Known,
    Preview,
    Why,
    sorted_out,
    why_not,
    why_not_delivered,
    why_protected_there,
)
from kanal.opportunities import access
from kanal.opportunities.lifecycle import OPEN, Verb
from kanal.opportunities.models import Kind, Opportunity, Participation


class Work(models.TextChoices):
    """As what a partner has an open opportunity, and so how it is handed over."""

    OFFERED = "offered", gettext_lazy("Offers that wait for an answer")
    MANAGED = "managed", gettext_lazy("Managed alone")
    TOGETHER = "together", gettext_lazy("Partner collaborations")
    MADE = "made", gettext_lazy("Made by the partner itself")


@dataclass(frozen=True)
class Plan:
    """Who gets what, and what would come of it.

    Attributes:
        work: each kind of work with the opportunities of it.
        takers: the partner that gets each opportunity that would go through.
        preview: what would go through, and what would be skipped and why.
    """

    work: Mapping[Work, Sequence[Opportunity]]
    takers: Mapping[uuid.UUID, Partner]
    preview: Preview


def kind_of(opportunity: Opportunity, part: Participation) -> Work:
    """Say as what a partner has an opportunity."""
    if opportunity.made_by_partner_id == part.partner_id:
        return Work.MADE
    return {
        Kind.OFFERED: Work.OFFERED,
        Kind.MANAGING: Work.MANAGED,
        Kind.COLLABORATING: Work.TOGETHER,
    }[Kind(part.kind)]


def open_work(partner: Partner, by: Person) -> dict[Work, list[Opportunity]]:
    """Give a partner's open opportunities by kind, the most valuable first, as far as a person sees them; one query."""
    parts = Participation.objects.filter(
        partner=partner, until__isnull=True, opportunity__in=access.visible(by).filter(status__in=OPEN)
    )
    found: dict[Work, list[Opportunity]] = {kind: [] for kind in Work}
    value = models.F("opportunity__estimated_revenue_base").desc(nulls_last=True)
    for part in parts.select_related("opportunity__owner").order_by(value, "opportunity_id")[:LIMIT]:
        found[kind_of(part.opportunity, part)].append(part.opportunity)
    return found


def plan(*, giver: Partner, takers: Mapping[Work, Sequence[Partner]], by: Person) -> Plan:
    """Spread a partner's open work over others, and say what would come of it.

    Args:
        giver: whose work it is.
        takers: who gets each kind of work; a kind without any stays. Several share it evenly, the most valuable
            first, and nobody is given what they declined before.
        by: who would hand it over.
    """
    work = open_work(giver, by)
    keys = [row.pk for kind in takers for row in work[kind]]
    known = Known.of(keys, {one.pk: one for group in takers.values() for one in group}.values())
    given: dict[uuid.UUID, Partner] = {}
    judged: list[tuple[Opportunity, Why]] = []
    load: Counter[uuid.UUID] = Counter()
    for kind, group in takers.items():
        if not group:
            continue
        for row in work[kind]:
            why = _why_not(kind, row, by)
            taker, barred = (None, why) if why else _choose(kind, row, group, known, load)
            if taker is not None:
                given[row.pk] = taker
                load[taker.pk] += 1
            judged.append((row, barred))
    return Plan(work, given, sorted_out(judged))


def why_made(partner_name: str) -> str:
    """Say that what a partner made stays with it."""
    return _("%(partner)s made it, so it stays with them. It can be canceled or closed.") % {
        "partner": partner_name
    }


def _why_not(kind: Work, row: Opportunity, by: Person) -> Why:
    verbs = {Work.OFFERED: Verb.WITHDRAW, Work.MANAGED: Verb.TAKE_BACK, Work.TOGETHER: Verb.SHARE}
    return why_not(verbs[kind], row, by)


def _choose(
    kind: Work, row: Opportunity, group: Sequence[Partner], known: Known, load: Counter[uuid.UUID]
) -> tuple[Partner | None, Why]:
    """Give the partner of a group with the least work so far that can take a row, or why none can."""
    why: Why = None
    for partner in sorted(group, key=lambda one: load[one.pk]):
        bar = _bar(kind, row, partner, known)
        if bar is None:
            return partner, None
        why = why or bar
    return None, why


def _bar(kind: Work, row: Opportunity, partner: Partner, known: Known) -> Why:
    if kind is not Work.TOGETHER:
        # The giver's own part is over by then.
        return why_not_delivered(row, partner, Known(declined=known.declined, holders=known.holders))
    if not partner.takes_offers:
        return why_resting(partner)
    taking_part = {part.partner_id for part in known.running.get(row.pk, [])}
    if partner.pk in taking_part:
        return _("%(partner)s takes part in it already.") % {"partner": partner.name}
    return why_protected_there(row, taking_part | {partner.pk}, known)
