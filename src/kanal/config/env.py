"""Reading settings from the environment, loudly when they are wrong."""

import os
from collections.abc import Sequence
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


def text(name: str, default: str = "") -> str:
    """Give the value of `name`, or what the file named by `name`_FILE holds, or `default`.

    Raises:
        ImproperlyConfigured: the file can't be read.
    """
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return os.environ.get(name, default)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE={path} can't be read: {error.strerror}.") from error


def flag(name: str, *, default: bool = False) -> bool:
    """Give the value of `name` as yes or no.

    Raises:
        ImproperlyConfigured: the value is neither.
    """
    value = text(name, "yes" if default else "no").strip().lower()
    if value not in _TRUE | _FALSE:
        raise ImproperlyConfigured(f"{name}={value!r} is neither yes nor no.")
    return value in _TRUE


def number(name: str, default: int, *, low: int, high: int) -> int:
    """Give the value of `name` as a whole number from `low` to `high`.

    Raises:
        ImproperlyConfigured: the value is no such number.
    """
    value = text(name, str(default))
    found = int(value) if value.isascii() and value.isdigit() else None
    if found is None or not low <= found <= high:
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number from {low} to {high}.")
    return found


def choice(name: str, default: str, *, among: Sequence[str]) -> str:
    """Give the value of `name`, which is one of a few.

    Raises:
        ImproperlyConfigured: the value is none of them.
    """
    value = text(name, default).strip()
    if value not in among:
        raise ImproperlyConfigured(f"{name}={value!r} is none of {', '.join(among)}.")
    return value


def words(name: str, default: str = "") -> list[str]:
    """Give the value of `name` as a list: its parts between commas, without blanks."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]
