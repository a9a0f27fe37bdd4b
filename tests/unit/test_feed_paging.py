"""How lists are cut into documents: whole days first, then equal parts, each entry in one of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.web import feed_paging as paging


@pytest.mark.parametrize(("in_span", "in_days", "first"), [
    (0, 0, paging.FEWEST), (100, 3, 100), (5_000, 10, paging.PAGE), (5_000, 900, 900), (9_000, 5_000, paging.MOST)])
def test_the_first_document_covers_time_not_a_number(in_span: int, in_days: int, first: int) -> None:
    made = paging.cut(1, lambda span: in_span if span == paging.SPAN else in_days)
    assert (made.start, made.wanted) == (0, first)


@given(st.integers(0, 3_000), st.integers(0, 3_000), st.integers(0, 3_000))
def test_documents_hold_each_entry_once_and_end(total: int, in_span: int, in_days: int) -> None:
    rows, seen, number = list(range(total)), [], 1

    def since(span: timedelta) -> int:
        return in_span if span == paging.SPAN else min(in_days, in_span)

    while True:
        at = paging.cut(number, since)
        taken, links = paging.taken("x", at, rows[at.start:at.start + at.wanted + 1])
        seen += taken
        following = [place for rel, _, place in links if rel == "next"]
        if not following:
            break
        assert following == [number + 1]
        number += 1
    assert seen == rows
