"""What `kanal check` looks at before an installation is used for real. Each complaint names its mend."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from kanal.config import database

OLDEST_POSTGRESQL = 15
_GUIDE = "docs/guides/administrators.md says how."
_LOCAL = {"localhost", "127.0.0.1", "::1", "[::1]", ""}
# Django's words for what is said below, once and with our variables; and two that are for the whole domain to
# decide: HTTPS on every subdomain, and the browsers' preload list.
_SAID_BY_US = {f"security.W{number:03}" for number in (4, 5, 8, 9, 12, 16, 18, 20, 21)}


def complaints() -> list[CheckMessage]:
    """Name everything, Django's own checks included."""
    found = run_checks(include_deployment_checks=True, databases=None)
    django_says = [message for message in found if message.is_serious() and message.id not in _SAID_BY_US]
    return [*django_says, *identity(), *transport(), *mail(), *storage(), *schema()]


def identity() -> Iterator[CheckMessage]:
    """Look at secrets and modes."""
    if settings.SECRET_KEY == settings.INSECURE_KEY or len(settings.SECRET_KEY) < 50:
        yield Error(
            "The secret key is the public one of development, or shorter than 50 characters.",
            hint="Set KANAL_SECRET_KEY, or KANAL_SECRET_KEY_FILE, to what this prints: "
            'python3 -c "import secrets; print(secrets.token_urlsafe(50))"',
        )
    if settings.DEBUG:
        yield Error("Debug mode is on: errors show passwords and code.", hint="Unset KANAL_DEBUG.")
    if settings.DEMO:
        yield Error("Demo mode is on: passwords are public and no mail is sent.", hint="Unset KANAL_DEMO.")


def transport() -> Iterator[CheckMessage]:
    """Look at addresses and HTTPS."""
    base = urlsplit(settings.BASE_URL)
    hosts = set(settings.ALLOWED_HOSTS)
    if "*" in hosts or not hosts - _LOCAL:
        yield Error(
            f"KANAL_ALLOWED_HOSTS is {','.join(settings.ALLOWED_HOSTS)!r}: any name, or only this machine's.",
            hint="Set it to the host names that people type, such as partners.example.com.",
        )
    if base.hostname is None or base.hostname in _LOCAL or base.path:
        yield Error(
            f"KANAL_BASE_URL is {settings.BASE_URL!r}; links in mail would lead nowhere.",
            hint="Set it to the address that people use: https://partners.example.com, without a path.",
        )
    elif "*" not in hosts and not _is_allowed(base.hostname, hosts):
        yield Error(
            f"KANAL_BASE_URL names {base.hostname}, which KANAL_ALLOWED_HOSTS does not.",
            hint=f"Add {base.hostname} to KANAL_ALLOWED_HOSTS.",
        )
    if not settings.HTTPS:
        yield Error(
            "HTTPS is off: passwords and customers' data travel in clear text.",
            hint=f"Let a proxy do HTTPS, and begin KANAL_BASE_URL with https://. {_GUIDE}",
        )
    elif settings.SECURE_PROXY_SSL_HEADER is None:
        yield Error(
            "HTTPS is on, but Kanal is not told that a proxy does it, and would redirect for ever.",
            hint=f"Set KANAL_BEHIND_PROXY=yes, and let the proxy set X-Forwarded-Proto. {_GUIDE}",
        )


def _is_allowed(host: str, hosts: set[str]) -> bool:
    return any(host == allowed or (allowed.startswith(".") and host.endswith(allowed)) for allowed in hosts)


def mail() -> Iterator[CheckMessage]:
    """Look at how mail is sent."""
    if settings.DEFAULT_FROM_EMAIL.rstrip(">").endswith("@localhost"):
        yield Error(
            "Mail would come from an address at localhost, and be refused as spam.",
            hint="Set KANAL_MAIL_FROM, such as 'Example <partners@example.com>', and KANAL_SMTP_HOST.",
        )
    if settings.EMAIL_USE_TLS and settings.EMAIL_USE_SSL:
        yield Error(
            "KANAL_SMTP_STARTTLS and KANAL_SMTP_TLS are both on; no mail would be sent.",
            hint="Keep one: STARTTLS is usual on port 587, TLS on port 465.",
        )


def storage() -> Iterator[CheckMessage]:
    """Look at the database's kind and the data folder."""
    if database.is_embedded(settings.DATABASES["default"]):
        yield Error(
            "The database is the embedded one, which is for trying Kanal: one machine, no backup of its own.",
            hint=f"Set DATABASE_URL to a PostgreSQL server of version {OLDEST_POSTGRESQL} or newer. {_GUIDE}",
        )
    folder = Path(settings.DATA_DIR)
    if not os.access(next(part for part in (folder, *folder.parents) if part.exists()), os.W_OK):
        yield Error(
            f"The data folder {folder} can't be written to.",
            hint="Point KANAL_DATA at a folder that belongs to the user that runs Kanal.",
        )
    if not settings.DEBUG and not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        yield Error("The static files are not collected: every page would fail.", hint="Run: kanal migrate")


def schema() -> Iterator[CheckMessage]:
    """Ask the database for its version and what is not migrated."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version_num")
            major = int(cursor.fetchone()[0]) // 10_000
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, ImproperlyConfigured) as error:
        reason = str(error).strip()
        yield Error(f"The database does not answer: {reason}", hint="Look at DATABASE_URL and the server.")
        return
    if major < OLDEST_POSTGRESQL:
        yield Error(
            f"The database server is PostgreSQL {major}.", hint=f"Use version {OLDEST_POSTGRESQL} or newer."
        )
    if waiting:
        yield Error(f"The database lacks {len(waiting)} migrations.", hint="Run: kanal migrate")
