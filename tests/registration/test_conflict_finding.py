"""The customers that may be the wanted one are found by index, whoever keeps them, by the same work each time."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kanal.directory.models import Account, AccountKind, Contact
from kanal.registration.conflicts.finding import alike, searches
from kanal.registration.conflicts.judging import Customer, Says, Thing
from kanal.registration.models import Registration
from tests.cast import Cast

pytestmark = pytest.mark.django_db

EVERYTHING = Customer(
    name="Lindholm Foods A/S",
    number="DK 12 34 56 78",
    domain="www.lindholm.dk",
    mail_domains=("karen@lindholm-foods.com", "karen@gmail.com"),
)


def _customers() -> Any:
    return Account.objects.filter(kind=AccountKind.CUSTOMER)


def _found(wanted: Customer, **options: Any) -> list[Account]:
    return [one.row for one in alike(_customers(), wanted, **options)]


def _customer(name: str, **facts: Any) -> Account:
    return Account.objects.create(name=name, **facts)


def test_a_customer_is_found_by_its_number_in_any_dress() -> None:
    kept = _customer("Quite another name", registration_number="CVR-nr. 12345678", country="DK")
    assert _found(Customer(name="Lindholm", number="DK 12 34 56 78")) == [kept]


def test_a_customer_is_found_by_its_domain() -> None:
    kept = _customer("Quite another name", domain="https://shop.lindholm.dk")
    _customer("A third name", domain="notlindholm.dk")
    assert _found(Customer(name="Fjordblik", domain="www.lindholm.dk")) == [kept]


def test_a_customer_is_found_by_the_mail_of_its_contact() -> None:
    kept = _customer("Quite another name")
    Contact.objects.create(account=kept, name="Karen", email="karen@mail.lindholm.dk")
    Contact.objects.create(account=_customer("Yet another"), name="Ole", email="ole@gmail.com")
    wanted = Customer(name="Fjordblik", mail_domains=("anna@lindholm.dk", "anna@gmail.com"))
    (found,) = alike(_customers(), wanted)
    assert found.row == kept
    assert {part.thing: part.says for part in found.verdict.parts}[Thing.MAIL_DOMAIN] is Says.SAME


def test_the_mail_of_a_contact_may_be_at_the_wanted_web_domain() -> None:
    kept = _customer("Quite another name")
    Contact.objects.create(account=kept, name="Karen", email="karen@lindholm.dk")
    assert _found(Customer(name="Fjordblik", domain="lindholm.dk")) == [kept]


@pytest.mark.parametrize(
    ("kept", "wanted"),
    [
        ("Lindhlom Foods ApS", "Lindholm Foods A/S"),
        ("Müller Werkzeugbau GmbH", "Mueller Werkzeugbau"),
        ("Århus Skilteværk", "Aarhus Skiltevaerk ApS"),
        ("Skærbæk Tømrerne", "Skarbak Tomrerne"),
        ("Straßfurth Tiefbau", "STRASSFURTH TIEFBAU GMBH"),
        ("Foods Lindholm", "Lindholm Foods"),
        ("Redkite Aviation", "Red Kite Aviation Ltd"),
        ("Red Kite Aviation", "Redkite Aviation Ltd"),
        ("Tangkrog Deutschland GmbH", "Tangkrog Nordic A/S"),
    ],
)
def test_a_customer_is_found_by_a_name_written_otherwise(kept: str, wanted: str) -> None:
    row = _customer(kept)
    _customer("Kolding Stål")
    (found,) = alike(_customers(), Customer(name=wanted))
    assert found.row == row
    assert found.verdict.same_customer


def test_the_surest_come_first_and_no_more_than_asked_for() -> None:
    other = _customer("Lindholm Rør A/S", domain="lindholm-roer.dk")
    same = _customer("Lindholm Foods")
    surest = _customer("Lindholm Foods", domain="lindholm.dk", registration_number="12345678")
    wanted = Customer(name="Lindholm Foods", domain="lindholm.dk", number="12345678")
    assert _found(wanted, least=0) == [surest, same, other]
    assert _found(wanted) == [surest, same]
    assert _found(wanted, limit=1) == [surest]


def test_the_customers_that_other_partners_keep_are_found(cast: Cast) -> None:
    theirs, contact = cast.customer(cast.fjord, name="Tangkrog Maskinfabrik")
    assert theirs.managing_partner == cast.fjord
    assert contact.account == theirs
    assert theirs in _found(Customer(name="Tangkrog Maskinfabrik ApS"))


def test_only_the_records_that_were_asked_about_are_found() -> None:
    _customer("Lindholm Foods", kind=AccountKind.PARTNER)
    assert _found(Customer(name="Lindholm Foods")) == []


def test_as_many_queries_are_asked_whether_something_is_found_or_not() -> None:
    with CaptureQueriesContext(connection) as nothing:
        assert _found(EVERYTHING) == []
    kept = _customer("Lindholm Foods", domain="lindholm.dk", registration_number="12345678")
    Contact.objects.create(account=kept, name="Karen", email="karen@lindholm-foods.com")
    _customer("Lindholm Fods")
    with CaptureQueriesContext(connection) as something:
        assert len(_found(EVERYTHING)) == 2
    assert len(nothing) == len(something) == 4
    assert [query["sql"] for query in nothing] == [query["sql"] for query in something]


def test_what_says_nothing_asks_nothing(django_assert_num_queries: Any) -> None:
    _customer("Li")
    with django_assert_num_queries(0):
        assert _found(Customer(name="Li", mail_domains=("anna@gmail.com",))) == []


@pytest.mark.engine
def test_each_search_can_use_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
    accounts = ["account_by_number", "account_search", "contact_search", "account_by_likeness"]
    likeness = "registration_by_likeness"
    requests = ["registration_by_number", "registration_by_domain", "registration_by_domain", likeness]
    for model, indexes in ((Account, accounts), (Registration, requests)):
        plans = [search.explain() for search in searches(model.objects.all(), EVERYTHING)]
        for plan, index in zip(plans, indexes, strict=True):
            assert index in plan
