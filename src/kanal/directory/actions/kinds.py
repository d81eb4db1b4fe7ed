"""The kinds of record that the directory keeps in one and the same way, and the few rules of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kanal.directory import access
from kanal.directory.countries import is_language
from kanal.directory.models import (
    Account,
    AccountKind,
    Contact,
    Currency,
    Industry,
    Partner,
    PartnerStatus,
    Person,
    Product,
    ProductFamily,
    Record,
    Territory,
    Tier,
)
from kanal.directory.refusal import Conflict, Invalid, Text


def _nothing(record: Any) -> None:  # noqa: ARG001 - most kinds have no rule of their own
    return None


def _anybodys(record: Any, by: Person) -> None:  # noqa: ARG001 - most kinds are the vendor's alone
    return None


@dataclass(frozen=True)
class Kind:
    """How one kind of record is kept.

    Attributes:
        area: which area of `access` it belongs to.
        own: makes it that of the person's company, and refuses what belongs to another one.
        check: refuses a record that can't stand so, before it is written.
        archiving: says why it can't be archived, or None.
        restoring: says why it can't be restored, or None.
    """

    area: str
    own: Callable[[Any, Person], None] = _anybodys
    check: Callable[[Any], None] = _nothing
    archiving: Callable[[Any], Text | None] = _nothing
    restoring: Callable[[Any], Text | None] = _nothing


def _own_account(record: Account, by: Person) -> None:
    """Keep a partner's customer with that partner: it can't be handed on, nor be put under one of somebody else's."""
    if by.is_vendor:
        return
    record.managing_partner = by.partner
    if record.parent_id is not None and not access.visible_accounts(by).filter(pk=record.parent_id).exists():
        raise Invalid({"parent": _("There is no such customer among yours.")})


def _own_contact(record: Contact, by: Person) -> None:
    if not by.is_vendor and not access.visible_accounts(by).filter(pk=record.account_id).exists():
        raise Invalid({"account": _("There is no such customer among yours.")})


def _check_parent(record: Territory | Account) -> None:
    """Refuse to make a record a part of itself, by whatever detour."""
    seen, key = {record.pk}, record.parent_id
    while key is not None:
        if key in seen:
            raise Invalid({"parent": _("%(name)s is itself a part of this.") % {"name": record.parent}})
        seen.add(key)
        key = type(record).objects.filter(pk=key).values_list("parent", flat=True).first()


def _check_currency(record: Currency) -> None:
    """Refuse a new code: amounts that stand in this currency would mean something else."""
    record.code = record.code.upper()
    before = Currency.objects.filter(pk=record.pk).values_list("code", flat=True).first()
    if before is not None and before != record.code:
        raise Invalid(
            {"code": _("The code stays as it is: amounts are kept in it. Add another currency instead.")}
        )


def _check_account(record: Account) -> None:
    if record.kind == AccountKind.PARTNER:
        raise Conflict(_("This company is a partner: change it on its partner page."))
    if record.language and not is_language(record.language):
        raise Invalid({"language": no_language(record.language)})
    _check_parent(record)


def no_language(code: str) -> str:
    """Say that there is no such language."""
    return _("There is no language “%(code)s”. Give its two letters, such as da.") % {"code": code}


def _count(records: models.QuerySet[Any], one: Callable[[int], str]) -> str | None:
    number = records.filter(archived_at__isnull=True).count()
    return one(number) if number else None


def _territory_in_use(record: Territory) -> Text | None:
    return _count(
        record.children.all(),
        lambda n: (
            ngettext(
                "%(n)s territory is a part of it. Archive that first.",
                "%(n)s territories are parts of it. Archive those first.",
                n,
            )
            % {"n": n}
        ),
    )


def _family_in_use(record: ProductFamily) -> Text | None:
    return _count(
        record.products.all(),
        lambda n: (
            ngettext(
                "%(n)s product belongs to it. Archive that first.",
                "%(n)s products belong to it. Archive those first.",
                n,
            )
            % {"n": n}
        ),
    )


def _currency_in_use(record: Currency) -> Text | None:
    if record.code == settings.BASE_CURRENCY:
        return _("%(code)s is the base currency: every amount is counted in it.") % {"code": record.code}
    return _count(
        Product.objects.filter(currency=record),
        lambda n: (
            ngettext(
                "%(n)s product has its price in it. Change that first.",
                "%(n)s products have their price in it. Change those first.",
                n,
            )
            % {"n": n}
        ),
    )


def _account_in_use(record: Account) -> Text | None:
    # A customer may be a partner as well.
    if record.kind == AccountKind.PARTNER or Partner.objects.filter(account=record).exists():
        return _("This company is a partner: archive it on its partner page.")
    return None


def _partner_in_use(record: Partner) -> Text | None:
    if record.status != PartnerStatus.ENDED:
        return _(
            "The partnership runs. Set its status to “Ended” first; that closes the portal to its people."
        )
    return None


def _parent_archived(record: Territory | Account) -> Text | None:
    return _archived(record.parent)


def _archived(record: Record | None) -> Text | None:
    if record is None or record.archived_at is None:
        return None
    return _("%(name)s, to which it belongs, is archived. Restore that first.") % {"name": record}


KINDS: dict[type[Record], Kind] = {
    Account: Kind("accounts", _own_account, _check_account, _account_in_use, _parent_archived),
    Contact: Kind("accounts", _own_contact, restoring=lambda record: _archived(record.account)),
    Partner: Kind("partners", archiving=_partner_in_use),
    Territory: Kind("settings", check=_check_parent, archiving=_territory_in_use, restoring=_parent_archived),
    Industry: Kind("settings"),
    Tier: Kind("settings"),
    ProductFamily: Kind("settings", archiving=_family_in_use),
    Product: Kind("settings", restoring=lambda record: _archived(record.family)),
    Currency: Kind("settings", check=_check_currency, archiving=_currency_in_use),
}
