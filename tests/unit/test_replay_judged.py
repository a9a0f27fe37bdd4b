"""What a mail server's log says about a replay: which second copies lie in the window, and which do not."""

from __future__ import annotations

import pytest

from broadsheet.bench.month import judge

ONCE = ["T <a> x@e.org", "A <a>", "T <b> y@e.org", "A <b>"]


def test_each_mail_once_is_nothing_to_tell() -> None:
    found = judge(ONCE, {"<a>", "<b>"})
    assert (found["taken"], found["missing"], found["second_copies"], found["outside_the_window"]) == (2, 0, 0, 0)


@pytest.mark.parametrize(("lines", "outside"), [
    (["T <a> x@e.org", "T <a> x@e.org", "A <a>"], 0),  # cut off after taking
    (["T <a> x@e.org", "A <a>", "K", "T <a> x@e.org", "A <a>"], 0),  # killed between the server's OK and our commit
    (["T <b> y@e.org", "A <b>", "T <a> x@e.org", "K", "T <a> x@e.org", "A <a>"], 0),  # killed before it heard
    (["T <a> x@e.org", "A <a>", "T <b> y@e.org", "A <b>", "T <c> z@e.org", "A <c>", "K", "T <a> x@e.org", "A <a>"], 1),
    (["T <a> x@e.org", "A <a>", "T <a> x@e.org", "A <a>"], 1),
])
def test_a_second_copy_needs_its_reason(lines: list[str], outside: int) -> None:
    found = judge(lines, {"<a>"})
    assert (found["second_copies"], found["outside_the_window"]) == (1, outside)


def test_what_is_missing_or_not_ours_is_counted() -> None:
    found = judge([*ONCE, "G <c>", "R", "K"], {"<a>", "<c>"})
    names = ("missing", "strangers", "greylisted", "refused_connections", "killed")
    assert [found[name] for name in names] == [1, 1, 1, 1, 1]
