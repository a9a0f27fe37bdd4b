"""Recorded answers served on loopback and harvested whole: from the network to papers, days and stored outcomes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.support.harvesting import FastClock, client_for, config_for, state_of_catalogue
from tests.support.loopback import Loopback, papers

from broadsheet.catalogue.models import Announcement, Paper, SourceRecord
from broadsheet.sources.harvest import Outcome, harvest
from broadsheet.sources.models import SourceState
from broadsheet.sources.presets import Choice
from broadsheet.sources.schedule import plan_sources

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def recorded(answers: dict[str, Path | bytes]) -> Iterator[str]:
    """A server that answers the first path that a request begins with; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = next((answer for start, answer in answers.items() if self.path.startswith(start)), None)
            body = b"no such page" if found is None else found if isinstance(found, bytes) else found.read_bytes()
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Type", "application/json" if body[:1] in b"[{" else "text/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def run(name: str, base: str, data: Path, now: datetime, since: date | None = None) -> Outcome:
    """One harvest with the real client and a clock that does not wait."""
    config = config_for(base, data)
    with client_for(config, FastClock(now)) as client:
        return harvest(name, now=now, since=since, client=client, config=config, dice=lambda: 0.5)


@pytest.mark.realdata
def test_a_recorded_feed_of_a_day(shared_data: Path, data_dir: Path) -> None:
    now = datetime(2026, 9, 24, 12, tzinfo=UTC)
    plan_sources(Choice(("cs.LG",), hf=False), now)
    feed = shared_data / "fixtures/arxiv_rss/cs.LG+cs.AI+cs.CL+stat.ML_2026-09-24_trimmed.xml"
    with recorded({"/rss/cs.LG": feed}) as base:
        out = run("arxiv-rss", base, data_dir, now)
    assert out.outcome == "ok" and not out.counts.rejected, out.sentence
    kinds = set(Announcement.objects.values_list("kind", flat=True))
    assert kinds == {"new", "cross-list", "replacement"}
    assert set(Announcement.objects.values_list("day", flat=True)) == {date(2026, 9, 24)}
    only = Paper.objects.exclude(announcements__kind__in=["new", "cross-list"])
    assert only.exists() and not only.filter(edition_day=date(2026, 9, 24)).exists()  # a replacement makes no day


@pytest.mark.realdata
def test_a_recorded_weekend_says_its_cause(shared_data: Path, data_dir: Path) -> None:
    now = datetime(2026, 8, 1, 12, tzinfo=UTC)
    plan_sources(Choice(("cs.CL",), hf=False), now)
    with recorded({"/rss/cs.CL": shared_data / "fixtures/arxiv_rss/cs.CL_weekend_empty_2026-08-01.xml"}) as base:
        out = run("arxiv-rss", base, data_dir, now)
    assert (out.outcome, out.counts.read) == ("empty", 0)
    assert out.sentence.startswith("Nothing new. arXiv announces nothing on Saturdays and Sundays")


@pytest.mark.realdata
def test_recorded_daily_papers(shared_data: Path, data_dir: Path) -> None:
    now = datetime(2026, 7, 31, 12, tzinfo=UTC)
    plan_sources(Choice((), hf=True), now)
    listed = shared_data / "fixtures/hf_papers/daily_papers_2026-07-31.json"
    with recorded({"/api/daily_papers?date=2026-07-31": listed, "/api/": b"[]"}) as base:
        out = run("hf-daily", base, data_dir, now, since=date(2026, 7, 30))
    assert out.outcome == "ok" and out.counts.added == out.counts.read > 0 and not out.counts.rejected, out.sentence
    assert set(Announcement.objects.values_list("list", flat=True)) == {"hf_daily"}
    assert Paper.objects.filter(imported_votes__gt=0, vote_site="Hugging Face").exists()


@pytest.mark.realdata
def test_recorded_records(shared_data: Path, data_dir: Path) -> None:
    now = datetime(2017, 10, 1, 12, tzinfo=UTC)
    plan_sources(Choice(("hep-th",), hf=False), now)
    with recorded({"/oai": shared_data / "fixtures/arxiv_oai/PARTIAL_arXivRaw_records_2026-09.xml"}) as base:
        out = run("arxiv-oai", base, data_dir, now, since=date(2017, 9, 30))
    assert out.outcome == "ok" and Paper.objects.count() == 2, out.sentence
    assert all(row.versions and row.rights == "public" for row in Paper.objects.all())


@pytest.mark.parametrize(("day", "cause"), [
    (date(2026, 11, 27), "a holiday"),  # the day after Thanksgiving
    (date(2026, 11, 28), "Saturdays and Sundays"),
    (date(2026, 11, 25), "no paper, or a list still to come"),
])
def test_an_empty_feed_names_its_cause(data_dir: Path, day: date, cause: str) -> None:
    now = datetime.combine(day, datetime.min.time(), UTC).replace(hour=15)
    plan_sources(Choice(("cs.LG",), hf=False), now)
    with Loopback([], {"cs.LG": []}, feed_day=day) as world:
        out = run("arxiv-rss", world.base, data_dir, now)
    assert out.outcome == "empty" and cause in out.sentence and "0" not in out.sentence.split(".")[0], out.sentence


def test_a_list_without_end_stops(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from broadsheet.sources import arxiv_oai

    monkeypatch.setattr(arxiv_oai, "MOST_PAGES", 2)
    now = datetime(2026, 11, 20, 15, tzinfo=UTC)
    plan_sources(Choice(("cs.LG",), hf=False), now)
    one = papers(1)[0].oai("arXivRaw")
    page = (f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>{one}'
            "<resumptionToken>again</resumptionToken></ListRecords></OAI-PMH>")
    with recorded({"/oai": page.encode()}) as base:
        out = run("arxiv-oai", base, data_dir, now)
    assert out.outcome == "failed" and out.error is not None and out.error.kind == "protocol"
    assert "no end" in out.sentence and Paper.objects.count() == 1  # what came was kept


def test_a_list_that_goes_in_a_circle_stops_soon_and_goes_on_when_arxiv_is_well(data_dir: Path) -> None:
    now = datetime(2026, 11, 20, 15, tzinfo=UTC)
    plan_sources(Choice(("cs.LG",), hf=False), now)
    some = papers(2)
    page = ('<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>{}'
            "<resumptionToken>{}</resumptionToken></ListRecords></OAI-PMH>")
    with recorded({"/oai": page.format(some[0].oai("arXivRaw"), "again").encode()}) as base:
        out = run("arxiv-oai", base, data_dir, now)
    assert out.outcome == "failed" and "no end" in out.sentence
    assert Paper.objects.count() == 1 and SourceState.objects.get(name="arxiv-oai").received < 5
    with recorded({"/oai": page.format(some[1].oai("arXivRaw"), "").encode()}) as base:
        assert run("arxiv-oai", base, data_dir, now).outcome == "ok" and Paper.objects.count() == 2


def test_a_page_of_openings_is_read_in_one_walk() -> None:
    import time

    from broadsheet.sources.errors import SourceError
    from broadsheet.sources.oai import read_page

    body = b"<OAI-PMH " + b"<record>" * 400_000 + b"<OAI-PMH<resumptionToken " * 20_000 + b"</OAI-PMH>"
    started = time.process_time()
    with pytest.raises(SourceError):
        read_page(body, "h")
    assert time.process_time() - started < 5


def test_a_deleted_record_comes_back(data_dir: Path) -> None:
    now = datetime(2026, 11, 20, 15, tzinfo=UTC)
    plan_sources(Choice(("cs.LG",), hf=False), now)
    some = papers(2)
    with Loopback(some) as world:
        run("arxiv-oai", world.base, data_dir, now)
        before = state_of_catalogue()
        world.papers = [replace(some[0], deleted=True), some[1]]
        run("arxiv-oai", world.base, data_dir, now, since=date(2026, 11, 10))
        assert Paper.objects.filter(state="live").count() == 1
        assert SourceRecord.objects.count() == 2
        world.papers = some
        run("arxiv-oai", world.base, data_dir, now, since=date(2026, 11, 10))
    assert state_of_catalogue() == before
    assert SourceState.objects.get(name="arxiv-oai").outcome == "ok"
