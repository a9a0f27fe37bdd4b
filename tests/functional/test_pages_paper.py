"""Paper pages, lists, acts and notices over HTTP: one address per paper, rights kept, queries that do not grow."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from broadsheet.catalogue import forms, papers
from broadsheet.catalogue.intake import intake
from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.records import Announced, Author, Incoming, Link, ParsedRecord
from broadsheet.readers.models import Mark, Reader
from broadsheet.text.dates import partial
from broadsheet.web import access, limits
from broadsheet.web.middleware import ReaderMiddleware

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 12, 8, 0, tzinfo=UTC)
RECORDS: dict[bytes, ParsedRecord] = {}  # what the form of these tests reads again
forms.register("pages-test/1", RECORDS.__getitem__)
EVIL = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


def paper(number: int, **changed: Any) -> Paper:
    """Take one paper in and return its row."""
    name = f"2605.{number:05d}"
    values: dict[str, Any] = {
        "identifiers": (("arxiv", name), ("doi", f"10.1000/test.{number}")), "title": f"Paper {number} on bridges",
        "abstract": "Bridges sway. We show that short ones sway less. Ten were measured.",
        "authors": (Author("Ada Lovelace"), Author("José Núñez")), "published": partial("2026-05-11"),
        "categories": ("cs.CV",), "topics": ("Bridges",), "organisation": "Bridge Institute", "rights": "public",
        "announced": (Announced("arxiv", NOW.date(), "cs.CV"),), **changed}
    record, body = ParsedRecord(**values), json.dumps([number, str(changed)]).encode()
    RECORDS[body] = record
    intake([Incoming("file", f"test/{name}", body, "pages-test/1", record)], now=NOW, lane=0)
    found = papers.by_identifier("arxiv", name)
    assert found is not None
    return found


@pytest.fixture(autouse=True)
def fresh() -> None:
    cache.clear()
    ReaderMiddleware.buckets._full.clear()


@pytest.fixture
def client() -> Client:
    return Client(HTTP_HOST="127.0.0.1", REMOTE_ADDR="203.0.113.5")


def local() -> Client:
    from broadsheet.config import current

    come = Client(HTTP_HOST="127.0.0.1", REMOTE_ADDR="127.0.0.1")
    link = access.local_link(current())
    come.get("/" + link[link.index("?"):])
    return come


def test_all_names_lead_to_one_address(client: Client) -> None:
    one = paper(1)
    assert client.get("/papers/2605.00001").status_code == 200
    for name in (one.key, "2605.00001v2", "doi/10.1000/test.1", "arxiv/2605.00001"):
        answer = client.get(f"/papers/{name}")
        assert (answer.status_code, answer["Location"]) == (301, "/papers/2605.00001"), name


def test_a_hidden_paper_is_gone_and_a_merged_one_leads_on(client: Client) -> None:
    one, two = paper(1), paper(2)
    papers.hide(one, NOW)
    assert client.get("/papers/2605.00001").status_code == 404
    papers.unhide(one, NOW)
    papers.merge(two, one, NOW)
    assert client.get(f"/papers/{one.key}")["Location"] in {"/papers/2605.00001", "/papers/2605.00002"}


def test_the_page_has_what_reference_managers_read(client: Client) -> None:
    paper(1, links=(Link("code", "https://example.org/code"), Link("project", "javascript:alert(1)")))
    text = client.get("/papers/2605.00001").content.decode()
    for piece in ('name="citation_title" content="Paper 1 on bridges"', 'name="citation_author" content="José Núñez"',
                  'name="citation_arxiv_id" content="2605.00001"', 'property="og:title"', 'class="Z3988"',
                  "https://example.org/code", "/authors/jose-nunez", "/organisations/bridge-institute"):
        assert piece in text, piece
    assert "javascript:" not in text
    bibtex = client.get("/papers/2605.00001/bibtex").content.decode()
    assert "eprint" in bibtex and "{2605.00001}" in bibtex and "archivePrefix" in bibtex and "{cs.CV}" in bibtex


def test_nothing_in_a_paper_can_run(client: Client) -> None:
    paper(1, title=f"Bad {EVIL}", abstract=f"{EVIL} $<script>x</script>$ and more words here.",
          authors=(Author(EVIL),), organisation=EVIL, comment=EVIL, venue=EVIL, topics=(EVIL,), licence=EVIL)
    for path in ("/papers/2605.00001", "/topics/cs.CV", "/api/v1/papers/2605.00001"):
        answer = client.get(path)
        assert answer.status_code == 200
        if "json" not in answer["Content-Type"]:
            assert b"<script>alert" not in answer.content and b"<img" not in answer.content
        assert "'unsafe" not in answer["Content-Security-Policy"]
    assert b"<script>" not in client.get("/search", {"q": EVIL}).content.replace(b'<script src="/static', b"")


def test_members_abstracts_are_for_members(client: Client) -> None:
    long = "This sentence says what was found in the study. " * 20 + "The secret end."
    paper(1, abstract=long, rights="members")
    assert b"The secret end" not in client.get("/papers/2605.00001").content
    assert b"The secret end" not in client.get("/api/v1/papers/2605.00001").content
    assert b"The secret end" in local().get("/papers/2605.00001").content


@pytest.mark.parametrize("path", ["/topics/cs.CV", "/topics/bridges", "/authors/ada-lovelace",
                                  "/organisations/bridge-institute"])
def test_lists_ask_the_same_number_of_queries_for_any_number_of_papers(client: Client, path: str) -> None:
    numbers = []
    for count in (1, 20):
        for number in range(count):
            paper(100 + number)
        cache.clear()
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path).status_code == 200
        numbers.append(len(asked))
    assert numbers[0] == numbers[1] <= 8


def test_the_paper_page_asks_few_queries(client: Client) -> None:
    paper(1, authors=tuple(Author(f"Author {n}") for n in range(300)))
    for number in range(2, 12):
        paper(number)
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/papers/2605.00001").status_code == 200
    assert len(asked) <= 21


def test_an_anonymous_page_is_the_same_for_all(client: Client) -> None:
    paper(1)
    answer = client.get("/papers/2605.00001")
    assert "public" in answer["Cache-Control"] and "Cookie" in answer["Vary"] and not answer.cookies
    assert b"csrfmiddlewaretoken" not in answer.content
    assert "private" in local().get("/papers/2605.00001")["Cache-Control"]


def test_pages_with_buttons_carry_their_form(client: Client) -> None:
    one, come = paper(1), local()
    come.post("/acts", {"act": f"save:{one.key}"})
    for path in ("/papers/2605.00001", "/saved", "/search?q=bridges"):
        page = come.get(path).content
        assert page.count(b'<form id="acts"') == 1 and b"csrfmiddlewaretoken" in page, path
        page = client.get(path).content
        assert page.count(b'<form id="acts"') == 1 and b"csrfmiddlewaretoken" not in page, path


def test_acts_are_kept_once_and_undone(client: Client) -> None:
    one, come = paper(1), local()
    for _ in range(2):
        assert come.post("/acts", {"act": f"save:{one.key}", "next": "/saved"})["Location"] == "/saved"
    assert Mark.objects.filter(kind="saved").count() == 1 == Reader.objects.count()
    assert b"Paper 1 on bridges" in come.get("/saved").content
    undone = come.post("/acts", {"act": "undo"}, HTTP_X_REQUESTED_WITH="fetch")
    assert undone.status_code == 200 and undone.json()
    assert not Mark.objects.exists()
    assert come.post("/acts", {"act": f"read:{one.key}", "next": "https://evil.example/"})["Location"] == "/"
    assert json.loads(come.get("/settings/export").content)["marks"][0]["kind"] == "read"
    come.post("/settings/marks", {"erase": "read"})
    assert not Mark.objects.exists()


def test_a_visitor_is_asked_before_anything_is_kept(client: Client) -> None:
    one = paper(1)
    asking = client.get("/acts", {"act": f"save:{one.key}"})
    assert asking.status_code == 200 and b"csrfmiddlewaretoken" in asking.content and not Reader.objects.exists()
    assert client.post("/acts", {"act": f"save:{one.key}"}).status_code == 200 and not Reader.objects.exists()
    kept = client.post("/acts", {"act": f"save:{one.key}", "keep": "1", "next": "/saved"})
    assert kept.status_code == 302 and access.READER_COOKIE in kept.cookies
    assert b"Paper 1 on bridges" in client.get("/saved").content


@pytest.mark.parametrize("path", [
    "/papers/%00", "/papers/" + "9" * 900, "/authors/%00", "/topics/%F0%9F%92%A9", "/search?q=x&page=99999",
    "/search?q=x&page=-1", "/search?mode=magic", "/saved?page=%00", "/topics/cs.CV?page=1e9", "/acts?act=save:",
    "/acts?act=%00", "/nothing"])
def test_what_cannot_be_is_not_found(client: Client, path: str) -> None:
    paper(1)
    answer = client.get(path)
    assert answer.status_code == 404 and b"To quote:" in answer.content and b'role="search"' in answer.content


def test_walkers_are_held_back_before_readers_feel_them(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    # A clock that stands: on a slow machine the bucket would fill again as fast as it is emptied.
    monkeypatch.setattr(ReaderMiddleware, "buckets", limits.Buckets(clock=lambda: 0.0))
    paper(1)
    codes = [client.get("/papers/2605.00001/bibtex").status_code for _ in range(75)]
    assert 429 in codes and codes[:50] == [200] * 50
    late = client.get("/papers/2605.00001/bibtex")
    assert late.status_code == 429 and int(late["Retry-After"]) >= 1
    assert local().get("/papers/2605.00001").status_code == 200
