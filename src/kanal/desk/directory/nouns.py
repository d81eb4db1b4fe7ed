"""The nouns of the directory, each as data: what its list and its page show."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kanal.config import clock
from kanal.desk import looks
from kanal.desk.directory import cells, fields, partners
from kanal.desk.directory.forms import RecordForm
from kanal.desk.directory.pages import Column, ListView, Noun, Resembles
from kanal.desk.directory.people import PersonForm
from kanal.directory import queries
from kanal.directory.models import Account, Currency, Person
from kanal.directory.nearness import Near
from kanal.opportunities import figures

_CONTACTS = 8


def _of_account(by: Person, account: Account) -> dict[str, Any]:
    known = list(
        queries.contacts(by).filter(account=account, archived_at=None).order_by("name", "pk")[: _CONTACTS + 1]
    )
    return {
        "known": known[:_CONTACTS],
        "more": len(known) > _CONTACTS,
        "open_count": figures.open_of_account(by, account),
    }


def _near(by: Person, form: RecordForm) -> list[Near]:
    typed = form.cleaned_data
    return queries.similar(
        by, name=typed["name"], domain=typed["domain"], number=typed["registration_number"]
    )


def _of_currency(_by: Person, currency: Currency) -> dict[str, Any]:
    return {
        "is_base": currency.code == settings.BASE_CURRENCY,
        "base": settings.BASE_CURRENCY,
        "rates": queries.rates(currency)[:20],
        "rate_form": fields.RateForm(initial={"valid_from": clock.today()}),
    }


def _used(label: Any, name: str) -> Any:
    """Give the facts of a record that say how often it is used."""
    return lambda _by, record: {"facts": [(label, cells.figure(name)(record))]}


ACCOUNTS = Noun(
    many="accounts",
    one="account",
    slug="accounts",
    area="accounts",
    rows=queries.accounts,
    form=fields.AccountForm,
    icon="building",
    title=_("Accounts"),
    new=_("New account"),
    none=_("No accounts yet"),
    about=_(
        "An account is a company that you sell to. One is also made together with its first opportunity."
    ),
    under=lambda record: record.domain,
    columns=[
        Column(_("City"), cells.place()),
        Column(_("Industry"), cells.plain("industry")),
        Column(_("Managing partner"), cells.keeper),
        Column(_("Employees"), cells.figure("employees"), right=True),
        Column(_("Phone"), cells.plain("phone")),
    ],
    aside="desk/directory/account_aside.html",
    beside=_of_account,
    filters=fields.AccountFilter,
    resembles=Resembles(_near, "desk:lookup_similar", ("name", "domain", "registration_number")),
)

CONTACTS = Noun(
    many="contacts",
    one="contact",
    slug="contacts",
    area="accounts",
    rows=queries.contacts,
    form=fields.ContactForm,
    icon="address-book",
    title=_("Contacts"),
    new=_("New contact"),
    none=_("No contacts yet"),
    about=_(
        "A contact is a person at a customer. Partners see them once they have accepted the opportunity."
    ),
    under=lambda record: record.job_title,
    columns=[
        Column(_("Account"), cells.account),
        Column(_("Email"), cells.plain("email")),
        Column(_("Phone"), cells.plain("phone")),
    ],
    aside="desk/directory/contact_aside.html",
    prefill=("account",),
)

PARTNERS = Noun(
    many="partners",
    one="partner",
    slug="partners",
    area="partners",
    rows=queries.partners,
    form=partners.PartnerForm,
    icon="affiliate",
    title=_("Partners"),
    new=_("New partner"),
    none=_("No partners yet"),
    about=_(
        "A partner is a company that sells for you. It gets offers, and its people answer on the portal."
    ),
    order=("account__name",),
    columns=[
        Column(_("Status"), cells.partnership, sort=("status", "account__name")),
        Column(_("Tier"), cells.tier, sort=("tier__rank", "account__name")),
        Column(_("City"), cells.place("account"), sort=("account__city", "account__name")),
        Column(_("Channel manager"), cells.manager, sort=("channel_manager__name", "account__name")),
        Column(_("People"), cells.figure("people_count"), right=True),
        Column(_("Open opportunities"), cells.load, right=True),
    ],
    aside="desk/directory/partner_aside.html",
    beside=partners.beside,
    enrich=partners.count,
)

TERRITORIES = Noun(
    many="territories",
    one="territory",
    slug="territories",
    area="settings",
    rows=queries.territories,
    form=fields.TerritoryForm,
    icon="map-pin",
    title=_("Territories"),
    new=_("New territory"),
    none=_("No territories yet"),
    about=_("A territory is a part of the market, such as a country. Partners name those that they cover."),
    columns=[
        Column(_("Part of"), cells.plain("parent"), sort=("parent__name", "name")),
        Column(_("Partners"), cells.figure("partner_count"), sort=("partner_count", "name"), right=True),
    ],
    beside=_used(_("Partners"), "partner_count"),
)

INDUSTRIES = Noun(
    many="industries",
    one="industry",
    slug="industries",
    area="settings",
    rows=queries.industries,
    form=fields.IndustryForm,
    icon="category",
    title=_("Industries"),
    new=_("New industry"),
    none=_("No industries yet"),
    about=_("An industry is what a customer lives by. Partners name those that they know."),
    columns=[
        Column(_("Accounts"), cells.figure("account_count"), sort=("account_count", "name"), right=True)
    ],
    beside=_used(_("Accounts"), "account_count"),
)

TIERS = Noun(
    many="tiers",
    one="tier",
    slug="tiers",
    area="settings",
    rows=queries.tiers,
    form=fields.TierForm,
    icon="certificate",
    title=_("Tiers"),
    new=_("New tier"),
    none=_("No tiers yet"),
    about=_("A tier is a level of partnership, such as Gold. A higher rank means a closer partner."),
    order=("-rank",),
    columns=[
        Column(_("Rank"), cells.figure("rank"), sort=("rank",), right=True),
        Column(_("Partners"), cells.figure("partner_count"), sort=("partner_count", "name"), right=True),
    ],
    beside=_used(_("Partners"), "partner_count"),
)

FAMILIES = Noun(
    many="families",
    one="family",
    slug="product-families",
    area="settings",
    rows=queries.families,
    form=fields.FamilyForm,
    icon="tag",
    title=_("Product families"),
    new=_("New product family"),
    none=_("No product families yet"),
    about=_("A family holds products that are sold together. Partners name the families that they know."),
    columns=[
        Column(_("Certificate"), cells.certificate),
        Column(_("Products"), cells.figure("product_count"), sort=("product_count", "name"), right=True),
    ],
    beside=_used(_("Products"), "product_count"),
)

PRODUCTS = Noun(
    many="products",
    one="product",
    slug="products",
    area="settings",
    rows=queries.products,
    form=fields.ProductForm,
    icon="package",
    title=_("Products"),
    new=_("New product"),
    none=_("No products yet"),
    about=_(
        "A product is something that you sell. Opportunities name the products that the customer would buy."
    ),
    under=lambda record: record.code,
    columns=[
        Column(_("Product family"), cells.plain("family"), sort=("family__name", "name")),
        Column(_("List price"), cells.price, sort=("list_price", "name"), right=True),
    ],
)

CURRENCIES = Noun(
    many="currencies",
    one="currency",
    slug="currencies",
    area="settings",
    rows=queries.currencies,
    form=fields.CurrencyForm,
    icon="coin",
    title=_("Currencies"),
    new=_("New currency"),
    none=_("No currencies yet"),
    about=_(
        "Amounts are given in a currency, and counted together in the base currency at the rate of the day."
    ),
    order=("code",),
    under=lambda record: record.name,
    columns=[Column(_("Rate today"), cells.rate, right=True)],
    aside="desk/directory/currency_aside.html",
    beside=_of_currency,
)

PEOPLE = Noun(
    many="people",
    one="person",
    slug="people",
    area="settings",
    rows=queries.people,
    form=PersonForm,
    icon="users",
    title=_("People"),
    new=_("Invite a person"),
    none=_("Nobody yet"),
    about=_("Your own people sign in to the desk, those of partners to the portal."),
    under=lambda record: record.email,
    views=(
        ListView("", pgettext_lazy("people", "May sign in"), Q(is_active=True)),
        ListView("vendor", pgettext_lazy("people", "Own people"), Q(is_active=True) & ~Q(vendor_role="")),
        ListView(
            "partners", pgettext_lazy("people", "Of partners"), Q(is_active=True, partner__isnull=False)
        ),
        ListView("deactivated", pgettext_lazy("people", "Deactivated"), Q(is_active=False)),
    ),
    columns=[
        Column(_("Works at"), cells.works_at),
        Column(_("State"), cells.access_state),
        Column(_("Last sign-in"), cells.last_seen, sort=("last_login", "name")),
    ],
    aside="desk/directory/person_aside.html",
    beside=looks.beside,
    prefill=("partner",),
)
