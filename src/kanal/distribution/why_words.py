"""Why a partner was left out, and what would have to change, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kanal.distribution.matching import Change, Part, Rule
from kanal.distribution.matching.scores import WHOLE
from kanal.distribution.terms import Terms

# The name of the partner stands before it.
LEFT_OUT: Mapping[Rule, Any] = {
    Rule.ACTIVE: gettext_lazy("is no active partner"),
    Rule.PAUSED: gettext_lazy("takes no offers at the moment"),
    Rule.TERRITORY: gettext_lazy("does not work in the territory"),
    Rule.FAMILY: gettext_lazy("sells nothing of what is asked for"),
    Rule.INDUSTRY: gettext_lazy("does not name the customer’s industry"),
    Rule.CERTIFICATION: gettext_lazy("has no valid certificate for it"),
    Rule.TIER: gettext_lazy("has a tier below the least"),
    Rule.LANGUAGE: gettext_lazy("does not work in the customer’s language"),
    Rule.VALUE: gettext_lazy("takes no opportunities of this value"),
    Rule.CAPACITY: gettext_lazy("is full"),
    Rule.DECLINED: gettext_lazy("declined this one before"),
    Rule.OFFERED: gettext_lazy("had this one before and let it go"),
    Rule.CONFLICT: gettext_lazy("is not the partner that keeps the customer"),
    Rule.PINNED: gettext_lazy("is not the partner that the customer is pinned to"),
    Rule.PROTECTED: gettext_lazy("is not the partner for which the customer is protected"),
    Rule.REACH: gettext_lazy("is too far away"),
}


# The groups of points, as short as the head of a column.
GROUP_HEADS: Mapping[str, Any] = {
    "skills": pgettext_lazy("group of points", "Skills"),
    "territory": pgettext_lazy("group of points", "Territory"),
    "capacity": pgettext_lazy("group of points", "Capacity"),
    "results": pgettext_lazy("group of points", "Results"),
    "partnership": pgettext_lazy("group of points", "Tier"),
}


def change_words(change: Change, terms: Terms) -> str:
    """Say what alone would have made the second win, as a clause that follows “if”.

    Args:
        change: as the engine found it.
        terms: the policy, whose limits give fractions their units.
    """
    facts = {"has": _percent(change.has), "needs": _percent(change.needs)}
    plain = _PLAIN.get(change.part)
    if plain is not None:
        return str(plain) % facts
    if change.part == Part.RETURNS:
        return _("it returned at most %(needs)s%% of what it accepts (%(has)s%% now)") % {
            "has": _percent(WHOLE - change.has),
            "needs": _percent(WHOLE - change.needs),
        }
    if change.part == Part.SPEED:
        span = terms.slow_hours - terms.quick_hours
        hours = terms.slow_hours - span * change.needs / WHOLE
        return _("it answered within %(hours)s working hours") % {"hours": f"{hours:.0f}"}
    days = -(-terms.rest_days * change.needs // WHOLE)
    return _("its last offer were %(days)s days ago or more") % {"days": days}


_PLAIN: Mapping[Part, Any] = {
    Part.TERRITORY: gettext_lazy("it were nearer, or worked in the very territory"),
    Part.PRODUCT: gettext_lazy("it sold, and were certified for, more of what is asked for"),
    Part.INDUSTRY: gettext_lazy("it served the customer’s industry"),
    Part.TIER: gettext_lazy("it had a higher tier"),
    Part.TOUCH: gettext_lazy("it answered %(needs)s%% of its offers (%(has)s%% now)"),
    Part.FEEDBACK: gettext_lazy("it gave feedback on %(needs)s%% of what it accepts (%(has)s%% now)"),
    Part.WIN: gettext_lazy("it won %(needs)s%% (%(has)s%% now)"),
    Part.LOAD: gettext_lazy("%(needs)s%% of its places were free (%(has)s%% now)"),
    Part.RELATION: gettext_lazy("it knew the customer better"),
}


def _percent(fraction: int) -> str:
    return f"{fraction / 100:.0f}"
