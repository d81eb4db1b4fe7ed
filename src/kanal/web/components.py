"""Plain data that pages hand to the larger components."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of `{% tabs %}`: a view or a part of a record."""

    label: str
    url: str
    count: int | str | None = None
    current: bool = False


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of `{% breadcrumbs %}`; without an address it is plain text."""

    label: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file beside a note of `{% timeline %}`."""

    name: str
    url: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One entry of `{% timeline %}`.

    Attributes:
        at: when it happened.
        sentence: what happened, for an event; empty for a note.
        body: what the author wrote.
        author: the author's name; empty where the system acted.
        company: whom the author works for, where that is not the reader's own company.
        icon: the name of an event's icon.
        internal: whether only the vendor's people read it.
        audience: who reads a shared note, such as a partner's name.
        files: files that came with it.
    """

    at: datetime
    sentence: str = ""
    body: str = ""
    author: str = ""
    company: str = ""
    icon: str = "flag"
    internal: bool = False
    audience: str = ""
    files: Sequence[File] = ()
