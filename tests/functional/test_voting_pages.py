"""Upvotes over HTTP: shown wherever a paper stands, one click, undone the same way, for everybody at once."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from tests.support import accounts, papers

from broadsheet.catalogue.models import Identifier, Paper, PaperTerm
from broadsheet.editions import service as editions
from broadsheet.readers import tallies
from broadsheet.readers.models import Reader, Vote
from broadsheet.web import fragments, page_cache

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "k000000001"
PAGES = ("/papers/date/2026-05-12", "/papers/2605.00001", "/topics/cs.CL", "/field/language?date=2026-05-12",
         "/papers/week/2026-W20", "/papers/month/2026-05", "/saved")


@pytest.fixture(autouse=True)
def _paper() -> int:
    for forget in (page_cache.forget, editions.forget, fragments.forget, tallies.forget):
        forget()
    row = papers.add(1, "Sparse attention, denser text", "We show that it holds.")
    Paper.objects.filter(pk=row).update(key=KEY, edition_day=date(2026, 5, 12), primary_category="cs.CL")
    Identifier.objects.create(paper_id=row, scheme="arxiv", value="2605.00001")
    PaperTerm.objects.create(paper_id=row, kind="category", slug="cs.cl")
    return row


def _member(monkeypatch: pytest.MonkeyPatch, email: str = "reader@example.org") -> Client:
    accounts.site(monkeypatch)
    accounts.account(email)
    return accounts.sign_in(email)


def test_a_vote_shows_on_every_page_for_everybody_and_goes_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, stranger = _member(monkeypatch), accounts.client()
    reader.post("/acts", {"act": f"save:{KEY}"})
    for page in PAGES:
        assert f'value="vote:{KEY}" aria-pressed="false"' in reader.get(page).content.decode(), page
    answer = reader.post("/acts", {"act": f"vote:{KEY}", "next": PAGES[0]})
    assert answer.status_code == 302 and answer["Location"] == PAGES[0]
    for page in PAGES:
        text = reader.get(page).content.decode()
        assert f'value="unvote:{KEY}" aria-pressed="true" aria-label="1 voted, you too: Sparse' in text, page
    for page in PAGES[:-1]:
        text = stranger.get(page).content.decode()
        assert f'value="vote:{KEY}" aria-pressed="false" aria-label="1 vote. Vote for: Sparse attention' in text, page
    reader.post("/acts", {"act": f"unvote:{KEY}", "next": PAGES[0]})
    assert "1 voted" not in reader.get(PAGES[0]).content.decode()
    assert "▲</span> Vote</button>" in stranger.get(PAGES[0]).content.decode()


def test_the_script_of_a_page_is_told_the_count(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = _member(monkeypatch)
    for _ in range(2):
        answer = reader.post("/acts", {"act": f"vote:{KEY}"}, headers={"X-Requested-With": "fetch"})
        assert answer.json() == {"votes": 1, "voted": True, "seen": "1 voted", "name": "1 voted, you too: {title}"}, (
            "a repeated act changes nothing")
    answer = reader.post("/acts", {"act": f"unvote:{KEY}"}, headers={"X-Requested-With": "fetch"})
    assert answer.json() == {"votes": 0, "voted": False, "seen": "Vote", "name": "Vote for: {title}"}


def test_a_stranger_signs_in_and_comes_back_to_the_act(monkeypatch: pytest.MonkeyPatch) -> None:
    accounts.site(monkeypatch)
    accounts.account()
    stranger = accounts.client()
    answer = stranger.get("/acts", {"act": f"vote:{KEY}", "next": PAGES[0]})
    assert answer.status_code == 302 and answer["Location"].startswith("/sign-in?")
    (place,) = parse_qs(urlsplit(answer["Location"]).query)["next"]
    told = stranger.post("/acts", {"act": f"vote:{KEY}"}, headers={"X-Requested-With": "fetch"})
    assert told.status_code == 403 and told.json()["next"].startswith("/sign-in?")
    assert not Vote.objects.exists()
    accounts.sign_in(browser=stranger)
    page = stranger.get(place).content.decode()
    assert "<h1>Vote for this paper</h1>" in page and f'value="{PAGES[0]}"' in page
    stranger.post("/acts", {"act": f"vote:{KEY}", "next": PAGES[0], "keep": "1"})
    assert Vote.objects.count() == 1


def test_marks_of_a_browser_give_no_vote_and_the_blocked_are_told_why(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = _member(monkeypatch)
    browser = accounts.client()
    browser.post("/acts", {"act": f"save:{KEY}", "keep": "1"})
    assert browser.post("/acts", {"act": f"vote:{KEY}"})["Location"].startswith("/sign-in?")
    Reader.objects.filter(joined_at__isnull=False).update(blocked_at=accounts.NOW, blocked_reason="spam")
    answer = reader.post("/acts", {"act": f"vote:{KEY}"})
    assert answer.status_code == 403 and "spam" in answer.content.decode()
    assert not Vote.objects.exists()


def test_one_vote_is_for_one_paper(client: Client) -> None:
    for act in ("vote:nothing", f"vote:{KEY},{KEY}", "elect:" + KEY, f"vote:{KEY[:-1]}z"):
        assert client.post("/acts", {"act": act, "keep": "1"}).status_code in {302, 404}
    assert not Vote.objects.exists()
