"""Choices of the site (name, fields, interests, sources, orders): rows, changed on a page or by a command."""

from __future__ import annotations

from typing import Any

from .models import SiteChoice


def choice(name: str, default: Any = None) -> Any:
    """The value chosen for ``name``, or ``default``."""
    row = SiteChoice.objects.filter(name=name).values_list("value", flat=True).first()
    return default if row is None else row


def choices() -> dict[str, Any]:
    """All choices made, one query."""
    return dict(SiteChoice.objects.values_list("name", "value"))


def choose(name: str, value: Any) -> None:
    """Store the choice (any JSON value)."""
    SiteChoice.objects.update_or_create(name=name, defaults={"value": value})


def forget(name: str) -> None:
    """Return to the default."""
    SiteChoice.objects.filter(name=name).delete()
