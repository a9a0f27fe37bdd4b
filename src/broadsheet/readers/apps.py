"""Django's registration of the room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from . import audit


class ReadersConfig(AppConfig):
    """The tables of the room."""

    name = "broadsheet.readers"
    label = "readers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Follow the merges of the catalogue, and say how acts of this room are undone from the log."""
        from . import audit, merging

        merging.connect()
        audit.told_by(_ways)


def _ways() -> audit.Ways:
    from . import claims, moderation
    from .accounts import undoing

    return {**moderation.WAYS, **claims.WAYS, **undoing.WAYS}
