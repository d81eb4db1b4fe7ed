"""What currencies are worth in the base currency."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from kanal.directory.acting import acting
from kanal.directory.actions.records import lock, permit
from kanal.directory.models import Currency, ExchangeRate, Person
from kanal.directory.refusal import Invalid

_FINEST, _HIGHEST = Decimal("1e-10"), Decimal("1e10")


def set_rate(*, currency: uuid.UUID, valid_from: date, rate: Decimal, by: Person) -> ExchangeRate:
    """Say what one unit of a currency is worth in the base currency from a day on.

    A rate for the same day is replaced. Amounts that were valued before keep the value that they got then.

    Raises:
        NotAllowed, Missing: the person keeps no settings; there is no such currency.
        Invalid: the rate is not above zero or too fine, or the currency is the base currency.
    """
    with acting(by):
        permit(by, "settings")
        found = lock(Currency, currency)
        if found.code == settings.BASE_CURRENCY:
            raise Invalid(
                {"rate": _("%(code)s is the base currency: it is always worth one.") % {"code": found.code}}
            )
        if not 0 < rate < _HIGHEST or not rate.quantize(_FINEST):
            raise Invalid({"rate": _("A rate is a number above zero.")})
        kept, _new = ExchangeRate.objects.update_or_create(
            currency=found, valid_from=valid_from, defaults={"rate": rate.quantize(_FINEST)}
        )
    return kept
