"""Django's registration of the room."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """The catalogue's tables."""

    name = "broadsheet.catalogue"
    label = "catalogue"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the stored records of imported files and of what readers raised and editors moved readable."""
        from . import placing, submitted
        from .importing import bibtex, jsonl

        jsonl.register_forms()
        bibtex.register_forms()
        submitted.register_forms()
        placing.register_forms()
