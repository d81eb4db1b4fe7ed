"""What the names of two companies say about whether they are one customer, in bits. Pure.

The words of both names are paired: the same word, one trade in two languages, two words written as one, a slip of the
pen. A pair speaks for one customer by how rare such a word is, the base-2 logarithm of how seldom two companies share
it by chance (the weights of agreement of Fellegi & Sunter, A theory for record linkage, 1969, made to depend on the
value as in Winkler, Frequency-based matching, 1989). Words that are left over on both sides speak against, the most
where they are of the sort that tells companies apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kanal.directory.likeness import bare_name
from kanal.registration.conflicts.slips import slip
from kanal.registration.conflicts.words import Sort, Word, parts, word

# Bits for a pair of each sort: one company in about five hundred shares a word of its own with a given other one by
# chance, once those that share no letter are left out, one in thirty a surname, every fourth a trade.
_FOR = {Sort.OWN: 9.0, Sort.COMMON: 5.0, Sort.PLACE: 3.0, Sort.TRADE: 2.0, Sort.FRAME: 0.5}
_FOR_VAGUE = 1.0
_NOTHING_LEFT, _ONLY_FRAMES_LEFT = 5.0, 4.0
# Bits against: what is left over on both sides, or on one.
_OTHER_NAME, _NAME_AGAINST_ELSE, _MORE_NAME, _MORE_NAME_ALONE = 10.0, 8.0, 3.0, 6.0
# The other word may be a village, which no list has.
_NAME_AGAINST_PLACE = 3.5
_OTHER_TRADE, _OTHER_TRADE_OF_SEVERAL, _MORE_TRADE = 9.0, 3.0, 1.0
_OTHER_PLACE, _OTHER_PLACE_OF_COMMON, _OTHER_PLACE_OF_OWN = 9.0, 4.0, 0.5
_MORE_PLACE, _MORE_PLACE_ALONE, _OTHER_FRAME = 0.5, 3.0, 6.0
_GENITIVES = ("s", "es", "en", "ens", "et", "ets", "er", "ne", "nes")
# A trade of which only the beginning is written: install., Mess- und Regeltechnik.
_CUT_OFF, _SHORTEST_BEGINNING = 0.8, 4
_LEAST, _MOST = -10.0, 16.0


@dataclass(frozen=True)
class Pair:
    """Two words that are one: how sure that is, 0 to 1."""

    one: Word
    other: Word
    sure: float

    @property
    def sort(self) -> Sort:
        """Give the sort; where a slip hides it, that of the word without one."""
        sorts = [self.one.sort, self.other.sort]
        return next((sort for sort in sorts if sort is not Sort.OWN), Sort.OWN)

    @property
    def bits(self) -> float:
        """Give how much it speaks for one customer."""
        vague = self.one.vague or self.other.vague
        return self.sure * (_FOR_VAGUE if vague else _FOR[self.sort])


@dataclass
class Pairing:
    """The pairs of two names, and the words that are left over of each."""

    pairs: list[Pair]
    left: list[Word]
    right: list[Word]


def name_bits(one: str, other: str) -> float:
    """Say how much two names speak for one customer, or against, in bits from -10 to 16; it is all one which is first.

    Args:
        one: a name as it is written, with its legal form.
        other: another one; where either says nothing, such as only signs, it is 0.
    """
    first, second = sorted([bare_name(one), bare_name(other)])
    if not first or not second:
        return 0.0
    return _bits(pair_up(name_words(first), name_words(second)))


@lru_cache(maxsize=4096)
def name_words(bare: str) -> tuple[Word, ...]:
    """Give the words of a bare name, each once."""
    return tuple(dict.fromkeys(word(text) for text in bare.split()))


def telling(name: str, most: int = 2) -> tuple[str, ...]:
    """Give the words by which a company is best found, folded, the most telling first; of general words none."""
    own = [one for one in name_words(bare_name(name)) if one.names]
    ranked = sorted(own, key=lambda one: (one.sort is not Sort.OWN, -len(one.text)))
    return tuple(one.text for one in ranked[:most])


def pair_up(one: Sequence[Word], other: Sequence[Word]) -> Pairing:
    """Pair the words of two names."""
    found = Pairing([], list(one), list(other))
    _pair(found, _same)
    _pair_joined(found)
    _pair(found, _slipped)
    if found.left and found.right:
        found.left, found.right = _split(found.left), _split(found.right)
        _pair(found, _same)
        _pair(found, _slipped)
    return found


def _pair(found: Pairing, sure: Callable[[Word, Word], float]) -> None:
    """Pair what is left over, the surest first."""
    ranked = sorted(
        ((sure(one, other), one.text, other.text, one, other) for one in found.left for other in found.right),
        key=lambda row: (-row[0], row[1], row[2]),
    )
    for how, _text, _other_text, one, other in ranked:
        if how > 0 and one in found.left and other in found.right:
            found.left.remove(one)
            found.right.remove(other)
            found.pairs.append(Pair(one, other, how))


def _same(one: Word, other: Word) -> float:
    if one.text == other.text:
        return 1.0
    if one.trade and one.trade == other.trade:
        return 0.95
    # Hansens and Hansen; what is shorter may be another word.
    short, long = sorted([one.text, other.text], key=len)
    return 0.95 if len(short) >= 4 and long in {short + ending for ending in _GENITIVES} else 0.0


def _slipped(one: Word, other: Word) -> float:
    short, long = sorted([one, other], key=lambda word: len(word.text))
    cut_off = len(short.text) >= _SHORTEST_BEGINNING and long.text.startswith(short.text)
    if cut_off and long.sort is Sort.TRADE and short.sort is not Sort.PLACE:
        return _CUT_OFF
    return slip(one.text, other.text)


def _pair_joined(found: Pairing) -> None:
    """Pair two words that follow each other with the one word that they make: Red Kite and Redkite."""
    for several, single in ((found.left, found.right), (found.right, found.left)):
        for one, following in zip(list(several), list(several)[1:], strict=False):
            whole = next((item for item in single if item.text == one.text + following.text), None)
            if whole and one in several and following in several:
                several.remove(one)
                several.remove(following)
                single.remove(whole)
                found.pairs.append(Pair(whole, whole, 1.0))


def _split(words: Iterable[Word]) -> list[Word]:
    """Split compounds: what is before a trade is a word of its own."""
    found: list[Word] = []
    for one in words:
        found.extend(parts(one.text) if one.names and parts(one.text) else [one])
    return found


def _bits(found: Pairing) -> float:
    bits = _for(found.pairs)
    rest = [one for one in [*found.left, *found.right] if one.sort is not Sort.FRAME]
    if not found.left and not found.right:
        bits += _NOTHING_LEFT
    elif not rest:
        bits += _ONLY_FRAMES_LEFT
    return round(max(_LEAST, min(_MOST, bits - _against(found))), 1)


def _for(pairs: Sequence[Pair]) -> float:
    """Add the pairs up; a second pair of own words is half a surprise, as words come in phrases."""
    ranked = sorted((pair.bits for pair in pairs), reverse=True)
    return sum(bits / 2 if place and bits > _FOR[Sort.COMMON] else bits for place, bits in enumerate(ranked))


def _against(found: Pairing) -> float:
    shared = [pair for pair in found.pairs if pair.sort in {Sort.OWN, Sort.COMMON}]
    own = any(pair.sort is Sort.OWN for pair in shared)
    against = (
        _names(found, shared=bool(shared)) + _trades(found) + _places(found, shared=bool(shared), own=own)
    )
    if not shared and _both(found, Sort.FRAME):
        against += _OTHER_FRAME
    return against


def _names(found: Pairing, *, shared: bool) -> float:
    left, right = ([one for one in side if one.names] for side in (found.left, found.right))
    if left and right:
        return _OTHER_NAME
    if not left and not right:
        return 0.0
    across = {one.sort for one in (found.right if left else found.left)} - {Sort.FRAME}
    if across == {Sort.PLACE} and shared:
        return _NAME_AGAINST_PLACE
    if across:
        return _NAME_AGAINST_ELSE
    return _MORE_NAME if shared else _MORE_NAME_ALONE


def _trades(found: Pairing) -> float:
    left, right = ([one for one in side if one.sort is Sort.TRADE] for side in (found.left, found.right))
    if left and right:
        known = any(pair.sort is Sort.TRADE and not pair.one.vague for pair in found.pairs)
        if known or all(one.vague for one in [*left, *right]):
            return _OTHER_TRADE_OF_SEVERAL
        return _OTHER_TRADE
    return sum(_MORE_TRADE / (3 if one.vague else 1) for one in [*left, *right][:3])


def _places(found: Pairing, *, shared: bool, own: bool) -> float:
    if _both(found, Sort.PLACE):
        if own:
            return _OTHER_PLACE_OF_OWN
        return _OTHER_PLACE_OF_COMMON if shared else _OTHER_PLACE
    if any(one.sort is Sort.PLACE for one in [*found.left, *found.right]):
        return _MORE_PLACE if shared else _MORE_PLACE_ALONE
    return 0.0


def _both(found: Pairing, sort: Sort) -> bool:
    return any(one.sort is sort for one in found.left) and any(one.sort is sort for one in found.right)
