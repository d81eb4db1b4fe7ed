"""Taking the four files in, one after the other."""

from __future__ import annotations

from collections.abc import Mapping

from kanal.importing.crm_sales.accounts import Accounts
from kanal.importing.crm_sales.book import Book
from kanal.importing.crm_sales.columns import ACCOUNTS, PIPELINE, PRODUCTS, TEAMS
from kanal.importing.crm_sales.money import Dollars
from kanal.importing.crm_sales.pipeline import Pipeline
from kanal.importing.crm_sales.products import Products
from kanal.importing.crm_sales.teams import Teams
from kanal.importing.formats import Context, Load


def start(context: Context) -> Mapping[str, Load]:
    """Prepare a run: give what takes in the entries of each file."""
    book, dollars = Book(), Dollars(context)
    return {
        ACCOUNTS.file: Accounts(context, book).load,
        PRODUCTS.file: Products(context, book, dollars).load,
        TEAMS.file: Teams(context, book).load,
        PIPELINE.file: Pipeline(context, book, dollars).load,
    }
