"""Opportunities that are here already: follow the file where no person has changed the record since."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from kanal.directory.acting import acting
from kanal.importing.crm_sales.columns import KIND
from kanal.importing.crm_sales.drafts import Draft
from kanal.importing.formats import Context
from kanal.importing.outcomes import Entry
from kanal.opportunities import timeline
from kanal.opportunities.actions.record import touch
from kanal.opportunities.lifecycle import PAIRS, SHARED_PAIRS, Status
from kanal.opportunities.models import Kind, Opportunity, OpportunityProduct, Participation

# What the file states of an opportunity: the field of the record and the column that it comes from.
_STATED = {
    "topic": "product",
    "account_id": "account",
    "partner_id": "sales_agent",
    "owner_id": "sales_agent",
    "territory_id": "sales_agent",
    "status": "deal_stage",
    "stage": "deal_stage",
    "estimated_close_date": "close_date",
    "actual_close_date": "close_date",
    "actual_revenue": "close_value",
}
_ESTIMATE = {"estimated_revenue": "close_value"}
# What follows from it and is written with it.
_FOLLOWS = (
    "estimated_revenue",
    "estimated_revenue_base",
    "exchange_rate",
    "actual_revenue_base",
    "close_reason",
)
_SHOWN = {
    "account_id": "account_name",
    "partner_id": "partner_name",
    "owner_id": "owner__name",
    "territory_id": "territory__name",
}
_READ = ("id", "external_key", "modified_by_id", *_STATED, *_ESTIMATE, *_SHOWN.values())

Known = dict[str, Any]


class Amender:
    """Follows changed rows."""

    def __init__(self, context: Context) -> None:
        self._by = context.by

    @staticmethod
    def known(keys: Iterable[str]) -> dict[str, Known]:
        """Give what is here of these keys."""
        found = (
            Opportunity.objects.exclude(external_key="").filter(external_key__in=list(keys)).values(*_READ)
        )
        known: dict[str, Known] = {row["external_key"]: {**row, "products": set()} for row in found}
        by_id = {row["id"]: row for row in known.values()}
        lines = OpportunityProduct.objects.filter(opportunity__in=by_id).values_list(
            "opportunity_id", "product_id"
        )
        for opportunity, product in lines:
            by_id[opportunity]["products"].add(product)
        return known

    def amend(self, entry: Entry, draft: Draft, here: Known) -> None:
        """Decide the outcome of a row whose opportunity is here."""
        stated = _STATED | (_ESTIMATE if draft.estimate_is_of_the_file else {})
        differs = {name: column for name, column in stated.items() if getattr(draft, name) != here[name]}
        other_product = here["products"] != {draft.product}
        if not differs and not other_product:
            entry.stay()
        elif here["modified_by_id"] is not None:
            _tell(differs, here, entry.keep)
            if not differs:
                entry.keep("product", "…")
        elif _forbidden(here["status"], draft.status):
            entry.reject(
                "status_forbidden",
                "deal_stage",
                old=str(Status(here["status"]).label),
                new=str(Status(draft.status).label),
            )
        else:
            self._follow(draft, here, {*differs, *_FOLLOWS}, other_product=other_product)
            _tell(differs, here, entry.change)
            if not differs:
                entry.change("product", "…")

    def _follow(self, draft: Draft, here: Known, names: Iterable[str], *, other_product: bool) -> None:
        """Write what the file says now, with history and timeline as for any other change."""
        with acting(self._by):
            opportunity = Opportunity.objects.select_for_update(no_key=True).get(pk=here["id"])
            for name in names:
                setattr(opportunity, name, getattr(draft, name))
            if here["status"] != draft.status or here["stage"] != draft.stage:
                opportunity.status_since = opportunity.stage_since = draft.changed
            touch(opportunity, by=None)
            opportunity.save()
            if other_product:
                _one_line(opportunity.pk, draft)
            if here["partner_id"] != draft.partner_id:
                _hand_over(opportunity, draft)
            timeline.record(opportunity, "imported", by=self._by, facts={"origin": KIND}, shared=False)


def _forbidden(old: str, new: str) -> bool:
    return old != new and (Status(old), Status(new)) not in PAIRS - SHARED_PAIRS


def _tell(differs: dict[str, str], here: Known, note: Any) -> None:
    for column in dict.fromkeys(differs.values()):
        shown = [here[_SHOWN.get(name, name)] for name, its in differs.items() if its == column]
        note(column, ", ".join(str(value) for value in shown if value not in {None, ""}) or "–")


def _one_line(opportunity: uuid.UUID, draft: Draft) -> None:
    OpportunityProduct.objects.filter(opportunity=opportunity).exclude(product=draft.product).delete()
    OpportunityProduct.objects.update_or_create(
        opportunity_id=opportunity, product_id=draft.product, defaults={"unit_price": draft.unit_price}
    )


def _hand_over(opportunity: Opportunity, draft: Draft) -> None:
    """End the part of the partner that had it and begin that of the one that has it now."""
    now = opportunity.modified_at
    Participation.objects.filter(opportunity=opportunity, until__isnull=True).update(until=now)
    Participation.objects.create(
        opportunity=opportunity, partner_id=draft.partner_id, kind=Kind.MANAGING, since=now
    )
