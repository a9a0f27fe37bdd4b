"""Django's registration of the room."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.contenttypes.management import create_contenttypes
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """Accounts, and what happens at sign-in."""

    name = "broadsheet.readers.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to sign-ins; make no rows of permissions, which nothing here asks (see readers/roles.py)."""
        post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
        post_migrate.disconnect(create_contenttypes)
        from . import adoption

        adoption.listen()
