"""Whether two companies are one customer, and why. Pure: no database, no network.

Each of five things is compared: registration number, web domain, name, address, mail domain. What it says counts in
bits, the base-2 logarithm of how much more often it is so among companies that are one customer than among others; bits
are added to those of the start, and the sum becomes a probability. That is the model of record linkage of Fellegi &
Sunter (A theory for record linkage, Journal of the American Statistical Association 64, 1969), as Splink and others use
it. The weights are set by hand: the sizes of registers and of towns say how often things agree by chance, and there are
no decisions yet to learn from. What is not known on one side counts nothing.

One customer is a company, or companies of one group: `Lindholm Foods Danmark A/S` and `Lindholm Foods Sverige AB` are
one, `Lindholm Foods` and `Lindholm Rør` are two unless their domain or number says otherwise.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rapidfuzz import fuzz

from kanal.directory.likeness import (
    bare_name,
    is_of_a_court,
    number_country,
    plain_number,
    plain_text,
    registered_domain,
)
from kanal.registration.conflicts.names import name_bits

# From this score on two companies are taken for one customer.
SAME_CUSTOMER = 50
# Bits before anything is compared: who is compared has something in common already.
_START = -6.0
_SAME_NUMBER, _SAME_COURT_NUMBER, _OTHER_NUMBER = 20.0, 4.0, -6.0
_SAME_DOMAIN, _LIKE_DOMAIN, _OTHER_DOMAIN = 18.0, 3.0, -5.0
_SAME_MAIL, _OTHER_MAIL = 17.0, -2.0
_SAME_ADDRESS, _SAME_TOWN, _OTHER_TOWN = 4.0, 1.0, -1.0
_LIKE_STREET = 88


class Thing(StrEnum):
    """What is compared."""

    NUMBER = "number"
    DOMAIN = "domain"
    NAME = "name"
    ADDRESS = "address"
    MAIL_DOMAIN = "mail_domain"


class Says(StrEnum):
    """What a comparison says."""

    SAME = "same"
    ALIKE = "alike"
    DIFFERS = "differs"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Customer:
    """What is known of a company; what is not known is empty.

    Attributes:
        name: as it is written, with its legal form.
        number: in its country's register, in any dress.
        domain: its web domain, or an address there.
        mail_domains: domains of its people's mail, or whole mail addresses; those of mail for all count nothing.
        street: with the number of the house.
        postal_code: as it is written.
        city: as it is written.
        country: two capital letters.
    """

    name: str = ""
    number: str = ""
    domain: str = ""
    mail_domains: tuple[str, ...] = ()
    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""


@dataclass(frozen=True)
class Part:
    """What one thing says.

    Attributes:
        thing: what was compared.
        says: same, alike, differs or unknown.
        weight: how much that counts, in bits: above 0 it speaks for one customer, below against.
    """

    thing: Thing
    says: Says
    weight: float

    @property
    def sign(self) -> str:
        """Give it as one sign: `=` same, `~` alike, `–` differs, nothing where it is unknown."""
        return {Says.SAME: "=", Says.ALIKE: "~", Says.DIFFERS: "–"}.get(self.says, "")


@dataclass(frozen=True)
class Verdict:
    """Whether two companies are one customer.

    Attributes:
        parts: what each thing says, always all five in the order of `Thing`.
    """

    parts: tuple[Part, ...]

    @property
    def bits(self) -> float:
        """Give what the weights of the parts come to, with those of the start; above 0 it is rather one customer."""
        return _START + sum(part.weight for part in self.parts)

    @property
    def score(self) -> int:
        """Give how sure it is, 0 to 100: the probability that the bits come to."""
        return round(100 / (1 + math.exp2(-self.bits)))

    @property
    def same_customer(self) -> bool:
        """Tell whether they are taken for one."""
        return self.score >= SAME_CUSTOMER


def judge(one: Customer, other: Customer) -> Verdict:
    """Compare two companies; it is all one which comes first."""
    return Verdict(
        (
            Part(Thing.NUMBER, *_number(one, other)),
            Part(Thing.DOMAIN, *_domain(one, other)),
            Part(Thing.NAME, *_name(one, other)),
            Part(Thing.ADDRESS, *_address(one, other)),
            Part(Thing.MAIL_DOMAIN, *_mail_domain(one, other)),
        )
    )


def _number(one: Customer, other: Customer) -> tuple[Says, float]:
    """Compare numbers of one register; others say nothing, as the same number is somebody else in the next country."""
    left, right = plain_number(one.number), plain_number(other.number)
    countries = {number_country(side.number, side.country, side.domain) for side in (one, other)} - {""}
    if not left or not right or len(countries) > 1:
        return Says.UNKNOWN, 0.0
    if left == right:
        return (Says.ALIKE, _SAME_COURT_NUMBER) if is_of_a_court(left) else (Says.SAME, _SAME_NUMBER)
    if re.sub("[0-9]", "0", left) != re.sub("[0-9]", "0", right):
        return Says.UNKNOWN, 0.0  # numbers of two kinds, such as that of a tax office and that of a court
    return Says.DIFFERS, _OTHER_NUMBER


def _domain(one: Customer, other: Customer) -> tuple[Says, float]:
    left, right = registered_domain(one.domain), registered_domain(other.domain)
    if not left or not right:
        return Says.UNKNOWN, 0.0
    if left == right:
        return Says.SAME, _SAME_DOMAIN
    labels = {name.partition(".")[0].replace("-", "") for name in (left, right)}
    return (Says.ALIKE, _LIKE_DOMAIN) if len(labels) == 1 else (Says.DIFFERS, _OTHER_DOMAIN)


def _name(one: Customer, other: Customer) -> tuple[Says, float]:
    left, right = bare_name(one.name), bare_name(other.name)
    if not left or not right:
        return Says.UNKNOWN, 0.0
    bits = name_bits(one.name, other.name)
    if left == right:
        return Says.SAME, bits
    return (Says.ALIKE if bits > 0 else Says.DIFFERS), bits


def _mail_domain(one: Customer, other: Customer) -> tuple[Says, float]:
    """Compare the domains of mail, also with the other one's web domain; a domain that was compared counts once."""
    left, right = _mails(one), _mails(other)
    own, others = registered_domain(one.domain), registered_domain(other.domain)
    if left & (right | {others} - {""}) or right & (left | {own} - {""}):
        return Says.SAME, 0.0 if own and own == others else _SAME_MAIL
    if not left or not right:
        return Says.UNKNOWN, 0.0
    return Says.DIFFERS, _OTHER_MAIL


