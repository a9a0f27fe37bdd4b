"""The reader's plain control: on every list of editions, in the address, in the Reader row; what is new is true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from broadsheet.catalogue.models import Announcement, Change, Identifier, Paper, PaperTerm
from broadsheet.editions import service
from broadsheet.readers import service as readers
from broadsheet.readers.models import Reader
from broadsheet.web import fragments, page_cache

from .test_site_choices import keeper

pytestmark = pytest.mark.django_db(transaction=True)
DAY, NOW = date(2026, 5, 12), datetime(2026, 5, 12, 6, tzinfo=UTC)
PATHS = ("/papers/date/2026-05-12", "/papers/week/2026-W20", "/papers/month/2026-05",
         "/papers/date/2026-05-12?list=hf_daily")
KEYS = re.compile(r'data-key="(\d+)"')


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    for forget in (page_cache.forget, service.forget, fragments.forget):
        forget()
    yield


def make(number: int, category: str, title: str, votes: int, published: str = "2026-05-11", **more: object) -> Paper:
    paper = Paper.objects.create(
        id=number, key=f"{number:010d}", title=title, abstract="We show it.", rights="public",
        authors=[{"name": "A B"}], published=published, categories=[category], primary_category=category,
        identifiers=[["arxiv", f"2605.{number:05d}"]], imported_votes=votes, vote_site="X", edition_day=DAY,
        **{"added_at": NOW, "changed_at": NOW, **more})
    Identifier.objects.create(scheme="arxiv", value=f"2605.{number:05d}", paper=paper)
    PaperTerm.objects.create(paper=paper, kind="category", slug=category.lower())
    Announcement.objects.create(paper=paper, list="hf_daily", day=DAY, votes=votes)
    Change.objects.create(lane=0, paper_id=number, kind="put")
    return paper


def fill() -> None:
    make(1, "cs.CV", "A survey of pictures", 9, "2026-05-09")
    make(2, "cs.CV", "Pictures of birds", 5, "2026-05-10")
    make(3, "math.AG", "Curves on surfaces", 7, "2026-05-11")
    make(4, "cs.CVX", "No such class of pictures", 1, "2026-05-08")


def shown(client: Client, path: str) -> list[int]:
    """Numbers of the papers on a page, in order."""
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return [int(key) for key in dict.fromkeys(KEYS.findall(answer.content.decode()))]


def with_(path: str, query: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{query}"


@pytest.mark.parametrize("path", PATHS)
def test_each_list_obeys_its_address(path: str) -> None:
    fill()
    client = keeper()
    assert set(shown(client, path)) == {1, 2, 3, 4}
    assert set(shown(client, with_(path, "cat=cs.CV"))) == {1, 2}
    assert set(shown(client, with_(path, "cat=cs"))) == {1, 2, 4}
    assert set(shown(client, with_(path, "without=survey,curves"))) == {2, 4}
    assert shown(client, with_(path, "order=newest")) == [3, 2, 1, 4]
    assert shown(client, with_(path, "cat=econ")) == []


@pytest.mark.parametrize("path", PATHS)
def test_what_was_read_is_left_out_where_the_reader_wants_it(path: str) -> None:
    fill()
    client = keeper()
    client.post("/acts", {"act": f"read:{3:010d}", "next": "/"})
    assert set(shown(client, path)) == {1, 2, 3, 4}
    assert set(shown(client, with_(path, "hide=read"))) == {1, 2, 4}


def test_the_page_of_a_field_and_trending_obey_too(monkeypatch: pytest.MonkeyPatch) -> None:
    fill()
    client = keeper()
    field = "/field/vision?date=2026-05-12"
    assert set(shown(client, field)) == {1, 2}
    assert shown(client, f"{field}&order=newest") == [2, 1]
    assert shown(client, f"{field}&without=survey") == [2]
    client.post("/acts", {"act": f"read:{1:010d}", "next": "/"})
    assert shown(client, f"{field}&hide=read") == [2]
    page = client.get(f"{field}&hide=read").content.decode()
    assert 'name="date" value="2026-05-12"' in page and "1\u00a0paper left out" in page
    monkeypatch.setattr("broadsheet.web.views.archive.now", lambda: NOW)
    assert shown(client, "/trending") == [1, 3, 2, 4]
    assert shown(client, "/trending?cat=cs.CV") == [1, 2]
    assert shown(client, "/trending?hide=read&without=curves") == [2, 4]


def test_kept_in_the_readers_row_and_shareable() -> None:
    fill()
    client = keeper()
    page = client.get("/?cat=cs.CV&without=survey&order=newest").content.decode()
    assert "Keep this as mine" in page
    wanted = {"order": "newest", "cat": "cs.CV", "without": "survey", "hide": ""}
    assert client.post("/control", wanted).status_code == 302
    kept = readers.settings_of(Reader.objects.get(local=True))
    assert (kept.order, kept.categories, kept.without, kept.hide_read) == ("newest", ("cs.CV",), ("survey",), False)
    for path in PATHS[:3]:
        assert shown(client, path) == [2], path
    assert set(shown(client, PATHS[3])) == {1, 2, 3, 4}  # a list's day shows all its members unless the address says so
    own = client.get("/").content.decode()
    address = re.search(r'href="(/\?order=newest&[^"]+)"', own)
    assert address is not None
    stranger = Client(headers={"host": "localhost"})
    assert shown(stranger, address[1].replace("&amp;", "&")) == [2]
    assert set(shown(client, "/?order=chosen")) == {1, 2, 3, 4}  # the address wins over what is kept


def test_new_since_the_last_visit(monkeypatch: pytest.MonkeyPatch) -> None:
    fill()
    client = keeper()
    client.post("/acts", {"act": f"save:{1:010d}", "next": "/"})
    assert "New</p>" not in client.get("/").content.decode()  # a first visit knows no before
    last = datetime.now(UTC) - timedelta(hours=20)
    Reader.objects.update(last_visit=last, previous_visit=None)
    make(9, "cs.LG", "Came in the night", 0, added_at=last + timedelta(hours=3))
    make(10, "cs.LG", "Came before", 0, added_at=last - timedelta(hours=3))
    for _ in range(2):  # the word stays for the whole of this visit
        page = client.get("/").content.decode()
        assert "1 new since your last visit" in page
        entry = page[page.index('id="p0000000009"'):]
        assert '<p class="flag">New</p>' in entry[:entry.index("</article>")] and page.count("New</p>") == 1
