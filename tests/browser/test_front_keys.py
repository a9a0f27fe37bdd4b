"""Thirty papers read by keyboard in Chromium: focus moves, marks are kept, the end mark is reached."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from broadsheet.catalogue.models import Change, Paper
from broadsheet.editions import service
from broadsheet.readers.models import Mark
from broadsheet.web import access, fragments, page_cache

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
NOW = datetime(2026, 5, 12, 6, tzinfo=UTC)
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: no browser tests")


@pytest.fixture
def page(live_server: Any) -> Iterator[Any]:
    """A page of Chromium in local mode, with forty papers of one day; faults of scripts fail the test."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("Chromium is not installed: keys are not tested in a browser")
    for forget in (page_cache.forget, service.forget, fragments.forget):
        forget()
    for number in range(1, 41):
        Paper.objects.create(
            id=number, key=f"{number:010d}", title=f"On number {number}", abstract="We show that it is new.",
            authors=[{"name": "Ada Author"}], published="2026-05-11", identifiers=[["arxiv", f"2605.{number:05d}"]],
            categories=[("cs.CV", "cs.LG")[number % 2]], edition_day=date(2026, 5, 12), added_at=NOW, changed_at=NOW)
        Change.objects.create(lane=0, paper_id=number, kind="put")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright runs a loop in this thread
    faults: list[str] = []
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        tab.on("pageerror", lambda fault: faults.append(str(fault)))
        tab.on("request", lambda asked: None if asked.url.startswith(live_server.url) else faults.append(asked.url))
        link = access.local_link(access.current(), 0)
        tab.goto(f"{live_server.url}/?{link.partition('?')[2]}")
        yield tab
        browser.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")
    assert faults == []


def focused(page: Any) -> str:
    """Key of the paper that has the focus."""
    return str(page.evaluate("document.activeElement.closest('[data-key]')?.dataset.key || document.activeElement.id"))


def test_thirty_papers_by_keyboard(page: Any) -> None:
    seen = []
    for _ in range(30):
        page.keyboard.press("j")
        seen.append(focused(page))
        with page.expect_response(lambda answer: answer.url.endswith("/acts")) as answer:
            page.keyboard.press("m")
        assert answer.value.status == 204
    assert len(set(seen)) == 30
    assert Mark.objects.filter(kind="read").count() == 30
    order = page.evaluate("[...document.querySelectorAll('[data-key]')].map(one => one.dataset.key)")
    assert seen == order[:30]
    page.keyboard.press("k")
    assert focused(page) == seen[28]
    page.keyboard.press("G")
    assert focused(page) == "end"
    page.reload()
    assert page.locator(".read").count() == 30


def test_save_abstract_hide_and_undo(page: Any) -> None:
    page.keyboard.press("j")
    with page.expect_response(lambda answer: answer.url.endswith("/acts")):
        page.keyboard.press("s")
    assert Mark.objects.filter(kind="saved").count() == 1
    with page.expect_response(lambda answer: "/abstract" in answer.url):
        page.keyboard.press("a")
    page.wait_for_function("document.querySelector('details[open] .text').innerText.includes('We show')")
    with page.expect_response(lambda answer: answer.url.endswith("/acts")):
        page.keyboard.press("x")
    page.wait_for_selector(".hidden-entry")
    with page.expect_response(lambda answer: answer.url.endswith("/acts")):
        page.keyboard.press("z")
    page.wait_for_function("!document.querySelector('.hidden-entry')")
    assert Mark.objects.filter(kind="hidden").count() == 0


def test_first_screens_hold_their_headlines(page: Any) -> None:
    count = ("[...document.querySelectorAll('h3')].filter(one => { const box = one.getBoundingClientRect();"
             "return box.width && box.bottom <= innerHeight }).length")
    assert page.evaluate(count) >= 12
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate(count) >= 4
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
