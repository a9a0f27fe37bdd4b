"""Parsing of harvested bytes: authors, withdrawal, links, sets; fuzz: a record or the declared error, never else."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.counts import examples
from tests.support.loopback import HEAD, Invented

from broadsheet.catalogue.records import ParsedRecord
from broadsheet.sources import xml
from broadsheet.sources.arxiv_oai import ArxivOai, windows
from broadsheet.sources.arxiv_records import parse_record
from broadsheet.sources.arxiv_rss import expected_day, parse_item
from broadsheet.sources.arxiv_text import links_in, withdrawal
from broadsheet.sources.authors import split_authors
from broadsheet.sources.errors import ParseError, SourceError
from broadsheet.sources.hf_daily import parse_entry
from broadsheet.sources.oai import read_page
from broadsheet.sources.presets import FIELDS, choice_of, oai_set, oai_sets
from broadsheet.sources.sections import section_of


@pytest.mark.parametrize(("line", "expected"), [
    ("Ada Example, Bo Sample and Cy Test", [("Ada Example", ""), ("Bo Sample", ""), ("Cy Test", "")]),
    ("A. One (1), B. Two (2), C. Three (1 and 2) ((1) Here, Town, (2) There)",
     [("A. One", "Here, Town"), ("B. Two", "There"), ("C. Three", "Here, Town; There")]),
    ("The Sky Collaboration: A. One, B. Two", [("The Sky Collaboration", ""), ("A. One", ""), ("B. Two", "")]),
    ("John Doe, Jr., Ann Roe (Some Place, Town) and R. Orr Jr.",
     [("John Doe Jr.", ""), ("Ann Roe", "Some Place, Town"), ("R. Orr Jr.", "")]),
    ("\\'E. Nom, P\\'al Nev, et al.", [("É. Nom", ""), ("Pál Nev", "")]),
    ("Sandy Anderson & Mand Andersen", [("Sandy Anderson", ""), ("Mand Andersen", "")]),
    ("Open (unclosed, B", [("Open", "unclosed, B")]),
    ("", []), (" , ; and :", []),
])
def test_authors(line, expected):
    assert [(a.name, a.affiliation) for a in split_authors(line)] == expected


@pytest.mark.parametrize("comment", [
    "This paper has been withdrawn by the authors due to an error", "Withdrawn: equation 3 is wrong",
    "The article was withdrawn", "withdrawn by arXiv administrators", "This submission has been temporarily withdrawn",
    "I am withdrawing this paper",
])
def test_withdrawn(comment):
    assert withdrawal(comment) is not None


@pytest.mark.parametrize("comment", [
    "12 pages", "Withdrawn from Conference X, accepted at Y", "about cash withdrawn from banks", "",
])
def test_not_withdrawn(comment):
    assert withdrawal(comment) is None


def test_links():
    found = links_in("Code: https://github.com/a/b.git. Project page: https://a.example/p, "
                     "see (https://zenodo.org/records/1)")
    assert {(link.kind, link.url) for link in found} == {
        ("code", "https://github.com/a/b"), ("project", "https://a.example/p"), ("data", "https://zenodo.org/records/1")}


def test_sets_and_sections():
    assert [oai_set(c) for c in ("cs.LG", "hep-th", "astro-ph.GA", "math", "physics.optics")] == [
        "cs:cs:LG", "physics:hep-th", "physics:astro-ph:GA", "math", "physics:physics:optics"]
    assert oai_sets(choice_of(["computer-science"]).categories) == ["cs"]
    assert choice_of(["ai"], ["cs.lg", "quant-ph"]).categories[-1] == "quant-ph" and choice_of(["ai"]).hf
    assert choice_of(["mathematics"], ["math.AG"]).categories == ("math", "math-ph")
    assert len(FIELDS) == 7
    with pytest.raises(ValueError, match="not a field"):
        choice_of(["alchemy"])
    with pytest.raises(ValueError, match="not a category"):
        choice_of([], ["alchemy.XX"])
    assert [section_of(c) for c in ("cs.LG", "astro-ph.GA", "math.AG", "health:sleep", "")] == [
        "Learning", "Astronomy", "Mathematics", "Sleep", "Other papers"]


def test_windows_cover_every_day_once_newest_first():
    got = windows(date(2026, 11, 7), date(2026, 11, 20))
    assert got[0] == ["2026-11-20", ""] and got[-1][0] == "2026-11-07"
    days = [d for a, b in got for d in range(date.fromisoformat(a).toordinal(),
                                             date.fromisoformat(b or "2026-11-20").toordinal() + 1)]
    assert sorted(days) == sorted(set(days)) and len(days) == 14


def test_expected_day_of_the_list():
    assert expected_day(datetime(2026, 11, 20, 15, tzinfo=UTC)) == date(2026, 11, 20)
    assert expected_day(datetime(2026, 11, 22, 15, tzinfo=UTC)) == date(2026, 11, 20)  # Sunday
    assert expected_day(datetime(2026, 11, 23, 4, tzinfo=UTC)) == date(2026, 11, 20)  # Sunday night in New York


def test_a_run_goes_on_and_a_new_one_starts_at_the_mark():
    oai, now = ArxivOai(), datetime(2026, 11, 20, 12, tzinfo=UTC)
    options = {"sets": ["math"]}
    cursor = oai.begin(options, {}, now=now, since=None)
    run = {**cursor["run"], "window": 3, "set": 0, "token": "half way", "seen": "2026-11-15"}
    tired = {**cursor, "run": {**run, "restarts": 5, "pages": 900, "met": "0123"}}
    again = oai.begin(options, tired, now=now, since=None)["run"]
    assert again == {**run, "restarts": 0, "pages": 0, "met": ""}, "it goes on where it stood, with new patience"
    kept = oai.end(cursor)
    assert kept == {"mark": "2026-11-19", "sets": ["math"]}
    assert oai.begin(options, kept, now=now, since=None)["run"]["windows"] == [["2026-11-19", ""]]
    wider = oai.begin({"sets": ["math", "stat"]}, kept, now=now, since=None)
    assert wider["run"]["of"] == 14  # a set never read is back-filled


BOMB = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><record>&b;</record>'


@pytest.mark.parametrize("body", [
    BOMB, BOMB.decode().encode("utf-16"),
    b'<!DOCTYPE r SYSTEM "http://127.0.0.1/x"><r/>', b"", b"\x00\x00", b"<a><b></a>",
    b"<" * 100_000, b'<?xml version="1.0" encoding="utf-7"?><r/>', b"<a>" * 5_000,
])
def test_hostile_xml_is_refused(body):
    with pytest.raises(ParseError):
        xml.parse(body)


def test_control_characters_do_not_lose_a_page():
    page = read_page(f"{HEAD}<ListRecords>{Invented('2611.1', 'A', '2026-11-16').oai('arXivRaw')}"
                     "</ListRecords></OAI-PMH>".replace("We invent", "We\x08 &#x1; invent").encode(), "h")
    assert len(page.records) == 1


RAW = Invented("2611.10001", "Invented", "2026-11-16", comments="5 pages").oai("arXivRaw").encode()
DC = b'<rss xmlns:arxiv="a" xmlns:dc="d"><channel><link>http://x/rss/cs.LG</link>' + (
    b'<pubDate>Fri, 20 Nov 2026 00:00:00 -0500')
ITEM = DC + b"</pubDate>" + Invented("2611.10001", "Invented", "").rss().encode() + b"</channel></rss>"
HF = (b'{"day":"2026-11-20","entry":{"paper":{"id":"2611.10001","title":"T","summary":"S","authors":[{"name":"A"}],'
      b'"upvotes":3,"publishedAt":"2026-11-16","projectPage":"https://a.example"},"numComments":1}}')
PARSERS = [(parse_record, RAW), (parse_item, ITEM), (parse_entry, HF)]


@pytest.mark.parametrize(("parse", "good"), PARSERS)
def test_good_bytes(parse, good):
    assert parse(good).identifiers[0] == ("arxiv", "2611.10001")


@pytest.mark.parametrize(("parse", "good"), PARSERS)
@settings(max_examples=examples(120), deadline=None)
@given(data=st.data())
def test_fuzz(parse, good, data):
    """Bytes cut out, changed, doubled or put in: a record or ParseError."""
    start = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(start, len(good)))
    known = [b"", b"null", b"{}", b"[]", b"-1", b"1e999", b"<x/>", b"&", good[start:end] * 2]
    words = st.text(max_size=12).map(lambda t: t.encode("utf-8", "replace"))
    piece = data.draw(st.one_of(st.binary(max_size=12), words, st.sampled_from(known)))
    try:
        assert isinstance(parse(good[:start] + piece + good[end:]), ParsedRecord)
    except ParseError as problem:
        assert problem.reason


@settings(max_examples=examples(120), deadline=None)
@given(st.text(max_size=200))
def test_fuzz_authors(line):
    assert all(author.name for author in split_authors(line))


@settings(max_examples=examples(80), deadline=None)
@given(st.data())
def test_fuzz_pages(data):
    good = f"{HEAD}<ListRecords>{RAW.decode()}<resumptionToken>t</resumptionToken></ListRecords></OAI-PMH>".encode()
    start = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(start, len(good)))
    try:
        read_page(good[:start] + data.draw(st.binary(max_size=8)) + good[end:], "h")
    except SourceError as problem:
        assert problem.sentence and problem.step
