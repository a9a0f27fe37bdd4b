"""Django's registration of the room."""

from django.apps import AppConfig


class ReadersConfig(AppConfig):
    """The tables of the room."""

    name = "broadsheet.readers"
    label = "readers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Follow the merges of the catalogue."""
        from . import merging

        merging.connect()
