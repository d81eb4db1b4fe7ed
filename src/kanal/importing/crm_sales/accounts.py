"""accounts.csv: customers."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from kanal.directory.models import Account, AccountKind, Industry, new_id
from kanal.importing.crm_sales.book import Book, by_name, named
from kanal.importing.formats import Context
from kanal.importing.outcomes import Entry


class Accounts:
    """Takes accounts in."""

    def __init__(self, context: Context, book: Book) -> None:
        self._context, self._book = context, book

    def load(self, entries: Sequence[Entry]) -> None:
        """Make those that are not here; a company may come before the one that it is part of."""
        here = self._here(entries)
        for entry in entries:
            if len(here.get(entry["account"], [])) > 1:
                entry.reject("ambiguous", "account")
            else:
                found = here.get(entry["account"])
                self._book.accounts[entry["account"]] = found[0].pk if found else new_id()
        rows = [entry for entry in entries if not entry.rejected]
        industries = named(
            Industry, {entry["sector"]: None for entry in rows if entry["sector"]}, self._context
        )
        fresh: list[Account] = []
        parents = self._parents(rows, here)
        for entry in rows:
            account = self._account(entry, industries, parents)
            found = here.get(entry["account"])
            if found:
                _compare(entry, found[0], account)
                continue
            fresh.append(account)
            entry.come_in()
        Account.objects.bulk_create(fresh)

    def _here(self, entries: Sequence[Entry]) -> dict[str, list[Any]]:
        wanted = {entry["account"] for entry in entries} | {entry["subsidiary_of"] for entry in entries}
        found = Account.objects.filter(kind=AccountKind.CUSTOMER, name__in=wanted - {None})
        return by_name(found.select_related("industry", "parent"))

    def _account(
        self, entry: Entry, industries: dict[str, Industry], parents: dict[str, uuid.UUID | None]
    ) -> Account:
        return Account(
            id=self._book.accounts[entry["account"]],
            name=entry["account"],
            industry=industries.get(entry["sector"]),
            country=entry["office_location"] or "",
            employees=entry["employees"],
            parent_id=parents.get(entry["account"]),
        )

    def _parents(self, rows: Sequence[Entry], here: dict[str, list[Any]]) -> dict[str, uuid.UUID | None]:
        """Give the key of each company's parent; one that is unknown or leads in a circle is left out."""
        named_parent = {entry["account"]: entry["subsidiary_of"] for entry in rows}
        found: dict[str, uuid.UUID | None] = {}
        for entry in rows:
            parent = entry["subsidiary_of"]
            if parent is None:
                continue
            if _leads_back(entry["account"], named_parent):
                entry.repair("parent_loop", "subsidiary_of")
                named_parent[entry["account"]] = None
                continue
            same = here.get(parent, [])
            found[entry["account"]] = self._book.accounts.get(parent) or (
                same[0].pk if len(same) == 1 else None
            )
            if found[entry["account"]] is None:
                entry.repair("parent_unknown", "subsidiary_of")
        return found


def _leads_back(name: str, parents: dict[str, str | None]) -> bool:
    seen, at = {name}, parents.get(name)
    while at is not None and at not in seen:
        seen.add(at)
        at = parents.get(at)
    return at == name


def _compare(entry: Entry, here: Account, file: Account) -> None:
    pairs = {
        "sector": (here.industry_id, file.industry_id, here.industry),
        "office_location": (here.country, file.country, here.country),
        "employees": (here.employees, file.employees, here.employees),
        "subsidiary_of": (here.parent_id, file.parent_id, here.parent),
    }
    for column, (mine, theirs, shown) in pairs.items():
        if mine != theirs:
            entry.keep(column, str(shown or "–"))
    entry.stay()
