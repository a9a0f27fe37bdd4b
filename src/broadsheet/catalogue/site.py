"""Choices of the site (name, fields, interests, sections, sources, orders): rows, changed on a page or by a command.

A value that the keeper's TOML file sets (its table ``[site]``, read by ``config.py``) wins over the row, and stands
fast: a page shows it read-only, :func:`choose` refuses it.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import connection

from .. import config
from ..errors import UsageError
from .models import SiteChoice


def fixed() -> dict[str, Any]:
    """The choices that the TOML file made."""
    return dict(config.current().site)


def choice(name: str, default: Any = None) -> Any:
    """The value chosen for ``name``, or ``default``."""
    told = config.current().site
    if name in told:
        return told[name]
    row = SiteChoice.objects.filter(name=name).values_list("value", flat=True).first()
    return default if row is None else row


def choices() -> dict[str, Any]:
    """All choices made, one query."""
    with connection.cursor() as cursor:  # plain SQL: asked at every page and every vote
        cursor.execute("SELECT name, value FROM catalogue_sitechoice")
        kept = {name: json.loads(value) for name, value in cursor.fetchall()}
    return {**kept, **config.current().site}


def choose(name: str, value: Any) -> None:
    """Store the choice (any JSON value). Raises UsageError where the TOML file has decided it."""
    if name in config.current().site and config.current().site[name] != value:
        raise UsageError(f"The choice `{name}` is set in {config.current().origin['site']}. Nothing was changed here; "
                         "change it there, or take it out of the file.")
    SiteChoice.objects.update_or_create(name=name, defaults={"value": value})


def forget(name: str) -> None:
    """Return to the default."""
    SiteChoice.objects.filter(name=name).delete()
