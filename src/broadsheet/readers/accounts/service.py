"""Accounts as keepers handle them: made, invited, given roles, blocked, removed; each privileged act leaves a trace."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from broadsheet.config import Config
from broadsheet.errors import UsageError
from broadsheet.readers import roles as table
from broadsheet.readers import tokens
from broadsheet.readers.models import AuditEntry, Reader

from . import adoption
from .models import Account


def address(text: str) -> str:
    """A mail address in the form that is kept. Raises UsageError."""
    email = text.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise UsageError(f"{text[:80]!r} is not a mail address. Nothing was done.") from None
    return email


def find(email: str) -> Account:
    """The account of a mail address. Raises UsageError when there is none."""
    account = Account.objects.filter(email=email.strip().lower()).first()
    if account is None:
        raise UsageError(f"There is no account for {email[:80]}. Nothing was done. `broadsheet user list` shows all.")
    return account


def members() -> QuerySet[Account]:
    """All accounts with their readers, oldest first."""
    return Account.objects.order_by("created_at", "id")


def has_administrator() -> bool:
    """Whether anybody can administer by signing in."""
    return bool(_administrators().exists())


def add(
    email: str,
    name: str,
    roles: Iterable[str],
    now: datetime,
    *,
    password: str | None = None,
    actor: Reader | None = None,
) -> Account:
    """Make an account whose address counts as verified, for a keeper vouches for it.

    Raises UsageError for a bad address or role, or when the account exists.
    """
    from allauth.account.models import EmailAddress

    wanted, given = address(email), roles_of(roles)
    try:
        with transaction.atomic():
            account = Account.objects.create_user(wanted, password, created_at=now)
            EmailAddress.objects.create(user=account, email=wanted, verified=True, primary=True)
            reader = adoption.adopt(account, None, now)
            account.reader = reader
            if name.strip():
                adoption.name_it(reader, name)
            if given:
                reader.roles = given
                reader.save(update_fields=["roles"])
            log(actor, "account.add", subject(account), now, after={"roles": given})
    except IntegrityError:
        raise UsageError(
            f"There is an account for {wanted} already. Nothing was done. "
            f"`broadsheet user link {wanted}` lets its owner set a new password."
        ) from None
    return account


def roles_of(roles: Iterable[str]) -> list[str]:
    """Checked roles. Raises UsageError."""
    try:
        return table.checked(roles)
    except ValueError as problem:
        raise UsageError(f"{problem}. Nothing was done.") from None


def set_roles(account: Account, roles: Iterable[str], now: datetime, *, actor: Reader | None = None) -> list[str]:
    """Give exactly these roles; the last administrator keeps being one. Tokens lose the scopes that no longer fit."""
    given = roles_of(roles)
    with transaction.atomic():
        reader = _reader(account, now)
        before = list(reader.roles)
        if given == before:
            return given
        if "administrator" in before and "administrator" not in given:
            _someone_left(reader)
        reader.roles = given
        reader.save(update_fields=["roles"])
        log(actor, "account.roles", subject(account), now, before={"roles": before}, after={"roles": given})
    return given


def block(account: Account, reason: str, now: datetime, *, actor: Reader | None = None) -> None:
    """Block: all sessions and tokens end. The owner may still sign in to read why, take the data out and leave."""
    with transaction.atomic():
        reader = _reader(account, now)
        if reader.blocked_at is not None:
            return
        if "administrator" in reader.roles:
            _someone_left(reader)
        reader.blocked_at, reader.blocked_reason = now, reason.strip()[:2000]
        reader.save(update_fields=["blocked_at", "blocked_reason"])
        tokens.revoke_all(reader, now)
        log(actor, "account.block", subject(account), now, reason=reason, before={"blocked": False})
    end_sessions(account)


def unblock(account: Account, now: datetime, *, actor: Reader | None = None) -> None:
    """Take a block back. Tokens stay revoked."""
    with transaction.atomic():
        reader = _reader(account, now)
        if reader.blocked_at is None:
            return
        reason = reader.blocked_reason
        reader.blocked_at, reader.blocked_reason = None, ""
        reader.save(update_fields=["blocked_at", "blocked_reason"])
        log(actor, "account.unblock", subject(account), now, before={"blocked": True, "reason": reason})


def remove(account: Account, now: datetime, *, actor: Reader | None = None) -> None:
    """Remove the account and everything that is the reader's own. Votes and comments stay without a name.

    There is no way back.
    """
    with transaction.atomic():
        if account.reader is not None and "administrator" in account.reader.roles:
            _someone_left(account.reader)
        end_sessions(account)
        log(actor, "account.remove", subject(account), now)
        reader = account.reader
        account.delete()
        if reader is not None:
            reader.delete()


def end_sessions(account: Account, keep: str = "") -> int:
    """End the account's sessions but the one with the key ``keep``. Returns how many ended."""
    from allauth.usersessions.models import UserSession

    ended = 0
    for row in UserSession.objects.filter(user_id=account.pk).exclude(session_key=keep):
        SessionStore().delete(row.session_key)
        row.delete()
        ended += 1
    return ended


def end_session(account: Account, row_id: int) -> bool:
    """End one of the account's own sessions; False when it is not there, or somebody else's."""
    from allauth.usersessions.models import UserSession

    row = UserSession.objects.filter(user_id=account.pk, pk=row_id).first()
    if row is None:
        return False
    SessionStore().delete(row.session_key)
    row.delete()
    return True


def password_link(account: Account, base: str) -> str:
    """A link that lets whoever holds it set the password once, within a day. A new password voids it."""
    from allauth.account.forms import default_token_generator
    from allauth.account.utils import user_pk_to_url_str
    from django.urls import reverse

    key = default_token_generator.make_token(account)
    place = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(account), "key": key})
    return base.rstrip("/") + place


def base_address(config: Config, port: int | None = None) -> str:
    """Where readers find the site: ``site_url``, else the address that the program listens on."""
    if config.site_url:
        return config.site_url.rstrip("/")
    host = f"[{config.host}]" if ":" in config.host else config.host
    return f"http://{host}:{port or config.port}"


def subject(account: Account) -> str:
    """How the audit log names an account: by what is public of it, never by its address."""
    return f"reader:{account.reader.slug or account.reader.pk}" if account.reader else f"account:{account.pk}"


def log(
    actor: Reader | None,
    act: str,
    subject: str,
    now: datetime,
    *,
    reason: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Note a privileged act. Without an actor it was done at the machine, by command."""
    AuditEntry.objects.create(
        actor=actor,
        actor_name=(actor.name or "keeper") if actor else "command line",
        act=act,
        subject=subject[:120],
        reason=reason[:2000],
        before=before or {},
        after=after or {},
        made_at=now,
    )


def _reader(account: Account, now: datetime) -> Reader:
    """The account's reader as it stands in the database, made if it never signed in."""
    found = Reader.objects.select_for_update().filter(account=account).first()
    return found or adoption.adopt(account, None, now)


def _administrators() -> QuerySet[Reader]:
    """Readers who can administer. The text of a JSON list is looked at, which both databases can."""
    return Reader.objects.filter(roles__icontains='"administrator"', blocked_at=None, account__is_active=True)


def _someone_left(reader: Reader) -> None:
    if not _administrators().exclude(pk=reader.pk).exists():
        raise UsageError(
            "This is the last administrator. Nothing was changed. Make another one first: "
            "`broadsheet user role ADDRESS administrator`."
        )
