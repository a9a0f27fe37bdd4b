"""The first minute as a stranger lives it: the program itself, an empty data directory, Chromium."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from tests.support.browsing import Browser, chromium, follow, started
from tests.support.loopback import Invented, Loopback
from tests.support.program import broadsheet

pytestmark = [pytest.mark.browser, pytest.mark.slow]
QUICK = {"BROADSHEET_OFFLINE": "false", "BROADSHEET_ALLOW_PRIVATE_HOSTS": "true", "BROADSHEET_REQUEST_PAUSE": "0"}


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Chromium, which must ask no other host."""
    with chromium() as made:
        yield made


def at(base: str) -> dict[str, str]:
    """Settings that send every source to ``base``."""
    return {**QUICK, "BROADSHEET_ARXIV_OAI_URL": f"{base}/oai", "BROADSHEET_ARXIV_RSS_URL": f"{base}/rss",
            "BROADSHEET_HF_URL": base}


def answered(page: Any, link: str) -> None:
    """Come by the printed link, see the sample, answer the question with a preset."""
    page.goto(link)
    assert "key=" not in page.url
    assert "These are sample papers." in page.inner_text("main")
    assert page.locator("h3").count() >= 12
    follow(page.locator("text=What do you read?").first)
    assert page.inner_text("h1") == "What do you read?"
    page.check("text=Artificial intelligence")
    page.click("text=Make my front page")
    page.wait_for_url("**/setup/progress")


def sample_rows(data: Path) -> int:
    """Rows that the sample left behind."""
    with sqlite3.connect(f"file:{data / 'broadsheet.sqlite3'}?mode=ro", uri=True) as rows:
        return int(rows.execute("SELECT (SELECT count(*) FROM catalogue_paper WHERE sample) + "
                                "(SELECT count(*) FROM catalogue_sourcerecord WHERE source = 'sample')").fetchone()[0])


def test_without_network_the_page_says_what_was_tried_and_what_to_do(browser: Browser, data_dir: Path) -> None:
    with started(data_dir, **at("http://127.0.0.1:9")) as link:  # nothing listens on the port of discard
        page = browser.tab()
        answered(page, link)
        page.locator("main", has_text="No source can be reached").wait_for(timeout=180_000)
        for path in ("/setup/progress", "/"):
            page.goto(link.partition("/?")[0] + path)
            told = page.inner_text("[role=alert]")
            for words in ("No source can be reached from this machine", "arXiv, records (OAI-PMH)", "127.0.0.1",
                          "Hugging Face", "broadsheet import FILE", "BROADSHEET_PROXY", "broadsheet doctor",
                          "asked again at"):
                assert words in told, f"{words!r} is not said at {path}: {told}"
        assert sample_rows(data_dir) == 0


def recent(count: int) -> list[Invented]:
    """Invented papers of the last days, so that a back-fill of two weeks meets them."""
    today = datetime.now(UTC)
    made = []
    for number in range(count):
        day = today - timedelta(days=2 + number % 6)
        made.append(Invented(f"{day:%y%m}.{20000 + number}", f"Invented paper number {number}", f"{day:%Y-%m-%d}",
                             submitted=format_datetime(day.replace(hour=10), usegmt=True)))
    return made


def test_with_sources_the_page_fills_and_the_sample_goes(browser: Browser, data_dir: Path) -> None:
    with Loopback(papers=recent(30), delay=0.1) as world, started(data_dir, **at(world.base)) as link:
        base = link.partition("/?")[0]
        page = browser.tab()
        answered(page, link)
        front = page.context.new_page()
        seen: list[tuple[int, str]] = []  # papers on the front page, then what is said of the rest
        for _ in range(600):
            front.goto(base)
            count = front.locator("h3").filter(has_text="Invented paper").count()
            seen.append((count, page.locator(".notice h2").first.inner_text().split(":")[0]))
            if seen[-1][1] == "All is in":
                break
            front.wait_for_timeout(100)
        assert seen[-1][1] == "All is in", page.inner_text("main")
        assert any(count for count, told in seen if told == "Papers are coming in"), f"nothing before the end: {seen}"
        front.goto(base)
        assert "sample papers" not in front.inner_text("body").lower()
        assert sample_rows(data_dir) == 0
        front.goto(f"{base}/search?q=%22Invented+paper+number+7%22")
        assert "Invented paper number 7" in front.inner_text("ol.hits")


def test_no_sample_asks_at_once(browser: Browser, data_dir: Path) -> None:
    with started(data_dir, "--no-sample") as link:
        page = browser.tab()
        page.goto(link)
        assert page.inner_text("h1") == "What do you read?"
        assert sample_rows(data_dir) == 0


def test_the_sample_can_be_removed_by_a_command(data_dir: Path) -> None:
    assert broadsheet("sample", "load", data=data_dir).returncode == 0
    assert sample_rows(data_dir) > 100
    assert broadsheet("sample", "remove", data=data_dir).returncode == 0
    assert sample_rows(data_dir) == 0


def test_a_stranger_at_another_address_sees_no_question(browser: Browser, data_dir: Path) -> None:
    """Bound to every address: the sample is shown, the question only behind the one-time code."""
    with started(data_dir) as link:  # without the key: a browser that did not come by the link
        base = link.partition("/?")[0]
        page = browser.tab()
        page.goto(base)
        assert "These are sample papers." in page.inner_text("main")
        for path in ("/setup", "/setup/progress"):
            page.goto(base + path)
            assert "What do you read?" not in page.inner_text("body")
            assert page.locator("input[name=code]").count() == 1
            assert page.locator("input[name=field]").count() == 0
