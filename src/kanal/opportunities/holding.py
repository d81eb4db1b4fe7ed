"""Which records of the directory open opportunities still need."""

from __future__ import annotations

from django.utils.translation import ngettext

from kanal.directory.holding import holds
from kanal.directory.models import Account, Contact, Partner
from kanal.opportunities.figures import named_in_open_sales, open_sales, open_work


@holds(Partner)
def partner_is_at_work(partner: Partner) -> str | None:
    """Say that a partner is offered open opportunities or works on them."""
    number = open_work(partner)
    if not number:
        return None
    return ngettext(
        "The partner has %(n)s open opportunity. Withdraw, close or move it first.",
        "The partner has %(n)s open opportunities. Withdraw, close or move them first.",
        number,
    ) % {"n": number}


@holds(Account)
def account_is_being_sold_to(account: Account) -> str | None:
    """Say that open opportunities are about a customer."""
    number = open_sales(account)
    if not number:
        return None
    return ngettext(
        "%(n)s open opportunity is about this company. Close it first.",
        "%(n)s open opportunities are about this company. Close them first.",
        number,
    ) % {"n": number}


@holds(Contact)
def contact_is_being_talked_to(contact: Contact) -> str | None:
    """Say that open opportunities name a person at the customer."""
    number = named_in_open_sales(contact)
    if not number:
        return None
    return ngettext(
        "%(n)s open opportunity names this person. Choose another contact there first.",
        "%(n)s open opportunities name this person. Choose another contact there first.",
        number,
    ) % {"n": number}
