"""Repairs and reasons in words, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from kanal.importing.outcomes import Outcome

Text = str | Promise

# What was repaired, by its name. The file's value stands beside it.
REPAIRS: dict[str, Text] = {
    "product_spelling": _("Product name corrected to “%(right)s”"),
    "sector_spelling": _("Industry corrected to “%(right)s”"),
    "country_spelling": _("Country read as “%(right)s”"),
    "no_account": _("No customer named: imported without one"),
    "no_engage_date": _("No start date: the partner manages it from the day of the import on"),
    "engage_date_from_close": _("No start date: the closing date stands for it"),
    "parent_unknown": _("Parent company not found: imported without it"),
    "parent_loop": _("Parent company leads back to the company itself: imported without it"),
    "changed": _("Now as in the file; before: %(before)s"),
    "differs": _("Left as it is here: %(here)s"),
}

# The same as headings of a sum, where the sentence needs facts of one row.
HEADINGS: dict[str, Text] = {
    "product_spelling": _("Product name corrected"),
    "sector_spelling": _("Industry corrected"),
    "country_spelling": _("Country corrected"),
    "changed": _("Now as in the file"),
    "differs": _("Differs from the file, left as it is here"),
    "cells": _("Wrong number of cells"),
    "too_long": _("Too long"),
    "unknown_choice": _("Unknown word"),
    "repeated": _("Repeated key"),
    "code_taken": _("Product code is taken"),
    "not_an_owner": _("Manager can’t own opportunities"),
    "closed_before_start": _("Closed before it began"),
    "status_forbidden": _("Status can’t change that way"),
}

# Why a row was rejected, and what mends it.
REASONS: dict[str, tuple[Text, Text]] = {
    "cells": (
        _("The row has %(found)s cells, the header %(wanted)s"),
        _("Look for a missing or unquoted separator in this row."),
    ),
    "empty": (_("This must not be empty"), _("Fill it in.")),
    "too_long": (_("Longer than %(limit)s characters"), _("Shorten it.")),
    "no_date": (_("Not a date written month/day/year"), _("Write it like 12/31/2017.")),
    "no_amount": (_("Not an amount"), _("Write digits, with a point and at most two decimals.")),
    "negative": (_("An amount can’t be negative"), _("Write zero or more.")),
    "no_number": (_("Not a whole number of zero or more"), _("Write digits only.")),
    "unknown_choice": (_("Not one of: %(known)s"), _("Use one of them.")),
    "unknown_country": (
        _("No country is known by this name"),
        _("Use its English name or its two-letter code."),
    ),
    "repeated": (_("This key stands in line %(first)s already"), _("Remove one of the two rows.")),
    "ambiguous": (_("Several records here have this name"), _("Rename or archive all but one of them here.")),
    "unknown_seller": (_("Not among the sellers"), _("Add the seller to sales_teams.csv.")),
    "unknown_product": (_("Not among the products"), _("Add the product to products.csv.")),
    "unknown_account": (_("Not among the accounts"), _("Add the account to accounts.csv.")),
    "code_taken": (
        _("Another product here has the code %(taken)s"),
        _("Change the code of that product here."),
    ),
    "not_an_owner": (
        _("%(name)s is known here but can’t own opportunities"),
        _("Give that person the role of a seller here, and let them sign in."),
    ),
    "no_close_date": (_("A closed opportunity needs a closing date"), _("Fill in close_date.")),
    "too_much": (
        _("More than can be kept, at the rate of its day"),
        _("Correct close_value, the product’s price or the rate."),
    ),
    "no_close_value": (_("A won opportunity needs a value"), _("Fill in close_value.")),
    "closed_before_start": (_("Closed before it began (%(start)s)"), _("Correct one of the two dates.")),
    "in_the_future": (_("This date is in the future"), _("Correct the date.")),
    "status_forbidden": (
        _("Here its status is “%(old)s”, which can’t become “%(new)s” by an import"),
        _("Change it by hand, or leave it."),
    ),
}


# What a run makes besides the rows of the files.
MADE = {
    "currency": ngettext_lazy("%(count)s currency", "%(count)s currencies", "count"),
    "exchangerate": ngettext_lazy("%(count)s exchange rate", "%(count)s exchange rates", "count"),
    "industry": ngettext_lazy("%(count)s industry", "%(count)s industries", "count"),
    "productfamily": ngettext_lazy("%(count)s product family", "%(count)s product families", "count"),
    "territory": ngettext_lazy("%(count)s territory", "%(count)s territories", "count"),
    "person": ngettext_lazy("%(count)s person", "%(count)s people", "count"),
}


def name(outcome: str, code: str) -> str:
    """Give a repair or reason as the heading of a sum; one that this version does not know by its key."""
    reason = REASONS[code][0] if outcome == Outcome.REJECTED and code in REASONS else REPAIRS.get(code)
    return str(HEADINGS.get(code) or reason or code)


def sentence(outcome: str, code: str, facts: Mapping[str, str]) -> str:
    """Give a repair or reason of one row as a sentence."""
    reason = REASONS.get(code)
    template = reason[0] if outcome == Outcome.REJECTED and reason else REPAIRS.get(code)
    if template is None:
        return code
    try:
        return str(template) % facts
    except KeyError:
        return code


def mend(outcome: str, code: str) -> str:
    """Say what a person does about a rejected row; empty for every other."""
    return str(REASONS[code][1]) if outcome == Outcome.REJECTED and code in REASONS else ""


def made(counts: Mapping[str, int]) -> str:
    """Say what a run made besides the rows of the files."""
    return ", ".join(
        str(MADE[kind] % {"count": count}) if kind in MADE else f"{count} {kind}"
        for kind, count in counts.items()
    )
