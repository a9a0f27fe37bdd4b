"""Who may do what: one table, and nothing else decides.

A reader's roles are any of editor, moderator and administrator; whoever has an account is at least a reader. The
local reader (the keeper at the machine) has every role. A browser's reader without an account only reads. A blocked
reader only reads, may take the own data out and leave. No capability shows what another reader reads: there is none.
"""

from __future__ import annotations

from collections.abc import Iterable

from .models import Reader

ROLES = ("editor", "moderator", "administrator")
_READER = frozenset({"read", "see_members_text", "vote", "comment", "submit", "claim", "keep", "follow", "report"})
_BY_ROLE = {
    "editor": frozenset({"curate", "confirm_claim"}),
    "moderator": frozenset({"moderate"}),
    "administrator": frozenset({"administer", "curate", "confirm_claim", "moderate"}),
}
CAPABILITIES = _READER.union(*_BY_ROLE.values())

SCOPES = ("read", "act", "curate", "moderate", "admin")
# What a token's scope allows; the reader behind it must be allowed it as well.
_BY_SCOPE = {
    "read": frozenset({"read", "see_members_text"}),
    "act": _READER,
    "curate": frozenset({"read", "see_members_text", "curate", "confirm_claim"}),
    "moderate": frozenset({"read", "see_members_text", "moderate"}),
    "admin": frozenset({"read", "see_members_text", "administer"}),
}


def can(reader: Reader | None, capability: str, *, local: bool, private: bool = False) -> bool:
    """Whether the reader (None: a stranger) may. ``private``: the site is for members only.

    Raises KeyError for a capability that does not exist, so that a misspelt one is never quietly refused.
    """
    if capability not in CAPABILITIES:
        raise KeyError(capability)
    if local:
        return True
    if reader is None or reader.joined_at is None:
        return capability == "read" and not private
    if reader.blocked_at is not None:
        return capability == "read" and not private
    return capability in _READER or any(capability in _BY_ROLE.get(role, ()) for role in reader.roles)


def within(scopes: Iterable[str], capability: str) -> bool:
    """Whether a token with these scopes reaches the capability."""
    return any(capability in _BY_SCOPE.get(scope, ()) for scope in scopes)


def scopes_for(reader: Reader) -> tuple[str, ...]:
    """Scopes that make sense for the reader's roles."""
    needs = {"read": "read", "act": "vote", "curate": "curate", "moderate": "moderate", "admin": "administer"}
    return tuple(scope for scope in SCOPES if can(reader, needs[scope], local=False))


def checked(roles: Iterable[str]) -> list[str]:
    """Roles in their order, each once. Raises ValueError naming the unknown one."""
    given = {role.strip().lower() for role in roles} - {"", "reader"}
    unknown = given - set(ROLES)
    if unknown:
        raise ValueError(f"{sorted(unknown)[0]!r} is not a role; roles are reader, {', '.join(ROLES)}")
    return [role for role in ROLES if role in given]
