"""Countries, languages and time zones, in the reader's language."""

from __future__ import annotations

import unicodedata
import zoneinfo
from collections.abc import Callable
from functools import lru_cache

from babel import Locale
from django.utils.translation import get_language

# Codes that Babel names but that are no country: unions, outlying groups, test regions.
_NO_COUNTRY = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
# In Danish these letters follow z, in this order.
_DANISH = str.maketrans({"æ": "{1", "ä": "{1", "ø": "{2", "ö": "{2", "å": "{3"})

Choices = list[tuple[str, str]]


def country_name(code: str) -> str:
    """Give a country's name in the reader's language; a code that is not known stays as it is."""
    return _names(_language()).get(code, code)


def countries() -> Choices:
    """Give every country as code and name, in the alphabetical order of the reader's language."""
    return list(_sorted(_language()))


def languages() -> Choices:
    """Give every language that has two letters as code and name, in the alphabetical order of the reader's language."""
    return list(_sorted_languages(_language()))


def is_language(code: str) -> bool:
    """Tell whether a code of two letters is that of a language."""
    return code in _languages("en")


def time_zones() -> Choices:
    """Give every time zone as key and words, such as `Europe/Copenhagen` and “Europe, Copenhagen”."""
    return list(_zones())


def _language() -> str:
    return (get_language() or "en").split("-")[0]


@lru_cache
def _names(language: str) -> dict[str, str]:
    names = Locale.parse(language).territories
    return {
        code: name
        for code, name in names.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY
    }


@lru_cache
def _sorted(language: str) -> tuple[tuple[str, str], ...]:
    key = _order(language)
    return tuple(sorted(_names(language).items(), key=lambda item: key(item[1])))


@lru_cache
def _languages(language: str) -> dict[str, str]:
    names = Locale.parse(language).languages
    return {code: name for code, name in names.items() if len(code) == 2}


@lru_cache
def _sorted_languages(language: str) -> tuple[tuple[str, str], ...]:
    key = _order(language)
    return tuple(sorted(_languages(language).items(), key=lambda item: key(item[1])))


def _order(language: str) -> Callable[[str], str]:
    if language == "da":
        return lambda name: _plain(name.casefold().translate(_DANISH))
    return lambda name: _plain(name.casefold())


def _plain(text: str) -> str:
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)
    )


@lru_cache
def _zones() -> tuple[tuple[str, str], ...]:
    keys = sorted(
        key
        for key in zoneinfo.available_timezones()
        if "/" in key and not key.startswith(("Etc/", "posix", "right", "SystemV"))
    )
    return (*((key, key.replace("/", ", ").replace("_", " ")) for key in keys), ("UTC", "UTC"))
