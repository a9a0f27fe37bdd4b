"""The week's edition as a page, and a day in three minutes: chosen as the mail is, with minutes that are true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.support.accounts import account, client, sign_in, site

from broadsheet.catalogue.models import Paper
from broadsheet.digest import weekly
from broadsheet.digest.models import Subscription
from broadsheet.digest.prepare import Preparer, Setup
from broadsheet.editions import service
from broadsheet.web import page_cache
from broadsheet.web.limits import Buckets
from broadsheet.web.middleware import ReaderMiddleware

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = date(2026, 5, 11)
WEEK = "/papers/week/2026-W20"
SETUP = Setup("https://p.example.org", "Broadsheet", "", "paper@p.example.org", "p.example.org")
CLAIM = "We show that the method number {} keeps what it promises on every benchmark that was tried, twice over."


@pytest.fixture(autouse=True)
def five_days(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A working week of 24 papers a day."""
    site(monkeypatch, site_url="https://testserver")
    monkeypatch.setattr(ReaderMiddleware, "buckets", Buckets(1000, 1000))
    service.forget()
    page_cache.forget()
    moment = datetime(2026, 5, 11, 4, tzinfo=UTC)
    Paper.objects.bulk_create([
        Paper(key=f"w{24 * ahead + n:09d}", title=f"Paper {24 * ahead + n} of day {ahead}", rights="public",
              abstract=CLAIM.format(24 * ahead + n), identifiers=[["arxiv", f"2605.{24 * ahead + n:05d}"]],
              categories=[("cs.CV", "cs.CL", "math.AG", "astro-ph.GA", "q-bio.NC", "hep-th")[n % 6]],
              authors=[{"name": "Ada Lovelace"}, {"name": "Mary Somerville"}], published=str(MONDAY),
              edition_day=MONDAY + timedelta(days=ahead), imported_votes=n, added_at=moment, changed_at=moment)
        for ahead in range(5) for n in range(24)])
    yield
    service.forget()
    page_cache.forget()


def _headlines(page: str) -> list[str]:
    main = page.partition("<main")[2].partition("</main>")[0]
    return re.findall(r"<h3>(?:<[^>]*>)*([^<]+)<", main)


def test_the_week_is_the_choice_of_the_weekly_mail() -> None:
    page = client().get(WEEK).content.decode()
    shown = _headlines(page)
    moment = datetime(2026, 5, 17, 6, tzinfo=UTC)
    wanted = Subscription(pk=0, key="0" * 32, email="", kind="site", cadence="weekly", weekday=6, state="active",
                          asked_at=moment, due_at=moment, timezone="UTC")
    letter = Preparer(SETUP, service.Site(), moment).preview(wanted)
    mailed = {line.title for zone in letter.zones for line in zone.lines}
    assert len(shown) == 15 and set(shown) == mailed and letter.heading == "Week 20 of 2026"
    assert letter.all_url == f"{SETUP.base}{WEEK}"
    assert "15 of 120 papers" in page and "You have read the week." in page and "105 more papers" in page
    for ahead in range(5):
        assert f'href="/papers/date/{MONDAY + timedelta(days=ahead)}"' in page


def test_the_minutes_of_the_week_are_counted() -> None:
    made = weekly.of_week((2026, 20), date(2026, 5, 20), service.Site())
    assert made is not None
    words = sum(map(weekly.words_in, made.lines(member=False)))
    minutes = int(re.findall(r"(\d+) minutes of reading", client().get(WEEK).content.decode())[0])
    assert (minutes - 1) * weekly.WORDS_A_MINUTE < words <= minutes * weekly.WORDS_A_MINUTE


def test_a_week_that_is_none_and_one_without_papers() -> None:
    for wrong in ("2026-W60", "2026", "x-Wy", "2026-W", "٢٠٢٦-W20"):
        assert client().get(f"/papers/week/{wrong}").status_code == 404, wrong
    assert "0" in client().get("/papers/week/2026-W10").content.decode()


def test_all_papers_of_the_week_are_one_step_away() -> None:
    page = client().get(WEEK).content.decode()
    assert f'href="{WEEK}?order=chosen"' in page
    assert len(re.findall(r"data-key=", client().get(f"{WEEK}?order=chosen").content.decode())) == 120


def test_a_readers_own_control_narrows_the_week() -> None:
    account("me@example.org")
    browser = sign_in("me@example.org")
    browser.post("/settings", {"order": "chosen", "categories": "math.AG", "without": "", "theme": "system",
                               "keys": "on", "keep_marks": "on", "show_votes": "on"})
    shown = _headlines(browser.get(WEEK).content.decode())
    assert shown and len(shown) < 15
    assert all(int(title.split()[1]) % 24 % 6 == 2 for title in shown)


def test_a_day_in_three_minutes_holds_as_many_words() -> None:
    page = client().get(f"/papers/date/{MONDAY}/print").content.decode()
    assert "in three minutes</h1>" in page
    said = int(re.findall(r"(\d+) words", page)[0])
    assert 2 * weekly.WORDS_A_MINUTE < said <= 3 * weekly.WORDS_A_MINUTE
    main = page.partition('<main')[2].partition('<section class="end"')[0]
    entries = re.findall(r"<article.*?</article>", main, re.S)
    printed = sum(len(re.sub(r"<[^>]+>", " ", one).split()) for one in entries)
    assert said <= printed <= said + 3 * len(entries), "what is said is what stands there, and its addresses"
    assert all("arxiv.org/abs/2605." in one for one in entries)


def test_a_thin_day_says_its_own_minutes() -> None:
    Paper.objects.filter(edition_day=MONDAY).exclude(key__in=["w000000000", "w000000001"]).delete()
    service.forget()
    assert "in one minute</h1>" in client().get(f"/papers/date/{MONDAY}/print").content.decode()


def test_yesterday_is_the_newest_edition_before_today() -> None:
    answer = client().get("/yesterday")
    assert answer.status_code == 302 and answer["Location"] == "/papers/date/2026-05-15/print"
    for wrong in ("2026-05-16", "2999-01-01", "soon", "2026-5-1"):
        assert client().get(f"/papers/date/{wrong}/print").status_code == 404
    Paper.objects.all().delete()
    assert client().get("/yesterday")["Location"] == "/"


@pytest.mark.parametrize("address", [
    "/papers/week/9999-W52", "/papers/week/0001-W01", "/papers/month/9999-12", "/papers/month/0001-01",
    "/papers/date/0001-01-01", "/feeds/week/9999-W52.atom", "/feeds/day/0001-01-01.atom", "/feeds/month/0001-01.json",
    "/api/v1/editions/0001-01-01",
])
def test_the_ends_of_the_calendar_are_no_pages(address: str) -> None:
    assert client().get(address).status_code == 404


def test_a_paper_of_the_year_1_breaks_no_other_page() -> None:
    Paper.objects.filter(key="w000000000").update(edition_day=date(1, 1, 1))
    service.forget()
    assert client().get("/").status_code == client().get("/feeds/front.atom").status_code == 200
    assert service.day_ids((date(1, 1, 1),), service.Site())
