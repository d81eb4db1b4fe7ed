"""The four files, column by column, with the typing errors that are known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from babel import Locale

from kanal.importing.columns import Column, Table, Unfit, american_date, amount, choice, text, whole
from kanal.opportunities.lifecycle import Stage, Status

KIND = "crm-sales"


@dataclass(frozen=True)
class Step:
    """What a `deal_stage` of the files means here."""

    status: Status
    stage: Stage

    @property
    def closed(self) -> bool:
        """Tell whether the sale has ended."""
        return self.status in {Status.WON, Status.LOST}


STEPS = {
    "Prospecting": Step(Status.ACCEPTED, Stage.PROSPECT),
    "Engaging": Step(Status.ACCEPTED, Stage.INTEREST_CONFIRMED),
    "Won": Step(Status.WON, Stage.CLOSING),
    "Lost": Step(Status.LOST, Stage.CLOSING),
}
_COUNTRIES = {"Philipines": "Philippines", "Korea": "South Korea"}


@cache
def _countries() -> Mapping[str, str]:
    """Give the code of every country, by its English name and by itself."""
    named = {
        code: str(name)
        for code, name in Locale("en").territories.items()
        if len(code) == 2 and code.isalpha()
    }
    return {name.casefold(): code for code, name in named.items()} | {code.casefold(): code for code in named}


def country(cell: str) -> str:
    """Read a country by its English name or its code; give the code."""
    try:
        return _countries()[cell.casefold()]
    except KeyError:
        raise Unfit("unknown_country") from None


def sector(cell: str) -> str:
    """Read an industry; it begins with a capital here."""
    plain: str = text(120)(cell)
    return plain[0].upper() + plain[1:]


ACCOUNTS = Table(
    file="accounts.csv",
    key="account",
    whole=True,
    columns=(
        Column("account", text(200), required=True),
        Column("sector", sector, spellings={"technolgy": "technology"}, repair="sector_spelling"),
        Column("employees", whole),
        Column("office_location", country, spellings=_COUNTRIES, repair="country_spelling"),
        Column("subsidiary_of", text(200), optional=True),
    ),
)
PRODUCTS = Table(
    file="products.csv",
    key="product",
    whole=True,
    columns=(
        Column("product", text(120), required=True),
        Column("series", text(120), required=True),
        Column("sales_price", amount, required=True),
    ),
)
TEAMS = Table(
    file="sales_teams.csv",
    key="sales_agent",
    whole=True,
    columns=(
        Column("sales_agent", text(200), required=True),
        Column("manager", text(160), required=True),
        Column("regional_office", text(120), required=True),
    ),
)
PIPELINE = Table(
    file="sales_pipeline.csv",
    key="opportunity_id",
    columns=(
        Column("opportunity_id", text(60), required=True),
        Column("sales_agent", text(200), required=True),
        Column(
            "product", text(120), required=True, spellings={"GTXPro": "GTX Pro"}, repair="product_spelling"
        ),
        Column("account", text(200)),
        Column("deal_stage", choice(STEPS), required=True),
        Column("engage_date", american_date),
        Column("close_date", american_date),
        Column("close_value", amount),
    ),
)
