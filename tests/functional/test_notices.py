"""Each notice as a visitor meets it: it says a cause, and its one action leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from broadsheet import config
from broadsheet.catalogue import sample, site
from broadsheet.catalogue.models import Change, Paper
from broadsheet.editions import service
from broadsheet.search.follower import Follower
from broadsheet.sources import presets, schedule
from broadsheet.sources.models import SourceState
from broadsheet.web import access, fragments, page_cache

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 12, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data directory of its own, and no page of another test."""
    monkeypatch.setattr(config, "_current", replace(config.current(), data=tmp_path, host="127.0.0.1"))
    for forget in (page_cache.forget, service.forget, fragments.forget):
        forget()
    yield tmp_path


@pytest.fixture
def keeper() -> Client:
    """The keeper's browser, in local mode."""
    client = Client(HTTP_HOST="127.0.0.1", REMOTE_ADDR="127.0.0.1")
    client.get("/?" + access.local_link(config.current()).partition("?")[2])
    return client


def papers(count: int) -> None:
    """A day of papers, today."""
    for number in range(1, count + 1):
        Paper.objects.create(
            id=number, key=f"{number:010d}", title=f"On number {number}", abstract="We show it.", rights="public",
            authors=[{"name": "Ada Author"}], published="2026-05-11", identifiers=[["arxiv", f"2605.{number:05d}"]],
            categories=["cs.CV"], edition_day=timezone.localdate() - timedelta(days=1), added_at=NOW, changed_at=NOW)
        Change.objects.create(lane=0, paper_id=number, kind="put")


def told(client: Client, path: str, *, actions: int = 1) -> str:
    """The text of the first notice at ``path``; its action must lead to a page that stands."""
    answer = client.get(path)
    found = re.search(r'<div class="notice[^>]*>(.*?)</div>', answer.content.decode(), re.S)
    assert found, answer.content.decode()[:3000]
    links = re.findall(r'<a href="([^"]*)"', found[1])
    assert len(links) == actions, links
    for link in links:
        assert client.get(unescape(link).partition("#")[0]).status_code in {200, 302} or link == path, link
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[1])).replace("\u00a0", " ").split())


def indexed() -> None:
    """The index up to date, as the worker leaves it."""
    follower = Follower(config.current().index_dir)
    follower.drain()
    follower.close()


def chosen(outcome: str = "never", detail: str = "") -> None:
    """The first question answered; every source in one state."""
    site.choose("fields", ["ai"])
    schedule.plan_sources(presets.choice_of(("ai",), []), timezone.now())
    SourceState.objects.update(outcome=outcome, detail=detail, due_at=timezone.now() + timedelta(minutes=7))


def test_no_papers_and_no_source(keeper: Client) -> None:
    stranger = Client(HTTP_HOST="127.0.0.1", REMOTE_ADDR="203.0.113.9")
    assert "No source is chosen and nothing was imported" in told(stranger, "/")
    assert keeper.get("/")["Location"] == "/setup"
    assert "No source is turned on" in told(keeper, "/setup/progress")


def test_no_papers_while_the_sources_are_asked(keeper: Client) -> None:
    chosen("running")
    assert "3 sources are being asked" in told(keeper, "/")
    assert 'http-equiv="refresh"' in keeper.get("/").content.decode()
    assert "3 sources being asked" in told(keeper, "/setup/progress")


def test_no_papers_because_none_were_announced(keeper: Client) -> None:
    chosen("empty")
    assert "announced none" in told(keeper, "/")
    assert "All is in" in told(keeper, "/setup/progress")


def test_no_network(keeper: Client) -> None:
    chosen("failed", "The name x.org could not be found in the network. Nothing was lost. Next try: soon.")
    for path in ("/", "/setup/progress"):
        text = told(keeper, path)
        for words in ("No source can be reached", "What you chose is kept", "The name x.org could not be found",
                      "asked again at", "broadsheet import FILE", "BROADSHEET_PROXY", "broadsheet doctor"):
            assert words in text, (path, words)
        assert "Next try: soon" not in text


def test_sample(keeper: Client, tmp_path: Path) -> None:
    sample.load(timezone.now(), tmp_path / "rejects")
    text = told(keeper, "/")
    assert text.startswith("These are sample papers.") and text.endswith("What do you read?")
    assert "the sample that came with the program" in keeper.get("/about").content.decode()


def test_a_failing_source_and_several(keeper: Client) -> None:
    papers(3)
    chosen("ok")
    SourceState.objects.filter(connector="arxiv-oai").update(outcome="failed", detail="It answered 503. Next: soon.")
    text = told(keeper, "/")
    for words in ("arXiv, records (OAI-PMH) does not answer", "It answered 503.", "What came before stands"):
        assert words in text
    SourceState.objects.update(outcome="failed")
    assert "3 sources do not answer" in told(keeper, "/")


def test_a_running_back_fill(keeper: Client) -> None:
    papers(3)
    chosen("ok")
    SourceState.objects.filter(connector="arxiv-oai").update(
        outcome="running", progress={"done": 1200, "of": 5000, "what": "records"})
    assert "Papers are coming in from arXiv, records (OAI-PMH): 1,200 of 5,000 records." in told(keeper, "/")


def test_an_empty_day_and_a_weekend(keeper: Client) -> None:
    papers(2)
    assert "arXiv announces none on Saturdays" in told(keeper, "/papers/date/2001-01-06")
    assert "No papers on" in told(keeper, "/papers/date/2001-01-09")


def test_all_read_and_nothing_that_passes(keeper: Client) -> None:
    papers(2)
    keeper.post("/acts", {"act": "read:0000000001,0000000002", "next": "/"})
    assert "All 2 papers are marked read." in told(keeper, "/?hide=read")
    assert "2 papers of this page are left out: only zz.ZZ" in told(keeper, "/?cat=zz.ZZ")


def test_nothing_saved_and_no_votes(keeper: Client) -> None:
    papers(2)
    assert "Nothing is saved yet" in told(keeper, "/saved")
    assert "No votes in the last two weeks" in told(keeper, "/trending")


def test_no_index_an_index_behind_and_no_hit(keeper: Client) -> None:
    papers(2)
    assert "Search has no index" in told(keeper, "/about")
    assert "Search cannot answer now" in told(keeper, "/search?q=number")
    indexed()
    assert 'class="notice' not in keeper.get("/about").content.decode()
    text = told(keeper, "/search?q=xqzzyv&mode=words", actions=2)
    assert text.startswith("No paper holds all of these words")
    Change.objects.create(lane=0, paper_id=1, kind="put")
    assert "Search is 1 change behind" in told(keeper, "/about")
    assert "Search is 1 change behind" in told(keeper, "/search?q=xqzzyv&mode=words")


def test_a_query_that_cannot_be_read_and_no_such_page(keeper: Client) -> None:
    papers(1)
    indexed()
    assert "best reading" in told(keeper, "/search?q=since:yesterdayish+number", actions=0)
    assert "There is no such page" in told(keeper, "/nothing")
