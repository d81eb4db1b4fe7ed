"""Preferred partner assignment as arithmetic: arrays in, decisions out. Knows no database and no clock.

Every input is a whole number or a truth value, and so is everything that decides; the same inputs give the same answer
on every machine. Opportunities and partners are ordered by a digest of their keys before anything is weighed up, so the
order in which they come in never matters.
"""

from kanal.distribution.matching.deciding import ENGINE, decide
from kanal.distribution.matching.explaining import (
    Candidate,
    Change,
    Elsewhere,
    Excluded,
    Explanation,
    explain,
)
from kanal.distribution.matching.shape import GROUPS, Opportunities, Outcome, Part, Partners, Rule, Rules

__all__ = [
    "ENGINE",
    "GROUPS",
    "Candidate",
    "Change",
    "Elsewhere",
    "Excluded",
    "Explanation",
    "Opportunities",
    "Outcome",
    "Part",
    "Partners",
    "Rule",
    "Rules",
    "decide",
    "explain",
]
