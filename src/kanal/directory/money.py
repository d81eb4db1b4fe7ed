"""What an amount is worth in the base currency."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from kanal.directory.models import Currency, ExchangeRate
from kanal.directory.refusal import Invalid

BASE_PLACES = Decimal("0.0001")
BASE_LIMIT = (
    Decimal(10) ** 18
)  # what the columns of the base currency can't hold any more: 22 digits, four of them decimals


def rate_on(currency: Currency, day: date) -> Decimal:
    """Give what one unit of `currency` was worth in the base currency on `day`.

    Raises:
        Invalid: no rate is known that early; names the field `currency`.
    """
    if currency.code == settings.BASE_CURRENCY:
        return Decimal(1)
    rate = ExchangeRate.objects.filter(currency=currency, valid_from__lte=day).order_by("-valid_from").first()
    if rate is None:
        raise Invalid(
            {
                "currency": _(
                    "There is no rate for %(code)s on %(day)s. An administrator can add one under Currencies."
                )
                % {"code": currency.code, "day": day.isoformat()}
            }
        )
    return rate.rate


def in_base(amount: Decimal | None, rate: Decimal, *, field: str = "estimated_revenue") -> Decimal | None:
    """Give an amount in the base currency, to four decimals, halves to even; None stays None.

    Args:
        amount: how much, in a currency.
        rate: what one unit of that currency is worth in the base currency.
        field: the field that the amount comes from, for the refusal.

    Raises:
        Invalid: it is worth more than can be kept; names `field`.
    """
    if amount is None:
        return None
    worth = amount * rate
    if worth < BASE_LIMIT:  # a larger one may not even be rounded: it has more digits than decimals are given
        worth = worth.quantize(BASE_PLACES, rounding=ROUND_HALF_EVEN)
    if worth >= BASE_LIMIT:
        raise Invalid(
            {
                field: _(
                    "This is too much: in %(base)s, at the rate of the day, it is more than can be kept."
                )
                % {"base": settings.BASE_CURRENCY}
            }
        )
    return worth
