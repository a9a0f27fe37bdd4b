"""Django's registration of the room."""

from django.apps import AppConfig


class DigestConfig(AppConfig):
    """The tables of the room."""

    name = "broadsheet.digest"
    label = "digest"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Alerts take part in undo, and follow the merges of the catalogue."""
        from .alerts import undoing

        undoing.connect()
