"""Feeds read by feedparser and by hand: whole within rights, true dates, stable names, 304, chains that end."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import feedparser
import pytest
from django.db import transaction
from django.test import Client
from lxml import etree  # type: ignore[import-untyped]

from broadsheet.catalogue import changes
from broadsheet.catalogue.models import Paper, PaperTerm
from broadsheet.editions import service as editions
from broadsheet.feeds import atom, jsonfeed, opml, rss
from broadsheet.feeds.model import Entry, Feed
from broadsheet.readers import comments, service
from broadsheet.web import page_cache

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = datetime.now(UTC).date()
NOW = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)
LONG = " ".join(f"Sentence {number} says what was measured and how often it was seen." for number in range(12))


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    page_cache.forget()
    editions.forget()


def _paper(number: int, day: date | None, *, rights: str = "public", **fields: Any) -> Paper:
    with transaction.atomic():
        paper = Paper.objects.create(**{
            "key": f"f{number:09d}", "title": f"Paper {number} on $x^2$ & <tags>", "abstract": LONG, "rights": rights,
            "identifiers": [["arxiv", f"2605.{number:05d}"], ["doi", f"10.1000/{number}"]], "categories": ["cs.CV"],
            "authors": [{"name": "Ada Łovelace"}, {"name": "Ben Ünal"}], "links": [
                {"kind": "code", "url": "https://example.org/code"}, {"kind": "x", "url": "javascript:alert(1)"}],
            "published": "2026-05-01", "edition_day": day, "added_at": NOW, "changed_at": NOW, **fields})
        PaperTerm.objects.create(paper=paper, kind="category", slug="cs.cv")
        changes.append([paper.id], changes.INTERACTIVE)
    return paper


@pytest.mark.parametrize("ending", ["atom", "rss", "json"])
def test_an_entry_says_what_the_page_says(ending: str) -> None:
    paper = _paper(1, TODAY)
    answer = Client().get(f"/feeds/topics/cs.CV.{ending}")
    assert answer.status_code == 200 and answer["ETag"] and answer["Last-Modified"]
    if ending == "json":
        (item,) = json.loads(answer.content)["items"]
        assert item["title"].startswith("Paper 1 on x") and LONG in item["content_html"]
        assert [one["name"] for one in item["authors"]] == ["Ada Łovelace", "Ben Ünal"]
        assert item["date_published"].startswith(str(TODAY)) and item["tags"] == ["cs.CV"]
        assert any(one["mime_type"] == "application/pdf" for one in item["attachments"])
        assert item["_broadsheet"]["doi"] == "10.1000/1"
        return
    found = feedparser.parse(answer.content)
    assert not found.bozo, found.get("bozo_exception")
    (entry,) = found.entries
    assert entry.link == "http://testserver/papers/2605.00001"
    assert [one.name for one in entry.authors] == ["Ada Łovelace", "Ben Ünal"]
    assert entry.published_parsed[:3] == TODAY.timetuple()[:3]
    assert LONG in entry.content[0].value and entry.tags[0].term == "cs.CV"
    hrefs = [link.href for link in entry.links]
    assert "https://arxiv.org/pdf/2605.00001" in hrefs and "https://example.org/code" in hrefs
    assert not any(href.startswith("javascript") for href in hrefs)
    assert entry.id.startswith("urn:uuid:") and paper.key not in entry.id


def test_members_only_abstracts_are_excerpts() -> None:
    _paper(1, TODAY, rights="members")
    for ending in ("atom", "rss", "json"):
        text = Client().get(f"/feeds/all.{ending}").content.decode()
        assert "Sentence 0" in text and "Sentence 11" not in text


def test_nothing_new_is_304_and_a_new_paper_is_not() -> None:
    _paper(1, TODAY)
    client = Client()
    first = client.get("/feeds/all.atom")
    assert client.get("/feeds/all.atom", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304
    assert client.get("/feeds/all.atom", HTTP_IF_MODIFIED_SINCE=first["Last-Modified"]).status_code == 304
    _paper(2, TODAY, changed_at=NOW + timedelta(hours=1))
    page_cache.forget()
    assert client.get("/feeds/all.atom", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


def test_a_paper_that_takes_another_s_place_stands_on_the_front() -> None:
    first, client = _paper(1, TODAY), Client()
    assert b"Paper 1 on" in client.get("/feeds/front.atom").content
    with transaction.atomic():
        Paper.objects.filter(pk=first.pk).update(state=Paper.State.HIDDEN)
        changes.append([first.pk], changes.INTERACTIVE, "drop")
    _paper(2, TODAY)
    page_cache.forget()
    text = client.get("/feeds/front.atom").content
    assert b"Paper 2 on" in text and b"Paper 1 on" not in text


def test_the_chain_of_archives_brings_every_paper_once_and_ends() -> None:
    for number in range(400):
        _paper(number, TODAY - timedelta(days=number % 3 if number < 40 else 2))
    client, address, seen = Client(), "/feeds/all.atom", []
    for _ in range(10):
        found = feedparser.parse(client.get(address).content)
        seen += [entry.id for entry in found.entries]
        following = [link.href for link in found.feed.links if link.rel == "prev-archive"]
        if not following:
            break
        address = following[0].removeprefix("http://testserver")
    assert not following and len(seen) == len(set(seen)) == 400


def test_a_paged_list_covers_a_span_and_then_goes_on() -> None:
    for number in range(60):
        _paper(number, TODAY - timedelta(days=number * 10))
    client = Client()
    first = feedparser.parse(client.get("/feeds/topics/cs.CV.atom").content)
    assert len(first.entries) == 25
    (following,) = [link.href for link in first.feed.links if link.rel == "next"]
    rest = feedparser.parse(client.get(following.removeprefix("http://testserver")).content)
    assert len(rest.entries) == 35
    assert not {one.id for one in first.entries} & {one.id for one in rest.entries}


def test_comments_are_a_feed() -> None:
    paper, reader = _paper(1, TODAY), service.make(NOW)
    reader.name = "Cy"
    reader.save()
    comments.write(reader, paper.id, "Is **this** so? <script>alert(1)</script>", NOW)
    for address in ("/feeds/comments.atom", f"/feeds/comments/{paper.key}.rss"):
        (entry,) = feedparser.parse(Client().get(address).content).entries
        assert "<strong>this</strong>" in entry.content[0].value and "<script>" not in entry.content[0].value
        assert entry.title.startswith("Cy on Paper 1")


@pytest.mark.parametrize("name", [
    "nothing", "front.xml", "front/more.atom", "day/2026-13-40.atom", "day/2999-01-01.atom", "week/2026-W99.atom",
    "month/x.atom", "topics/none.atom", "authors/nobody.json", "organisations/none.rss", "list/none.atom",
    "search.atom", "comments/none.atom", ".atom",
])
def test_names_that_lead_nowhere_are_404(name: str) -> None:
    assert Client().get(f"/feeds/{name}").status_code == 404


@pytest.mark.parametrize("address", ["/feeds/front", "/feeds/all", "/feeds/trending", "/feeds/comments"])
def test_an_empty_site_has_empty_feeds(address: str) -> None:
    for ending in ("atom", "rss"):
        found = feedparser.parse(Client().get(f"{address}.{ending}").content)
        assert not found.bozo and not found.entries and found.feed.title


def test_every_page_names_its_feed() -> None:
    _paper(1, TODAY)
    for page, feed in (("/", "front"), (f"/papers/date/{TODAY}", f"day/{TODAY}"), ("/topics/cs.CV", "topics/cs.CV"),
                       ("/trending", "trending"), ("/search?q=paper", "search"), ("/about", "front")):
        text = Client().get(page).content.decode()
        assert f'type="application/atom+xml" href="/feeds/{feed}.atom' in text, page
        address = text.split('type="application/atom+xml" href="')[1].split('"')[0].replace("&amp;", "&")
        assert Client().get(address).status_code in {200, 503}, address


def test_opml_lists_what_stands() -> None:
    root = etree.fromstring(Client().get("/feeds.opml").content)
    outlines = root.findall("body/outline")
    assert len(outlines) >= 4 and all(one.get("xmlUrl").startswith("http://testserver/feeds/") for one in outlines)
    assert b"OPML" in Client().get("/feeds").content


def test_characters_that_xml_cannot_hold_are_left_out() -> None:
    entry = Entry("urn:x:1", "https://e.org/1", "A\x00\x0b\ufffe]]> title", NOW, NOW, text="\x08t", html="<p>\x1f</p>")
    feed = Feed("urn:x", "T\x01", "", "https://e.org/", "https://e.org/f", NOW, (entry,))
    for form in (atom, rss):
        found = feedparser.parse(form.render(feed))
        assert not found.bozo and found.entries[0].title == "A]]> title"
    assert json.loads(jsonfeed.render(feed))["items"]
    assert etree.fromstring(opml.render("T\x00", [("a\x00", "https://e.org/f", "https://e.org/")], NOW)) is not None
