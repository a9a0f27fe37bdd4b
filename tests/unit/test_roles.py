"""The table of roles and the reach of tokens, without a database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from broadsheet.readers import roles
from broadsheet.readers.models import Reader

NOW = datetime(2026, 5, 12, tzinfo=UTC)
ACTS = {"vote", "comment", "submit", "claim", "keep", "follow", "report"}


def _reader(*given: str, joined: bool = True, blocked: bool = False) -> Reader:
    return Reader(roles=list(given), joined_at=NOW if joined else None, blocked_at=NOW if blocked else None)


def _may(reader: Reader | None, **more: bool) -> set[str]:
    return {one for one in roles.CAPABILITIES if roles.can(reader, one, local=False, **more)}


def test_strangers_and_blocked_readers_only_read_and_only_where_it_is_open() -> None:
    for reader in (
        None,
        _reader(joined=False),
        _reader(blocked=True),
        _reader("administrator", blocked=True),
        _reader("administrator", joined=False),
    ):
        assert _may(reader) == {"read"}
        assert _may(reader, private=True) == set()


def test_each_role_may_what_its_name_says() -> None:
    plain = _may(_reader())
    assert plain == ACTS | {"read", "see_members_text"}
    assert _may(_reader("editor")) - plain == {"curate", "confirm_claim"}
    assert _may(_reader("moderator")) - plain == {"moderate"}
    assert _may(_reader("administrator")) == roles.CAPABILITIES
    assert _may(_reader("emperor")) == plain


def test_the_local_reader_may_everything_without_an_account() -> None:
    assert all(roles.can(None, one, local=True, private=True) for one in roles.CAPABILITIES)


def test_a_capability_that_does_not_exist_is_a_fault() -> None:
    for local in (True, False):
        with pytest.raises(KeyError):
            roles.can(_reader("administrator"), "see_reading", local=local)


def test_no_capability_shows_what_others_read() -> None:
    assert not [one for one in roles.CAPABILITIES if one.startswith("see_") and one != "see_members_text"]


def test_scopes_reach_no_further_than_they_say() -> None:
    reach = {scope: {one for one in roles.CAPABILITIES if roles.within((scope,), one)} for scope in roles.SCOPES}
    assert reach["read"] == {"read", "see_members_text"}
    assert reach["act"] == ACTS | reach["read"]
    assert reach["admin"] - reach["read"] == {"administer"}
    assert set.union(*reach.values()) == roles.CAPABILITIES
    assert roles.scopes_for(_reader()) == ("read", "act")
    assert roles.scopes_for(_reader("administrator")) == roles.SCOPES
    assert roles.scopes_for(_reader(blocked=True)) == ("read",)


def test_roles_are_kept_in_their_order_and_checked() -> None:
    assert roles.checked(["administrator", " Editor ", "editor", "reader", ""]) == ["editor", "administrator"]
    with pytest.raises(ValueError, match="emperor"):
        roles.checked(["emperor"])
