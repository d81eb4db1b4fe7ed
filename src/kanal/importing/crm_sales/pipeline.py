"""sales_pipeline.csv: opportunities, with their product, their partner's part and a first timeline entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kanal.directory.models import new_id
from kanal.importing.copying import Bulk
from kanal.importing.crm_sales.amending import Amender
from kanal.importing.crm_sales.book import Book
from kanal.importing.crm_sales.columns import KIND
from kanal.importing.crm_sales.drafts import Draft, Drafter
from kanal.importing.crm_sales.money import Dollars
from kanal.importing.formats import Context
from kanal.importing.outcomes import Entry
from kanal.opportunities.models import (
    Kind,
    Opportunity,
    OpportunityProduct,
    Participation,
    Source,
    TimelineEntry,
    Visibility,
)
from kanal.opportunities.references import next_references

_OPPORTUNITY = (
    "id", "reference", "external_key", "topic", "account_id", "partner_id", "owner_id", "territory_id",
    "estimated_revenue", "estimated_revenue_base", "exchange_rate", "estimated_close_date", "actual_revenue",
    "actual_revenue_base", "actual_close_date", "status", "status_since", "stage", "stage_since", "close_reason",
    "created_at",
)  # fmt: skip


class Pipeline:
    """Takes opportunities in: new ones in bulk, known ones one by one where the file says something else now."""

    def __init__(self, context: Context, book: Book, dollars: Dollars) -> None:
        self._rehearsal = context.rehearsal
        self._drafter = Drafter(context, book, dollars)
        self._amender = Amender(context)
        by, now = context.by.pk if context.by else None, context.now
        self._opportunities = Bulk(
            Opportunity, _OPPORTUNITY, currency_id=dollars.currency.pk, source=Source.IMPORT, created_by_id=by,
            modified_at=now,
        )  # fmt: skip
        self._lines = Bulk(OpportunityProduct, ("id", "opportunity_id", "product_id", "unit_price"))
        self._parts = Bulk(Participation, ("id", "opportunity_id", "partner_id", "since"), kind=Kind.MANAGING)
        self._timeline = Bulk(
            TimelineEntry, ("id", "opportunity_id"), at=now, event="imported", facts={"origin": KIND}, author_id=by,
            visibility=Visibility.INTERNAL,
        )  # fmt: skip
        self._tried = 0

    def load(self, entries: Sequence[Entry]) -> None:
        """Take a batch in."""
        pairs = [(entry, self._drafter.draft(entry)) for entry in entries]
        drafts = [(entry, draft) for entry, draft in pairs if draft is not None]
        known = self._amender.known(draft.external_key for _entry, draft in drafts)
        fresh = [(entry, draft) for entry, draft in drafts if draft.external_key not in known]
        self._write([draft for _entry, draft in fresh])
        for entry, _draft in fresh:
            entry.come_in()
        for entry, draft in drafts:
            if draft.external_key in known:
                self._amender.amend(entry, draft, known[draft.external_key])

    def _write(self, drafts: Sequence[Draft]) -> None:
        if not drafts:
            return
        references = self._references(len(drafts))
        self._opportunities.write(
            _row(draft, reference) for draft, reference in zip(drafts, references, strict=True)
        )
        self._lines.write((new_id(), draft.id, draft.product, draft.unit_price) for draft in drafts)
        self._parts.write((new_id(), draft.id, draft.partner_id, draft.since) for draft in drafts)
        self._timeline.write((new_id(), draft.id) for draft in drafts)

    def _references(self, count: int) -> Iterable[str]:
        """Give a code for each; a rehearsal uses none of the real ones up."""
        if not self._rehearsal:
            return next_references(count)
        self._tried += count
        return (f"?{number}" for number in range(self._tried - count, self._tried))


def _row(draft: Draft, reference: str) -> Iterator[Any] | Sequence[Any]:
    return (
        draft.id, reference, draft.external_key, draft.topic, draft.account_id, draft.partner_id, draft.owner_id,
        draft.territory_id, draft.estimated_revenue, draft.estimated_revenue_base, draft.exchange_rate,
        draft.estimated_close_date, draft.actual_revenue, draft.actual_revenue_base, draft.actual_close_date,
        draft.status, draft.changed, draft.stage, draft.changed, draft.close_reason, draft.since,
    )  # fmt: skip
