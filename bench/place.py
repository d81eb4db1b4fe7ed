"""The database of a benchmark, and the files that fill it."""

from __future__ import annotations

import csv
import os
import random
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
FILES = ("accounts.csv", "products.csv", "sales_teams.csv", "sales_pipeline.csv")
RATE = "6.85"


def prepare() -> None:
    """Make the tables."""
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, skip_checks=True)
    call_command("createcachetable", verbosity=0)


def collect_static() -> None:
    """Collect what pages link to, as an installation does."""
    from django.core.management import call_command

    call_command("collectstatic", verbosity=0, interactive=False)


def crm_files(named: Path | None, into: Path) -> tuple[Path, str]:
    """Give a folder with the four files, and say where they come from.

    Args:
        named: where to look; else `KANAL_CRM_SALES`, else the folder beside the repository.
        into: where to make some where there are none.
    """
    places = [named, os.environ.get("KANAL_CRM_SALES"), ROOT.parent / "shared" / "data" / "crm-sales"]
    for place in places:
        if place and all((Path(place) / file).is_file() for file in FILES):
            return Path(place), "the CRM sales files"
    into.mkdir(parents=True, exist_ok=True)
    _make_up(into)
    return into, "made-up files"


def repeat(folder: Path, times: int, into: Path) -> Path:
    """Copy the files, with the pipeline `times` times as long: each time under other keys."""
    into.mkdir(parents=True, exist_ok=True)
    for file in FILES[:3]:
        shutil.copyfile(folder / file, into / file)
    with (into / FILES[3]).open("w", encoding="utf-8", newline="") as written:
        out = csv.writer(written)
        for time in range(times):
            with (folder / FILES[3]).open(encoding="utf-8", newline="") as read:
                rows = csv.reader(read)
                header = next(rows)
                if time == 0:
                    out.writerow(header)
                out.writerows([f"{time:02d}-{row[0]}", *row[1:]] for row in rows)
    return into


def _make_up(into: Path) -> None:
    dice = random.Random(8800)
    accounts = [f"Customer {number}" for number in range(85)]
    sellers = [f"Seller {number}" for number in range(35)]
    products = [
        ("GTX Basic", "GTX", 550),
        ("GTX Pro", "GTX", 4821),
        ("MG Special", "MG", 55),
        ("GTK 500", "GTK", 26768),
    ]
    _write(
        into / FILES[0],
        "account,sector,employees,office_location,subsidiary_of",
        ((name, "retail", dice.randrange(10, 20000), "Denmark", "") for name in accounts),
    )
    _write(into / FILES[1], "product,series,sales_price", products)
    _write(
        into / FILES[2],
        "sales_agent,manager,regional_office",
        (
            (name, f"Manager {number % 6}", ("Central", "East", "West")[number % 3])
            for number, name in enumerate(sellers)
        ),
    )
    _write(
        into / FILES[3],
        "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value",
        _made_up_pipeline(dice, accounts, sellers, [name for name, _series, _price in products]),
    )


def _made_up_pipeline(
    dice: random.Random, accounts: list[str], sellers: list[str], products: list[str]
) -> Iterator[tuple[object, ...]]:
    for number in range(8800):
        step = dice.choices(["Won", "Lost", "Engaging", "Prospecting"], [48, 28, 18, 6])[0]
        begun = date(2016, 10, 20) + timedelta(days=dice.randrange(400))
        closed = step in {"Won", "Lost"}
        yield (
            f"M{number:07d}",
            dice.choice(sellers),
            dice.choice(products),
            dice.choice(accounts) if closed or dice.random() < 0.3 else "",
            step,
            "" if step == "Prospecting" else f"{begun:%m/%d/%Y}",
            f"{begun + timedelta(days=dice.randrange(1, 120)):%m/%d/%Y}" if closed else "",
            {"Won": dice.randrange(50, 27000), "Lost": 0}.get(step, ""),
        )


def _write(file: Path, header: str, rows: object) -> None:
    with file.open("w", encoding="utf-8", newline="") as written:
        out = csv.writer(written)
        out.writerow(header.split(","))
        out.writerows(rows)  # type: ignore[arg-type]
