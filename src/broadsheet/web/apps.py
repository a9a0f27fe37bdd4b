"""Django's registration of the room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from ..readers import audit


class WebConfig(AppConfig):
    """The tables of the room."""

    name = "broadsheet.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say how acts of editors are undone from the log."""
        from ..readers import audit

        audit.told_by(_ways)


def _ways() -> audit.Ways:
    from . import curating

    return curating.WAYS
