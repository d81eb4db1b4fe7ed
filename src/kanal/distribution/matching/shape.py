"""What goes into the engine and what comes out, as arrays of whole numbers and truth values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


class Rule(StrEnum):
    """What keeps a partner from getting an opportunity; its place here is its bit in stored masks."""

    ACTIVE = "active"  # the partnership is not active
    PAUSED = "paused"  # the partner takes no offers at the moment
    TERRITORY = "territory"  # works neither in the territory nor in one around it
    FAMILY = "family"  # sells nothing of what the customer would buy
    INDUSTRY = "industry"  # names industries, and not this one
    CERTIFICATION = "certification"  # has no valid certificate for a family that needs one
    TIER = "tier"  # its tier is below the least
    LANGUAGE = "language"  # names languages, and not this one
    VALUE = "value"  # worth less or more than the policy or the partner says
    CAPACITY = "capacity"  # has no place left
    DECLINED = "declined"  # declined this one before
    OFFERED = "offered"  # had this one before and did not keep it
    CONFLICT = "conflict"  # another partner keeps the customer
    PINNED = "pinned"  # the customer is pinned to another partner
    REACH = "reach"  # too far away
    PROTECTED = "protected"  # the customer is protected for another partner


class Part(StrEnum):
    """What gives points."""

    TERRITORY = "territory"
    PRODUCT = "product"
    INDUSTRY = "industry"
    TIER = "tier"
    TOUCH = "touch"
    FEEDBACK = "feedback"
    RETURNS = "returns"
    WIN = "win"
    SPEED = "speed"
    LOAD = "load"
    REST = "rest"
    RELATION = "relation"


# How a page puts the parts together.
GROUPS: Mapping[str, tuple[Part, ...]] = {
    "skills": (Part.PRODUCT, Part.INDUSTRY),
    "territory": (Part.TERRITORY,),
    "capacity": (Part.LOAD, Part.REST),
    "results": (Part.TOUCH, Part.FEEDBACK, Part.RETURNS, Part.WIN, Part.SPEED),
    "partnership": (Part.TIER, Part.RELATION),
}
BIT: Mapping[Rule, int] = {rule: 1 << place for place, rule in enumerate(Rule)}
# These hold whatever a policy says, and a pin does not lift them.
ALWAYS = frozenset({Rule.ACTIVE, Rule.PAUSED, Rule.DECLINED, Rule.PINNED, Rule.PROTECTED})
# A pin lifts every other rule but these.
DESPITE_A_PIN = ALWAYS | {Rule.CAPACITY, Rule.CONFLICT, Rule.OFFERED}
FEW = 4  # so many of the best of each opportunity are named in the outcome
NO_LIMIT = 2**30  # so many places has who names no limit


@dataclass(frozen=True)
class Rules:
    """A policy as the engine needs it.

    Attributes:
        enabled: the rules that hold besides those that always do.
        weights: the most whole points that each part gives; a part that is missing gives none.
        near_km, far_km: full points for nearness up to the first, none from the second on; the rule reach leaves out
            who is farther than the second.
        quick_minutes, slow_minutes: full points for a median answer up to the first, none from the second on.
        rest_days: full points for a partner that got no offer for so many days.
        tier_least: the rank that the rule tier demands.
        value_least, value_most: what the rule value demands, in whole units of the base currency; None is no limit.
        score_least: below so many whole points nobody is chosen.
        share_most: the permille of a run that one partner gets at most; 1000 is no limit. One always may.
        share_new: the permille of a run that goes to new partners at least, as far as they may and can take it.
        crowding: the more a partner gets of a run, the less room is left to it: each opportunity after its first takes
            off the sum what its points for room have fallen by. So a run spreads among partners that suit alike.
    """

    enabled: frozenset[Rule] = frozenset(Rule)
    weights: Mapping[Part, int] = field(default_factory=dict)
    near_km: int = 25
    far_km: int = 400
    quick_minutes: int = 240
    slow_minutes: int = 2400
    rest_days: int = 30
    tier_least: int = 0
    value_least: int | None = None
    value_most: int | None = None
    score_least: int = 0
    share_most: int = 1000
    share_new: int = 0
    crowding: bool = True

    def holds(self, rule: Rule) -> bool:
        """Tell whether a rule holds."""
        return rule in ALWAYS or rule in self.enabled


@dataclass(frozen=True)
class Partners:
    """The partners, n of them.

    Attributes:
        keys: what names each, n texts, each once.
        active, paused: bool[n].
        covers: int8[n, territories]: how many levels up the nearest territory of the partner lies that holds this one
            (0 is the territory itself); -1 where it does not work there.
        families, certified: bool[n, families]: sells it; has a valid certificate for it.
        industries, languages: bool[n, …]. A partner that names none at all passes the rule, as nothing is known of it,
            and gets no points for it; so does one that names no families.
        tier: int32[n], the rank; 0 is none.
        place: int32[n, 2], latitude and longitude in millionths of a degree; `placed` bool[n] says whether known.
        capacity, load: int32[n]: open opportunities that it takes at most (-1 no limit), and has now.
        touch, feedback, returns, win: int32[n], rates per 10,000, shrunk.
        answer_minutes: int32[n], median working minutes until an answer.
        rest_minutes: int32[n], minutes since the last offer; very many where there was none.
        new: bool[n]: it had few offers so far.
        value_least, value_most: int64[n], in whole units of the base currency; -1 is no limit.
    """

    keys: tuple[str, ...]
    active: Flags
    paused: Flags
    covers: NDArray[np.int8]
    families: Flags
    certified: Flags
    industries: Flags
    languages: Flags
    tier: Ints
    place: Ints
    placed: Flags
    capacity: Ints
    load: Ints
    touch: Ints
    feedback: Ints
    returns: Ints
    win: Ints
    answer_minutes: Ints
    rest_minutes: Ints
    new: Flags
    value_least: Longs
    value_most: Longs

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def worked_out(self) -> dict[str, Any]:
        """Keep what is worked out of what does not move; those that `moved` gives share it."""
        return {}

    def moved(self, *, load: Ints, rest_minutes: Ints) -> Partners:
        """Give the same partners at another moment."""
        found = replace(self, load=load, rest_minutes=rest_minutes)
        found.__dict__["worked_out"] = self.worked_out
        return found

    @property
    def free(self) -> Ints:
        """Give how many more each takes, int32[n]; very many where there is no limit."""
        left = np.maximum(self.capacity - self.load, 0)
        return np.where(self.capacity < 0, np.int32(NO_LIMIT), left).astype(np.int32)


@dataclass(frozen=True)
class Opportunities:
    """The opportunities that look for a partner, m of them. Indices into the tables of `Partners`; -1 is unknown.

    Attributes:
        keys: what names each, m texts, each once.
        territory, industry, language: int32[m].
        families: bool[m, families]: what the customer would buy. `certificates`: those of them that need a certificate.
        place, placed: as for partners, of the customer.
        value: int64[m], in whole units of the base currency; -1 is unknown and passes every limit.
        pinned: int32[m]: the partner that the customer is pinned to.
        holder: int32[m]: the partner that keeps the customer.
        protected: int32[m]: the partner for which the customer is protected, by a deal registration.
        declined, offered: int32[k, 2]: pairs (opportunity, partner) of earlier offers that were declined; that ended
            otherwise (expired, returned).
        related: int32[k, 3]: (opportunity, partner, strength per 10,000) where the partner knows the customer.
    """

    keys: tuple[str, ...]
    territory: Ints
    families: Flags
    certificates: Flags
    industry: Ints
    language: Ints
    place: Ints
    placed: Flags
    value: Longs
    pinned: Ints
    holder: Ints
    protected: Ints
    declined: Ints
    offered: Ints
    related: Ints

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True)
class Outcome:
    """Who gets what.

    Attributes:
        chosen: int32[m], the partner; -1 is nobody.
        score: int32[m], its score in tenths of a point; 0 for nobody.
        alone: int32[m], who would get it if it were the only one; -1 is nobody.
        alone_score: int32[m], the score of that one.
        candidates: int32[m], how many partners are eligible.
        best, best_score: int32[m, FEW], the best of them and their scores, the best first, whether or not there is
            room; -1 is nobody.
        crowding: what the points for room fall by within the run, in tenths; the sum of the scores less this is what is
            made as great as can be.
        bound: `total` plus the most that any division which serves as many could be better by, by linear programming
            duality; equal to `total` where the division is proved to be the best.
    """

    chosen: Ints
    score: Ints
    alone: Ints
    alone_score: Ints
    candidates: Ints
    best: Ints
    best_score: Ints
    crowding: int
    bound: int

    @property
    def total(self) -> int:
        """Give the sum of the scores."""
        return int(self.score.sum(dtype=np.int64))

    @property
    def served(self) -> int:
        """Give how many opportunities get a partner."""
        return int((self.chosen >= 0).sum())
