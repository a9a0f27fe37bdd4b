"""The mail in a browser: steps counted with and without JavaScript, its pages and letters, and the printed sheet."""

from __future__ import annotations

import io
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from tests.browser.conftest import TODAY, House
from tests.browser.test_faces import axe
from tests.support import mailserver
from tests.support.browsing import DESKTOP, NARROW, OVERFLOW, PHONE, Browser, follow, started
from tests.support.program import broadsheet

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PICTURES = os.environ.get("TEST_PICTURES", "")
LETTERS = {"daily": "", "weekly": "?cadence=weekly", "category": "?kind=category&value=cs.CV"}


@dataclass
class Post:
    """A site that sends mail to a server of ours."""

    base: str
    handler: mailserver.Handler
    data: Path
    server: str

    def newest(self, to: str, seconds: float = 120.0) -> EmailMessage:
        """The newest mail to an address; the worker sends every few seconds."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            found = [one for one in self.handler.taken if one.to == to]
            if found:
                return found[-1].message
            broadsheet("digest", "send", "--json", data=self.data, env={"BROADSHEET_SMTP_URL": self.server})
        raise AssertionError(f"no mail to {to} within {seconds:.0f} s")


@pytest.fixture(scope="module")
def post(stocked: Callable[..., Path]) -> Iterator[Post]:
    """The sample and a day of awkward papers, with a mail server on loopback."""
    data = stocked(True)
    handler = mailserver.Handler()
    with mailserver.running(handler) as port:
        url = f"smtp+plain://127.0.0.1:{port}"
        with started(data, seconds=240.0, BROADSHEET_SMTP_URL=url) as link:
            yield Post(link.partition("/?")[0], handler, data, url)


def _plain(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


class Steps:
    """Counts the forms that a person sends: one click each."""

    def __init__(self, page: Any) -> None:
        self.page, self.count = page, 0

    def press(self, name: str) -> None:
        """Press a button, and wait for the page that it leads to."""
        self.count += 1
        follow(self.page.get_by_role("button", name=name, exact=True).first)


# Four visits: one visitor may ask for six mails at once (web/views/mail.py), and the pages under axe want one.
@pytest.mark.parametrize(("place", "size", "script"), [
    ("/", DESKTOP, False), ("/", PHONE, True), ("/topics/cs.CV", DESKTOP, True), ("/topics/cs.CV", PHONE, False),
], ids=["front, no script", "front, phone", "list", "list, phone, no script"])  # fmt: skip
def test_subscribing_takes_two_steps_and_unsubscribing_one(
        browser: Browser, post: Post, size: tuple[int, int], script: bool, place: str) -> None:
    to = f"{size[0]}-{script}-{'list' if len(place) > 1 else 'site'}@example.org".lower()
    page = browser.tab(size, java_script_enabled=script)
    page.goto(post.base + place)
    page.locator("details.bymail summary").first.click()
    page.get_by_label("Mail address").fill(to)
    into = Steps(page)
    into.press("Subscribe")
    assert page.locator("h1").inner_text() == "Look into your mailbox"
    link = re.search(r"https?://\S+(/mail/confirm/\w+)", _plain(post.newest(to)))
    assert link
    page.goto(post.base + link[1])
    into.press("Yes, send it to me")
    assert into.count == 2 and "Your mail is set up." in page.locator("main").inner_text()
    key = link[1].rpartition("/")[2]
    page.goto(f"{post.base}/mail/stop/{key}")  # the link at the end of each mail
    out = Steps(page)
    out.press("Unsubscribe")
    assert out.count == 1 and page.locator("h1").inner_text() == "Unsubscribed"
    out.press("Undo: send it again")
    assert out.count == 2 and "Your mail goes on." in page.locator("main").inner_text()


def test_pages_of_the_mail_pass_axe_and_never_scroll_sideways(browser: Browser, post: Post) -> None:
    page = browser.tab(bypass_csp=True)  # axe-core is put into the page
    page.goto(f"{post.base}/mail")
    page.get_by_label("Mail address").fill("axe@example.org")
    follow(page.get_by_role("button", name="Subscribe", exact=True))
    link = re.search(r"https?://\S+/mail/confirm/(\w+)", _plain(post.newest("axe@example.org")))
    assert link
    key, week = link[1], "{0.year}-W{0.week:02d}".format(TODAY.isocalendar())
    places = {"mail": "/mail", "about a topic": "/mail?kind=category&value=cs.CV", "preview": "/mail/preview",
              "confirm": f"/mail/confirm/{key}", "list": "/topics/cs.CV", "week": f"/papers/week/{week}",
              "sample week": "/papers/week/2026-W05", "print": f"/papers/date/{TODAY}/print",
              "settings": f"/mail/{key}", "stop": f"/mail/stop/{key}"}
    faults: dict[str, list[str]] = {}
    for size, theme in ((DESKTOP, "light"), (PHONE, "dark"), (NARROW, "light")):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme=theme)
        for name, place in places.items():
            if name == "settings":
                page.goto(f"{post.base}/mail/confirm/{key}")
                if page.get_by_role("button", name="Yes, send it to me").count():
                    follow(page.get_by_role("button", name="Yes, send it to me"))
            page.goto(post.base + place)
            if page.locator("main details.bymail").count():
                page.locator("main details.bymail summary").click()
            found = axe(page) + (["wide"] if page.evaluate(OVERFLOW) > 0 else [])
            if found:
                faults[f"{name} {size[0]}"] = found
            _picture(page, f"mail-{name}-{size[0]}-{theme}")
    assert faults == {}


@pytest.mark.parametrize("name", LETTERS)
def test_letters_fit_every_width_in_light_and_dark(browser: Browser, post: Post, name: str) -> None:
    page = browser.tab(bypass_csp=True)
    for width in (320, 600, 1200):
        for theme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme)
            answer = page.goto(f"{post.base}/mail/preview/letter{LETTERS[name]}")
            assert answer.status == 200 and len(answer.body()) < 100_000
            assert page.evaluate(OVERFLOW) <= 0, (width, theme)
            assert axe(page) == []
            _picture(page, f"letter-{name}-{width}-{theme}")
    assert page.locator("h2 a").count() > 3 and page.locator("img").count() == 0


def test_a_day_in_three_minutes_is_two_pages_of_paper(browser: Browser, house: House) -> None:
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed: the printed sheet is not read")
    page = browser.tab(theme="dark")
    week = "{0.year}-W{0.week:02d}".format(TODAY.isocalendar())
    for place, most in ((f"/papers/date/{TODAY}/print", 2), ("/papers/date/2026-01-28/print", 2),
                        ("/papers/week/2026-W05", 3), (f"/papers/week/{week}", 3)):
        page.goto(house.base + place)
        wanted = [one.strip() for one in page.locator("main h3:not(:has(math))").all_inner_texts()]
        printed = page.pdf(format="A4", prefer_css_page_size=True)
        if PICTURES:
            (Path(PICTURES) / f"{place.strip('/').replace('/', '-')}.pdf").write_bytes(printed)
        sheets = pypdf.PdfReader(io.BytesIO(printed)).pages
        text = _letters("".join(sheet.extract_text() for sheet in sheets))
        assert 1 <= len(sheets) <= most, place
        missing = [one for one in wanted if _letters(one)[:24] not in text]
        assert wanted and not missing, (place, missing)
        if place.endswith("print"):
            assert "arxiv.org/abs/" in text
        for furniture in ("Skip to the papers", "More like this", "Sources and freshness", "Mail address"):
            assert _letters(furniture) not in text


def _letters(text: str) -> str:
    """Plain letters alone: a page breaks lines, sets quotes and writes formulas in its own way."""
    return "".join(one for one in text if one.isascii() and one.isprintable() and one != " ")


def _picture(page: Any, name: str) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name.replace(' ', '-').replace(',', '')}.png"), full_page=True)
