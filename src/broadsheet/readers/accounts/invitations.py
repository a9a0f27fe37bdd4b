"""One-time invitations: 256 random bits in a link, kept as SHA-256, for two weeks."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from broadsheet.errors import UsageError
from broadsheet.readers.models import Invitation, Reader
from broadsheet.readers.tokens import digest

from . import mail, service
from .models import Account

DAYS = 14


def make(
    email: str, roles: Iterable[str], now: datetime, *, actor: Reader | None = None, days: int = DAYS
) -> tuple[Invitation, str]:
    """Invite an address, or (empty, where mail can verify one) whoever holds the link. Returns row and secret.

    Raises UsageError for a bad address or role, or when the address has an account.
    """
    given = service.roles_of(roles)
    wanted = service.address(email) if email.strip() else ""
    if not wanted and not mail.set_up():
        raise UsageError(
            _("Without a mail server nobody can prove an address, so an invitation needs one. Nothing was made.")
        )
    if wanted and Account.objects.filter(email=wanted).exists():
        raise UsageError(_("There is an account for {wanted} already. Nothing was made.").format(wanted=wanted))
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        if wanted:
            Invitation.objects.filter(email=wanted, used_at=None).delete()
        row = Invitation.objects.create(
            digest=digest(secret),
            email=wanted,
            roles=given,
            made_by=actor,
            made_at=now,
            expires_at=now + timedelta(days=max(1, min(days, 90))),
        )
        service.log(actor, "invitation.make", f"invitation:{row.pk}", now, after={"roles": given})
    return row, secret


def find(secret: str, now: datetime) -> Invitation | None:
    """The open invitation with this secret."""
    if len(secret) > 100:
        return None
    return Invitation.objects.filter(digest=digest(secret), used_at=None, expires_at__gt=now).first()


def by_id(row_id: object, now: datetime) -> Invitation | None:
    """An open invitation by its number (out of the invited browser's own session)."""
    if not isinstance(row_id, int):
        return None
    return Invitation.objects.filter(pk=row_id, used_at=None, expires_at__gt=now).first()


def use(row: Invitation, reader: Reader, now: datetime) -> bool:
    """Use it up for a new reader, who gets its roles; False when another was quicker."""
    with transaction.atomic():
        if not Invitation.objects.filter(pk=row.pk, used_at=None, expires_at__gt=now).update(
            used_at=now, used_by=reader
        ):
            return False
        if row.roles:
            reader.roles = list(row.roles)
            reader.save(update_fields=["roles"])
            named = f"reader:{reader.slug or reader.pk}"
            service.log(row.made_by, "account.roles", named, now, after={"roles": reader.roles})
    return True


def open_ones(now: datetime) -> QuerySet[Invitation]:
    """Invitations that wait, newest first."""
    return (
        Invitation.objects.filter(used_at=None, expires_at__gt=now)
        .select_related("made_by")
        .order_by("-made_at", "-id")
    )


def withdraw(row_id: int, now: datetime, *, actor: Reader | None = None) -> bool:
    """Withdraw a waiting invitation; False when there is none."""
    with transaction.atomic():
        row = Invitation.objects.filter(pk=row_id, used_at=None).first()
        if row is None:
            return False
        service.log(actor, "invitation.withdraw", f"invitation:{row.pk}", now, before={"roles": row.roles})
        row.delete()
    return True


def link(secret: str, base: str) -> str:
    """The address to hand over."""
    return f"{base.rstrip('/')}/invitation/{secret}"
