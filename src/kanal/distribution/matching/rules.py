"""Who may get what: every rule once, for single pairs and for whole tables alike.

A rule is asked with two index arrays of opportunities and partners that broadcast against each other: two of equal
length ask for pairs, a column against a row asks for a table. It answers where it is broken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kanal.distribution.matching.places import apart, vectors
from kanal.distribution.matching.shape import (
    BIT,
    DESPITE_A_PIN,
    NO_LIMIT,
    Flags,
    Ints,
    Opportunities,
    Partners,
    Rule,
    Rules,
)

Index = NDArray[np.integer[Any]]


class _Lasting(NamedTuple):
    """What is worked out of partners alone and lasts as long as their profiles do: who names any, where they are."""

    names_families: Flags
    names_industries: Flags
    names_languages: Flags
    ranks: int
    vectors: Ints


def _lasting(partners: Partners) -> _Lasting:
    found: _Lasting | None = partners.worked_out.get("lasting")
    if found is None:
        found = partners.worked_out["lasting"] = _Lasting(
            np.asarray(partners.families.any(axis=1)),
            np.asarray(partners.industries.any(axis=1)),
            np.asarray(partners.languages.any(axis=1)),
            max(1, int(partners.tier.max(initial=0))),
            vectors(partners.place),
        )
    return found


class Market:
    """The opportunities and partners of one question, with what is worked out once for all pairs."""

    def __init__(self, partners: Partners, opportunities: Opportunities, rules: Rules) -> None:
        self.partners, self.opportunities, self.rules = partners, opportunities, rules
        self.declined = self.codes(opportunities.declined)
        self.offered = self.codes(opportunities.offered)
        related = opportunities.related[np.argsort(self.codes(opportunities.related, ordered=False))]
        self.related, self.strength = self.codes(related), related[:, 2]
        lasting = _lasting(partners)
        self.names_families, self.names_industries = lasting.names_families, lasting.names_industries
        self.names_languages, self.ranks = lasting.names_languages, lasting.ranks
        self.free = (
            partners.free if rules.holds(Rule.CAPACITY) else np.full(len(partners), NO_LIMIT, np.int32)
        )
        self._here, self._there = vectors(opportunities.place), lasting.vectors

    def codes(self, pairs: Ints, *, ordered: bool = True) -> NDArray[np.int64]:
        """Give one number for each pair (opportunity, partner), ascending where wanted."""
        found = pairs[:, 0].astype(np.int64) * max(1, len(self.partners)) + pairs[:, 1]
        return np.sort(found) if ordered else found

    def among(self, codes: NDArray[np.int64], rows: Index, cols: Index) -> Flags:
        """Tell which pairs stand among these codes."""
        found = np.zeros(np.broadcast_shapes(rows.shape, cols.shape), np.bool_)
        if not len(codes):
            return found
        # Most opportunities have no such pair: ask for the others only.
        asked = np.broadcast_to(self.touched(codes)[rows], found.shape)
        wanted = (rows.astype(np.int64) * len(self.partners) + cols)[asked]
        found[asked] = codes[np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)] == wanted
        return found

    def touched(self, codes: NDArray[np.int64]) -> Flags:
        """Tell which opportunities have a pair among these codes, bool[m]."""
        found = np.zeros(len(self.opportunities), np.bool_)
        found[codes // max(1, len(self.partners))] = True
        return found

    def kilometres(self, rows: Index, cols: Index) -> Ints:
        """Give the distance of each pair in whole kilometres; -1 where one place is not known."""
        far = apart(self._here[rows], self._there[cols])
        return np.where(self.opportunities.placed[rows] & self.partners.placed[cols], far, np.int32(-1))


def _looked_up(table: NDArray[Any], kinds: Ints, rows: Index, cols: Index) -> NDArray[Any]:
    """Read table[partner, kind of the opportunity]; where the kind is not known, whatever stands first."""
    if not table.shape[1]:
        return np.zeros(np.broadcast_shapes(rows.shape, cols.shape), table.dtype)
    found: NDArray[Any] = table[cols, np.maximum(kinds[rows], 0)]
    return found


def families_of(wanted: Flags, rows: Index) -> list[int]:
    """Give the families that any of these opportunities wants."""
    asked: Flags = np.zeros(len(wanted), np.bool_)
    asked[rows.ravel()] = True
    return [int(family) for family in np.flatnonzero(np.any(wanted[asked], axis=0))]


def _lacks(table: Flags, wanted: Flags, rows: Index, cols: Index) -> Flags:
    """Tell where a partner lacks one of the families that an opportunity wants."""
    broken = np.zeros(np.broadcast_shapes(rows.shape, cols.shape), np.bool_)
    for family in families_of(wanted, rows):
        broken |= wanted[rows, family] & ~table[cols, family]
    return broken


def _territory(market: Market, rows: Index, cols: Index) -> Flags:
    kinds = market.opportunities.territory
    depth = _looked_up(market.partners.covers, kinds, rows, cols)
    return np.asarray((kinds[rows] >= 0) & (depth < 0))


def _family(market: Market, rows: Index, cols: Index) -> Flags:
    """Selling nothing of what is asked for. Selling only some of it costs points, see `scores`."""
    wanted, table = market.opportunities.families, market.partners.families
    sells = np.zeros(np.broadcast_shapes(rows.shape, cols.shape), np.bool_)
    for family in families_of(wanted, rows):
        sells |= wanted[rows, family] & table[cols, family]
    asks: Flags = np.asarray(np.any(wanted, axis=1))
    return np.asarray(asks[rows] & market.names_families[cols] & ~sells)


def _certification(market: Market, rows: Index, cols: Index) -> Flags:
    return _lacks(market.partners.certified, market.opportunities.certificates, rows, cols)


def _industry(market: Market, rows: Index, cols: Index) -> Flags:
    kinds = market.opportunities.industry
    has = _looked_up(market.partners.industries, kinds, rows, cols)
    return np.asarray((kinds[rows] >= 0) & market.names_industries[cols] & ~has)


def _language(market: Market, rows: Index, cols: Index) -> Flags:
    kinds = market.opportunities.language
    speaks = _looked_up(market.partners.languages, kinds, rows, cols)
    return np.asarray((kinds[rows] >= 0) & market.names_languages[cols] & ~speaks)


def _value(market: Market, rows: Index, cols: Index) -> Flags:
    value, rules, partners = market.opportunities.value[rows], market.rules, market.partners
    least, most = partners.value_least[cols], partners.value_most[cols]
    broken = (least >= 0) & (value < least) | (most >= 0) & (value > most)
    if rules.value_least is not None:
        broken = broken | (value < rules.value_least)
    if rules.value_most is not None:
        broken = broken | (value > rules.value_most)
    return np.asarray((value >= 0) & broken)


def _conflict(market: Market, rows: Index, cols: Index) -> Flags:
    holder = market.opportunities.holder[rows]
    return np.asarray((holder >= 0) & (holder != cols))


def _protected(market: Market, rows: Index, cols: Index) -> Flags:
    protected = market.opportunities.protected[rows]
    return np.asarray((protected >= 0) & (protected != cols))


def _pinned(market: Market, rows: Index, cols: Index) -> Flags:
    pinned = market.opportunities.pinned[rows]
    return np.asarray((pinned >= 0) & (pinned != cols))


def _of_partner(flags: Flags, rows: Index, cols: Index) -> Flags:
    return np.broadcast_to(flags[cols], np.broadcast_shapes(rows.shape, cols.shape))


BROKEN: dict[Rule, Callable[[Market, Index, Index], Flags]] = {
    Rule.ACTIVE: lambda market, rows, cols: _of_partner(~market.partners.active, rows, cols),
    Rule.PAUSED: lambda market, rows, cols: _of_partner(market.partners.paused, rows, cols),
    Rule.TERRITORY: _territory,
    Rule.FAMILY: _family,
    Rule.INDUSTRY: _industry,
    Rule.CERTIFICATION: _certification,
    Rule.TIER: lambda market, rows, cols: _of_partner(
        market.partners.tier < market.rules.tier_least, rows, cols
    ),
    Rule.LANGUAGE: _language,
    Rule.VALUE: _value,
    Rule.CAPACITY: lambda market, rows, cols: _of_partner(market.free < 1, rows, cols),
    Rule.DECLINED: lambda market, rows, cols: market.among(market.declined, rows, cols),
    Rule.OFFERED: lambda market, rows, cols: market.among(market.offered, rows, cols),
    Rule.CONFLICT: _conflict,
    Rule.PINNED: _pinned,
    Rule.PROTECTED: _protected,
    Rule.REACH: lambda market, rows, cols: market.kilometres(rows, cols) > market.rules.far_km,
}
# Whether these are broken depends on the partner alone; whether those, on what many opportunities have in common.
OF_PARTNER = (Rule.ACTIVE, Rule.PAUSED, Rule.TIER, Rule.CAPACITY)
OF_KIND = (Rule.TERRITORY, Rule.FAMILY, Rule.INDUSTRY, Rule.CERTIFICATION, Rule.LANGUAGE)
OF_PAIR = (Rule.VALUE, Rule.DECLINED, Rule.OFFERED, Rule.CONFLICT, Rule.PINNED, Rule.PROTECTED, Rule.REACH)


# What a rule of a kind looks at of an opportunity, besides its pin: those that are equal in it break it with the same
# partners.
OF_KIND_BY: dict[Rule, Callable[[Opportunities], tuple[NDArray[Any], ...]]] = {
    Rule.TERRITORY: lambda asked: (asked.territory,),
    Rule.FAMILY: lambda asked: (asked.families,),
    Rule.INDUSTRY: lambda asked: (asked.industry,),
    Rule.CERTIFICATION: lambda asked: (asked.certificates,),
    Rule.LANGUAGE: lambda asked: (asked.language,),
}


def concerned(market: Market, rule: Rule) -> tuple[Flags | None, Flags | None]:
    """Say which opportunities and which partners can break a rule of the pair at all; None is every one.

    Most have no earlier offers, no holder and no limits of value: then nothing has to be asked of their pairs.
    """
    asked, partners, rules = market.opportunities, market.partners, market.rules
    if rule is Rule.DECLINED:
        return market.touched(market.declined), None
    if rule is Rule.OFFERED:
        return market.touched(market.offered), None
    if rule is Rule.CONFLICT:
        return np.asarray(asked.holder >= 0), None
    if rule is Rule.PROTECTED:
        return np.asarray(asked.protected >= 0), None
    if rule is Rule.PINNED:
        return np.asarray(asked.pinned >= 0), None
    if rule is Rule.VALUE and rules.value_least is None and rules.value_most is None:
        return None, np.asarray((partners.value_least >= 0) | (partners.value_most >= 0))
    return None, None


def broken(market: Market, rule: Rule, rows: Index, cols: Index) -> Flags:
    """Tell where a rule that holds is broken; a pinned opportunity's own partner is held by few rules only."""
    found = BROKEN[rule](market, rows, cols)
    if rule in DESPITE_A_PIN:
        return found
    return np.asarray(found & ~(market.opportunities.pinned[rows] == cols))


def masks(market: Market, rows: Index, cols: Index) -> Ints:
    """Give for each pair the bits (`shape.BIT`) of all rules that it breaks, int32; 0 is eligible."""
    found = np.zeros(np.broadcast_shapes(rows.shape, cols.shape), np.int32)
    for rule in Rule:
        if market.rules.holds(rule):
            found |= broken(market, rule, rows, cols) * np.int32(BIT[rule])
    return found


def room_of(market: Market) -> Ints:
    """Give how many of the run each partner may get: its free places, and no more than its share; int32[n]."""
    most = max(1, market.rules.share_most * len(market.opportunities) // 1000)
    return np.minimum(market.free, most).astype(np.int32)
