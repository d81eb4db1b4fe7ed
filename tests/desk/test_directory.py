"""The desk's pages of the directory."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from kanal.directory import actions
from kanal.directory.models import (
    Account,
    Contact,
    Currency,
    ExchangeRate,
    Industry,
    Invitation,
    Partner,
    Person,
    Product,
    ProductFamily,
    Territory,
    Tier,
)
from tests import cast as casting
from tests.cast import Cast

pytestmark = pytest.mark.django_db

SETTINGS = ["territories", "industries", "tiers", "families", "products", "currencies", "people"]
OPEN = ["accounts", "contacts", "partners"]
ONE = {
    "accounts": "account",
    "contacts": "contact",
    "partners": "partner",
    "territories": "territory",
    "industries": "industry",
    "tiers": "tier",
    "families": "family",
    "products": "product",
    "currencies": "currency",
    "people": "person",
}


def of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def record_of(cast: Cast, many: str) -> Any:
    return {
        "accounts": cast.lindholm,
        "contacts": cast.karen,
        "partners": cast.nordlys,
        "territories": cast.jutland,
        "industries": cast.food,
        "tiers": cast.nordlys.tier,
        "families": cast.erp.family,
        "products": cast.erp,
        "currencies": cast.eur,
        "people": cast.mads,
    }[many]


def url_of(cast: Cast, many: str) -> str:
    return reverse(f"desk:{ONE[many]}", args=[record_of(cast, many).pk])


# Who sees what.
@pytest.mark.parametrize("many", OPEN + SETTINGS)
def test_every_list_and_every_record_opens_for_an_administrator(cast: Cast, many: str) -> None:
    ada = of(cast.ada)
    shown = ada.get(reverse(f"desk:{many}"))
    assert shown.status_code == 200
    assert str(record_of(cast, many)) in shown.content.decode()
    assert ada.get(reverse(f"desk:{ONE[many]}_new")).status_code == 200
    page = ada.get(url_of(cast, many)).content.decode()
    assert "Save" in page


@pytest.mark.parametrize("many", SETTINGS)
def test_the_settings_are_closed_to_channel_managers_and_sellers_with_the_reason(
    cast: Cast, many: str
) -> None:
    for person in (cast.chris, cast.sally):
        for url in (reverse(f"desk:{many}"), reverse(f"desk:{ONE[many]}_new"), url_of(cast, many)):
            answer = of(person).get(url)
            assert answer.status_code == 403
            assert "administrator" in answer.content.decode()


@pytest.mark.parametrize("many", OPEN + SETTINGS)
def test_an_auditor_reads_everything_and_changes_nothing(cast: Cast, many: str) -> None:
    otto = of(cast.otto)
    listed = otto.get(reverse(f"desk:{many}")).content.decode()
    assert reverse(f"desk:{ONE[many]}_new") not in listed
    page = otto.get(url_of(cast, many)).content.decode()
    assert "disabled" in page
    assert ">Save<" not in page
    assert "archive/" not in page
    assert otto.get(reverse(f"desk:{ONE[many]}_new")).status_code == 403
    assert otto.post(url_of(cast, many), FORMS[many](cast)).status_code == 403


@pytest.mark.parametrize("many", OPEN + SETTINGS)
def test_nobody_of_a_partner_enters_and_strangers_are_sent_to_sign_in(cast: Cast, many: str) -> None:
    assert of(cast.anna).get(reverse(f"desk:{many}")).status_code == 403
    assert of(cast.anna).get(url_of(cast, many)).status_code == 403
    assert Client().get(url_of(cast, many)).status_code == 302


def test_a_seller_keeps_accounts_and_contacts_and_reads_partners(cast: Cast) -> None:
    sally = of(cast.sally)
    assert sally.post(reverse("desk:account_new"), {"name": "Rimfaks"}).status_code == 302
    assert ">Save<" not in sally.get(url_of(cast, "partners")).content.decode()
    assert sally.post(url_of(cast, "partners"), FORMS["partners"](cast)).status_code == 403
    assert sally.get(reverse("desk:partner_new")).status_code == 403


def test_what_does_not_exist_is_not_found(cast: Cast) -> None:
    ada = of(cast.ada)
    for many in OPEN + SETTINGS:
        assert ada.get(reverse(f"desk:{ONE[many]}", args=[cast.opportunity().pk])).status_code == 404
    assert ada.get(reverse("desk:account", args=[cast.nordlys.account_id])).status_code == 404


# Making and changing.
FORMS: dict[str, Callable[[Cast], dict[str, Any]]] = {
    "accounts": lambda cast: {"name": "Rimfaks Logistik", "country": "DK", "employees": "40", "version": "1"},
    "contacts": lambda cast: {"name": "Per Rim", "account": str(cast.lindholm.pk), "version": "1"},
    "partners": lambda cast: {
        "name": "Brygge Solutions",
        "country": "SE",
        "status": "active",
        "time_zone": "Europe/Stockholm",
        "territories": [str(cast.jutland.pk)],
        "version": "1",
    },
    "territories": lambda cast: {"name": "Funen", "version": "1"},
    "industries": lambda cast: {"name": "Shipping", "version": "1"},
    "tiers": lambda cast: {"name": "Platinum", "rank": "4", "version": "1"},
    "families": lambda cast: {"name": "Payroll", "version": "1"},
    "products": lambda cast: {
        "name": "Havn Payroll",
        "code": "PAY-1",
        "family": str(cast.erp.family_id),
        "list_price": "1,900.50",
        "currency": str(cast.dkk.pk),
        "version": "1",
    },
    "currencies": lambda cast: {"name": "Euro of old", "code": "EUR", "version": "1"},
    "people": lambda cast: {
        "name": "Mads Holm",
        "email": "mads@nordlys.example",
        "time_zone": "Europe/Copenhagen",
        "version": "1",
    },
}


@pytest.mark.parametrize("many", OPEN + SETTINGS)
def test_a_change_is_saved_once_and_the_next_one_from_the_old_page_is_compared(cast: Cast, many: str) -> None:
    ada, url, form = of(cast.ada), url_of(cast, many), FORMS[many](cast)
    assert ada.post(url, form).status_code == 302
    record = type(record_of(cast, many)).objects.get(pk=record_of(cast, many).pk)
    assert record.version == 2
    name = "Somebody <else>"
    late = ada.post(url, {**form, "name": name})
    assert late.status_code == 409
    page = late.content.decode()
    assert "Ada Holm changed this while you wrote" in page
    assert form["name"] in page
    assert "Somebody &lt;else&gt;" in page
    assert 'name="version" value="2"' in page
    assert ada.post(url, {**form, "name": name, "version": "2"}).status_code == 302


@pytest.mark.parametrize("many", [many for many in OPEN + SETTINGS if many not in ("people", "currencies")])
def test_a_new_record_is_made_and_shown(cast: Cast, many: str) -> None:
    ada, form = of(cast.ada), FORMS[many](cast)
    answer = ada.post(reverse(f"desk:{ONE[many]}_new"), form, follow=True)
    assert answer.status_code == 200
    assert f"{form['name']} is added." in answer.content.decode()


@pytest.mark.parametrize("many", OPEN + SETTINGS)
def test_what_was_typed_stays_where_it_is_refused(cast: Cast, many: str) -> None:
    ada = of(cast.ada)
    phone = {"phone": "+45 12"} if many in ("accounts", "contacts", "partners", "people") else {}
    answer = ada.post(url_of(cast, many), {**FORMS[many](cast), "name": "", **phone})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Nothing was saved" in page
    assert 'aria-invalid="true"' in page
    assert not phone or "+45 12" in page
    assert type(record_of(cast, many)).objects.get(pk=record_of(cast, many).pk).version == 1


def test_a_product_keeps_its_price_in_the_readers_notation(cast: Cast) -> None:
    ada = of(cast.ada)
    ada.post(reverse("desk:product_new"), FORMS["products"](cast))
    assert Product.objects.get(code="PAY-1").list_price == Decimal("1900.50")
    actions.set_preferences(person=cast.ada, language="da")
    ada.post(
        reverse("desk:product_new"),
        {**FORMS["products"](cast), "name": "To", "code": "P2", "list_price": "1.900,50"},
    )
    assert Product.objects.get(code="P2").list_price == Decimal("1900.50")


def test_a_price_without_its_currency_is_refused_and_no_price_needs_none(cast: Cast) -> None:
    ada, form = of(cast.ada), FORMS["products"](cast)
    refused = ada.post(reverse("desk:product_new"), {**form, "currency": ""})
    assert refused.status_code == 422
    assert ada.post(reverse("desk:product_new"), {**form, "list_price": ""}).status_code == 302
    assert Product.objects.get(code="PAY-1").currency is None


def test_a_partner_is_made_with_its_company_in_one_form(cast: Cast) -> None:
    of(cast.chris).post(reverse("desk:partner_new"), FORMS["partners"](cast))
    made = Partner.objects.get(account__name="Brygge Solutions")
    assert (made.account.country, made.account.kind, made.time_zone) == ("SE", "partner", "Europe/Stockholm")
    assert list(made.territories.all()) == [cast.jutland]


def test_the_page_of_a_partner_shows_its_people_and_its_figures(cast: Cast) -> None:
    cast.delivered()
    cast.managed()
    page = of(cast.chris).get(url_of(cast, "partners")).content.decode()
    for words in ("Anna Bak", "Mads Iversen", "Sofie Dahl", "Offered", "Managed"):
        assert words in page
    assert reverse("desk:person", args=[cast.anna.pk]) not in page
    assert (
        reverse("desk:person", args=[cast.anna.pk])
        in of(cast.ada).get(url_of(cast, "partners")).content.decode()
    )


def test_the_page_of_an_account_shows_its_contacts_and_offers_a_new_one_there(cast: Cast) -> None:
    sally = of(cast.sally)
    page = sally.get(url_of(cast, "accounts")).content.decode()
    assert "Karen Lindholm" in page
    address = f"{reverse('desk:contact_new')}?account={cast.lindholm.pk}"
    assert address in page
    assert "Lindholm Foods" in sally.get(address).content.decode()
    assert sally.get(f"{reverse('desk:contact_new')}?account=nobody").status_code == 200


def test_an_archived_choice_is_not_offered_but_stays_where_it_is_set(cast: Cast) -> None:
    retail = Industry.objects.create(name="Retail")
    actions.archive(kind=Industry, key=cast.food.pk, by=cast.ada)
    ada = of(cast.ada)
    assert "Food</option>" in ada.get(url_of(cast, "accounts")).content.decode()
    page = ada.get(reverse("desk:account_new")).content.decode()
    assert "Food</option>" not in page
    assert "Retail</option>" in page
    assert (
        ada.post(reverse("desk:account_new"), {"name": "A", "industry": str(cast.food.pk)}).status_code == 422
    )
    assert ada.post(reverse("desk:account_new"), {"name": "A", "industry": str(retail.pk)}).status_code == 302


# Archiving.
@pytest.mark.parametrize(
    "many", [many for many in OPEN + SETTINGS if many not in ("people", "partners", "families")]
)
def test_a_record_is_archived_listed_there_and_restored(cast: Cast, many: str) -> None:
    ada, one, key = of(cast.ada), ONE[many], record_of(cast, many).pk
    name = str(record_of(cast, many))
    answer = ada.post(reverse(f"desk:{one}_archive", args=[key]), follow=True)
    assert f"{name} is archived." in answer.content.decode()
    assert ">Save<" not in answer.content.decode()
    assert reverse(f"desk:{one}", args=[key]) not in ada.get(reverse(f"desk:{many}")).content.decode()
    assert name in ada.get(reverse(f"desk:{many}"), {"view": "archived"}).content.decode()
    assert ada.post(url_of(cast, many), FORMS[many](cast)).status_code == 409
    ada.post(reverse(f"desk:{one}_restore", args=[key]))
    assert name in ada.get(reverse(f"desk:{many}")).content.decode()


def test_an_archive_that_is_refused_says_why_on_the_page(cast: Cast) -> None:
    ada = of(cast.ada)
    refused = ada.post(reverse("desk:currency_archive", args=[cast.dkk.pk]))
    assert refused.status_code == 409
    assert "base currency" in refused.content.decode()
    refused = ada.post(reverse("desk:partner_archive", args=[cast.nordlys.pk]))
    assert refused.status_code == 409
    assert of(cast.chris).post(reverse("desk:product_archive", args=[cast.erp.pk])).status_code == 403
    assert of(cast.otto).post(reverse("desk:account_archive", args=[cast.lindholm.pk])).status_code == 403
    assert ada.get(reverse("desk:account_archive", args=[cast.lindholm.pk])).status_code == 405


# Rates.
def test_a_rate_is_set_beside_its_currency(cast: Cast) -> None:
    ada, url = of(cast.ada), reverse("desk:currency_rate", args=[cast.eur.pk])
    assert ada.post(url, {"valid_from": "2026-11-01", "rate": "7.4605"}).status_code == 302
    assert ExchangeRate.objects.get(currency=cast.eur, valid_from=date(2026, 11, 1)).rate == Decimal("7.4605")
    refused = ada.post(url, {"valid_from": "2026-11-01", "rate": "0"})
    assert refused.status_code == 422
    assert 'value="0"' in refused.content.decode()
    assert of(cast.otto).post(url, {"valid_from": "2026-11-01", "rate": "7"}).status_code == 403
    assert "base currency" in ada.get(reverse("desk:currency", args=[cast.dkk.pk])).content.decode()


# People.
def test_an_administrator_invites_somebody_of_a_partner(cast: Cast) -> None:
    ada = of(cast.ada)
    address = f"{reverse('desk:person_new')}?partner={cast.nordlys.pk}"
    assert "Nordlys IT" in ada.get(address).content.decode()
    form = {
        "name": "Vera Vind",
        "email": "vera@nordlys.example",
        "partner": str(cast.nordlys.pk),
        "role": "manager",
    }
    form |= {"language": "da", "time_zone": "Europe/Copenhagen"}
    answer = ada.post(address, form, follow=True)
    assert "Vera Vind is invited" in answer.content.decode()
    vera = Invitation.objects.get(email="vera@nordlys.example")
    assert (vera.partner, vera.role, vera.language) == (cast.nordlys, "manager", "da")
    assert not Person.objects.filter(email="vera@nordlys.example").exists()
    jobs = ProcrastinateJob.objects.filter(task_name="kanal.directory.tasks.send_invitation")
    assert [job.args for job in jobs] == [{"invitation_id": str(vera.pk)}]
    assert "vera@nordlys.example" in ada.get(reverse("desk:invitations")).content.decode()


def test_an_administrator_invites_somebody_of_the_vendor(cast: Cast) -> None:
    ada = of(cast.ada)
    form = {
        "name": "Per Holt",
        "email": "PER@havn.example",
        "role": "auditor",
        "language": "en",
        "time_zone": "UTC",
    }
    assert ada.post(reverse("desk:person_new"), form).status_code == 302
    assert Invitation.objects.get(email="per@havn.example").role == "auditor"
    again = ada.post(reverse("desk:person_new"), form)
    assert again.status_code == 422
    assert "already" in again.content.decode()


def test_role_and_access_of_a_person_change_on_their_page(cast: Cast) -> None:
    ada = of(cast.ada)

    def do(verb: str, person: Person = cast.sofie, **facts: str) -> Any:
        return ada.post(reverse("desk:person_verb", args=[person.pk, verb]), facts, follow=True)

    assert "Sofie Dahl is now manager." in do("role", role="manager").content.decode()
    assert do("role", role="emperor").status_code == 422
    assert "can no longer sign in" in do("deactivate").content.decode()
    assert "Sofie Dahl" in ada.get(reverse("desk:people"), {"view": "deactivated"}).content.decode()
    assert "can sign in again" in do("reactivate").content.decode()
    last = do("deactivate", person=cast.ada)
    assert last.status_code == 409
    assert "last administrator" in last.content.decode()
    assert do("promote").status_code == 404
    assert (
        of(cast.otto).post(reverse("desk:person_verb", args=[cast.sofie.pk, "deactivate"])).status_code == 403
    )


# Finding.
@pytest.mark.parametrize(
    ("many", "text", "found"),
    [
        ("accounts", "lindh kold", "Lindholm Foods"),
        ("contacts", "karen@", "Karen Lindholm"),
        ("contacts", "foods", "Karen Lindholm"),
        ("partners", "nordlys", "Nordlys IT"),
        ("people", "nordlys mads", "Mads Iversen"),
        ("products", "erp-1", "Havn ERP"),
        ("currencies", "krone", "DKK"),
        ("territories", "JUT", "Jutland"),
    ],
)
def test_a_search_finds_every_word_wherever_it_stands(cast: Cast, many: str, text: str, found: str) -> None:
    ada = of(cast.ada)
    assert found in ada.get(reverse(f"desk:{many}"), {"q": text}).content.decode()
    empty = ada.get(reverse(f"desk:{many}"), {"q": f"{text} zzz"}).content.decode()
    assert "Nothing matches" in empty
    assert "<tbody" not in empty


def test_a_list_is_ordered_by_its_heads_and_paged(cast: Cast) -> None:
    for number in range(30):
        Account.objects.create(name=f"Customer {number:02}")
    ada, url = of(cast.ada), reverse("desk:accounts")
    first = ada.get(url).content.decode()
    assert first.index("Customer 01") < first.index("Customer 02")
    assert "Customer 29" not in first
    assert "Lindholm Foods" in ada.get(url, {"page": "2"}).content.decode()
    last = ada.get(url, {"sort": "-name"}).content.decode()
    assert last.index("Lindholm Foods") < last.index("Customer 29")
    assert 'aria-sort="descending"' in last
    assert ada.get(url, {"sort": "password", "page": "x", "view": "no", "size": "7"}).status_code == 200


@pytest.mark.parametrize("many", OPEN + SETTINGS)
def test_every_column_that_sorts_does(cast: Cast, many: str) -> None:
    ada, url = of(cast.ada), reverse(f"desk:{many}")
    keys = set(re.findall(r"\?sort=([\w-]+)", ada.get(url).content.decode()))
    assert "name" in keys
    for key in keys:
        assert ada.get(url, {"sort": key}).status_code == 200
        assert ada.get(url, {"sort": f"-{key}"}).status_code == 200


@pytest.mark.parametrize("many", OPEN + SETTINGS)
def test_an_empty_list_says_what_it_is_for_and_how_to_begin(db: None, many: str) -> None:
    ada = casting.vendor_person("Ada Holm", "administrator")
    view = {"view": "partners"} if many == "people" else {}
    page = of(ada).get(reverse(f"desk:{many}"), view).content.decode()
    assert "k-empty" in page
    if many != "people":
        assert page.count(reverse(f"desk:{ONE[many]}_new")) == 2
        assert "Nothing here" in of(ada).get(reverse(f"desk:{many}"), {"view": "archived"}).content.decode()


# Sizes.
def another(cast: Cast, many: str, name: str) -> None:
    """Make a further record, with all that its row shows."""
    if many == "accounts":
        Account.objects.create(name=name, industry=Industry.objects.create(name=name), country="DK")
    elif many == "contacts":
        Contact.objects.create(name=name, account=Account.objects.create(name=name))
    elif many == "partners":
        tier = Tier.objects.create(name=name, rank=20 + Tier.objects.count())
        partner = casting.partner_company(name, tier=tier, channel_manager=cast.chris)
        casting.partner_person(name, partner, "manager")
    elif many == "people":
        casting.partner_person(name, casting.partner_company(name), "manager")
    elif many == "products":
        family = ProductFamily.objects.create(name=name)
        Product.objects.create(name=name, code=name, family=family, list_price=1, currency=cast.dkk)
    elif many == "currencies":
        currency = Currency.objects.create(code=f"XX{name[-1]}", name=name)
        ExchangeRate.objects.create(currency=currency, valid_from=date(2020, 1, 1), rate=2)
    elif many == "territories":
        Territory.objects.create(name=name, parent=Territory.objects.create(name=f"Parent of {name[-1]}"))
    elif many == "tiers":
        Tier.objects.create(name=name, rank=20 + Tier.objects.count())
    else:
        {"industries": Industry, "families": ProductFamily}[many].objects.create(name=name)


@pytest.mark.parametrize("many", OPEN + SETTINGS)
def test_a_list_asks_the_database_as_often_for_three_rows_as_for_one(cast: Cast, many: str) -> None:
    ada, url = of(cast.ada), reverse(f"desk:{many}")

    def queries(rows: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            page = ada.get(url, {"q": "further"}).content.decode()
        assert page.count("<tr>") == rows + 1
        return len(asked)

    another(cast, many, "FurtherA")
    one = queries(1)
    another(cast, many, "FurtherB")
    another(cast, many, "FurtherC")
    assert queries(3) == one
    assert one <= 11
