"""Nearest companies: what is alike, what is not, and that the search stays on its indexes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from kanal.directory.likeness import (
    SAME_DOMAIN,
    Company,
    Why,
    bare_name,
    likeness,
    name_score,
    number_country,
    plain_number,
    plain_text,
    registered_domain,
)
from kanal.directory.models import Account, AccountKind
from kanal.directory.models.accounts import PLAIN_NUMBER, folded
from kanal.directory.nearness import nearest

NAMES = st.text(st.characters(categories=["L", "N", "Zs", "P"]), max_size=40)
REAL_NAMES = NAMES.filter(lambda name: any(letter.isalpha() and letter.isascii() for letter in name))
COMPANIES = st.builds(
    Company,
    name=NAMES,
    domain=st.sampled_from(["", "lindholm.example", "www.lindholm.example", "fjord.dk", "gmail.com"]),
    number=st.sampled_from(["", "12345678", "DK 12 34 56 78", "87654321"]),
)


@given(COMPANIES, COMPANIES)
def test_it_is_all_one_which_company_comes_first(one: Company, other: Company) -> None:
    assert likeness(one, other) == likeness(other, one)


@given(COMPANIES, COMPANIES)
def test_a_score_lies_between_0_and_100(one: Company, other: Company) -> None:
    assert 0 <= likeness(one, other).score <= 100


@given(REAL_NAMES)
def test_a_company_is_100_like_itself(name: str) -> None:
    assert likeness(Company(name), Company(name)).score == 100


@given(
    REAL_NAMES,
    st.sampled_from(["ApS", "A/S", "GmbH", "AB", "AS", "Ltd", "Ltd.", "Inc.", "GmbH & Co. KG", "Oy"]),
)
def test_a_legal_form_changes_little(name: str, form: str) -> None:
    assert name_score(name, f"{name} {form}") >= 90


@given(REAL_NAMES)
def test_case_and_blanks_change_nothing(name: str) -> None:
    assert name_score(name, f"  {name.casefold()}  ") == 100


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lindholm Foods A/S", "lindholm foods"),
        ("Ørsted Værft ApS", "Orsted Vaerft"),
        ("Århus Havn", "Aarhus Havn"),
        ("Müller GmbH & Co. KG", "Mueller"),
        ("AB Volvo", "Volvo"),
        ("Café Noir S.p.A.", "Cafe Noir"),
        ("Smith & Sons Ltd", "Smith and Sons"),
        ("Weidenfels gGmbH", "Weidenfels"),
        ("Tannhof KGaA", "Tannhof"),
        ("Tannhof Gesellschaft mit beschränkter Haftung", "Tannhof GmbH"),
        ("Tannhof UG (haftungsbeschränkt)", "Tannhof"),
        ("Sonnleitner e.K.", "Sonnleitner"),
        ("Ryttergaard VVS v/ Ole Ryttergaard", "Ryttergaard VVS"),
        ("Ryttergaard VVS ApS under konkurs", "Ryttergaard VVS"),
        ("Stonemarsh Ltd t/a The Marsh", "Stonemarsh"),
    ],
)
def test_the_same_company_written_otherwise_is_the_same(one: str, other: str) -> None:
    assert name_score(one, other) == 100


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lindholm", "Lindholm Foods"),
        ("Lindholm Fods", "Lindholm Foods A/S"),
        ("NordlysIT", "Nordlys IT ApS"),
    ],
)
def test_what_may_be_the_same_company_is_worth_a_warning(one: str, other: str) -> None:
    assert 80 <= name_score(one, other) < 100 or bare_name(one).replace(" ", "") == bare_name(other).replace(
        " ", ""
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nordic Foods", "Nordic Steel"),
        ("Lindholm Foods", "Kolding Foods"),
        ("Hansen", "Jensen"),
    ],
)
def test_other_companies_are_not_worth_a_warning(one: str, other: str) -> None:
    assert name_score(one, other) < 80


@pytest.mark.parametrize(
    ("written", "registered"),
    [
        ("https://www.shop.lindholm.co.uk/om", "lindholm.co.uk"),
        ("karen@lindholm.dk", "lindholm.dk"),
        ("www.lindholm.example", "lindholm.example"),
        ("LINDHOLM.DK:8080", "lindholm.dk"),
        ("anna@gmail.com", ""),
        ("lindholm", ""),
        ("", ""),
    ],
)
def test_a_web_domain_is_the_registered_one(written: str, registered: str) -> None:
    assert registered_domain(written) == registered


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("DK 12 34 56 78", "12345678"),
        ("12-34.56 78", "12345678"),
        ("CVR-nr. 12345678", "12345678"),
        ("USt-IdNr. DE 123 456 789", "123456789"),
        ("SC123456", "SC123456"),
        ("HRB 98761", "HRB98761"),
        ("", ""),
    ],
)
def test_a_registration_number_is_compared_without_its_dress(written: str, plain: str, db: None) -> None:
    assert plain_number(written) == plain
    Account.objects.create(name="Somebody", registration_number=written)
    assert Account.objects.values_list(PLAIN_NUMBER, flat=True).get() == plain, "the index says the same"


@pytest.mark.parametrize(
    ("number", "country", "domain", "register"),
    [
        ("DK 12345678", "", "", "DK"),
        ("DE 123456789", "DK", "", "DE"),
        ("SE-nr. 12345678", "DK", "", "DK"),
        ("SE 12345678", "", "", "DK"),
        ("SE 556677889901", "", "", "SE"),
        ("Company No. 02345678", "GB", "", "GB"),
        ("NO 987654321", "", "", "NO"),
        ("12345678", "", "www.lindholm.dk", "DK"),
        ("12345678", "", "lindholm.co.uk", "GB"),
        ("12345678", "", "lindholm.com", ""),
    ],
)
def test_a_number_tells_in_which_register_it_is(
    number: str, country: str, domain: str, register: str
) -> None:
    assert number_country(number, country, domain) == register


@pytest.mark.parametrize(
    "name",
    [
        "Müller & Søn",
        "MUELLER",
        "Ørsted Værft",
        "Aarhus Å",
        "Straßfurth",
        "Łódź Česká",
        "plain",
        "Blue Oak",
        "Ève",
    ],
)
def test_the_index_folds_names_as_the_comparison_does(name: str, db: None) -> None:
    Account.objects.create(name=name)
    folding = Account.objects.values_list(folded("name"), flat=True).get()
    assert plain_text(folding) == plain_text(name)
    assert folding.isascii()


@pytest.mark.parametrize("filler", ["n/a", "-", "0", "00000000", "ukendt", "DK 99 99 99 99", "123"])
def test_what_only_fills_the_field_is_no_number(filler: str) -> None:
    assert plain_number(filler) == ""
    assert Why.NUMBER not in likeness(Company("Bakke", number=filler), Company("Fjord", number=filler)).why


def _account(name: str, **facts: Any) -> Account:
    return Account.objects.create(name=name, **facts)


@pytest.mark.django_db
def test_the_nearest_come_first_with_the_reason() -> None:
    typo = _account("Lindholm Fods")
    number = _account("Quite another name", registration_number="DK 12345678")
    domain = _account("Third name", domain="shop.lindholm.dk")
    same = _account("Lindholm Foods A/S")
    _account("Kolding Steel", domain="steel.dk", registration_number="87654321")

    found = nearest(
        Account.objects.all(), name="Lindholm Foods", domain="www.lindholm.dk", number="12 34 56 78"
    )

    assert [near.account for near in found] == [same, number, typo, domain]
    why = {near.account: (near.score, near.why) for near in found}
    assert why[same] == (100, (Why.NAME,))
    assert why[number] == (100, (Why.NUMBER,))
    assert why[domain] == (SAME_DOMAIN, (Why.DOMAIN,))


@pytest.mark.django_db
def test_only_the_accounts_that_were_asked_about_are_found() -> None:
    mine = _account("Lindholm Foods")
    _account("Lindholm Foods", kind=AccountKind.PARTNER)
    found = nearest(Account.objects.filter(kind=AccountKind.CUSTOMER), name="Lindholm Foods")
    assert [near.account for near in found] == [mine]
    assert (
        nearest(Account.objects.filter(kind=AccountKind.CUSTOMER), name="Lindholm Foods", but=mine.pk) == []
    )


@pytest.mark.django_db
def test_a_domain_within_another_word_is_not_the_same() -> None:
    _account("Third name", domain="notlindholm.dk")
    assert nearest(Account.objects.all(), domain="lindholm.dk") == []


@pytest.mark.django_db
def test_nothing_typed_finds_nothing(django_assert_num_queries: Any) -> None:
    _account("Lindholm Foods")
    with django_assert_num_queries(0):
        assert nearest(Account.objects.all(), name="Li") == []


@pytest.mark.django_db
def test_each_search_can_use_an_index() -> None:
    from kanal.directory import nearness

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    accounts = Account.objects.all()
    searches = {
        "account_by_number": accounts.alias(n=PLAIN_NUMBER)
        .filter(n="12345678")
        .exclude(registration_number=""),
        "account_search": nearness._similar(accounts, "Lindholm Foods"),
    }
    for index, search in searches.items():
        assert index in search.explain()
    assert "account_search" in accounts.filter(domain__icontains="lindholm.dk").explain()
