"""The permission matrix: every address and method of the site, and what each persona is answered.

A row says who may (``may``), what they get (``yes``) and what everybody else gets (``no``; strangers ``anon``), with
exceptions by persona (``but``). The doors of the site (dead tokens, tokens away from the API, members' sites, the
secret path) are the same for all rows and stand in :func:`expected`. Written from the rules of DECISIONS.md and of the
documentation, not from the code that keeps them.

Answers: ``ok`` 200, ``made`` 201, ``none`` 204, ``door`` (to the sign-in page), ``go`` (another redirect), else the
status as a number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from tests.support.people import PERSONAS

READERS = ("reader", "author", "other", "editor", "moderator", "administrator")
NOBODY = ("stranger", "cookie")
TOKENS = tuple(name for name in PERSONAS if name.startswith("token-"))
# Who may: the readers, the tokens whose scope reaches so far, and the keeper at the machine.
WHO: dict[str, frozenset[str]] = {
    "all": frozenset(PERSONAS),
    "nobody": frozenset(),
    "member": frozenset({*READERS, "token-act", "local"}),
    "signed-in": frozenset({*READERS, "blocked"}),
    "away": frozenset({*NOBODY}),
    "author": frozenset({"author"}),
    "curate": frozenset({"editor", "administrator", "token-curate", "local"}),
    "moderate": frozenset({"moderator", "administrator", "token-moderate", "local"}),
    "administer": frozenset({"administrator", "token-admin", "local"}),
    "somebody": frozenset(PERSONAS) - {"stranger", "program"},
}


@dataclass(frozen=True)
class Row:
    """One address with one method. ``args`` and ``data`` name things of the world with a leading ``@``."""

    name: str
    method: str = "GET"
    may: str = "all"
    yes: str = "ok"
    no: str = "404"
    anon: str = ""
    args: Mapping[str, str] = field(default_factory=dict)
    data: Any = None
    query: str = ""
    variant: str = ""
    but: Mapping[str, str] = field(default_factory=dict)
    outside: str = ""  # instead of ``no`` for those who may do nothing of the kind: the blocked, tokens of other scope
    shut: str = ""  # for strangers on a members' site, where the address stands before its door


def _rows() -> list[Row]:
    from . import matrix_rows

    return matrix_rows.ROWS


def rows() -> list[Row]:
    """The table."""
    return _rows()


def filled(value: Any, things: dict[str, Any]) -> Any:
    """What a row says, with the world's things in the place of their names."""
    if isinstance(value, dict):
        return {key: filled(one, things) for key, one in value.items()}
    if callable(value):
        return value()
    if isinstance(value, str):
        return re.sub(r"(?<!\w)@(\w+)", lambda found: str(things[found.group(1)]), value)
    return value


def place_of(row: Row, things: dict[str, Any]) -> str:
    """The address of a row."""
    return reverse(row.name, kwargs=filled(dict(row.args), things)) + filled(row.query, things)


# What stands before the door of a members' site, what only people open, and what a program reads by the secret path.
OPEN = (
    "/feeds/private/", "/mail/", "/sign-", "/invitation/", "/account/verify/", "/account/oidc/", "/setup", "/language",
    "/healthz", "/robots.txt",
)
OWN = ("/account", "/settings")
PEOPLE = ("/account", "/sign-", "/invitation", "/members", "/settings", "/setup")
PROGRAMS = ("/api/", "/feeds", "/papers/", "/search")


def expected(row: Row, place: str, persona: str, privacy: str) -> str:
    """The answer that a persona is to get at a place on a site of this privacy."""
    looks = row.method in {"GET", "HEAD"}
    if persona == "token-dead":
        return "401"
    if persona in TOKENS:
        if place.startswith(PEOPLE) or (not looks and not place.startswith("/api/")):
            return "403"
        if not looks and persona == "token-read":
            return "403"
    if persona == "program" and (not looks or not place.startswith(PROGRAMS)):
        return "404"
    if privacy == "members" and persona in {*NOBODY, "blocked"}:
        free = OPEN + OWN if persona == "blocked" else OPEN
        if not place.startswith(free):
            if not looks or place.startswith("/api/"):
                return "401"
            return "go" if persona == "blocked" else "door"
        if row.shut:
            return row.shut
    if persona in row.but:
        return row.but[persona]
    if persona in WHO[row.may]:
        return row.yes
    if persona in {*NOBODY, "program"}:
        return row.anon or row.outside or row.no
    return row.no if persona in WHO["member"] else row.outside or row.no


def told(status: int, location: str) -> str:
    """The kind of an answer."""
    if status in {301, 302, 303, 307, 308}:
        return "door" if location.startswith("/sign-in?") else "go"
    return {200: "ok", 201: "made", 204: "none"}.get(status, str(status))
