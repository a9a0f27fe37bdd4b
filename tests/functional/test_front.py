"""The pages of editions over HTTP: what they show, how many queries they cost, how many bytes they send."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from broadsheet.catalogue.models import Announcement, Change, Paper
from broadsheet.editions import service
from broadsheet.editions.models import Snapshot
from broadsheet.sources.models import SourceState
from broadsheet.web import fragments, page_cache

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 5, 12)
NOW = datetime(2026, 5, 12, 6, tzinfo=UTC)
CATEGORIES = ("cs.CV", "cs.LG", "cs.CL", "math.RT", "astro-ph.GA", "econ:macro")


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """No page, day or entry of another test."""
    for forget in (page_cache.forget, service.forget, fragments.forget):
        forget()
    yield


@pytest.fixture
def client() -> Client:
    """A browser of the machine itself, without the local cookie: anonymous."""
    return Client(headers={"host": "localhost"})


def make(number: int, day: date = DAY, **more: Any) -> Paper:
    """One paper of a day, and its change row."""
    values: dict[str, Any] = {
        "id": number, "key": f"{number:010d}", "title": f"On the matter of number {number}",
        "abstract": "Numbers are old. We show that this one is new. It remains open why.", "rights": "public",
        "authors": [{"name": f"Ada Author{number}"}, {"name": "Bo Writer"}], "published": "2026-05-11",
        "identifiers": [["arxiv", f"2605.{number:05d}"]], "categories": [CATEGORIES[number % 6]],
        "primary_category": CATEGORIES[number % 6], "edition_day": day, "added_at": NOW, "changed_at": NOW, **more,
    }
    made = Paper.objects.create(**values)
    Change.objects.create(lane=0, paper_id=made.id, kind="put")
    return made


def many(count: int, first: int = 1, day: date = DAY) -> None:
    """A whole day."""
    for number in range(first, first + count):
        make(number, day, imported_votes=number % 9 or None, vote_site="Hugging Face" if number % 9 else "")


def text(client: Client, path: str, status: int = 200) -> str:
    """A page as text."""
    answer = client.get(path)
    assert answer.status_code == status, answer.content[:500]
    return answer.content.decode()


def test_the_front_page_shows_the_newest_edition(client: Client) -> None:
    many(20)
    page = text(client, "/")
    assert "Tuesday 12\u00a0May\u00a02026" in page
    assert "20\u00a0papers" in page
    assert page.count("data-key=") == 20
    assert "We show that this one is new." in page
    assert 'href="/papers/2605.00001"' in page


def test_future_days_and_days_unknown_make_no_edition(client: Client) -> None:
    many(3)
    make(50, date(2099, 1, 1))
    make(51, edition_day=None)  # type: ignore[arg-type]
    assert "12\u00a0May\u00a02026" in text(client, "/")
    assert "No papers on" in text(client, "/papers/date/2099-01-01", 404)


def test_a_thin_day_shares_the_page(client: Client) -> None:
    for week in range(1, 4):
        many(12, 100 * week, DAY - timedelta(weeks=week))
    many(12, 500, DAY - timedelta(days=1))
    make(1)
    page = text(client, "/")
    assert "with Monday 11\u00a0May\u00a02026" in page
    assert page.count("data-key=") == 13 + 6  # six are still talked about
    assert text(client, "/papers/date/2026-05-12").count('class="entry lead"') == 1


def test_an_empty_site_says_why_and_what_to_do(client: Client) -> None:
    page = text(client, "/")
    assert "No papers yet" in page
    assert page.count('role="status"') == 1


def test_a_failing_source_is_named_with_one_action(client: Client) -> None:
    many(3)
    SourceState.objects.create(name="arxiv-oai:cs", connector="arxiv-oai", outcome="failed", detail="503 from a.org")
    page = text(client, "/")
    assert "arXiv, records (OAI-PMH) does not answer" in page and "503 from a.org" in page
    SourceState.objects.update(detail="504 from a.org")
    assert "504 from a.org" in text(client, "/")


def test_a_new_paper_is_on_the_page_at_once(client: Client) -> None:
    many(3)
    assert text(client, "/").count("data-key=") == 3
    make(9)
    assert text(client, "/").count("data-key=") == 4


def test_a_hidden_paper_leaves_at_once(client: Client) -> None:
    many(3)
    text(client, "/")
    Paper.objects.filter(id=2).update(state="hidden", revision=2)
    Change.objects.create(lane=0, paper_id=2, kind="drop")
    assert 'id="p0000000002"' not in text(client, "/")


def test_a_list_shows_exactly_its_members_with_their_votes(client: Client) -> None:
    many(4)
    make(60, date(2026, 5, 1))
    for number, votes in ((2, 31), (60, 7)):
        Announcement.objects.create(paper_id=number, list="hf_daily", day=DAY, votes=votes)
    page = text(client, "/papers/date/2026-05-12?list=hf_daily")
    assert page.count("data-key=") == 2
    assert "31\u00a0votes at Hugging Face" in page
    assert page.index("p0000000002") < page.index("p0000000060")


def test_the_control_narrows_and_can_be_shared(client: Client) -> None:
    many(12)
    make(40, title="A robot paints", categories=["cs.CV"])
    page = text(client, "/?cat=cs.CV&without=robot")
    assert page.count("data-key=") == 2
    assert 'value="cs.CV"' in page
    page = text(client, "/?order=newest")
    assert "Newest first" in page and page.count("data-key=") == 13
    assert "Nothing passes what you set" in text(client, "/?cat=zz.ZZ")


def test_a_closed_day_stands_as_it_stood(client: Client) -> None:
    many(8)
    assert service.close_due(datetime(2026, 5, 14, tzinfo=UTC), date(2026, 5, 14), service.Site()) == [DAY]
    make(30, imported_votes=900, vote_site="Hugging Face")
    page = text(client, "/papers/date/2026-05-12")
    assert "900" not in page
    assert "as it stood that morning" in page
    assert Snapshot.objects.get().number == 1
    assert service.close_due(datetime(2026, 5, 14, tzinfo=UTC), date(2026, 5, 14), service.Site()) == []


def test_weeks_months_archive_trending_and_formulas(client: Client) -> None:
    many(30)
    assert "30\u00a0papers" in text(client, "/papers/week/2026-W20")
    month = text(client, "/papers/month/2026-05")
    assert "/papers/date/2026-05-12" in month
    assert "On the matter of number 26" in month
    assert "/papers/month/2026-05" in text(client, "/archive")
    for name in ("edition", "talked", "trending", "newest"):
        text(client, f"/formula/{name}")
    text(client, "/trending")
    assert "Disallow: /acts" in text(client, "/robots.txt")
    assert text(client, "/field/vision?date=2026-05-12").count("data-key=") == 5
    for path in ("/papers/date/2026-13-40", "/papers/week/2026-W99", "/papers/month/x", "/formula/x", "/field/x"):
        assert client.get(path).status_code == 404


def test_members_only_abstracts_are_not_shown_to_strangers(client: Client) -> None:
    make(1, rights="members", abstract="We prove a secret.")
    assert "secret" not in text(client, "/")
    assert "secret" not in text(client, "/papers/0000000001/abstract?part=1")


def test_markup_in_titles_is_text(client: Client) -> None:
    make(1, title="<script>alert(1)</script> & co", authors=[{"name": "<b>x</b>"}], organisation='"><i>')
    page = text(client, "/")
    assert "<script>alert" not in page and "<b>x" not in page and "<i>" not in page


def test_queries_do_not_grow_with_the_day(client: Client) -> None:
    many(10)
    text(client, "/")  # what a process reads once: the counts of all papers
    counts = []
    for extra in (0, 290, 400):
        many(extra, 1000 + extra * 10)
        for forget in (page_cache.forget, service.forget, fragments.forget):
            forget()
        with CaptureQueriesContext(connection) as queries:
            text(client, "/")
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2] <= 36


def test_a_kept_page_costs_five_queries_and_few_bytes(client: Client) -> None:
    many(700)
    packed = client.get("/", headers={"accept-encoding": "gzip"})
    with CaptureQueriesContext(connection) as queries:
        again = client.get("/", headers={"accept-encoding": "gzip"})
    assert len(queries) <= 5
    assert again.content == packed.content
    assert len(packed.content) < 60_000
    assert gzip.decompress(packed.content).decode().count("data-key=") >= 280
    answer = client.get("/", headers={"accept-encoding": "gzip", "if-none-match": packed["ETag"]})
    assert answer.status_code == 304


def test_an_anonymous_page_has_no_token_and_names_no_other_host(client: Client) -> None:
    many(5)
    page = text(client, "/")
    assert "csrfmiddlewaretoken" not in page
    assert "http://" not in page and "https://" not in page.replace("https%3A%2F%2Farxiv.org", "")
