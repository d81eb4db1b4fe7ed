"""What a digest of the chain covers, and the one text that it is taken of. Pure; knows no database.

A link has four parts, each with a digest of its own: the *time*, the *actor*, the *content*, and what is *sealed*: read
by the vendor alone. The digest of the link covers these four and the place of the link in both chains. So a check says
which part was changed, and a file that withholds what is sealed is still verified.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

FIRST = "0" * 64


def canonical(value: Any) -> bytes:
    """Give plain values as the one text that a digest is taken of.

    JSON in UTF-8 without blanks; the keys of objects in the order of their code points; letters beyond ASCII as they
    are.

    Args:
        value: text, whole numbers, yes and no, nothing, and lists and objects of these.

    Raises:
        TypeError: something else is in it, such as a fraction, which would not be written alike by every program.
    """
    _check(value)
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def _check(value: Any) -> None:
    if value is None or isinstance(value, str | int):  # bool is an int
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise TypeError(f"{key!r} is no text, so it can’t be a key")
            _check(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _check(inner)
    else:
        raise TypeError(f"{value!r} has no form that every program writes alike")


def digest_of(value: Any) -> str:
    """Give the SHA-256 of plain values in their canonical form, in hexadecimal.

    Raises:
        TypeError: they have none, see `canonical`.
    """
    return hashlib.sha256(canonical(value)).hexdigest()


def moment(at: datetime) -> str:
    """Give a moment as links write it: in UTC, to the microsecond, `2026-11-25T08:31:00.000000Z`."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def time_part(link: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the digest of a link's time covers."""
    return {"at": link["at"]}


def actor_part(link: Mapping[str, Any]) -> Any:
    """Give what the digest of a link's actor covers: the key, the name and the company, as they were then."""
    return link["actor"]


def content_part(link: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the digest of a link's content covers: what happened, what was said, and how things stood after it."""
    return {name: link[name] for name in ("kind", "status", "until", "content")}


def sealed_digest(sealed: Mapping[str, Any] | None) -> str:
    """Give the digest of what is sealed; empty where nothing is."""
    return digest_of(sealed) if sealed else ""


def whole_part(link: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the digest of a link itself covers: its place in both chains, and the digests of its parts."""
    names = ("id", "registration", "reference", "number", "place", "digests", "previous", "previous_own")
    return {name: link[name] for name in names}
