"""Telling somebody, once, that what they are about to make is very like something that is there already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import QueryDict

# What the reader has been shown: a key for each; the fragment writes them, so that one warning is enough.
WARNED = "warned"
USE = "use"


def unseen(data: QueryDict, near: Sequence[Any]) -> list[Any]:
    """Give those of what is near that the reader was not yet told of; all of them where there is one such.

    Args:
        data: the form that was sent.
        near: what is near; each has an `account`.
    """
    told = set(data.getlist(WARNED))
    return list(near) if any(str(one.account.pk) not in told for one in near) else []


def chosen(data: QueryDict, field: str, *typed: str) -> QueryDict:
    """Read “Use this one”, as it is sent without scripts: what is there already takes the place of what was typed.

    Args:
        data: the form that was sent.
        field: the field that names the one that is there.
        typed: the fields of the new one, which are emptied.
    """
    if not data.get(USE):
        return data
    changed = data.copy()
    changed[field] = str(data[USE])
    for name in typed:
        changed[name] = ""
    return changed


def place(url: str, *fields: str) -> dict[str, str]:
    """Give what the template `web/similar_place.html` needs: where it asks, and which fields make it ask.

    Args:
        url: answers with `web/similar.html`.
        fields: the ids of the fields that are typed in.
    """
    return {
        "similar_url": url,
        "similar_fields": ", ".join(f"#{one}" for one in fields),
        "similar_trigger": ", ".join(f"input delay:400ms from:#{one}" for one in fields),
    }
