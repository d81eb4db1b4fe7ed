"""By what a company is known exactly."""

from __future__ import annotations

import pytest

from kanal.directory.keys import Key, company_keys


def texts(**facts: object) -> list[str]:
    return [key.text for key in company_keys(name="Lindholm Foods A/S", **facts)]  # type: ignore[arg-type]


def test_a_number_is_one_key_in_whatever_dress_and_with_the_country_in_it_or_beside_it() -> None:
    expected = ["name:lindholm foods|DK", "number:DK12345678"]
    assert texts(number="CVR-nr. 12 34 56 78", country="DK") == expected
    assert texts(number="DK12345678", country="DK") == expected
    assert texts(number="SE-nr. 12345678", country="DK") == expected
    assert "number:DK12345678" in texts(number="DK 12345678")


def test_one_number_in_two_registers_makes_two_keys() -> None:
    assert not set(texts(number="12345678", country="DK")) & set(texts(number="12345678", country="GB"))


def test_the_number_of_a_court_is_no_key() -> None:
    assert texts(number="HRB 98761", country="DE") == ["name:lindholm foods|DE"]


def test_mail_for_all_is_no_key() -> None:
    assert texts(domains=["anna@gmail.com", "www.lindholm.dk", "karen@lindholm.dk", ""]) == [
        "domain:lindholm.dk",
        "name:lindholm foods|",
    ]


@pytest.mark.parametrize(("number", "exact"), [("", True), ("12345678", False)])
def test_a_name_is_exact_only_where_nothing_better_is_known(number: str, exact: bool) -> None:
    keys = company_keys(name="Lindholm Foods ApS", number=number, country="dk")
    assert Key("name:lindholm foods|DK", exact=exact) in keys
