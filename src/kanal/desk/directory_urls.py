"""Addresses of the directory's pages at the desk."""

from django.urls import URLPattern

from kanal.desk.directory import nouns, people, rates
from kanal.desk.directory.pages import archiving, pages

_ARCHIVED = [
    nouns.ACCOUNTS,
    nouns.CONTACTS,
    nouns.PARTNERS,
    nouns.TERRITORIES,
    nouns.INDUSTRIES,
    nouns.TIERS,
    nouns.FAMILIES,
    nouns.PRODUCTS,
    nouns.CURRENCIES,
]

urlpatterns: list[URLPattern] = [
    *(address for noun in _ARCHIVED for address in [*pages(noun), *archiving(noun)]),
    rates.address(),
    *pages(nouns.PEOPLE, people.PersonPage),
    people.verbs(nouns.PEOPLE),
]
