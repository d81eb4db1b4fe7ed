"""The terms of a policy in words: what each is called, what it does, how its value reads; and how two versions differ.

Here every term has one plain name, so that a form, a refusal and a comparison speak of the same thing: `takes_…` for
the filter, `rule_…` for each hard rule, `weight_…` for each part of the score, and the others by their own name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kanal.distribution.matching import GROUPS
from kanal.distribution.terms import ALWAYS, RULES, WEIGHTS, Filter, Terms, When

Text = str | Promise


@dataclass(frozen=True)
class Words:
    """What a term is called, and a sentence that says what it does; both are lazy texts."""

    label: Any
    meaning: Any


def _say(label: Text, meaning: Text) -> Words:
    return Words(label, meaning)


RULE_WORDS: Mapping[str, Words] = {
    "active": _say(
        gettext_lazy("Active"), gettext_lazy("The partnership runs; ended ones are offered nothing.")
    ),
    "paused": _say(
        gettext_lazy("Not paused"), gettext_lazy("The company has not asked to be offered nothing for now.")
    ),
    "territory": _say(
        gettext_lazy("Territory"),
        gettext_lazy("The partner covers the opportunity’s territory, or a larger one around it."),
    ),
    "family": _say(
        gettext_lazy("Product family"),
        gettext_lazy(
            "The partner sells one of the product families that are asked for. One that names none passes."
        ),
    ),
    "industry": _say(
        gettext_lazy("Industry"),
        gettext_lazy("The customer’s industry is one that the partner names. One that names none passes."),
    ),
    "certification": _say(
        gettext_lazy("Certificate"),
        gettext_lazy("Where a product family needs a certificate, the partner has one that is valid."),
    ),
    "tier": _say(gettext_lazy("Tier"), gettext_lazy("The partner’s tier has at least the rank set below.")),
    "language": _say(
        gettext_lazy("Language"),
        gettext_lazy("The partner’s people work in the customer’s language. One that names none passes."),
    ),
    "value": _say(
        gettext_lazy("Value"),
        gettext_lazy("The value lies within the limits below, and within those of the partner itself."),
    ),
    "capacity": _say(
        gettext_lazy("Capacity left"),
        gettext_lazy("The partner has fewer open opportunities than it takes at most."),
    ),
    "declined": _say(
        gettext_lazy("Not declined before"), gettext_lazy("The partner has not declined this opportunity.")
    ),
    "offered": _say(
        gettext_lazy("Not offered before"),
        gettext_lazy("The partner has not had this opportunity before and let it go."),
    ),
    "conflict": _say(
        gettext_lazy("No conflict"),
        gettext_lazy("No other partner keeps the customer."),
    ),
    "protected": _say(
        gettext_lazy("Protected customers"),
        gettext_lazy("A customer that is protected by a deal registration goes to no other partner."),
    ),
    "pinned": _say(
        gettext_lazy("Pinned customers"),
        gettext_lazy("A customer that is pinned to one partner goes to no other."),
    ),
    "reach": _say(
        gettext_lazy("Within reach"), gettext_lazy("The partner is nearer to the customer than “far” below.")
    ),
}

WEIGHT_WORDS: Mapping[str, Words] = {
    "territory": _say(
        gettext_lazy("Territory and distance"),
        gettext_lazy(
            "For covering the very territory rather than a larger one, and for being near to the customer."
        ),
    ),
    "product": _say(
        gettext_lazy("Products"),
        gettext_lazy("For selling the product families that are asked for, and for a certificate for them."),
    ),
    "industry": _say(
        pgettext_lazy("part of a score", "Industry"), gettext_lazy("For knowing what the customer lives by.")
    ),
    "relation": _say(
        gettext_lazy("Known to the customer"), gettext_lazy("For having worked with this customer before.")
    ),
    "tier": _say(pgettext_lazy("part of a score", "Tier"), gettext_lazy("For the level of partnership.")),
    "touch": _say(
        gettext_lazy("Touch rate"), gettext_lazy("For answering offers at all, with yes or with no.")
    ),
    "feedback": _say(
        gettext_lazy("Feedback rate"), gettext_lazy("For telling how accepted opportunities go on.")
    ),
    "returns": _say(gettext_lazy("Few returns"), gettext_lazy("For keeping what was accepted.")),
    "win": _say(gettext_lazy("Win rate"), gettext_lazy("For winning what is worked on.")),
    "speed": _say(gettext_lazy("Speed of answer"), gettext_lazy("For a short median time until the answer.")),
    "load": _say(gettext_lazy("Free capacity"), gettext_lazy("For having room for more work.")),
    "rest": _say(
        gettext_lazy("Time since the last offer"), gettext_lazy("For having waited long for an offer.")
    ),
}

_GROUP_WORDS: Mapping[str, Any] = {
    "skills": gettext_lazy("What it sells and knows"),
    "territory": gettext_lazy("Where it works"),
    "capacity": gettext_lazy("Room for more"),
    "results": gettext_lazy("What its answers show"),
    "partnership": gettext_lazy("Partnership"),
}
# How a picture groups the parts, as the engine does; each group with what it is called.
WEIGHT_GROUPS: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    key: (_GROUP_WORDS[key], tuple(str(part) for part in parts)) for key, parts in GROUPS.items()
}

TERM_WORDS: Mapping[str, Words] = {
    "takes_territories": _say(
        gettext_lazy("Territories"), gettext_lazy("What lies within a chosen one counts too.")
    ),
    "takes_families": _say(
        gettext_lazy("Product families"), gettext_lazy("One of its products is of a chosen family.")
    ),
    "takes_industries": _say(gettext_lazy("Industries"), gettext_lazy("What the customer lives by.")),
    "takes_sources": _say(gettext_lazy("Sources"), gettext_lazy("Where the opportunity came from.")),
    "takes_ratings": _say(gettext_lazy("Ratings"), gettext_lazy("How likely it feels.")),
    "takes_countries": _say(
        gettext_lazy("Countries"),
        gettext_lazy("Names or two letters, with commas: Denmark, SE. Empty takes all."),
    ),
    "takes_value_least": _say(
        gettext_lazy("Value from"),
        gettext_lazy("In the base currency. One whose value is not known is not taken then."),
    ),
    "takes_value_most": _say(
        gettext_lazy("Value up to"), gettext_lazy("In the base currency. Empty is no limit.")
    ),
    "tier_least": _say(
        gettext_lazy("Lowest rank"), gettext_lazy("The rank of a tier that the rule “Tier” asks for.")
    ),
    "value_least": _say(
        gettext_lazy("Smallest value"),
        gettext_lazy("The rule “Value” offers nothing below it, in the base currency."),
    ),
    "value_most": _say(
        gettext_lazy("Largest value"),
        gettext_lazy("The rule “Value” offers nothing above it, in the base currency."),
    ),
    "near_km": _say(
        gettext_lazy("Near, in kilometres"), gettext_lazy("Up to here, nearness gives its full points.")
    ),
    "far_km": _say(
        gettext_lazy("Far, in kilometres"),
        gettext_lazy("From here on it gives none; the rule “Within reach” ends here."),
    ),
    "quick_hours": _say(
        gettext_lazy("Quick, in working hours"), gettext_lazy("Up to here, speed gives its full points.")
    ),
    "slow_hours": _say(
        gettext_lazy("Slow, in working hours"), gettext_lazy("From here on, speed gives no points.")
    ),
    "rest_days": _say(
        gettext_lazy("Rested after, in days"),
        gettext_lazy("So long without an offer gives all points for waiting."),
    ),
    "rate_days": _say(
        gettext_lazy("Rates look back, in days"),
        gettext_lazy("Older offers do not count for the rates. A year is a good start."),
    ),
    "score_least": _say(
        gettext_lazy("Lowest score"),
        gettext_lazy("Where nobody reaches so many points, a person decides. 0 takes the best in any case."),
    ),
    "share_most": _say(
        gettext_lazy("Largest share of one partner, in percent"),
        gettext_lazy("Nobody gets more than this part of one run. 100 is no limit."),
    ),
    "share_new": _say(
        gettext_lazy("Share for new partners, in percent"),
        gettext_lazy(
            "So much of each run is kept for new partners where they may be offered it. 0 keeps nothing."
        ),
    ),
    "new_offers": _say(
        gettext_lazy("New until, in offers"), gettext_lazy("A partner with fewer offers than this is new.")
    ),
    "answer_hours": _say(
        gettext_lazy("Time to answer, in working hours"),
        gettext_lazy("Counted in the partner’s zone, without its weekends and public holidays."),
    ),
    "remind_hours": _say(
        gettext_lazy("Reminder, in working hours"),
        gettext_lazy("So long before the deadline the partner is reminded. 0 sends none."),
    ),
    "attempts": _say(
        gettext_lazy("Attempts"),
        gettext_lazy("After so many partners without an acceptance, a person decides."),
    ),
    "when": _say(gettext_lazy("It assigns"), gettext_lazy("People can always do it earlier, by hand.")),
    "times": _say(
        gettext_lazy("At these times"),
        gettext_lazy("Hours and minutes, with commas: 09:00, 14:30. On working days, in the vendor’s zone."),
    ),
}

WHEN_WORDS: Mapping[str, Text] = {
    When.ASKED: gettext_lazy("Only when a person asks"),
    When.CREATED: gettext_lazy("As soon as an opportunity needs a partner"),
    When.SCHEDULE: gettext_lazy("At set times, the whole queue at once"),
}
CHOSEN_RULES = tuple(rule for rule in RULES if rule not in ALWAYS)
_TAKES = tuple(item.name for item in fields(Filter))
_OTHERS = tuple(item.name for item in fields(Terms) if item.name not in {"takes", "rules", "weights"})


def flat(terms: Terms) -> dict[str, Any]:
    """Give every term by its plain name."""
    takes = {f"takes_{name}": getattr(terms.takes, name) for name in _TAKES}
    rules = {f"rule_{rule}": rule in terms.rules for rule in CHOSEN_RULES}
    weights = {f"weight_{part}": terms.weights.get(part, 0) for part in WEIGHTS}
    return takes | rules | weights | {name: getattr(terms, name) for name in _OTHERS}


def from_flat(values: Mapping[str, Any]) -> Terms:
    """Give the terms that `flat` gave; what is missing has its default."""
    given = flat(Terms()) | dict(values)
    return Terms(
        takes=Filter(**{name: given[f"takes_{name}"] for name in _TAKES}),
        rules=tuple(rule for rule in CHOSEN_RULES if given[f"rule_{rule}"]),
        weights={part: given[f"weight_{part}"] for part in WEIGHTS},
        **{name: given[name] for name in _OTHERS},
    )


def label(name: str) -> Text:
    """Give what the term of a plain name is called."""
    kind, _bar, rest = name.partition("_")
    if kind == "rule" and rest in RULE_WORDS:
        return _("Rule: %(name)s") % {"name": RULE_WORDS[rest].label}
    if kind == "weight" and rest in WEIGHT_WORDS:
        return _("Points: %(name)s") % {"name": WEIGHT_WORDS[rest].label}
    words: Text = TERM_WORDS[name].label
    return words


@dataclass(frozen=True)
class Difference:
    """One term that two versions say otherwise: its plain name, what it is called, both values in words."""

    name: str
    label: Text
    before: str
    after: str


# Gives the name of something that a filter names: its kind, such as `territories`, and its key.
Naming = Callable[[str, str], str]


def differences(before: Terms, after: Terms, naming: Naming) -> Iterator[Difference]:
    """Give every term that differs, in the order of the page."""
    old, new = flat(before), flat(after)
    for name, value in new.items():
        if old[name] != value:
            yield Difference(name, label(name), said(name, old[name], naming), said(name, value, naming))


def said(name: str, value: Any, naming: Naming) -> str:
    """Say a term's value in words.

    Args:
        name: its plain name.
        value: as `flat` gives it.
        naming: says how what a filter names is called.
    """
    if value is None:
        return _("no limit")
    if isinstance(value, bool):
        return _("holds") if value else _("does not hold")
    if name == "when":
        return str(WHEN_WORDS.get(value, value))
    if isinstance(value, tuple):
        words = [naming(name.removeprefix("takes_"), str(one)) for one in value]
        return ", ".join(words) or (_("never") if name == "times" else _("all"))
    return number_format(value, force_grouping=True)
