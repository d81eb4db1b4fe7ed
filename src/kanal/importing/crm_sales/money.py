"""The files' currency, and what it was worth on each day."""

from __future__ import annotations

import bisect
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from kanal.config import clock
from kanal.directory.models import Currency, ExchangeRate
from kanal.directory.money import in_base
from kanal.directory.refusal import Refusal
from kanal.importing.columns import Unfit, american_date
from kanal.importing.crm_sales.columns import PIPELINE
from kanal.importing.formats import Context

CODE = "USD"


class Dollars:
    """US dollars, with every rate that is known here.

    Raises:
        Refusal: no rate is known for the first day that the files name, and none was given.
    """

    def __init__(self, context: Context) -> None:
        self.currency = self._currency(context)
        self._rates: list[tuple[date, Decimal]] = [(date.min, Decimal(1))]
        if settings.BASE_CURRENCY != CODE:
            self._rates = self._known(context)

    def rate_on(self, day: date) -> Decimal:
        """Give what a dollar was worth in the base currency on a day."""
        index = bisect.bisect_right(self._rates, day, key=lambda known: known[0])
        return self._rates[max(index - 1, 0)][1]

    def in_base(self, amount: Decimal | None, day: date) -> Decimal | None:
        """Give an amount in the base currency at the rate of a day."""
        return in_base(amount, self.rate_on(day))

    @staticmethod
    def _currency(context: Context) -> Currency:
        currency, new = Currency.objects.get_or_create(code=CODE, defaults={"name": "US dollar"})
        if new:
            context.made["currency"] += 1
        return currency

    def _known(self, context: Context) -> list[tuple[date, Decimal]]:
        first = first_day(context)
        rates = list(self.currency.rates.order_by("valid_from").values_list("valid_from", "rate"))
        if rates and rates[0][0] <= first:
            return rates
        if context.options.rate is None:
            raise Refusal(
                _(
                    "No rate is known for %(code)s on %(day)s, the first day in the files. Add one under "
                    "Currencies, or "
                    "give the import a rate: on the command line with --rate."
                )
                % {"code": CODE, "day": first.isoformat()}
            )
        ExchangeRate.objects.create(currency=self.currency, valid_from=first, rate=context.options.rate)
        context.made["exchangerate"] += 1
        return [(first, context.options.rate), *rates]


def first_day(context: Context) -> date:
    """Give the first day that the pipeline names; today where it names none."""
    source = PIPELINE.source(context.folder)
    columns = [column.name for column in PIPELINE.columns]
    places = [columns.index("engage_date"), columns.index("close_date")]
    first = clock.today()
    for row in source.rows():
        for place in places:
            try:
                first = min(first, american_date(row.cells[place]))
            except Unfit:
                continue
    return first
