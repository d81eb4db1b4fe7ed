"""What an amount is worth in the base currency."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from kanal.directory.models import Currency, ExchangeRate
from kanal.directory.refusal import Invalid

BASE_PLACES = Decimal("0.0001")


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


def in_base(amount: Decimal | None, rate: Decimal) -> Decimal | None:
    """Give an amount in the base currency, to four decimals, halves to even; None stays None."""
    return None if amount is None else (amount * rate).quantize(BASE_PLACES, rounding=ROUND_HALF_EVEN)
