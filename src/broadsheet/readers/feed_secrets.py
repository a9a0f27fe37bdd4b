"""The secret in the addresses of a reader's private feeds: shown once, kept as a hash, void when it is renewed."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from .models import FeedSecret, Reader


def renew(reader: Reader, now: datetime) -> str:
    """A new secret (192 random bits); every address with the one before leads nowhere from now on."""
    secret = secrets.token_urlsafe(24)
    FeedSecret.objects.update_or_create(reader=reader, defaults={"digest": _digest(secret), "made_at": now})
    return secret


def close(reader: Reader) -> None:
    """No private feed any more."""
    FeedSecret.objects.filter(reader=reader).delete()


def since(reader: Reader | None) -> datetime | None:
    """When the secret was made; None without one."""
    if reader is None:
        return None
    return FeedSecret.objects.filter(reader_id=reader.pk).values_list("made_at", flat=True).first()


def find(secret: str) -> Reader | None:
    """The reader with this secret who is not blocked. The look-up is by hash, so its time tells nothing."""
    if not 20 <= len(secret) <= 64 or not secret.isascii():
        return None
    row = FeedSecret.objects.select_related("reader").filter(
        digest=_digest(secret), reader__blocked_at=None).first()
    return row.reader if row is not None else None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
