"""sales_teams.csv: sellers as partner companies, with their office and manager."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.hashers import make_password

from kanal.directory.models import Account, AccountKind, Partner, Person, Territory, VendorRole
from kanal.importing.crm_sales.book import Book, Seller, by_name, named, slug
from kanal.importing.formats import Context
from kanal.importing.outcomes import Entry
from kanal.opportunities.access import may_own

# Addresses under .invalid reach nobody, by the rules of the internet.
MAIL_DOMAIN = "crm-sales.invalid"


class Teams:
    """Takes sellers in."""

    def __init__(self, context: Context, book: Book) -> None:
        self._context, self._book = context, book

    def load(self, entries: Sequence[Entry]) -> None:
        """Make the partners, managers and territories that are not here."""
        here = self._here(entries)
        for entry in entries:
            if len(here.get(entry["sales_agent"], [])) > 1:
                entry.reject("ambiguous", "sales_agent")
        managers = self._managers([entry for entry in entries if not entry.rejected])
        rows = [entry for entry in entries if not entry.rejected]
        offices = named(Territory, {entry["regional_office"]: None for entry in rows}, self._context)
        fresh: list[tuple[Partner, Territory]] = []
        for entry in rows:
            office = offices[entry["regional_office"]]
            found = here.get(entry["sales_agent"])
            if found:
                partner = found[0].profile
                _compare(entry, partner, office)
            else:
                partner = Partner(account=Account(kind=AccountKind.PARTNER, name=entry["sales_agent"]))
                fresh.append((partner, office))
                entry.come_in()
            seller = Seller(partner.pk, managers[entry["manager"]].pk, office.pk)
            self._book.sellers[entry["sales_agent"]] = seller
        _make(fresh)

    def _here(self, entries: Sequence[Entry]) -> dict[str, list[Any]]:
        names = [entry["sales_agent"] for entry in entries]
        found = Account.objects.filter(kind=AccountKind.PARTNER, profile__isnull=False, name__in=names)
        return by_name(found.select_related("profile").prefetch_related("profile__territories"))

    def _managers(self, rows: Sequence[Entry]) -> dict[str, Person]:
        """Give the person of each manager; rows whose manager can't own opportunities are rejected."""
        names = {entry["manager"]: None for entry in rows}
        here = by_name(Person.objects.filter(partner__isnull=True, name__in=names))
        people: dict[str, Person] = {}
        for name in names:
            found = here.get(name, [])
            if len(found) == 1 and may_own(found[0]):
                people[name] = found[0]
            elif not found:
                people[name] = self._person(name)
        for entry in rows:
            if entry["manager"] not in people:
                entry.reject("not_an_owner", "manager", name=entry["manager"])
        return people

    def _person(self, name: str) -> Person:
        """Make somebody who may own opportunities but has no password and no address to ask for one."""
        self._context.made["person"] += 1
        taken = set(Person.objects.filter(email__iendswith=f"@{MAIL_DOMAIN}").values_list("email", flat=True))
        base = slug(name)
        choices = (f"{base}{number or ''}@{MAIL_DOMAIN}" for number in range(len(taken) + 1))
        return Person.objects.create(
            email=next(address for address in choices if address not in taken),
            name=name,
            vendor_role=VendorRole.SELLER,
            password=make_password(None),
        )


def _make(fresh: Sequence[tuple[Partner, Territory]]) -> None:
    Account.objects.bulk_create(partner.account for partner, _office in fresh)
    Partner.objects.bulk_create(partner for partner, _office in fresh)
    link = Partner.territories.through
    link.objects.bulk_create(link(partner_id=partner.pk, territory_id=office.pk) for partner, office in fresh)


def _compare(entry: Entry, partner: Partner, office: Territory) -> None:
    mine = [territory.name for territory in partner.territories.all()]
    if office.name not in mine:
        entry.keep("regional_office", ", ".join(mine) or "–")
    entry.stay()
