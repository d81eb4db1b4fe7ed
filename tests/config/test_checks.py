"""`kanal check` names what is unsafe, with the mend, and is content with an installation that is in order."""

import pytest
from django.core.management import call_command
from django.urls import get_resolver

from kanal.config import checks

SAFE = {
    "SECRET_KEY": "x7" * 20 + "Kd93jf0sPq2mVb8Z",
    "DEBUG": False,
    "DEMO": False,
    "ALLOWED_HOSTS": ["partners.example.com"],
    "BASE_URL": "https://partners.example.com",
    "HTTPS": True,
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "DEFAULT_FROM_EMAIL": "Example <partners@example.com>",
    "EMAIL_USE_TLS": True,
    "EMAIL_USE_SSL": False,
    "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": False,
}


@pytest.fixture
def safe(settings, tmp_path):
    """Settings of an installation that is in order."""
    # The checks read the addresses; later tests need those of the demo too.
    assert get_resolver().url_patterns
    for name, value in SAFE.items():
        setattr(settings, name, value)
    settings.DATA_DIR = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    (settings.STATIC_ROOT / "staticfiles.json").write_text("{}")
    settings.DATABASES["default"]["ENGINE"], before = (
        "django.db.backends.postgresql",
        settings.DATABASES["default"]["ENGINE"],
    )
    yield settings
    settings.DATABASES["default"]["ENGINE"] = before


def named() -> str:
    return "\n".join(f"{complaint.msg} → {complaint.hint}" for complaint in checks.complaints())


@pytest.mark.django_db
def test_an_installation_in_order_has_nothing_to_mend(safe):
    assert named() == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("setting", "value", "complaint", "mend"),
    [
        ("SECRET_KEY", "insecure-development-key", "secret key is the public one", "KANAL_SECRET_KEY"),
        ("DEBUG", True, "Debug mode is on", "Unset KANAL_DEBUG"),
        ("DEMO", True, "Demo mode is on", "Unset KANAL_DEMO"),
        ("ALLOWED_HOSTS", ["*"], "KANAL_ALLOWED_HOSTS is '*'", "host names"),
        ("ALLOWED_HOSTS", ["localhost"], "only this machine's", "host names"),
        (
            "ALLOWED_HOSTS",
            ["other.example.com"],
            "names partners.example.com, which",
            "Add partners.example.com",
        ),
        ("BASE_URL", "http://127.0.0.1:8000", "links in mail would lead nowhere", "https://"),
        (
            "BASE_URL",
            "https://partners.example.com/kanal",
            "links in mail would lead nowhere",
            "without a path",
        ),
        ("HTTPS", False, "HTTPS is off", "https://"),
        ("SECURE_PROXY_SSL_HEADER", None, "would redirect for ever", "KANAL_BEHIND_PROXY=yes"),
        ("DEFAULT_FROM_EMAIL", "Kanal <kanal@localhost>", "at localhost", "KANAL_MAIL_FROM"),
        ("EMAIL_USE_SSL", True, "both on", "Keep one"),
    ],
)
def test_what_is_unsafe_is_named_with_its_mend(safe, setting, value, complaint, mend):
    setattr(safe, setting, value)
    assert complaint in named()
    assert mend in named()


@pytest.mark.django_db
def test_static_files_that_were_not_collected_are_named(safe):
    (safe.STATIC_ROOT / "staticfiles.json").unlink()
    assert "static files are not collected" in named()
    assert "kanal migrate" in named()


@pytest.mark.django_db
def test_the_embedded_database_is_not_for_real_use(safe):
    safe.DATABASES["default"]["ENGINE"] = "kanal.config.embedded"
    assert "embedded one" in named()
    assert "DATABASE_URL" in named()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_lacks_migrations_is_named(safe):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions' RETURNING app, name, applied")
        removed = cursor.fetchall()
        try:
            assert "lacks 1 migrations → Run: kanal migrate" in named().replace("migrations.", "migrations")
        finally:
            for row in removed:
                cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", row)


@pytest.mark.django_db
def test_an_old_server_is_named(safe, monkeypatch):
    monkeypatch.setattr(checks, "OLDEST_POSTGRESQL", 99)
    assert "Use version 99 or newer" in named()


@pytest.mark.django_db
def test_the_models_and_the_migrations_agree():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
