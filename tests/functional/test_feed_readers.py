"""Feeds of every kind, served over HTTP and read by programs that are not ours."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import listparser
import pytest
from django.test import Client
from reader import make_reader
from tests.support import feeding
from tests.support.accounts import site as settings_of

from broadsheet.catalogue import papers as catalogue
from broadsheet.readers import collections, comments, feed_secrets, votes
from broadsheet.web import feed_paging, limits, mine, page_cache
from broadsheet.web.middleware import ReaderMiddleware

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch, tmp_path: Any, live_server: Any) -> Iterator[feeding.Site]:
    """The site with small documents, so that every list has several."""
    settings_of(monkeypatch, data=tmp_path)
    monkeypatch.setattr(ReaderMiddleware, "buckets", limits.Buckets(1e9, 1e9))
    for name, value in (("PAGE", 20), ("MOST", 15), ("FEWEST", 5)):
        monkeypatch.setattr(feed_paging, name, value)
    monkeypatch.setenv("NO_PROXY", "*")
    page_cache.forget()
    mine.forget()
    yield feeding.build()
    page_cache.forget()
    mine.forget()


def _whole(url: str) -> list[feeding.Read]:
    """All documents of a feed, each valid, to the end of the chain."""
    found: list[feeding.Read] = []
    seen: set[str] = set()
    while url:
        assert url not in seen, "the chain leads in a circle"
        seen.add(url)
        answer = feeding.fetch(url)
        assert answer.status_code == 200, f"{url}: {answer.status_code}"
        assert feeding.atom_faults(answer.content) == [], url
        found += feeding.by_feedparser(answer.content)
        url = feeding.following(answer.content)
    assert len(seen) > 0
    return found


def test_every_feed_is_valid_and_holds_each_entry_once_to_its_end(house: feeding.Site, live_server: Any) -> None:
    base = f"http://localhost:{urlsplit(live_server.url).port}"
    for name, number in house.feeds.items():
        entries = _whole(feeding.address(base, name, "atom"))
        ids = [one.id for one in entries]
        assert len(ids) == len(set(ids)), f"{name}: an entry stands twice"
        assert len(ids) == number or (number is None and ids), f"{name}: {len(ids)}, not {number}"


def test_three_formats_say_the_same_to_each_program(house: feeding.Site, live_server: Any) -> None:
    for name in house.feeds:
        bodies = {ending: feeding.fetch(feeding.address(live_server.url, name, ending)).content
                  for ending in ("atom", "rss", "json")}
        assert feeding.json_faults(bodies["json"]) == [], name
        atom = feeding.by_feedparser(bodies["atom"])
        assert [(one.id, one.title, one.url, one.published) for one in atom] == [
            (one.id, one.title, one.url, one.published) for one in feeding.by_feedparser(bodies["rss"])], name
        for ending, body in bodies.items():
            other = feeding.by_fastfeedparser(body)
            assert [(one.id, one.url, one.published) for one in other] == [
                (one.id, one.url, one.published) for one in atom], f"{name}.{ending}"
        assert all(one.authors for one in atom), name


def test_a_program_keeps_entries_over_edits_and_asks_in_vain(house: feeding.Site, live_server: Any) -> None:
    kinds = {name: feeding.address(live_server.url, name, "json" if place % 3 == 2 else ("atom", "rss")[place % 3])
             for place, name in enumerate(house.feeds)}
    with make_reader(":memory:") as program:
        for url in kinds.values():
            program.add_feed(url)
        first = {one.url: one.value for one in program.update_feeds_iter(scheduled=False)}
        for name, url in kinds.items():
            assert not isinstance(first[url], Exception), f"{name}: {first[url]!r}"
            number = house.feeds[name]
            assert first[url] is not None and first[url].new and (not number or first[url].new <= number), name
        again = {one.url: one.value for one in program.update_feeds_iter(scheduled=False)}
        assert again.keys() == first.keys()
        assert all(value is None for value in again.values()), "nothing was new, so each answer is a 304"
        before = {(one.feed_url, one.id): one.title for one in program.get_entries()}
        feeding.take(0, title="Bridges stand still", moment=feeding.NOW + timedelta(hours=30))
        feeding.index()
        mine.forget()
        changed = {one.url: one.value for one in program.update_feeds_iter(scheduled=False)}
        topic = changed[kinds["topics/bridges"]]
        assert topic is not None and not isinstance(topic, Exception) and (topic.new, topic.modified) == (0, 1)
        after = {(one.feed_url, one.id): one.title for one in program.get_entries()}
        assert before.keys() == after.keys(), "an edit makes no new entry"
        renamed = {feed for (feed, id_), title in after.items() if title != before[feed, id_]}
        assert kinds["topics/bridges"] in renamed and kinds["all"] in renamed
        (entry,) = (one for one in program.get_entries(feed=kinds["topics/bridges"]) if "still" in (one.title or ""))
        assert entry.link == f"{live_server.url}/papers/2605.00000"
        assert set(str(entry.authors_str).split(", ")) <= {"Ada Łovelace", "Ben Ünal"}
        assert feeding.TEXT.split(" & ")[0] in (entry.get_content(prefer_summary=False).value or "")


def test_nothing_new_is_304_by_tag_and_by_date_and_packed_where_that_is_understood(
    house: feeding.Site, live_server: Any
) -> None:
    for name in house.feeds:
        url = feeding.address(live_server.url, name, "atom")
        first = feeding.fetch(url, **{"Accept-Encoding": "gzip"})
        assert first.headers["Content-Encoding"] == "gzip", name
        assert len(feeding.fetch(url, **{"Accept-Encoding": "identity"}).content) == len(first.content)
        for header, value in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
            answer = feeding.fetch(url, **{header: first.headers[value], "Accept-Encoding": "gzip"})
            assert (answer.status_code, answer.content) == (304, b""), f"{name} by {header}"


def test_what_changes_a_list_is_no_304(house: feeding.Site, live_server: Any) -> None:
    def ask(name: str, **headers: str) -> Any:
        return feeding.fetch(feeding.address(live_server.url, name, "atom"), **headers)

    acts = {
        "comments": lambda: comments.write(house.reader, house.paper.pk, "One more.", feeding.NOW + timedelta(hours=2)),
        f"collections/{house.collection}": lambda: collections.take_out(
            house.reader, _collection(house), house.paper.pk, feeding.NOW + timedelta(hours=2)),
        "trending": lambda: votes.cast(house.reader, catalogue.by_identifier("arxiv", "2605.00001").pk,  # type: ignore[union-attr]
                                       feeding.NOW + timedelta(hours=2)),
        "topics/bridges": lambda: catalogue.hide(house.paper, feeding.NOW + timedelta(hours=2)),
    }
    for name, act in acts.items():
        first = ask(name)
        act()
        by_tag = ask(name, **{"If-None-Match": first.headers["ETag"]})
        by_date = ask(name, **{"If-Modified-Since": first.headers["Last-Modified"]})
        assert by_date.status_code == by_tag.status_code, f"{name}: {by_date.status_code}, {by_tag.status_code}"
        assert by_tag.status_code == 200 or name == "trending", name


def _collection(house: feeding.Site) -> Any:
    found = collections.visible(house.reader, house.collection)
    assert found is not None
    return found


def test_opml_leads_a_program_to_every_feed_of_mine(house: feeding.Site, live_server: Any) -> None:
    private = f"private/{house.secret}"
    for name in ("feeds.opml", f"feeds/{private}/mine.opml"):
        answer = feeding.fetch(f"{live_server.url}/{name}")
        found = listparser.parse(answer.text)
        assert not found.bozo and found.feeds, name
        for one in found.feeds:
            body = feeding.fetch(one.url)
            assert body.status_code == 200 and feeding.atom_faults(body.content) == [], one.url
    titles = {one.title for one in found.feeds}
    assert {"Saved", "Swaying", "Bridges"} <= titles


def test_a_private_address_ends_when_it_is_renewed(house: feeding.Site, live_server: Any) -> None:
    name = f"private/{house.secret}/saved"
    first = feeding.fetch(feeding.address(live_server.url, name, "atom"))
    assert first.status_code == 200 and "no-store" in first.headers["Cache-Control"]
    newer = feed_secrets.renew(house.reader, feeding.NOW)
    for headers in ({}, {"If-None-Match": first.headers["ETag"]}):
        assert feeding.fetch(feeding.address(live_server.url, name, "atom"), **headers).status_code == 404
    assert feeding.fetch(feeding.address(live_server.url, f"private/{newer}/saved", "rss")).status_code == 200


def test_the_validators_find_what_is_wrong(house: feeding.Site) -> None:
    body = Client().get("/feeds/all.atom").content
    body = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
    assert feeding.atom_faults(body.replace(b"<published>", b"<published>x", 1))
    assert feeding.atom_faults(body.replace(b'rel="self"', b'rel="itself"', 1))
    assert feeding.json_faults(Client().get("/feeds/all.json").content.replace(b'"items"', b'"item"', 1))
