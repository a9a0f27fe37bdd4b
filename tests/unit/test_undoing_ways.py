"""What the log can undo is known as soon as Django has started, whatever page or command was loaded before."""

from __future__ import annotations

import pytest

from broadsheet.readers import audit, claims


@pytest.mark.parametrize("act", [
    "edition.pin", "edition.drop", "edition.release", "edition.move", "edition.note", "moderation.hide",
    "moderation.unhide", "account.roles", "account.block", "account.unblock", *claims.ACTS.values(),
])
def test_each_act_has_a_way_back(act: str) -> None:
    assert audit.way_of(act) is not None


def test_what_nobody_told_has_none() -> None:
    assert audit.way_of("account.removed") is None
