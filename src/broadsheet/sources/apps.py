"""Django's registration of the room."""

from django.apps import AppConfig


class SourcesConfig(AppConfig):
    """The tables of the room."""

    name = "broadsheet.sources"
    label = "sources"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the stored records of all connectors readable."""
        from .registry import register_forms

        register_forms()
