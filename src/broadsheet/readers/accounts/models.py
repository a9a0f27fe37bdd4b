"""The account: a mail address and a password hash, beside the reader that it owns."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from broadsheet.readers.models import Reader


class AccountManager(BaseUserManager["Account"]):
    """Ways to make and to find accounts, always with their readers. Addresses are kept in lower case."""

    def get_queryset(self) -> models.QuerySet[Account]:
        """One query brings the account of a session and its reader. (To lock, say ``of=("self",)``.)"""
        return super().get_queryset().select_related("reader")

    def create_user(self, email: str, password: str | None = None, **more: Any) -> Account:
        """Make an account; without a password nobody can sign in until one is set by a one-time link."""
        account = self.model(email=email.strip().lower(), **more)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def get_by_natural_key(self, username: str | None) -> Account:
        """The account of a mail address."""
        return self.get(email=(username or "").lower())


class Account(AbstractBaseUser):
    """A way to sign in. Everything that others see (name, roles, votes) is the :class:`Reader`'s.

    ``is_active`` is false for a blocked account: it cannot sign in, and its sessions and tokens end.
    """

    id = models.BigAutoField(primary_key=True)
    email = models.CharField(max_length=254, unique=True)  # always in lower case
    reader = models.OneToOneField(Reader, on_delete=models.CASCADE, null=True, related_name="account")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = AccountManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def save(self, *args: Any, **more: Any) -> None:
        """Keep the address in lower case, whoever sets it."""
        self.email = self.email.strip().lower()
        super().save(*args, **more)

    def __str__(self) -> str:
        return self.email
