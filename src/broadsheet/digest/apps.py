"""Django's registration of the room."""

from django.apps import AppConfig


class DigestConfig(AppConfig):
    """The tables of the room."""

    name = "broadsheet.digest"
    label = "digest"
    default_auto_field = "django.db.models.BigAutoField"
