"""Which PostgreSQL to talk to: the server named by DATABASE_URL, or one of our own in the data folder."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from kanal.config import embedded, env

_SCHEMES = {"postgres", "postgresql"}
_LIKE_THIS = "It must look like postgresql://user:password@host:5432/name."


def settings(data_dir: Path) -> dict[str, Any]:
    """Give Django's settings of the default database; starts nothing.

    Args:
        data_dir: the folder that holds the embedded server, used where DATABASE_URL is unset.

    Raises:
        ImproperlyConfigured: DATABASE_URL is no address of a PostgreSQL database.
    """
    url = env.text("DATABASE_URL")
    where = (
        {"ENGINE": "django.db.backends.postgresql", **parse(url)}
        if url
        else embedded.settings(data_dir / "postgres")
    )
    return {
        **where,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }


def parse(url: str) -> dict[str, Any]:
    """Split an address such as `postgresql://user:secret@host:5432/name?sslmode=require`.

    Raises:
        ImproperlyConfigured: it is none; the message names what is wrong, without the password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"DATABASE_URL is no address: {error}. {_LIKE_THIS}") from None
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in _SCHEMES:
        raise ImproperlyConfigured(f"DATABASE_URL begins with {parts.scheme!r}. {_LIKE_THIS}")
    if not name:
        raise ImproperlyConfigured(f"DATABASE_URL names no database. {_LIKE_THIS}")
    options = dict(parse_qsl(parts.query))
    return {
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        "OPTIONS": options,
    }


def is_embedded(database: dict[str, Any]) -> bool:
    """Tell whether a database of Django's settings is on the embedded server."""
    return bool(database["ENGINE"] == embedded.ENGINE)
