"""Django's registration of the room."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The tables of the room."""

    name = "broadsheet.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"