def _mails(customer: Customer) -> set[str]:
    return {domain for domain in map(registered_domain, customer.mail_domains) if domain}


def _address(one: Customer, other: Customer) -> tuple[Says, float]:
    """Compare the house, else the town."""
    if one.country and other.country and one.country != other.country:
        return (Says.DIFFERS, 0.0) if one.city and other.city else (Says.UNKNOWN, 0.0)
    town = _same_town(one, other)
    if town is None:
        return Says.UNKNOWN, 0.0
    if not town:
        return Says.DIFFERS, _OTHER_TOWN
    if one.street and other.street and _same_house(one.street, other.street):
        return Says.SAME, _SAME_ADDRESS
    return Says.ALIKE, _SAME_TOWN


def _same_town(one: Customer, other: Customer) -> bool | None:
    """Tell whether they are in one town, or None where it is not known."""
    code, other_code = (side.postal_code.replace(" ", "").upper() for side in (one, other))
    if code and other_code and code == other_code:
        return True
    town, other_town = plain_text(one.city), plain_text(other.city)
    if town and other_town:
        return town == other_town
    return False if code and other_code else None


def _same_house(one: str, other: str) -> bool:
    (street, house), (other_street, other_house) = _house(one), _house(other)
    return house == other_house and fuzz.ratio(street, other_street) >= _LIKE_STREET


@lru_cache(maxsize=4096)
def _house(street: str) -> tuple[str, str]:
    """Give a street and a number of it, without floor and door: `Bredgade 101 B, 2. th` is `bredgade` and `101b`."""
    plain = plain_text(street)
    number = re.search(r"\b(\d+) ?([a-z]\b)?", plain)
    words = re.sub(
        r"\b(unit|no|nr|flat|suite|st|th|tv|sal|og)\b", " ", plain[: number.start()] if number else plain
    )
    if number and not words.strip():  # the number comes first, as in English
        words = plain[number.end() :]
    short = re.sub(r"(str|strase|strasse|street|st)\b", "str", re.sub(r"(platz|pl|place)\b", "pl", words))
    short = re.sub(r"\b(road|rd)\b", "rd", re.sub(r"\b(avenue|ave|av)\b", "ave", short))
    return short.replace(" ", ""), f"{number[1]}{number[2] or ''}" if number else ""
