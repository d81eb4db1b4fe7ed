"""What Havn Systems sells, where, to whom, through whom: facts, one line each."""

from __future__ import annotations

from typing import NamedTuple

# Code, name, and what one is worth in kroner: a year ago, and since two months.
CURRENCIES = [
    ("DKK", "Danish krone", "1", "1"),
    ("EUR", "Euro", "7.4580", "7.4625"),
    ("SEK", "Swedish krona", "0.6540", "0.6710"),
    ("NOK", "Norwegian krone", "0.6390", "0.6330"),
    ("USD", "US dollar", "6.7800", "6.4550"),
    ("GBP", "Pound sterling", "8.7600", "8.6150"),
]
CURRENCY_OF = {"DK": "DKK", "SE": "SEK", "NO": "NOK", "DE": "EUR", "NL": "EUR", "FI": "EUR", "GB": "GBP"}
LANGUAGE_OF = {"DK": "da", "SE": "sv", "NO": "nb", "DE": "de", "NL": "nl", "FI": "fi", "GB": "en"}
ZONE_OF = {
    "DK": "Europe/Copenhagen",
    "SE": "Europe/Stockholm",
    "NO": "Europe/Oslo",
    "DE": "Europe/Berlin",
    "NL": "Europe/Amsterdam",
    "FI": "Europe/Helsinki",
    "GB": "Europe/London",
}
TIERS = [("Platinum", 4), ("Gold", 3), ("Silver", 2), ("Registered", 1)]

# Each territory with the one that it is part of.
TERRITORIES = [
    ("Nordics", ""),
    ("Denmark", "Nordics"),
    ("North Jutland", "Denmark"),
    ("Mid Jutland", "Denmark"),
    ("South Jutland", "Denmark"),
    ("Funen", "Denmark"),
    ("Zealand", "Denmark"),
    ("Copenhagen", "Denmark"),
    ("Sweden", "Nordics"),
    ("Norway", "Nordics"),
    ("Finland", "Nordics"),
    ("Western Europe", ""),
    ("Northern Germany", "Western Europe"),
    ("Netherlands", "Western Europe"),
    ("United Kingdom", "Western Europe"),
]
TERRITORY_OF = {
    "SE": "Sweden",
    "NO": "Norway",
    "FI": "Finland",
    "DE": "Northern Germany",
    "NL": "Netherlands",
    "GB": "United Kingdom",
}
INDUSTRIES = {
    "food": "Food and drink",
    "logistics": "Logistics",
    "build": "Construction",
    "energy": "Energy and utilities",
    "make": "Manufacturing",
    "retail": "Retail and wholesale",
    "health": "Health care",
    "public": "Public sector",
    "leisure": "Hospitality and leisure",
    "sea": "Maritime",
    "services": "Professional services",
    "edu": "Education",
}
FAMILIES = {
    "erp": "Havn ERP",
    "wh": "Havn Warehouse",
    "field": "Havn Field",
    "pay": "Havn Payroll",
    "bi": "Havn Analytics",
    "srv": "Services",
}
# Code, family, name, list price in kroner: a user, technician or employee a year; services by the day.
PRODUCTS = [
    ("HE-100", "erp", "Havn ERP Finance", 5900),
    ("HE-110", "erp", "Havn ERP Supply", 4700),
    ("HE-120", "erp", "Havn ERP Production", 6400),
    ("HE-130", "erp", "Havn Group Reporting", 8200),
    ("HW-200", "wh", "Havn Warehouse", 6100),
    ("HW-210", "wh", "Havn Scanning", 2900),
    ("HW-220", "wh", "Havn Yard", 3800),
    ("HF-300", "field", "Havn Field", 4300),
    ("HF-310", "field", "Havn Field Planning", 5200),
    ("HF-320", "field", "Havn Assets", 3600),
    ("HP-400", "pay", "Havn Payroll", 690),
    ("HP-410", "pay", "Havn Time", 420),
    ("HP-420", "pay", "Havn Rota", 560),
    ("HA-500", "bi", "Havn Analytics", 7400),
    ("HA-510", "bi", "Havn Forecast", 9800),
    ("HS-900", "srv", "Onboarding", 13500),
    ("HS-910", "srv", "Data migration", 14800),
    ("HS-920", "srv", "Training", 11200),
]

# Name, role, title.
VENDOR_PEOPLE = [
    ("Ada Holm", "administrator", "Head of partner operations"),
    ("Chris Mølgaard", "channel_manager", "Channel manager"),
    ("Sally Winther", "seller", "Account executive"),
    ("Otto Krag", "auditor", "Internal audit"),
    ("Henrik Juul", "seller", "Account executive, Jutland"),
    ("Maja Toft", "seller", "Account executive, Nordics"),
    ("Jonas Brandt", "seller", "Account executive, Germany and Benelux"),
]


class Company(NamedTuple):
    """A partner company: its people are its administrator, its manager, and its sellers."""

    key: str
    name: str
    domain: str
    city: str
    country: str
    tier: str
    status: str
    capacity: int
    territories: tuple[str, ...]
    industries: tuple[str, ...]
    families: tuple[str, ...]
    people: tuple[str, ...]


