"""Settings of Kanal: everything that differs between installations comes from the environment.

`docs/guides/administrators.md` lists the variables; `kanal check` complains about unsafe values.
"""

from datetime import timedelta
from pathlib import Path

import pghistory
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from kanal.config import database, env

PACKAGE = Path(__file__).resolve().parent.parent

# ── What this installation is ──────────────────────────────────────────────────────────────────
DEMO = env.flag("KANAL_DEMO")
DEBUG = env.flag("KANAL_DEBUG")
DATA_DIR = Path(env.text("KANAL_DATA", ".kanal")).resolve()
VENDOR_NAME = env.text("KANAL_VENDOR_NAME", "Havn Systems" if DEMO else "Kanal")
# Two letters, for the public holidays of the vendor's own working time; empty has none.
VENDOR_COUNTRY = env.text("KANAL_VENDOR_COUNTRY", "DK" if DEMO else "")
# Whether companies may apply on the public page `/join/` to become partners.
JOINING_OPEN = env.flag("KANAL_JOINING_OPEN", default=True)
BASE_CURRENCY = env.text("KANAL_BASE_CURRENCY", "DKK")
BASE_URL = env.text("KANAL_BASE_URL", "http://127.0.0.1:8000").rstrip("/")

# Without a key of its own an installation still starts for a look; `kanal check` refuses it for real use.
INSECURE_KEY = "insecure-development-key"
SECRET_KEY = env.text("KANAL_SECRET_KEY", INSECURE_KEY)
SECRET_KEY_FALLBACKS = env.words("KANAL_SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.words("KANAL_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
HTTPS = env.flag("KANAL_HTTPS", default=BASE_URL.startswith("https://"))
CSRF_TRUSTED_ORIGINS = [BASE_URL] if HTTPS else []

# ── Parts ──────────────────────────────────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    # Before the sign-in library, as they hold its pages and mails in our look.
    "kanal.notify",
    "kanal.web",  # before allauth, whose templates it replaces
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "template_partials",
    "kanal.directory",
    "kanal.opportunities",
    "kanal.distribution",
    "kanal.importing",
    "kanal.insights",
    "kanal.joining",
    "kanal.registration",
    "kanal.desk",
    "kanal.portal",
    *(["kanal.demo"] if DEMO or DEBUG else []),
]

MIDDLEWARE = [
    "csp.middleware.CSPMiddleware",
    "kanal.web.middleware.headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kanal.web.middleware.preferences",
    "django.contrib.messages.middleware.MessageMiddleware",
    "kanal.web.middleware.no_nul",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "kanal.web.middleware.history",
    "kanal.web.middleware.refusals",
]

ROOT_URLCONF = "kanal.config.urls"
WSGI_APPLICATION = "kanal.config.wsgi.application"

_LOADERS = ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kanal.web.context.shell",
            ],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    _LOADERS if DEBUG else [("django.template.loaders.cached.Loader", _LOADERS)],
                )
            ],
            "builtins": ["template_partials.templatetags.partials", "kanal.web.templatetags.ui"],
        },
    }
]
FORM_RENDERER = "kanal.web.forms.Renderer"

# ── Database, queue, cache ─────────────────────────────────────────────────────────────────────
DATABASES = {"default": database.settings(DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"
# Sign-in limits are counted here, so every web process must see the same figures.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "kanal_cache"},
}
PGHISTORY_APPEND_ONLY = True
# The history is read record by record, so that key alone has an index: each further one makes changes dearer.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(db_index=True)

# ── Sign-in ────────────────────────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "directory.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_PASSWORD = "django.contrib.auth.password_validation"  # noqa: S105 - a module's name
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_PASSWORD}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_PASSWORD}.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": f"{_PASSWORD}.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "kanal.web.signin.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
    "invitation": "60/m/ip",
    # Applications to become a partner: by address, and by the domain of the mail that they name.
    "apply": "10/h/ip",
    "apply_domain": "20/h/key",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are entered by an administrator, nobody signs up with one
MFA_TOTP_ISSUER = "Kanal"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG or DEMO

# ── Guard ──────────────────────────────────────────────────────────────────────────────────────
SESSION_COOKIE_NAME = "__Host-kanal" if HTTPS else "kanal"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-kanal-csrf" if HTTPS else "kanal-csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "kanal.web.views.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if HTTPS else 0
BEHIND_PROXY = env.flag("KANAL_BEHIND_PROXY")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# Sign-in is limited by address: the one that the proxy names, or all would share the proxy's.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# ── Files ──────────────────────────────────────────────────────────────────────────────────────
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "files"
# The key that seals proofs, and the ends of the chain that were noted: on purpose not in the database.
PROOF_DIR = DATA_DIR / "proof"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
UPLOAD_MAX_BYTES = env.number("KANAL_UPLOAD_MAX_MB", 20, low=1, high=500) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# ── Mail ───────────────────────────────────────────────────────────────────────────────────────
EMAIL_BACKEND = "kanal.demo.mail.Backend" if DEMO else "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.text("KANAL_SMTP_HOST", "localhost")
EMAIL_PORT = env.number("KANAL_SMTP_PORT", 25, low=1, high=65535)
EMAIL_HOST_USER = env.text("KANAL_SMTP_USER")
EMAIL_HOST_PASSWORD = env.text("KANAL_SMTP_PASSWORD")
EMAIL_USE_TLS = env.flag("KANAL_SMTP_STARTTLS")
EMAIL_USE_SSL = env.flag("KANAL_SMTP_TLS")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("KANAL_MAIL_FROM", f"{VENDOR_NAME} <kanal@localhost>")

# ── Answer window: working hours that a partner has to answer an offer ─────────────────────────
# The smallest town that addresses are looked up among; the list of smaller ones takes more memory in the worker.
PLACES_FROM = env.choice("KANAL_PLACES_FROM", "5000", among=("500", "1000", "5000", "15000"))
ANSWER_HOURS = env.number("KANAL_ANSWER_HOURS", 24, low=1, high=1000)
WORKDAY_START = env.number("KANAL_WORKDAY_START", 8, low=0, high=22)
WORKDAY_END = env.number("KANAL_WORKDAY_END", 16, low=1, high=24)

# ── Language and time ──────────────────────────────────────────────────────────────────────────
USE_TZ = True
TIME_ZONE = env.text("KANAL_TIME_ZONE", "Europe/Copenhagen")
USE_I18N = True
USE_THOUSAND_SEPARATOR = True
LANGUAGE_CODE = env.text("KANAL_LANGUAGE", "en")
LANGUAGES = [("en", _("English")), ("da", _("Danish"))]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("KANAL_LOG_LEVEL", "WARNING")},
}
