"""Addresses of the directory's pages at the desk."""

from django.urls import URLPattern, path

from kanal.desk.directory import certificates, hand_over, nouns, people, rates
from kanal.desk.directory.pages import archiving, pages
from kanal.desk.directory.partner_page import PartnerPage

_ARCHIVED = [
    nouns.ACCOUNTS,
    nouns.CONTACTS,
    nouns.TERRITORIES,
    nouns.INDUSTRIES,
    nouns.TIERS,
    nouns.FAMILIES,
    nouns.PRODUCTS,
    nouns.CURRENCIES,
]

urlpatterns: list[URLPattern] = [
    *(address for noun in _ARCHIVED for address in [*pages(noun), *archiving(noun)]),
    *pages(nouns.PARTNERS, PartnerPage),
    *archiving(nouns.PARTNERS),
    path("partners/<uuid:key>/hand-over/", hand_over.page, name="partner_hand_over"),
    *certificates.addresses(),
    rates.address(),
    *pages(nouns.PEOPLE, people.PersonPage),
    people.verbs(nouns.PEOPLE),
]
