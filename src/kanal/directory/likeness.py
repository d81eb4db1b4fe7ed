"""How alike two companies are, by name, web domain and registration number. Pure: no database, no network."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from django.db import models
from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz
from tldextract import TLDExtract

SAME_DOMAIN = 95
# A name that is wholly within another one, such as “Lindholm” in “Lindholm Foods”, may still be another company's.
_PART_OF_IT = 0.88

# What companies put behind their name, or before it, as bare words; see `_words`.
_FORMS = frozenset(
    """
    aps as is ivs ks ps amba fmba smba gmbh ggmbh mbh mbb ag kg kgaa ohg gbr ug ek ev eg se
    ab hb kb asa ans da sf ba oy oyj tmi
    ltd limited plc llp llc lp inc incorporated corp corporation co company bv nv vof cv sa sas sarl
    srl spa snc sl slu lda sp zoo sro doo kft zrt ood ead ou uab sia pty
    """.split()  # noqa: SIM905 - fifty of them read better as words
)
_LEADING_FORMS = frozenset({"ab", "as", "oy"})
# Forms that are written in full, and what follows a name without being part of it.
_AFTER_IT = re.compile(
    r"(?<=\S)[\s,(]+(gesellschaft mit beschr(ä|ae)nkter haftung|haftungsbeschr(ä|ae)nkt"
    r"|under konkurs|under tvangsopløsning|i likvidation|in liquidation|in liqu?\.|i\. ?l\."
    r"|(v/|t/a\b|c/o\b|trading as\b|vertreten durch\b).*)\W*$"
)
_JOINING = frozenset({"and", "og", "und", "och"})
_LETTERS = str.maketrans({"ø": "o", "æ": "a", "œ": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
# One sound, written in one letter or in two: Århus and Aarhus, Müller and Mueller.
_PAIRS = re.compile("aa|ae|oe|ue")
# A label of a domain with letters beyond ASCII, as the net writes it.
_ENCODED = re.compile(r"\bxn--([a-z0-9-]+)")
# Whose register may stand before a number: the countries of Europe that write their tax numbers so.
_COUNTRIES_OF_NUMBERS = frozenset(
    """
    AT BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK
    """.split()  # noqa: SIM905 - as above
)
_DANISH_DIGITS = 8
_FEWEST_DIGITS = 4
_COURT_REGISTERS = ("HRA", "HRB", "GNR", "PR", "VR")
# Mail addresses at these say nothing of a company.
_MAIL_FOR_ALL = frozenset(
    """
    gmail.com googlemail.com outlook.com outlook.dk hotmail.com hotmail.dk live.com live.dk msn.com
    yahoo.com yahoo.dk icloud.com me.com proton.me protonmail.com gmx.de gmx.net web.de mail.com
    mail.dk jubii.dk ofir.dk aol.com
    """.split()  # noqa: SIM905 - as above
)


class Why(models.TextChoices):
    """What makes two companies alike."""

    NUMBER = "number", _("Same registration number")
    DOMAIN = "domain", _("Same web domain")
    NAME = "name", _("Similar name")


@dataclass(frozen=True)
class Company:
    """What likeness is judged by; what is not known is empty."""

    name: str = ""
    domain: str = ""
    number: str = ""


@dataclass(frozen=True)
class Likeness:
    """How alike two companies are.

    Attributes:
        score: 0 to 100, where 100 means the same.
        why: what they share, the strongest first.
    """

    score: int
    why: tuple[Why, ...]


def likeness(one: Company, other: Company, *, similar: int = 70) -> Likeness:
    """Judge two companies; it is all one which comes first.

    Args:
        one: the first.
        other: the second.
        similar: from which score of the names on they are called similar.
    """
    name = name_score(one.name, other.name)
    same_number = bool(plain_number(one.number)) and plain_number(one.number) == plain_number(other.number)
    domain = registered_domain(one.domain)
    same_domain = bool(domain) and domain == registered_domain(other.domain)
    scores = [
        (100, Why.NUMBER, same_number),
        (SAME_DOMAIN, Why.DOMAIN, same_domain),
        (name, Why.NAME, name >= similar),
    ]
    return Likeness(
        score=max([name, *(points for points, _why, holds in scores if holds)]),
        why=tuple(why for _points, why, holds in scores if holds),
    )


@lru_cache(maxsize=4096)
def bare_name(name: str) -> str:
    """Give a name without accents, case, punctuation and legal form: `Lindholm & Søn A/S` is `lindholm son`."""
    return _folded(_without_forms([word for word in _words(name) if word not in _JOINING]))


def plain_text(text: str) -> str:
    """Give a text without accents, case and punctuation, one letter for one sound: `Århus` and `AARHUS` are `arhus`."""
    return _folded(_words(text))


def _folded(words: list[str]) -> str:
    decomposed = unicodedata.normalize("NFKD", " ".join(words).translate(_LETTERS))
    folded = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _PAIRS.sub(lambda pair: pair[0][0], folded)


def name_score(one: str, other: str) -> int:
    """Say how alike two names are, from 0 to 100; only names that are the same but for their legal form reach 100."""
    first, second = sorted([bare_name(one), bare_name(other)])
    if not first or not second:
        return 0
    if first == second:
        return 100
    best = max(
        fuzz.ratio(first, second),
        fuzz.token_sort_ratio(first, second),
        fuzz.ratio(first.replace(" ", ""), second.replace(" ", "")),
        _PART_OF_IT * fuzz.token_set_ratio(first, second),
    )
    return min(99, round(best))


def without_form(name: str) -> str:
    """Give a name without its legal form, its letters as they are: what a search for it looks for."""
    return " ".join(_without_forms(_words(name)))


def plain_number(number: str) -> str:
    """Give a registration number without signs and what stands before it: `CVR-nr. DK 12 34 56 78` is `12345678`.

    What only fills the field, such as `n/a`, `-` or `00000000`, is no number and gives nothing.
    """
    plain = re.sub(r"[^0-9A-Z]", "", number.upper())
    digits = re.sub(r"[^0-9]", "", plain)
    if len(digits) < _FEWEST_DIGITS or len(set(digits)) == 1:
        return ""
    return re.sub(r"^[A-Z]+(?=[0-9]{8})", "", plain)


def number_country(number: str, country: str = "", domain: str = "") -> str:
    """Give the country in whose register a company has its number, as two letters; empty where nobody can tell.

    Args:
        number: as it was typed; the country may stand in it, such as in `DK 12 34 56 78`.
        country: where the company is; counts where the number doesn't tell.
        domain: its web domain; its ending counts where nothing else tells.
    """
    before = re.search(r"(?:^|[^A-Z])([A-Z]{2})[ .-]*((?:[0-9][ .-]*){8,})", number.upper())
    code, digits = (before[1], len(re.sub("[^0-9]", "", before[2]))) if before else ("", 0)
    # A Danish tax number is called SE, and anybody's is called no.: Swedish numbers are longer, as Norwegian ones are.
    if code == "SE" and digits == _DANISH_DIGITS:
        return "DK"
    if code in _COUNTRIES_OF_NUMBERS and not (code == "NO" and digits == _DANISH_DIGITS):
        return code
    ending = registered_domain(domain).rpartition(".")[2].upper().replace("UK", "GB")
    return country.upper() or (ending if ending in _COUNTRIES_OF_NUMBERS else "")


def is_of_a_court(number: str) -> bool:
    """Tell whether a registration number is one that each German court counts for itself, such as `HRB 98761`."""
    return plain_number(number).startswith(_COURT_REGISTERS)


def registered_domain(text: str) -> str:
    """Give the domain that a company has registered, of an address, a host or a mail address; nothing of mail for all.

    `https://www.shop.lindholm.co.uk/om` and `karen@lindholm.co.uk` both give `lindholm.co.uk`. One that is written in
    the letters of the net, `xn--sby-0na.dk`, is given as people write it, `søby.dk`.
    """
    host = _ENCODED.sub(_as_written, unicodedata.normalize("NFC", text.strip().rpartition("@")[2].lower()))
    found = _extract()(host)
    if found.domain and found.suffix:
        domain = f"{found.domain}.{found.suffix}"
    else:  # an ending that is on no public list, such as one within a company
        labels = [label for label in (found.subdomain, found.domain) if label]
        domain = ".".join(".".join(labels).split(".")[-2:])
    return "" if domain in _MAIL_FOR_ALL or "." not in domain else domain


def _as_written(label: re.Match[str]) -> str:
    try:
        return label[1].encode().decode("punycode")
    except (UnicodeError, OverflowError, ValueError):  # it only looks like one
        return label[0]


def in_letters_of_the_net(domain: str) -> str:
    """Give a domain as the net writes it, `xn--sby-0na.dk` for `søby.dk`; one that it can't write stays."""
    return ".".join(
        label if label.isascii() else f"xn--{label.encode('punycode').decode()}"
        for label in domain.split(".")
    )


@cache
def _extract() -> TLDExtract:
    """Read the list of public endings that comes with the library; nothing is fetched, nothing is written."""
    return TLDExtract(suffix_list_urls=(), cache_dir=None)


def _words(name: str) -> list[str]:
    text = _AFTER_IT.sub("", unicodedata.normalize("NFC", name.casefold()))
    joined = re.sub(r"\b(\w)[./](?=\w\b)", r"\1", text)  # A/S, S.p.A., B.V.
    return re.sub(r"['’`´]", "", joined).translate(_PUNCTUATION).split()


class _Blank(dict[int, str]):
    """Turns what is neither letter nor figure into a blank."""

    def __missing__(self, letter: int) -> str:
        text = chr(letter)
        return text if text.isalnum() or unicodedata.combining(text) else " "


_PUNCTUATION = _Blank()


def _without_forms(words: list[str]) -> list[str]:
    while len(words) > 1 and words[-1] in _FORMS:
        words = words[:-1]
    while len(words) > 1 and words[0] in _LEADING_FORMS:
        words = words[1:]
    return words
