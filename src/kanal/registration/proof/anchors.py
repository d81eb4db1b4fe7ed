"""Ends of the chain, noted outside the database each time it was found whole.

Whoever writes the chain anew, with every digest right, still has another digest at each place that was noted. Each note
is signed, so that it takes the installation's key to forge one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from kanal.registration.proof import keys
from kanal.registration.proof.digests import canonical, moment

FILE = "noted-ends.jsonl"


class NotesUnsigned(Exception):  # noqa: N818 - named for what the notes are
    """Ends were noted, and the installation's key has signed none of them."""


@dataclass(frozen=True)
class Anchor:
    """That the chain had so many links at a moment, and ended with this digest."""

    count: int
    digest: str
    at: str


def read(folder: Path) -> list[Anchor]:
    """Give what was noted, the shortest chain first.

    What this installation's key has not signed is left out: a half line of a process that died, or a forgery.

    Raises:
        KeyUnreadable: the key can't be read.
        NotesUnsigned: there are notes, and the key has signed none of them: it is not the one that made them.
    """
    path = folder / FILE
    if not path.exists():
        return []
    public = keys.public_of(keys.signing_key(folder))
    found = sorted(_signed(path, public), key=lambda one: one.count)
    if not found and path.stat().st_size:
        raise NotesUnsigned(str(path))
    return found


def _signed(path: Path, public: str) -> Iterator[Anchor]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            try:
                said = json.loads(line)
                anchor, signature = Anchor(said["count"], said["digest"], said["at"]), said["signature"]
                signed = keys.fits(public, signature, _text(anchor))
            except (ValueError, KeyError, TypeError):
                continue
            if signed:
                yield anchor


def note(folder: Path, *, count: int, digest: str, at: datetime) -> None:
    """Append the end of a chain that was found whole; the same end is noted once."""
    known = read(folder)
    if not count or (known and (known[-1].count, known[-1].digest) == (count, digest)):
        return
    key = keys.signing_key(folder)
    anchor = Anchor(count, digest, moment(at))
    said = {**vars(anchor), "signature": keys.sign(key, _text(anchor))}
    with (folder / FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(said) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _text(anchor: Anchor) -> bytes:
    return canonical({"chain": vars(anchor)})
