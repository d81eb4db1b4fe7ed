"""Settings of Kanal as the tests need them: the demo's apps, a fast database of their own."""

import os
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent / ".kanal" / "test"
os.environ.update(
    KANAL_DEMO="yes",  # so that the demo's pages and tables are there
    KANAL_DATA=str(HOME),
    KANAL_SECRET_KEY="tests-only-" + "k" * 40,
)

from kanal.config import embedded, env  # noqa: E402
from kanal.config.settings import *  # noqa: E402, F403
from kanal.config.settings import DATABASES, STORAGES  # noqa: E402

if not env.text("DATABASE_URL"):
    DATABASES = {"default": DATABASES["default"] | embedded.settings(HOME / "postgres", durable=False)}
DATABASES["default"]["CONN_MAX_AGE"] = 0

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
