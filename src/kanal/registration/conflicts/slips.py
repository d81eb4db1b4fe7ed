"""Whether one word is another with a slip of the pen. Pure."""

from __future__ import annotations

import re

from rapidfuzz.distance import OSA

from kanal.registration.conflicts.words import is_known

# How sure it is that two words that differ so are one, 0 to 1.
_SOUNDS_SAME, _SWAPPED, _LEFT_OUT, _NEXT_KEY, _OTHER_KEY, _TWO_SLIPS = 0.9, 0.9, 0.85, 0.85, 0.6, 0.7
_LONG_COMPOUND = 9
_SHORTEST, _LONG_ENOUGH_FOR_OTHER_KEY, _LONG_ENOUGH_FOR_TWO = 5, 10, 8
_ROWS = ("qwertyuiopå", "asdfghjklæø", "zxcvbnm")
_SOUNDS = (
    (re.compile("ph"), "f"),
    (re.compile("ck|c(?!h)|q"), "k"),
    (re.compile("z"), "s"),
    (re.compile("w"), "v"),
    (re.compile("y|j"), "i"),
    (re.compile("[td]t|th|dt|td"), "t"),
    (re.compile("(?<=[aeiou])h(?=[^aeiou]|$)"), ""),
    (re.compile(r"ou?r\b"), "or"),
    (re.compile(r"(.)\1+"), r"\1"),
)


def slip(one: str, other: str) -> float:
    """Say how sure it is that two folded words are one of which a hand slipped, from 0 to 1; 1 is the same word.

    Two words that both exist, such as `marlin` and `merlin`, are two words, however near; and hands rarely slip at
    the first letter. After Damerau, A technique for computer detection and correction of spelling errors, 1964.
    """
    if one == other:
        return 1.0
    # A short word is rather another one, but where one of them is a word and the other is none: Foods, Fods.
    shortest = _SHORTEST - 1 if is_known(one) != is_known(other) else _SHORTEST
    if min(len(one), len(other)) < shortest or one[0] != other[0]:
        return 0.0
    if is_known(one) and is_known(other):
        # A letter that is missing in a long compound is rather a slip than another word: Ravnsbjerg, Ravnsberg.
        long_enough = min(len(one), len(other)) >= _LONG_COMPOUND and len(one) != len(other)
        return _OTHER_KEY if long_enough and OSA.distance(one, other, score_cutoff=1) == 1 else 0.0
    if _sound(one) == _sound(other):
        return _SOUNDS_SAME
    return _by_keys(one, other, OSA.distance(one, other, score_cutoff=2))


def _by_keys(one: str, other: str, distance: int) -> float:
    if distance == 2 and min(len(one), len(other)) >= _LONG_ENOUGH_FOR_TWO:
        return _TWO_SLIPS
    if distance != 1:
        return 0.0
    if len(one) != len(other):
        return _LEFT_OUT
    differ = [(left, right) for left, right in zip(one, other, strict=True) if left != right]
    if len(differ) == 2:
        return _SWAPPED
    if _neighbours(*differ[0]):
        return _NEXT_KEY
    return _OTHER_KEY if len(one) >= _LONG_ENOUGH_FOR_OTHER_KEY else 0.0


def _neighbours(left: str, right: str) -> bool:
    """Tell whether two letters lie beside each other on a keyboard, in one row or in the next."""
    places = [(row, keys.find(letter)) for letter in (left, right) for row, keys in enumerate(_ROWS)]
    found = [place for place in places if place[1] >= 0]
    if len(found) != 2:
        return False
    (row, at), (other_row, other_at) = sorted(found)
    return (other_at - at) in ({-1, 1} if row == other_row else {0, -1}) and other_row - row <= 1


def _sound(text: str) -> str:
    for pattern, instead in _SOUNDS:
        text = pattern.sub(instead, text)
    return text
