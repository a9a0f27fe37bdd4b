"""Django's settings, derived from :mod:`broadsheet.config`. Set ``DJANGO_SETTINGS_MODULE=broadsheet.settings``."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from . import config as _config

_c = _config.current()
_here = Path(__file__).parent


def _secret_key() -> str:
    """The key of this installation: from the settings, else a file made once in the data directory."""
    if _c.secret_key:
        return _c.secret_key
    path = _c.data / "secret-key"
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        key = secrets.token_urlsafe(48)
        try:
            _c.data.mkdir(0o700, parents=True, exist_ok=True)
            with path.open("x") as file:
                path.chmod(0o600)
                file.write(key)
        except FileExistsError:
            return path.read_text("ascii").strip()
        except OSError:
            return key  # the command that follows names the unwritable directory
        return key


def _database() -> dict[str, Any]:
    """SQLite in WAL mode with IMMEDIATE transactions, or PostgreSQL by address."""
    if _c.postgres:
        url = urlsplit(_c.database_url)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(url.path.lstrip("/")),
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": unquote(url.hostname or ""),
            "PORT": str(url.port or ""),
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
        }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": _c.database_url.removeprefix("sqlite:") or str(_c.data / "broadsheet.sqlite3"),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
                "PRAGMA cache_size=-65536; PRAGMA mmap_size=1073741824; PRAGMA temp_store=MEMORY;"
            ),
        },
    }


SECRET_KEY = _secret_key()
DEBUG = False
# Host names are judged by the page's own rule (web/access.py), which also knows local mode.
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *_c.allowed_hosts]
if _c.site_url:
    ALLOWED_HOSTS.append(urlsplit(_c.site_url).hostname or "")
DATABASES = {"default": _database()}
ATOMIC_REQUESTS = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "broadsheet.catalogue.apps.CatalogueConfig",
    "broadsheet.sources.apps.SourcesConfig",
    "broadsheet.editions.apps.EditionsConfig",
    "broadsheet.readers.apps.ReadersConfig",
    "broadsheet.readers.accounts.apps.AccountsConfig",
    "broadsheet.digest.apps.DigestConfig",
    "broadsheet.web.apps.WebConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "broadsheet.web.middleware.HeadersMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "broadsheet.web.proxies.ProxyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "broadsheet.web.gate.SecretPathMiddleware",
    "broadsheet.web.middleware.ReaderMiddleware",
    "broadsheet.web.speaking.LanguageMiddleware",
    "broadsheet.web.gate.GateMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "broadsheet.web.urls"
WSGI_APPLICATION = "broadsheet.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [_here / "web" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "broadsheet.web.rendering.environment"},
    }
]
STATIC_URL = "/static/"
STATICFILES_DIRS = [_here / "web" / "static"]
STATIC_ROOT = None  # WhiteNoise serves from the package
WHITENOISE_USE_FINDERS = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "broadsheet.web.views.errors.csrf_failed"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "broadsheet_session"
SESSION_COOKIE_AGE = 30 * 86400
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
USE_TZ = True
TIME_ZONE = "UTC"
# Which language a page is in is decided by web/speaking.py; commands, logs and the API speak English.
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = list(_config.LANGUAGES.items())
LOCALE_PATHS = [_here / "locale"]
CACHES = {
    "default": {
        "BACKEND": "broadsheet.readers.accounts.counting.Cache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 20000},
        "KEY_PREFIX": "",
    }
}
SILENCED_SYSTEM_CHECKS: list[str] = []
# Faults go to standard error with their cause; pages that are not there, and foreign host names, are nobody's fault.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "ERROR"},
        "django.security.DisallowedHost": {"handlers": [], "level": "CRITICAL", "propagate": False},
        "broadsheet.web": {"handlers": ["stderr"], "level": "WARNING"},
    },
}

# -- accounts: django-allauth does the work, readers/accounts/ says how --------------------------------------------
AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["broadsheet.readers.accounts.hashers.Argon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {"user_attributes": ("email",)}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
PASSWORD_RESET_TIMEOUT = 86400
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
_ROOM = "broadsheet.readers.accounts"
ACCOUNT_ADAPTER = f"{_ROOM}.adapter.AccountAdapter"
ACCOUNT_TEMPLATE_EXTENSION = "jinja"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = f"{_ROOM}.forms.SignupExtra"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = bool(_c.smtp_url)
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(_c.site_url).scheme or "http"
MFA_ADAPTER = f"{_ROOM}.adapter.CodesAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
SOCIALACCOUNT_ADAPTER = f"{_ROOM}.adapter.ProviderAdapter"
# The keeper chose the one provider; an address that it calls verified is the reader's.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "oidc",
                "name": _c.oidc_name,
                "client_id": _c.oidc_client,
                "secret": _c.oidc_secret,
                "settings": {"server_url": _c.oidc_url},
            }
        ]
        if _c.oidc_url
        else [],
    }
}


def _mail() -> dict[str, Any]:
    """Django's settings of mail from ``smtp_url``; without one, sending says so instead of pretending."""
    if not _c.smtp_url:
        return {"EMAIL_BACKEND": f"{_ROOM}.mail.NoMail"}
    url = urlsplit(_c.smtp_url)
    return {
        "EMAIL_BACKEND": f"{_ROOM}.mail.Mail",
        "EMAIL_HOST": url.hostname,
        "EMAIL_PORT": url.port or {"smtps": 465, "smtp": 587}.get(url.scheme, 25),
        "EMAIL_HOST_USER": unquote(url.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(url.password or ""),
        "EMAIL_USE_TLS": url.scheme == "smtp",
        "EMAIL_USE_SSL": url.scheme == "smtps",
        "EMAIL_TIMEOUT": 15,
    }


globals().update(_mail())
DEFAULT_FROM_EMAIL = _c.mail_from or f"broadsheet@{urlsplit(_c.site_url).hostname or 'localhost'}"
