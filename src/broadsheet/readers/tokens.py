"""API tokens: 256 random bits, shown once, kept as SHA-256 (a slow hash is for secrets that can be guessed)."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from broadsheet.errors import UsageError

from .models import ApiToken, Reader
from .roles import SCOPES, scopes_for

log = logging.getLogger("broadsheet.readers")
MARK = "bsh_"  # tells a leaked token from other random texts
MOST = 20  # live tokens of one reader
LONGEST = timedelta(days=730)


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def make(
    reader: Reader,
    name: str,
    scopes: Iterable[str],
    now: datetime,
    *,
    days: int | None = 365,
) -> tuple[ApiToken, str]:
    """Make a token; returns its row and the secret, which is nowhere kept. ``days`` None: it does not expire."""
    scopes = set(scopes)
    wanted = [scope for scope in SCOPES if scope in scopes]
    allowed = scopes_for(reader)
    beyond = [scope for scope in wanted if scope not in allowed]
    if not scopes:
        raise UsageError(_("A token needs a scope. Nothing was made. Choose what the program may do."))
    if beyond or scopes - set(SCOPES):
        raise UsageError(_("A token of this reader can have {scopes}. Nothing was made.").format(
            scopes=", ".join(allowed) or _("no scope")))
    title = " ".join(name.replace("\0", " ").split())[:80]
    if not title:
        raise UsageError(_("A token needs a name by which you will know it again. Nothing was made."))
    if live(reader, now).count() >= MOST:
        raise UsageError(_("There are {most} tokens already. Nothing was made. Revoke one that is not used.").format(
            most=MOST))
    expires = None if days is None else now + min(timedelta(days=max(1, days)), LONGEST)
    secret = MARK + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        reader=reader,
        name=title,
        digest=digest(secret),
        prefix=secret[:12],
        scopes=wanted,
        made_at=now,
        expires_at=expires,
    )
    return row, secret


def find(secret: str, now: datetime) -> ApiToken | None:
    """The live token with this secret, with its reader; None when there is none. Notes the day of use.

    The look-up is by hash, so its time tells nothing of the secret.
    """
    if not secret.startswith(MARK) or len(secret) > 100:
        return None
    row = (
        ApiToken.objects.select_related("reader")
        .filter(digest=digest(secret), revoked_at=None)
        .filter(Q(expires_at=None) | Q(expires_at__gt=now))
        .first()
    )
    if row is None or row.reader.blocked_at is not None:
        return None
    if row.used_on != now.date():
        try:
            ApiToken.objects.filter(pk=row.pk).update(used_on=now.date())
        except DatabaseError:
            log.warning("The day on which a token was used was not noted: the database was busy.")
    return row


def live(reader: Reader, now: datetime) -> QuerySet[ApiToken]:
    """The reader's tokens that work, newest first."""
    return (
        ApiToken.objects.filter(reader=reader, revoked_at=None)
        .filter(Q(expires_at=None) | Q(expires_at__gt=now))
        .order_by("-made_at", "-id")
    )


def revoke(reader: Reader, row_id: int, now: datetime) -> bool:
    """Revoke one of the reader's own tokens; False when it is not there, or somebody else's."""
    return ApiToken.objects.filter(reader=reader, pk=row_id, revoked_at=None).update(revoked_at=now) == 1


def revoke_all(reader: Reader, now: datetime) -> int:
    """Revoke all tokens of the reader."""
    return ApiToken.objects.filter(reader=reader, revoked_at=None).update(revoked_at=now)