PARTNERS = [
    Company(
        "nordlys",
        "Nordlys IT",
        "nordlys.example",
        "Aarhus",
        "DK",
        "Platinum",
        "active",
        36,
        ("Denmark",),
        ("food", "make", "logistics"),
        ("erp", "wh", "bi"),
        ("Anna Bak", "Mads Iversen", "Sofie Dahl", "Rune Kjær"),
    ),
    Company(
        "fjord",
        "Fjord Consulting",
        "fjord.example",
        "Copenhagen",
        "DK",
        "Gold",
        "active",
        30,
        ("Copenhagen", "Zealand", "Funen", "Mid Jutland"),
        ("public", "services", "health"),
        ("erp", "pay", "bi"),
        ("Bo Thorsen", "Freja Lund", "Stig Holt"),
    ),
    Company(
        "kompas",
        "Kompas Partners",
        "kompas.example",
        "Vejle",
        "DK",
        "Gold",
        "active",
        30,
        ("South Jutland", "Mid Jutland", "Funen", "Northern Germany"),
        ("logistics", "retail", "sea"),
        ("wh", "erp"),
        ("Lone Skov", "Peter Riis", "Ida Munk"),
    ),
    Company(
        "granit",
        "Granit Systemhus",
        "granit.example",
        "Aalborg",
        "DK",
        "Silver",
        "active",
        28,
        ("North Jutland", "Mid Jutland"),
        ("build", "energy", "make"),
        ("field", "erp"),
        ("Per Skov", "Trine Vad", "Kasper Bro"),
    ),
    Company(
        "boelge",
        "Bølge Digital",
        "boelge.example",
        "Esbjerg",
        "DK",
        "Silver",
        "active",
        22,
        ("South Jutland",),
        ("energy", "sea", "retail"),
        ("field", "wh"),
        ("Nanna Fisker", "Ulrik Stage", "Emil Hede"),
    ),
    Company(
        "tindra",
        "Tindra",
        "tindra.example",
        "Göteborg",
        "SE",
        "Platinum",
        "active",
        26,
        ("Nordics",),
        ("make", "retail", "food"),
        ("erp", "wh", "bi"),
        ("Ebba Lindqvist", "Oskar Sandell", "Moa Hedlund"),
    ),
    Company(
        "polar",
        "Polar Integrasjon",
        "polar.example",
        "Trondheim",
        "NO",
        "Gold",
        "active",
        22,
        ("Norway", "Sweden"),
        ("energy", "sea", "build"),
        ("field", "erp", "bi"),
        ("Sigrid Aune", "Halvor Moen", "Tuva Nygård"),
    ),
    Company(
        "hafenlicht",
        "Hafenlicht Systeme",
        "hafenlicht.example",
        "Hamburg",
        "DE",
        "Gold",
        "active",
        23,
        ("Western Europe",),
        ("logistics", "make", "sea"),
        ("wh", "erp"),
        ("Anke Petersen", "Lars Behrens", "Mira Vogt"),
    ),
    Company(
        "polderkracht",
        "Polderkracht ICT",
        "polderkracht.example",
        "Rotterdam",
        "NL",
        "Silver",
        "active",
        13,
        ("Netherlands", "Northern Germany"),
        ("logistics", "food", "sea"),
        ("wh", "bi"),
        ("Sanne de Wit", "Bram Hoekstra", "Lotte Visser"),
    ),
    Company(
        "saari",
        "Saari Solutions",
        "saari.example",
        "Tampere",
        "FI",
        "Silver",
        "active",
        10,
        ("Finland", "Sweden"),
        ("make", "health", "edu"),
        ("pay", "erp"),
        ("Aino Laine", "Eero Salmi", "Veera Koski"),
    ),
    Company(
        "thistle",
        "Thistle & Quay",
        "thistlequay.example",
        "Edinburgh",
        "GB",
        "Registered",
        "active",
        9,
        ("United Kingdom",),
        ("leisure", "food", "energy"),
        ("erp", "pay"),
        ("Fiona Muir", "Callum Reid", "Isla Baird"),
    ),
    Company(
        "ravn",
        "Ravn & Co",
        "ravnco.example",
        "Roskilde",
        "DK",
        "Registered",
        "paused",
        4,
        ("Zealand",),
        ("services", "edu"),
        ("pay",),
        ("Mette Ravn", "Jens Ravn", "Line Borg"),
    ),
]

# Which Danish partners come into question in each part of the country, the nearest first.
NEAR = {
    "North Jutland": ("granit", "nordlys"),
    "Mid Jutland": ("nordlys", "granit", "kompas"),
    "South Jutland": ("kompas", "boelge", "nordlys"),
    "Funen": ("nordlys", "kompas", "fjord"),
    "Zealand": ("fjord", "kompas"),
    "Copenhagen": ("fjord", "nordlys"),
}
ABROAD = {
    "SE": ("tindra",),
    "NO": ("polar",),
    "DE": ("hafenlicht",),
    "NL": ("polderkracht",),
    "FI": ("saari",),
    "GB": ("thistle",),
}
