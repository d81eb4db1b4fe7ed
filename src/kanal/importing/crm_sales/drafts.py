"""Making an opportunity of a row of the pipeline, or saying why it can't be made."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from kanal.config.copying import new_key
from kanal.directory.refusal import Invalid
from kanal.importing.crm_sales.book import Book, Seller, Ware
from kanal.importing.crm_sales.columns import KIND, Step
from kanal.importing.crm_sales.money import Dollars
from kanal.importing.formats import Context
from kanal.importing.outcomes import Entry
from kanal.opportunities.lifecycle import Status
from kanal.opportunities.models import CloseReason

# A day of the files becomes a moment: noon in UTC is the same day nearly everywhere.
_NOON = time(12, tzinfo=UTC)


@dataclass(slots=True)
class Draft:
    """An opportunity as the file has it; the names are those of the record where it has them."""

    id: str
    external_key: str
    topic: str
    account_id: uuid.UUID | None
    partner_id: uuid.UUID
    owner_id: uuid.UUID
    territory_id: uuid.UUID
    product: uuid.UUID
    unit_price: Decimal | None
    estimated_revenue: Decimal | None
    estimated_revenue_base: Decimal | None
    estimate_is_of_the_file: bool
    exchange_rate: Decimal
    estimated_close_date: date | None
    actual_revenue: Decimal | None
    actual_revenue_base: Decimal | None
    actual_close_date: date | None
    status: str
    stage: str
    close_reason: str
    since: datetime
    changed: datetime


def external_key(entry: Entry) -> str:
    """Give the key by which an opportunity is found again."""
    return f"{KIND}:{entry.key}"


class Drafter:
    """Makes drafts of entries."""

    def __init__(self, context: Context, book: Book, dollars: Dollars) -> None:
        self._book, self._dollars = book, dollars
        self._now, self._today = context.now, context.now.date()

    def draft(self, entry: Entry) -> Draft | None:
        """Make the draft of a row; None where the row had to be rejected, which the entry then says."""
        step: Step = entry["deal_stage"]
        seller = self._book.sellers.get(entry["sales_agent"])
        ware = self._book.products.get(entry["product"])
        if seller is None:
            entry.reject("unknown_seller", "sales_agent")
        if ware is None:
            entry.reject("unknown_product", "product")
        if entry["account"] and entry["account"] not in self._book.accounts:
            entry.reject("unknown_account", "account")
        self._check_close(entry, step)
        self._check_days(entry)
        if entry.rejected or seller is None or ware is None:
            return None
        if not entry["account"]:
            entry.repair("no_account", "account")
        try:
            return self._make(entry, step, seller, ware)
        except Invalid:  # of the amount: nothing else is asked of the directory here
            entry.reject("too_much", "close_value")
            return None

    @staticmethod
    def _check_close(entry: Entry, step: Step) -> None:
        if step.closed and entry["close_date"] is None:
            entry.reject("no_close_date", "close_date")
        if step.status == Status.WON and entry["close_value"] is None:
            entry.reject("no_close_value", "close_value")

    def _check_days(self, entry: Entry) -> None:
        start, close, step = entry["engage_date"], entry["close_date"], entry["deal_stage"]
        if start is not None and start > self._today:
            entry.reject("in_the_future", "engage_date")
        if step.closed and close is not None and close > self._today:
            entry.reject("in_the_future", "close_date")
        if start is not None and close is not None and close < start:
            entry.reject("closed_before_start", "close_date", start=entry.raw["engage_date"])

    def _make(self, entry: Entry, step: Step, seller: Seller, ware: Ware) -> Draft:
        closed, value = entry["close_date"] if step.closed else None, entry["close_value"]
        since = self._since(entry, closed)
        actual = (value or Decimal(0)) if closed else None
        estimate = ware.price if closed or value is None else value
        day = since.date()
        return Draft(
            id=new_key(),
            external_key=external_key(entry),
            topic=f"{ware.name} for {entry['account']}"
            if entry["account"]
            else f"{ware.name}, customer not named",
            account_id=self._book.accounts[entry["account"]] if entry["account"] else None,
            partner_id=seller.partner,
            owner_id=seller.owner,
            territory_id=seller.territory,
            product=ware.key,
            unit_price=ware.price,
            estimated_revenue=estimate,
            estimated_revenue_base=self._dollars.in_base(estimate, day),
            estimate_is_of_the_file=closed is None and value is not None,
            exchange_rate=self._dollars.rate_on(day),
            estimated_close_date=None if closed else entry["close_date"],
            actual_revenue=actual,
            actual_revenue_base=self._dollars.in_base(actual, closed) if closed else None,
            actual_close_date=closed,
            status=step.status,
            stage=step.stage,
            close_reason=CloseReason.OTHER if closed else "",
            since=since,
            changed=datetime.combine(closed, _NOON) if closed else since,
        )

    def _since(self, entry: Entry, closed: date | None) -> datetime:
        """Say since when the partner manages it, and name the repair where the file does not."""
        start = entry["engage_date"] or closed
        if entry["engage_date"] is None:
            entry.repair("engage_date_from_close" if closed else "no_engage_date", "engage_date")
        # The noon of today may be yet to come.
        return self._now if start is None else min(datetime.combine(start, _NOON), self._now)
