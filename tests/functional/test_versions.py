"""Versions: what changed between texts that sources sent; flags wherever a paper stands; the retracted never lead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.catalogue import forms, history
from broadsheet.catalogue.intake import intake
from broadsheet.catalogue.models import Paper, PastRecord
from broadsheet.catalogue.records import Announced, Author, Incoming, ParsedRecord, Retraction, Version
from broadsheet.editions import service
from broadsheet.text import differences
from broadsheet.text.dates import partial
from broadsheet.web import fragments, page_cache
from broadsheet.web.frontpage import site_from

from .test_site_choices import keeper

DAY = date(2026, 5, 12)
NOW = datetime(2026, 5, 12, 6, tzinfo=UTC)
RECORDS: dict[bytes, ParsedRecord] = {}
forms.register("versions-test/1", RECORDS.__getitem__)
V1 = ParsedRecord(
    identifiers=(("arxiv", "2605.00001"),), title="Bridges sway", abstract="Bridges sway. We show that $x^2$ is short.",
    authors=(Author("Ada Lovelace"), Author("Bo Writer")), published=partial("2026-05-11"), categories=("cs.CV",),
    rights="public", versions=(Version(1, "2026-05-11T08:00:00+00:00"),), announced=(Announced("arxiv", DAY, "cs.CV"),))
V2 = replace(
    V1, title="Bridges sway less", abstract="Bridges sway. We prove that $x^3$ is short.", comment="12 pages",
    authors=(Author("Ada Lovelace"),), versions=(*V1.versions, Version(2, "2026-05-20T08:00:00+00:00")))


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    for forget in (page_cache.forget, service.forget, fragments.forget):
        forget()
    yield


def take(record: ParsedRecord, at: datetime = NOW, source: str = "arxiv-oai", key: str = "") -> Paper:
    """Take a record in as its source's next answer."""
    body = repr((record, source, key)).encode()
    RECORDS[body] = record
    intake([Incoming(source, key or record.identifiers[0][1], body, "versions-test/1", record)], now=at, lane=0)
    return Paper.objects.get(identifier_rows__value=record.identifiers[0][1])


@pytest.mark.django_db(transaction=True)
def test_what_changed_stands_on_the_page_word_by_word() -> None:
    paper = take(V1)
    client = keeper()
    assert "What changed" not in client.get("/papers/2605.00001").content.decode()
    take(V2, NOW + timedelta(days=9))
    (step,) = history.steps(paper.pk)
    assert [one.name for one in step.differences] == ["title", "abstract", "comment", "authors"] and step.version == 2
    page = client.get("/papers/2605.00001").content.decode()
    assert "This is version 2" in page and "What changed: title, abstract, comment, authors" in page
    assert '<del><span class="vh">removed: </span>show</del>' in page
    assert '<ins><span class="vh">added: </span>prove</ins>' in page and "<math" in page and "$x" not in page


@pytest.mark.django_db(transaction=True)
def test_the_past_is_kept_once_and_not_for_votes() -> None:
    take(V1)
    take(V1, NOW + timedelta(hours=1))
    take(replace(V1, votes=7, vote_site="Hugging Face"), NOW + timedelta(hours=2))
    assert not PastRecord.objects.exists()
    paper = take(V2, NOW + timedelta(days=9))
    take(V2, NOW + timedelta(days=10))
    assert PastRecord.objects.count() == 1
    assert [step.at for step in history.steps(paper.pk)] == [NOW + timedelta(days=9)]
    later = take(replace(V2, retraction=Retraction("withdrawn", "An error in section 3.", "2026-06-01")),
                 NOW + timedelta(days=20))
    assert history.steps(later.pk)[0].differences == (history.Difference("state", "stands", "withdrawn"),)


@pytest.mark.django_db(transaction=True)
def test_a_replacement_that_was_announced_is_a_step_of_the_same_text() -> None:
    take(replace(V1, versions=()), source="arxiv-rss", key="2605.00001/2026-05-12/cs.CV")
    paper = take(replace(V2, versions=(), announced=(Announced("arxiv", date(2026, 5, 21), "cs.CV", "replacement"),)),
                 NOW + timedelta(days=9), "arxiv-rss", "2605.00001/2026-05-21/cs.CV")
    (step,) = history.steps(paper.pk)
    assert {one.name for one in step.differences} >= {"title", "abstract"}
    assert paper.edition_day == DAY


@pytest.mark.django_db(transaction=True)
def test_members_only_text_is_only_said_to_have_changed() -> None:
    take(replace(V1, rights="members"))
    take(replace(V2, rights="members"), NOW + timedelta(days=9))
    page = Client(headers={"host": "localhost"}).get("/papers/2605.00001").content.decode()
    changes = page[page.index('id="changes"'):]
    assert "prove" not in changes[:changes.index("</section>")] and "does not let everybody see it" in changes


def many(count: int = 9) -> None:
    for number in range(2, 2 + count):
        take(replace(V1, identifiers=(("arxiv", f"2605.{number:05d}"),), title=f"Paper {number}", votes=number,
                     vote_site="Hugging Face"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("closed", [False, True])
def test_the_retracted_never_lead_the_front_page_and_are_flagged_everywhere(closed: bool) -> None:
    many()
    paper = take(replace(V1, votes=900, vote_site="Hugging Face"))
    site = site_from({})
    assert service.edition((DAY,), DAY, site).front.lead.paper == paper.pk  # type: ignore[union-attr]
    if closed:
        service.close_due(NOW + timedelta(days=2), DAY + timedelta(days=2), site)
    gone = replace(V2, votes=900, vote_site="Hugging Face", retraction=Retraction("withdrawn", "Wrong.", "2026-05-20"))
    take(gone, NOW + timedelta(days=3))
    client = keeper()
    front = client.get("/").content.decode()
    lead = front[front.index('class="entry lead'):]
    assert "Bridges sway" not in lead[:lead.index("</article>")]
    chosen = service.edition((DAY,), DAY, site, newest=True).front
    assert paper.pk not in {pick.paper for pick in (chosen.lead, *chosen.seconds, *chosen.group.picks) if pick}
    client.post("/acts", {"act": f"save:{paper.key}", "next": "/"})
    for path in (
        "/saved", "/papers/date/2026-05-12", "/field/vision?date=2026-05-12", "/topics/cs.CV", "/authors/ada-lovelace",
        "/papers/2605.00001",
    ):  # fmt: skip
        assert "Withdrawn" in client.get(path).content.decode(), path
    assert f'{paper.identifiers[0][1]}#versions">v2, what changed</a>' in client.get("/?order=newest").content.decode()
    told: dict[str, Any] = client.get("/api/v1/papers/2605.00001").json()
    assert told["retraction"]["kind"] == "withdrawn" and len(told["versions"]) == 2


@given(st.lists(st.sampled_from(["a", "b", "$x y$", "c."]), max_size=12), st.lists(st.sampled_from(["a", "b", "d"])))
def test_pieces_give_both_texts_back(one: list[str], two: list[str]) -> None:
    pieces = differences.words(" ".join(one), " ".join(two))
    assert " ".join(text for kind, text in pieces if kind != "new") == " ".join(one)
    assert " ".join(text for kind, text in pieces if kind != "gone") == " ".join(two)
