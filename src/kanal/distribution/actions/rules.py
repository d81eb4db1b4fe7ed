"""Keeping the rules of work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kanal.directory.acting import acting
from kanal.directory.actions.records import check_version, fill, lock, permit, store
from kanal.directory.models import Person
from kanal.distribution.models import WorkRules


def keep_rules(*, version: int, values: Mapping[str, Any], by: Person) -> WorkRules:
    """Change the rules of work; they hold from now on, for what runs already too.

    Args:
        version: the version that the person started from.
        values: the rules as they shall be, by field.
        by: an administrator of the vendor.

    Raises:
        NotAllowed: the person keeps no settings.
        Stale: somebody changed them meanwhile.
        Invalid: a figure is out of its range.
    """
    with acting(by):
        permit(by, "settings")
        WorkRules.objects.get_or_create(
            one=True
        )  # until somebody keeps them, the defaults hold and no row stands
        rules = lock(WorkRules, WorkRules.objects.values_list("pk", flat=True).get())
        check_version(rules, version, values, {})
        if fill(rules, values):
            store(rules, new=False)
    return rules
