"""Weeks and months are ordered by what readers say, here and elsewhere; the month's table shows what editors wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from tests.support import papers

from broadsheet.catalogue.models import Paper
from broadsheet.editions import curation, service
from broadsheet.editions.candidates import Narrowing
from broadsheet.editions.formulas import work_span
from broadsheet.readers import service as readers
from broadsheet.readers import tallies, votes
from broadsheet.web import fragments, page_cache
from broadsheet.web.frontpage import site_from

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 12, 8, 0, tzinfo=UTC)
TODAY = NOW.date()
FIRST = TODAY - timedelta(days=1)  # a Monday
SITE = replace(site_from({}), liking=None)


@pytest.fixture(autouse=True)
def _papers() -> Iterator[None]:
    for forget in (page_cache.forget, service.forget, fragments.forget, tallies.forget):
        forget()
    for number in range(1, 21):
        row = papers.add(number, f"Paper {number}", "It holds.")
        Paper.objects.filter(pk=row).update(edition_day=TODAY if number <= 10 else FIRST, added_at=NOW,
                                                key=f"{number:010d}")
    Paper.objects.filter(pk=_row(3)).update(imported_votes=6)
    Paper.objects.filter(pk=_row(4)).update(imported_votes=3, imported_comments=9)
    yield


def _row(number: int) -> int:
    return Paper.objects.get(key=f"{number:010d}").pk


def _vote(number: int, times: int) -> None:
    for _ in range(times):
        reader = readers.make(NOW)
        reader.joined_at = NOW - timedelta(days=400)
        reader.save(update_fields=["joined_at"])
        votes.cast(reader, _row(number), NOW)


def _order(limit: int = 150, **narrowed: object) -> list[str]:
    wish = Narrowing(**narrowed) if narrowed else None  # type: ignore[arg-type]
    return [one.title for one in service.span(FIRST, TODAY, SITE, limit=limit, narrowing=wish).papers]


def test_votes_given_here_move_weeks_and_months_at_once() -> None:
    assert _order()[:2] == ["Paper 4", "Paper 3"]
    _vote(15, 2)
    assert _order()[:3] == ["Paper 4", "Paper 15", "Paper 3"]
    _vote(15, 2)
    assert _order(1) == ["Paper 15"]
    assert len(_order()) == len(set(_order())) == 20
    assert _order(without=("nothing",))[:3] == ["Paper 15", "Paper 4", "Paper 3"]


def test_the_formula_is_what_was_used() -> None:
    _vote(15, 3)
    listed = service.span(FIRST, TODAY, SITE).papers
    points = [work_span(one).points for one in listed]
    assert points == sorted(points, reverse=True)
    browser = Client(headers={"host": "localhost"})
    for one in listed[:3]:
        page = browser.get(f"/formula/span?paper={one.key}").content.decode()
        shown = re.search(r'<data value="([^"]+)" data-letter="points"', page)
        assert shown is not None
        assert float(shown[1]) == pytest.approx(work_span(one).points)
    for place in ("/papers/week/2026-W20", "/papers/month/2026-05"):  # in an order that was asked for: the whole list
        page = browser.get(f"{place}?order=chosen").content.decode()
        assert 'href="/formula/span"' in page
        listed_there = page.rpartition("</table>")[2]
        assert listed_there.index("Paper 15") < listed_there.index("Paper 3<")
        assert 'href="/formula/span"' not in browser.get(f"{place}?order=newest").content.decode()


def test_the_month_shows_the_headline_that_editors_wrote() -> None:
    browser = Client(headers={"host": "localhost"})
    table = browser.get("/papers/month/2026-05").content.decode().partition("</table>")[0]
    assert "Paper 3" in table
    curation.write(TODAY, "Bridges that sing", "", "", None, NOW)
    page_cache.forget()
    table = browser.get("/papers/month/2026-05").content.decode().partition("</table>")[0]
    assert "Bridges that sing" in table
    assert "Paper 3" not in table
