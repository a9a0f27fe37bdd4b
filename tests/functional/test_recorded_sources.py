"""Recorded answers of arXiv and Hugging Face go through the connectors' own reading."""

from __future__ import annotations

import lzma
from datetime import UTC, datetime
from pathlib import Path

import pytest

from broadsheet.sources import xml
from broadsheet.sources.arxiv_oai import ArxivOai
from broadsheet.sources.arxiv_rss import ArxivRss
from broadsheet.sources.arxiv_text import withdrawal
from broadsheet.sources.hf_daily import HfDaily
from broadsheet.sources.messages import Answer
from broadsheet.sources.oai import read_page

pytestmark = pytest.mark.realdata
NOW = datetime(2026, 9, 24, 12, tzinfo=UTC)


def answer(path: Path) -> Answer:
    body = path.read_bytes()
    return Answer(200, lzma.decompress(body) if path.suffix == ".xz" else body, "http://recorded.example/")


@pytest.mark.parametrize(("name", "count"), [
    ("PARTIAL_arXivRaw_records_2026-09.xml", 2), ("getrecord_arXiv_1401.2122.xml", 1), ("hepcrawl_record4.xml", 1),
    ("listrecords_arXiv_hep-ex_2017.xml", 3), ("listrecords_arXiv_hep-th_2017.xml", 3),
    ("records_arXiv_format_sample.xml", 12),
])
def test_arxiv_records(shared_data, name, count):
    oai = ArxivOai()
    options = {"sets": ["physics:hep-th"]}
    cursor = oai.begin(options, {}, now=NOW, since=None)
    page = oai.read(options, cursor, answer(shared_data / "fixtures/arxiv_oai" / name), now=NOW)
    assert len(page.items) == count and not page.rejects
    for item in page.items:
        record = item.record
        assert record.title and record.abstract and record.authors and record.categories and record.published
        assert all(any(c.isalnum() for c in author.name) for author in record.authors)


def test_withdrawn_comments_of_a_real_day(shared_data):
    """Four of the 897 records of that day say that they have been withdrawn."""
    body = answer(shared_data / "fixtures/arxiv_oai/listrecords_oai_dc_2014-12-24.xml.xz").body
    page = read_page(body, "h")
    texts = [[xml.text(e) for e in record.iter() if xml.local(e) == "description"] for record in page.records]
    assert len(texts) == 897
    comments = [t.removeprefix("Comment: ") for group in texts for t in group if t.startswith("Comment: ")]
    assert sum(withdrawal(comment) is not None for comment in comments) == 4


def test_resumption_chain_of_another_archive(shared_data):
    """Seventeen pages of PMC: tokens on all but the last."""
    tokens = [read_page(answer(path).body, "h").token
              for path in sorted((shared_data / "fixtures/oai_pmh/pmc").glob("page_*.xml.xz"))]
    assert len(tokens) == 17 and all(tokens[:-1])


@pytest.mark.parametrize(("name", "code"), [
    ("badResumptionToken.xml", "badResumptionToken"), ("noRecordsMatch.xml", "noRecordsMatch"),
])
def test_errors_of_the_protocol(shared_data, name, code):
    page = read_page(answer(shared_data / "fixtures/oai_pmh/sickle" / name).body, "h")
    assert page.error and page.error[0] == code


def test_feeds(shared_data):
    rss, folder = ArxivRss(), shared_data / "fixtures/arxiv_rss"
    options = {"categories": ["cs.CL"]}
    begin = rss.begin(options, {}, now=NOW, since=None)
    page = rss.read(options, begin, answer(folder / "cs.LG+cs.AI+cs.CL+stat.ML_2026-09-24_trimmed.xml"), now=NOW)
    assert [item.record.announced[0].kind for item in page.items] == ["new", "cross-list", "replacement"]
    assert {str(item.record.announced[0].day) for item in page.items} == {"2026-09-24"}
    weekend = datetime(2026, 8, 1, 12, tzinfo=UTC)
    page = rss.read(options, begin, answer(folder / "cs.CL_weekend_empty_2026-08-01.xml"), now=weekend)
    assert not page.items and "Saturdays" in page.note and not page.odd


def test_daily_papers(shared_data):
    hf, now = HfDaily(), datetime(2026, 7, 31, 12, tzinfo=UTC)
    cursor = hf.begin({}, {}, now=now, since=None)
    page = hf.read({}, cursor, answer(shared_data / "fixtures/hf_papers/daily_papers_2026-07-31.json"), now=now)
    assert [item.record.votes for item in page.items] == [3, 11, 17, 2, 0] and not page.rejects
    assert page.items[1].record.organisation == "Nanyang Technological University"
