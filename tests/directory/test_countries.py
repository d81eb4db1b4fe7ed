"""Countries and time zones."""

from __future__ import annotations

from django.utils import translation

from kanal.directory.countries import countries, country_name, time_zones


def test_countries_are_named_in_the_readers_language() -> None:
    with translation.override("en"):
        assert country_name("DE") == "Germany"
    with translation.override("da"):
        assert country_name("DE") == "Tyskland"


def test_countries_stand_in_the_order_of_the_readers_alphabet() -> None:
    with translation.override("da"):
        names = [name for _code, name in countries()]
    assert (
        names.index("Zimbabwe")
        < names.index("Ækvatorialguinea")
        < names.index("Østrig")
        < names.index("Åland")
    )
    with translation.override("en"):
        names = [name for _code, name in countries()]
    assert names.index("Åland Islands") < names.index("Albania")


def test_unions_and_test_regions_are_no_countries() -> None:
    codes = {code for code, _name in countries()}
    assert {"DK", "SE", "NO", "GL", "FO"} <= codes
    assert not codes & {"EU", "UN", "ZZ", "XA"}
    assert 245 <= len(codes) <= 255


def test_a_code_that_is_not_known_stays_as_it_is() -> None:
    assert country_name("QQ") == "QQ"


def test_time_zones_are_places_in_words() -> None:
    zones = dict(time_zones())
    assert zones["Europe/Copenhagen"] == "Europe, Copenhagen"
    assert "UTC" in zones
