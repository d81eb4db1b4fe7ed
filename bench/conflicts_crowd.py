"""Very many customers with names as companies have them, among which the labelled ones are put."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bench.conflicts_labelled import Pair
from kanal.registration.conflicts.judging import Customer

COUNT = 200_000
_PARTNERS = 200
_BEGINNINGS = """
lind berg holm sten birk elm ravn skov hav nord sol mos kilde tor brand eng hede vest kron rosen lang hvid grøn stor
falk bjørn wald stein eich kalten hohen neu alt rot grün schwarz weiß wolfs hirsch ros gold silber oak ash hather
stan brad whit black red green king thorn fern wether ald har lang mar crom dun pem
""".split()  # noqa: SIM905 - a table
_MIDDLES = ["", "", "", "e", "s", "en", "er", "ing"]
_ENDINGS = """
holm gaard lund bæk by dal høj vang toft sted rup mark bjerg berg bach feld hausen dorf heim ried tal hof brück
ton ham ford wick worth bury ley combe field stead mere well thorpe
""".split()  # noqa: SIM905 - a table
_SURNAMES = """
Jensen Nielsen Hansen Pedersen Andersen Christensen Larsen Sørensen Rasmussen Madsen Møller Holm Lund Thomsen Schmidt
Müller Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Koch Bauer Richter Klein Wolf Neumann Smith Jones
Taylor Brown Williams Wilson Johnson Davies Robinson Wright Walker White Roberts Green Hall Wood Jackson
""".split()  # noqa: SIM905 - a table
_FIRST = (
    "Peter",
    "Jens",
    "Henrik",
    "Anne",
    "Mette",
    "Hans",
    "Karl",
    "Uwe",
    "Petra",
    "John",
    "David",
    "Susan",
)
_TRADES = {
    "DK": "Byg VVS El Auto Bageri Transport Ejendomme Revision Data Møbler Maskinfabrik Rengøring Malerfirma Tømrer "
    "Entreprise Foods Emballage Logistik Invest Software Teknik Køleteknik Planteskole Optik Fysioterapi",
    "DE": "Bau Elektrotechnik Spedition Maschinenbau Immobilien Optik Bäckerei Möbel Reinigung Steuerberatung Verlag "
    "Logistik Sanitär Software Metallbau Gartenbau Textil Apotheke Kunststoffe Energie Pumpentechnik",
    "GB": "Builders Plumbing Electrical Foods Haulage Logistics Engineering Packaging Software Properties Dental Care "
    "Accountants Solicitors Furniture Textiles Security Roofing Joinery Brewery Plastics Insurance",
}
_FORMS = {
    "DK": ["ApS", "A/S", "I/S", "", "IVS"],
    "DE": ["GmbH", "GmbH & Co. KG", "AG", "e.K.", "KG"],
    "GB": ["Ltd", "Limited", "PLC", "LLP", ""],
}
_TOWNS = {
    "DK": ["Aarhus", "Odense", "Aalborg", "Kolding", "Vejle", "Esbjerg", "Randers", "Viborg", "Roskilde"],
    "DE": ["Hamburg", "Kiel", "Lübeck", "Bremen", "Köln", "München", "Leipzig", "Dresden", "Ulm"],
    "GB": ["London", "Leeds", "Bristol", "Oxford", "York", "Hull", "Cardiff", "Glasgow", "Norwich"],
}
_STREETS = {
    "DK": ["Industrivej", "Havnegade", "Søndergade", "Bredgade", "Vestergade", "Algade"],
    "DE": ["Hauptstraße", "Bahnhofstraße", "Gartenweg", "Industriestraße", "Am Hafen"],
    "GB": ["High Street", "Station Road", "Church Lane", "Mill Lane", "Market Place"],
}
_ENDING_OF = {"DK": "dk", "DE": "de", "GB": "co.uk"}
_PLAIN = str.maketrans(
    {"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", " ": "-"}
)


@dataclass(frozen=True)
class Row:
    """A customer to write: its key, the partner that keeps it, what is known of it, and the mail of its contact."""

    key: str
    partner: str | None
    customer: Customer
    mail: str


def gather(pairs: Sequence[Pair]) -> list[str]:
    """Write the customers, half of them kept by partners, and the right-hand companies; give the keys of the latter."""
    from django.db import transaction

    from bench import filling
    from kanal.config.copying import new_key

    dice = random.Random(2026)
    partners = _partners()
    keys = [new_key() for _ in pairs]
    rows = list(_made_up(dice, partners))
    rows += [
        Row(key, dice.choice([None, *partners]), pair.other, _mail(pair.other))
        for key, pair in zip(keys, pairs, strict=True)
    ]
    dice.shuffle(rows)
    with transaction.atomic():
        _write(rows)
    filling.tidy()
    return keys


def _partners() -> list[str]:
    from kanal.config.copying import Bulk, new_key
    from kanal.directory.models import Account, Partner

    accounts, keys = [new_key() for _ in range(_PARTNERS)], [new_key() for _ in range(_PARTNERS)]
    Bulk(Account, ("id", "name"), kind="partner").write(
        (key, f"Partner {n}") for n, key in enumerate(accounts)
    )
    Bulk(Partner, ("id", "account_id")).write(zip(keys, accounts, strict=True))
    return keys


def _made_up(dice: random.Random, partners: list[str]) -> Iterator[Row]:
    from kanal.config.copying import new_key

    for _ in range(COUNT):
        country = dice.choice(["DK", "DK", "DE", "DE", "GB"])
        name = _name(dice, country)
        domain = f"{name.lower().translate(_PLAIN)}.{_ENDING_OF[country]}"
        mail = f"info@{domain}" if dice.random() < 0.7 else "somebody@gmail.com"
        customer = Customer(
            name=f"{name} {dice.choice(_FORMS[country])}".strip(),
            number=str(dice.randrange(10_000_000, 99_999_999)) if dice.random() < 0.6 else "",
            domain=domain if dice.random() < 0.6 else "",
            street=f"{dice.choice(_STREETS[country])} {dice.randrange(1, 200)}",
            postal_code=str(dice.randrange(1000, 99999)),
            city=dice.choice(_TOWNS[country]),
            country=country,
        )
        partner = dice.choice(partners) if dice.random() < 0.5 else None
        yield Row(new_key(), partner, customer, mail if dice.random() < 0.6 else "")


def _name(dice: random.Random, country: str) -> str:
    trade = dice.choice(_TRADES[country].split())
    own = (dice.choice(_BEGINNINGS) + dice.choice(_MIDDLES) + dice.choice(_ENDINGS)).capitalize()
    person = dice.choice(_SURNAMES)
    town = dice.choice(_TOWNS[country])
    kinds = {
        f"{own} {trade}": 35,
        own: 12,
        f"{person} {trade}": 18,
        f"{dice.choice(_FIRST)} {person} {trade}": 10,
        f"{town} {trade}": 8,
        f"{own} & {person}": 7,
        f"{own} {trade} {town}": 10,
    }
    return dice.choices(list(kinds), list(kinds.values()))[0]


def _mail(customer: Customer) -> str:
    return f"info@{customer.mail_domains[0].rpartition('@')[2]}" if customer.mail_domains else ""


def _write(rows: Sequence[Row]) -> None:
    from django.db import connection

    from kanal.config.copying import Bulk, new_key
    from kanal.directory.models import Account, Contact

    with (
        connection.cursor() as cursor
    ):  # see the engine of the import: without it the time grows with the square
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{}', true)")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL gin_pending_list_limit = '64MB'")
    facts = ("name", "domain", "street", "postal_code", "city", "country")
    columns: tuple[Any, ...] = ("id", "managing_partner_id", "registration_number", *facts)
    Bulk(Account, columns, kind="customer", located_for="x").write(
        (row.key, row.partner, row.customer.number, *(getattr(row.customer, fact) for fact in facts))
        for row in rows
    )
    Bulk(Contact, ("id", "account_id", "email"), name="Somebody").write(
        (new_key(), row.key, row.mail) for row in rows if row.mail
    )
