"""Chromium for tests: found or named as missing, without network services of its own, every foreign request noted."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests.support.program import environment

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESKTOP, PHONE, NARROW = (1440, 900), (390, 844), (320, 700)
HEADLINES = (
    "[...document.querySelectorAll('h3')].filter(one => { const box = one.getBoundingClientRect();"
    "return box.width && box.bottom <= innerHeight }).length"
)
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Browser:
    """One Chromium. ``faults``: script errors and requests to any host but our own; a test ends with none."""

    play: Any
    engine: Any
    faults: list[str] = field(default_factory=list)

    def tab(self, size: tuple[int, int] = DESKTOP, theme: str = "light", **how: Any) -> Any:
        """A fresh profile with one page; ``how`` goes to Playwright's ``new_context``."""
        context = self.engine.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=theme, reduced_motion="reduce", **how
        )
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda fault: self.faults.append(f"script: {fault}"))
        page.on("request", lambda asked: self._ours(asked.url))
        return page

    def _ours(self, url: str) -> None:
        if urlsplit(url).hostname not in {"localhost", "127.0.0.1", None}:
            self.faults.append(f"request to {url}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's Chromium under Playwright; skips with the reason where one of them is missing."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: no browser tests")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("Chromium is not installed: pages are not tested in a browser")
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright runs a loop in this thread
    try:
        with sync_api.sync_playwright() as play:
            engine = play.chromium.launch(executable_path=found, args=ARGUMENTS)
            browser = Browser(play, engine)
            yield browser
            engine.close()
    finally:
        if before is None:
            os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
    assert browser.faults == []


def expect(place: Any) -> Any:
    """Playwright's assertions about a place, which wait until they hold: a page may still be coming."""
    from playwright.sync_api import expect as waiting

    waiting.set_options(timeout=30_000)
    return waiting(place)


def follow(place: Any) -> None:
    """Click, and wait for the whole page that it leads to (a click alone waits for its beginning)."""
    with place.page.expect_navigation():
        place.click()


_LINK = re.compile(r"http://\S+/\?key=\S+")


@contextmanager
def started(data: Path, *arguments: str, seconds: float = 90.0, **settings: str) -> Iterator[str]:
    """``broadsheet start`` on ``data``, stopped at the end; gives the link that it prints once the page answers."""
    log = data.parent / f"{data.name}.start.log"
    with log.open("wb") as out:
        program = subprocess.Popen(
            [sys.executable, "-m", "broadsheet", "start", "--port", "0", *arguments],
            env=environment(BROADSHEET_DATA=str(data), **settings),
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
        try:
            yield _link(program, log, seconds)
        finally:
            program.send_signal(signal.SIGTERM)
            try:
                program.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(program.pid, signal.SIGKILL)
                program.wait()


def _link(program: subprocess.Popen[bytes], log: Path, seconds: float) -> str:
    import httpx

    ends = time.monotonic() + seconds
    while time.monotonic() < ends and program.poll() is None:
        found = _LINK.search(log.read_text("utf-8", "replace"))
        if found:
            base = "{0.scheme}://{0.netloc}".format(urlsplit(found.group()))
            try:
                if httpx.get(f"{base}/healthz", timeout=2, trust_env=False).status_code == 200:
                    return found.group()
            except httpx.HTTPError:
                time.sleep(0.1)
        time.sleep(0.1)
    raise AssertionError(f"`broadsheet start` gave no page in {seconds:.0f} s: {log.read_text('utf-8', 'replace')}")
