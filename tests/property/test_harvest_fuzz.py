"""Whole answers of the sources, cut, changed, mixed up: a page of records, or a SourceError with its reason."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.counts import examples
from tests.support.loopback import Invented

from broadsheet.sources.arxiv_rss import ArxivRss
from broadsheet.sources.errors import SourceError
from broadsheet.sources.hf_daily import HfDaily
from broadsheet.sources.messages import Answer

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
ONE = Invented("2611.10001", "Invented", "2026-11-16")
FEED = (
    '<rss xmlns:arxiv="a" xmlns:dc="d"><channel><link>http://x.example/rss/cs.LG</link>'
    f"<pubDate>Fri, 20 Nov 2026 00:00:00 -0500</pubDate>{ONE.rss()}{ONE.rss()}</channel></rss>"
).encode()
LIST = (
    b'[{"paper":{"id":"2611.10001","title":"T","summary":"S","authors":[{"name":"A"}],"upvotes":3},"numComments":1},'
    b'{"paper":{"id":"2611.10002","title":"U"}}]'
)
RSS = (ArxivRss(), {"run": {"categories": ["cs.LG"], "at": 0}}, FEED)
HF = (HfDaily(), {"run": {"days": ["2026-11-20"], "at": 0, "page": 0, "today": "2026-11-20"}}, LIST)


@pytest.mark.parametrize(("connector", "cursor", "good"), [RSS, HF], ids=["rss", "hf"])
def test_the_good_answer_has_its_papers(connector: Any, cursor: dict[str, Any], good: bytes) -> None:
    page = connector.read({}, cursor, Answer(200, good, "http://x.example/"), now=NOW)
    assert page.items and not page.rejects


@pytest.mark.parametrize(("connector", "cursor", "good"), [RSS, HF], ids=["rss", "hf"])
@settings(max_examples=examples(100))
@given(data=st.data())
def test_any_answer_is_a_page_or_a_reason(connector: Any, cursor: dict[str, Any], good: bytes, data: Any) -> None:
    start = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(start, len(good)))
    known = [b"", b"null", b"{}", b"[[]]", b'{"error": 3}', b"1e999", b"<html>", b"&x;", b"\xff\xfe"]
    known.append(good[start:end] * 3)
    piece = data.draw(st.one_of(st.binary(max_size=12), st.sampled_from(known)))
    body = good[:start] + piece + good[end:]
    try:
        page = connector.read({}, cursor, Answer(200, body, "http://x.example/"), now=NOW)
    except SourceError as problem:
        assert problem.sentence and problem.step
        return
    assert all(item.record.identifiers and item.record.title for item in page.items)
    assert all(reject.reason for reject in page.rejects)
    assert cursor["run"]["at"] == 0, "the cursor given stays as it was"
