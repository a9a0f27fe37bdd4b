"""Django's registration of the room."""

from django.apps import AppConfig


class EditionsConfig(AppConfig):
    """The tables of the room."""

    name = "broadsheet.editions"
    label = "editions"
    default_auto_field = "django.db.models.BigAutoField"
