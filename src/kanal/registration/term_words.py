"""The terms of the policy in words: what each is called, what it means, how its value reads; and how two differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from django.conf import settings
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kanal.directory.models import Tier
from kanal.registration.models import RegistrationPolicy
from kanal.registration.terms import Terms

Text = str | Promise


@dataclass(frozen=True)
class Words:
    """What a term is called, and a sentence that says what it does."""

    label: Any
    meaning: Any


def _say(label: Text, meaning: Text) -> Words:
    return Words(label, meaning)


TERM_WORDS: Mapping[str, Words] = {
    "protect_days": _say(
        gettext_lazy("Days of protection"),
        gettext_lazy("For so long an approval gives the customer to one partner alone."),
    ),
    "extensions": _say(
        gettext_lazy("Extensions"),
        gettext_lazy("So often a protection may be made longer. 0 is never."),
    ),
    "extension_days": _say(
        gettext_lazy("Days of an extension"),
        gettext_lazy("So many days a partner may ask for at most, each time."),
    ),
    "remind_days": _say(
        gettext_lazy("Reminders before the end"),
        gettext_lazy("So many days before the end the partner is reminded; write the numbers with commas."),
    ),
    "activity_days": _say(
        gettext_lazy("Days without activity"),
        gettext_lazy(
            "After so many days in which the partner did nothing, the protection ends early. 0 is never."
        ),
    ),
    "warn_days": _say(
        gettext_lazy("Warning before that"),
        gettext_lazy("So many days before it ends for want of activity, the partner is told the day."),
    ),
    "decide_hours": _say(
        gettext_lazy("Working hours to decide"),
        gettext_lazy("Your promise to partners. It stands still while a question is with the partner."),
    ),
    "answer_days": _say(
        gettext_lazy("Days to answer"),
        gettext_lazy("A question that a partner does not answer for so long ends its request."),
    ),
    "cap": _say(
        gettext_lazy("Registrations at a time"),
        gettext_lazy("So many a partner may hold, pending and approved, where its tier has no other number."),
    ),
    "cap_by_tier": _say(
        gettext_lazy("By tier"),
        gettext_lazy("So many a partner of the tier may hold at a time. Empty is the number above."),
    ),
    "cap_bonus": _say(
        gettext_lazy("More for those who sell"),
        gettext_lazy("So many more for a partner that turns enough of what it registers into sales."),
    ),
    "bonus_percent": _say(
        gettext_lazy("What is enough, in percent"),
        gettext_lazy("That share of its ended registrations of the last year became a sale."),
    ),
    "auto_below": _say(
        gettext_lazy("Approved by itself below"),
        gettext_lazy("A request worth less, without any conflict, is approved at once. 0 is none."),
    ),
    "auto_rank": _say(
        gettext_lazy("From this rank of a tier on"),
        gettext_lazy("Only partners of a tier with this rank or a higher one are approved so. 0 is all."),
    ),
    "two_above": _say(
        gettext_lazy("Two approvals from"),
        gettext_lazy("From this value on an administrator gives a second approval. 0 is never."),
    ),
    "two_for_conflict": _say(
        gettext_lazy("Two approvals where somebody else is concerned"),
        gettext_lazy(
            "An administrator approves too where another partner, or you yourselves, has the customer."
        ),
    ),
    "line_most": _say(
        gettext_lazy("Places in line"),
        gettext_lazy("So many requests may wait for one customer and product family to become free."),
    ),
    "checks_a_day": _say(
        gettext_lazy("Checks of one person a day"),
        gettext_lazy("So many customers one person of a partner may check, against fishing."),
    ),
    "checks_a_company": _say(
        gettext_lazy("Checks of one company a day"),
        gettext_lazy("So many all people of one partner may check together."),
    ),
    "may_override": _say(
        gettext_lazy("You may override a protection"),
        gettext_lazy(
            "A manager may deliver a protected customer to another partner, with a reason that its holder reads."
        ),
    ),
    "protect_direct": _say(
        gettext_lazy("Your own sales are protected"),
        gettext_lazy(
            "A customer that you sell to yourselves reads as protected to partners, like anybody’s."
        ),
    ),
    "alike": _say(
        gettext_lazy("Likeness that counts"),
        gettext_lazy(
            "From this score on, of 100, another record is shown as a conflict. 50 is taken for the same."
        ),
    ),
    "terms": _say(
        gettext_lazy("Terms that partners accept"),
        gettext_lazy(
            "A partner reads and accepts this with each request; the proof keeps which text it was."
        ),
    ),
}
_AMOUNTS = frozenset({"auto_below", "two_above"})


@dataclass(frozen=True)
class Difference:
    """What two versions say otherwise: the term's name, and how both read."""

    label: Any
    before: str
    after: str


def said(name: str, value: Any) -> str:
    """Say the value of a term; one of `cap_by_tier` is read as a plain number."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name in _AMOUNTS:
        return f"{number_format(value, use_l10n=True, force_grouping=True)} {settings.BASE_CURRENCY}"
    if isinstance(value, (tuple, list)):
        return ", ".join(str(one) for one in value) or "–"
    return str(value) if value not in ("", None) else "–"


def differences(before: Terms, after: Terms, tiers: Mapping[str, str] | None = None) -> list[Difference]:
    """Give everything that two versions say otherwise, in the order of the terms.

    Args:
        before: the older one.
        after: the newer one.
        tiers: the names of tiers by their keys as text; read where they are not given.
    """
    names = tier_names() if tiers is None else tiers
    found = []
    for item in fields(Terms):
        one, other = getattr(before, item.name), getattr(after, item.name)
        if item.name == "cap_by_tier":
            found += _by_tier(one, other, names)
        elif one != other:
            found.append(
                Difference(TERM_WORDS[item.name].label, said(item.name, one), said(item.name, other))
            )
    return found


def _by_tier(
    before: Mapping[str, int], after: Mapping[str, int], names: Mapping[str, str]
) -> list[Difference]:
    label = TERM_WORDS["cap"].label
    return [
        Difference(f"{label}, {names.get(key, '–')}", said("", before.get(key)), said("", after.get(key)))
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key)
    ]


def tier_names() -> dict[str, str]:
    """Give the names of the tiers by their keys as text."""
    return {str(key): name for key, name in Tier.objects.values_list("pk", "name")}


@dataclass(frozen=True)
class Told:
    """A version with what it says otherwise than the one before it, the first than the defaults."""

    version: RegistrationPolicy
    changes: list[Difference]


def told(versions: Sequence[RegistrationPolicy], before: RegistrationPolicy | None) -> list[Told]:
    """Tell versions, the newest first.

    Args:
        versions: some in a row.
        before: the one that was before the last of them; None are the defaults.
    """
    names = tier_names()
    older = [*versions[1:], before][: len(versions)]
    return [
        Told(one, differences(other.says if other else Terms(), one.says, names))
        for one, other in zip(versions, older, strict=True)
    ]
