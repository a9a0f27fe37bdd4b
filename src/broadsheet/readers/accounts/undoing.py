"""How acts on accounts are undone from the log: roles and blocks. What is gone for good has no way back."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from broadsheet.errors import UsageError
from broadsheet.readers import audit, roles, tokens
from broadsheet.readers.models import Reader

from . import service


def _find(subject: str) -> Reader | None:
    name = subject.removeprefix("reader:")
    found = Reader.objects.filter(slug=name).first()
    if found is None and name.isdecimal():
        found = Reader.objects.filter(pk=int(name), slug=None).first()
    return found if found is not None and getattr(found, "account", None) is not None else None


def _known(subject: str) -> Reader:
    found = _find(subject)
    if found is None:
        raise UsageError(_("This account is no longer there. Nothing was changed."))
    return found


def _roles(subject: str) -> audit.State | None:
    found = _find(subject)
    return {"roles": list(found.roles)} if found is not None else None


def _set_roles(subject: str, state: audit.State, actor: Reader | None, now: datetime) -> None:
    reader = _known(subject)
    reader.roles = roles.checked(state["roles"])
    reader.save(update_fields=["roles"])
    _someone_administers()


def _block(subject: str) -> audit.State | None:
    found = _find(subject)
    return {"blocked": found.blocked_at is not None, "reason": found.blocked_reason} if found is not None else None


def _set_block(subject: str, state: audit.State, actor: Reader | None, now: datetime) -> None:
    reader = _known(subject)
    reader.blocked_at = now if state["blocked"] else None
    reader.blocked_reason = str(state.get("reason", "")) if state["blocked"] else ""
    reader.save(update_fields=["blocked_at", "blocked_reason"])
    if state["blocked"]:
        _someone_administers()
        tokens.revoke_all(reader, now)
        service.end_sessions(reader.account)


def _someone_administers() -> None:
    """Inside the transaction: what would leave nobody in charge is taken back with it."""
    if not service.has_administrator():
        raise UsageError(_("That would leave the site without an administrator. Nothing was changed."))


WAYS: audit.Ways = {
    "account.roles": audit.Way(_roles, _set_roles, "administer"),
    **dict.fromkeys(("account.block", "account.unblock"), audit.Way(_block, _set_block, "moderate")),
}
