"""`broadsheet user` as a keeper runs it: one JSON object, links that work once, sentences instead of tracebacks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support.program import broadsheet


def _json(*arguments: str, data: Path) -> Any:
    done = broadsheet("user", *arguments, "--json", data=data)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_life_of_accounts_by_command(data_dir: Path) -> None:
    first = _json("add", "Boss@Example.org", "--admin", "--name", "Boss", data=data_dir)
    assert first["email"] == "boss@example.org" and first["roles"] == ["administrator"] and not first["password"]
    assert "/sign-in/reset/" in first["link"]
    last = broadsheet("user", "role", "boss@example.org", data=data_dir)
    assert last.returncode == 2 and "last administrator" in last.stderr and "Traceback" not in last.stderr
    _json("add", "two@example.org", data=data_dir)
    assert broadsheet("user", "add", "two@example.org", data=data_dir).returncode == 2
    assert _json("role", "two@example.org", "moderator", "editor", data=data_dir)["roles"] == ["editor", "moderator"]
    assert broadsheet("user", "role", "two@example.org", "emperor", data=data_dir).returncode == 2
    assert _json("block", "two@example.org", "--reason", "noise", data=data_dir)["blocked"] is True
    assert _json("block", "two@example.org", "--lift", data=data_dir)["blocked"] is False
    assert "/sign-in/reset/" in _json("link", "two@example.org", data=data_dir)["link"]
    invited = _json("invite", "three@example.org", "--role", "editor", data=data_dir)
    assert "/invitation/" in invited["link"] and invited["roles"] == ["editor"]
    refused = broadsheet("user", "remove", "two@example.org", "--json", data=data_dir)
    assert refused.returncode == 2 and "--yes" in refused.stderr + refused.stdout
    assert _json("remove", "two@example.org", "--yes", data=data_dir) == {"removed": "two@example.org"}
    rows = _json("list", data=data_dir)["users"]
    assert [row["email"] for row in rows] == ["boss@example.org"]
    assert set(rows[0]) == {"email", "name", "roles", "blocked", "since", "password"}, "and nothing of reading"
    assert broadsheet("user", "link", "nobody@example.org", data=data_dir).returncode == 2


def test_an_invitation_that_would_open_nothing_is_not_made(data_dir: Path) -> None:
    closed = broadsheet("user", "invite", "a@example.org", data=data_dir, env={"BROADSHEET_REGISTRATION": "closed"})
    assert closed.returncode == 2 and "Registration is closed" in closed.stderr
    unproved = broadsheet("user", "invite", data=data_dir)
    assert unproved.returncode == 2 and "mail server" in unproved.stderr
