"""How a new installation begins: with somebody who can let others in, and the currency that sums are shown in."""

from __future__ import annotations

from babel.numbers import get_currency_name
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kanal.directory.acting import acting
from kanal.directory.actions.records import store
from kanal.directory.models import Currency, Person, VendorRole
from kanal.directory.refusal import Conflict, Invalid


def begin(*, email: str, name: str, password: str) -> Person:
    """Make the first administrator, and the base currency where it is missing.

    Raises:
        Conflict: there is an administrator, who invites everybody else.
        Invalid: the address, the name or the password can't be taken.
    """
    with acting(None):
        if Person.objects.filter(vendor_role=VendorRole.ADMINISTRATOR, is_active=True).exists():
            raise Conflict(_("There is an administrator, who can invite others under Settings > People."))
        person = Person(email=email.strip().lower(), name=name.strip(), vendor_role=VendorRole.ADMINISTRATOR)
        try:
            validate_password(password, person)
        except ValidationError as error:
            raise Invalid({"password": " ".join(error.messages)}) from error
        person.set_password(password)
        store(person, new=True)
        _keep_base_currency()
    return person


def _keep_base_currency() -> None:
    code = settings.BASE_CURRENCY
    if not Currency.objects.filter(code=code).exists():
        name = get_currency_name(code, locale=get_language() or "en")
        store(Currency(code=code, name=name), new=True)
