"""sales_pipeline.csv: opportunities, with their product, their partner's part and a first timeline entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kanal.config.copying import Bulk, new_key
from kanal.importing.crm_sales.amending import Amender
from kanal.importing.crm_sales.book import Book
from kanal.importing.crm_sales.columns import KIND
from kanal.importing.crm_sales.drafts import Draft, Drafter, external_key
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
    "id",
    "reference",
    "external_key",
    "topic",
    "account_id",
    "partner_id",
    "owner_id",
    "territory_id",
    "estimated_revenue",
    "estimated_revenue_base",
    "exchange_rate",
    "estimated_close_date",
    "actual_revenue",
    "actual_revenue_base",
    "actual_close_date",
    "status",
    "status_since",
    "stage",
    "stage_since",
    "close_reason",
    "created_at",
)


class Pipeline:
    """Takes opportunities in: new ones in bulk, known ones one by one where the file has changed."""

    def __init__(self, context: Context, book: Book, dollars: Dollars) -> None:
        self._rehearsal = context.rehearsal
        self._drafter = Drafter(context, book, dollars)
        self._amender = Amender(context)
        by, now = context.by.pk if context.by else None, context.now
        self._opportunities = Bulk(
            Opportunity,
            _OPPORTUNITY,
            currency_id=dollars.currency.pk,
            source=Source.IMPORT,
            created_by_id=by,
            modified_at=now,
        )
        self._lines = Bulk(OpportunityProduct, ("id", "opportunity_id", "product_id", "unit_price"))
        self._parts = Bulk(Participation, ("id", "opportunity_id", "partner_id", "since"), kind=Kind.MANAGING)
        self._timeline = Bulk(
            TimelineEntry,
            ("id", "opportunity_id"),
            at=now,
            event="imported",
            facts={"origin": KIND},
            author_id=by,
            visibility=Visibility.INTERNAL,
        )
        self._tried = 0

    def load(self, entries: Sequence[Entry]) -> None:
        """Take a batch in."""
        known = self._amender.known(external_key(entry) for entry in entries)
        self._write([entry for entry in entries if external_key(entry) not in known])
        for entry in entries:
            here = known.get(external_key(entry))
            draft = self._drafter.draft(entry) if here else None
            if here and draft:
                self._amender.amend(entry, draft, here)

    def _write(self, fresh: Sequence[Entry]) -> None:
        if not fresh:
            return
        drafts: list[Draft] = []
        references = self._references(
            len(fresh)
        )  # asked for before the rows stream: one connection does one thing
        self._opportunities.write(self._rows(fresh, references, drafts))
        self._lines.write((new_key(), draft.id, draft.product, draft.unit_price) for draft in drafts)
        self._parts.write((new_key(), draft.id, draft.partner_id, draft.since) for draft in drafts)
        self._timeline.write((new_key(), draft.id) for draft in drafts)

    def _rows(
        self, fresh: Sequence[Entry], references: Iterable[str], drafts: list[Draft]
    ) -> Iterator[Sequence[Any]]:
        """Give the rows of new opportunities and keep their drafts, made while the server writes."""
        for entry, reference in zip(fresh, references, strict=True):
            draft = self._drafter.draft(entry)
            if draft is not None:
                drafts.append(draft)
                entry.come_in()
                yield _row(draft, reference)

    def _references(self, count: int) -> Iterable[str]:
        """Give a code for each; a rehearsal uses none of the real ones up."""
        if not self._rehearsal:
            return next_references(count)
        self._tried += count
        return (f"?{number}" for number in range(self._tried - count, self._tried))


def _row(draft: Draft, reference: str) -> Sequence[Any]:
    return (
        draft.id,
        reference,
        draft.external_key,
        draft.topic,
        draft.account_id,
        draft.partner_id,
        draft.owner_id,
        draft.territory_id,
        draft.estimated_revenue,
        draft.estimated_revenue_base,
        draft.exchange_rate,
        draft.estimated_close_date,
        draft.actual_revenue,
        draft.actual_revenue_base,
        draft.actual_close_date,
        draft.status,
        draft.changed,
        draft.stage,
        draft.changed,
        draft.close_reason,
        draft.since,
    )
