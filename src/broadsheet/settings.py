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
            _c.data.mkdir(parents=True, exist_ok=True)
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
    "broadsheet.catalogue.apps.CatalogueConfig",
    "broadsheet.sources.apps.SourcesConfig",
    "broadsheet.editions.apps.EditionsConfig",
    "broadsheet.readers.apps.ReadersConfig",
    "broadsheet.web.apps.WebConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "broadsheet.web.middleware.HeadersMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "broadsheet.web.middleware.ReaderMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
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
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
LANGUAGE_CODE = "en"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 20000}}}
SILENCED_SYSTEM_CHECKS: list[str] = []
