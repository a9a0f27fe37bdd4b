"""Submitting: paste, look, raise; once even when sent twice, with name and note, in today's edition and its list."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.support import accounts, harvesting, loopback

from broadsheet import config
from broadsheet.catalogue import papers
from broadsheet.catalogue.models import Announcement, Paper, SourceRecord
from broadsheet.editions import service
from broadsheet.readers import claims, limits, submissions, tallies, undo, votes
from broadsheet.readers.models import Reader, Submission
from broadsheet.web import bringing, fragments, page_cache

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
BIB = ("@article{k, title={On the empty set}, author={Example, Ada and Sample, Bo}, year={2024}, "
       "abstract={We prove it.}}")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("frontpage", "views.submit", "views.claims", "views.moderation", "views.edition", "views.paper"):
        monkeypatch.setattr(f"broadsheet.web.{name}.now", lambda: NOW)
    for forget in (page_cache.forget, service.forget, fragments.forget, tallies.forget):
        forget()
    bringing._fetches._full.clear()


@pytest.fixture
def member(monkeypatch: pytest.MonkeyPatch) -> Client:
    accounts.site(monkeypatch, offline=True)
    accounts.account(name="Ada Reader")
    return accounts.sign_in()


def _reader(name: str = "Ada Reader") -> Reader:
    return Reader.objects.get(name=name)


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return found[1]


def look(client: Client, what: str, status: int = 200) -> str:
    answer = client.post("/submit", {"do": "look", "what": what})
    assert answer.status_code == status, answer.content[-3000:]
    return answer.content.decode()


def bring(client: Client, what: str = BIB, note: str = "Short and true") -> Paper:
    """The three steps; the paper."""
    record = _hidden(look(client, what), "record")
    answer = client.post("/submit", {"do": "raise", "record": record, "note": note})
    assert answer.status_code == 302, answer.content[-3000:]
    return Paper.objects.get(id=Submission.objects.latest("id").paper_id)


def test_bibtex_becomes_a_paper_of_todays_edition_with_name_and_note(member: Client) -> None:
    assert "paste" in member.get("/submit").content.decode().lower() or member.get("/submit").status_code == 200
    record = _hidden(look(member, BIB), "record")
    assert not Paper.objects.exists(), "a preview writes nothing"
    for _ in range(2):
        answer = member.post("/submit", {"do": "raise", "record": record, "note": "Short and true"})
        assert answer.status_code == 302
    paper, row = Paper.objects.get(), Submission.objects.get()
    assert (row.day, row.note, paper.title) == (NOW.date(), "Short and true", "On the empty set")
    assert list(Announcement.objects.values_list("list", "day")) == [("submitted", NOW.date())]
    assert SourceRecord.objects.count() == 2
    for place in ("/", "/papers/date/2026-11-21", "/papers/date/2026-11-21?list=submitted"):
        page = accounts.client().get(place).content.decode()
        assert "On the empty set" in page and "Raised by Ada Reader: Short and true" in page, place
    assert accounts.client().get("/?list=submitted").url == "/papers/date/2026-11-21?list=submitted"
    page = accounts.client().get(answer.url.partition("?")[0]).content.decode()
    assert "Raised by readers" in page and "Short and true" in page and "Take back" not in page


def test_an_old_paper_keeps_its_home_edition(member: Client) -> None:
    paper = bring(member, BIB.replace("year={2024}", "date={2024-03-05}"))
    assert str(paper.edition_day) == "2024-03-05"
    assert "On the empty set" in accounts.client().get("/papers/date/2024-03-05").content.decode()
    assert "On the empty set" in accounts.client().get("/papers/date/2026-11-21").content.decode()


def test_taken_back_it_leaves_the_edition_and_returns(member: Client) -> None:
    paper = bring(member, BIB.replace("year={2024}", "date={2024-03-05}"))
    row = Submission.objects.get()
    other = accounts.account("other@example.org", name="Other")
    stranger = accounts.sign_in("other@example.org")
    assert stranger.post(f"/submissions/{row.pk}", {"do": "take-back"}).status_code == 404
    for _ in range(2):
        assert member.post(f"/submissions/{row.pk}", {"do": "take-back"}).status_code == 302
    assert not Announcement.objects.filter(list="submitted").exists() and papers.by_key(paper.key) is not None
    assert accounts.client().get("/papers/date/2026-11-21").status_code == 404
    assert "You took this paper out" in member.get(f"/papers/{paper.key}", follow=True).content.decode()
    assert "You took" not in stranger.get(f"/papers/{paper.key}", follow=True).content.decode()
    member.post(f"/submissions/{row.pk}", {"do": "bring-back"})
    assert Announcement.objects.filter(list="submitted").count() == 1
    assert other.reader is not None


def test_two_readers_raise_one_paper_and_one_takes_it_back(member: Client) -> None:
    paper, ada = bring(member), _reader()
    accounts.account("bo@example.org", name="Bo")
    bo = _reader("Bo")
    second = submissions.put(bo, paper, "", NOW.date(), NOW)
    assert submissions.of_days([NOW.date()])[paper.pk].line == "Raised by Ada Reader and 1 other: Short and true"
    submissions.take_back(ada, submissions.of(ada, paper.pk) or second, NOW)
    assert submissions.of_days([NOW.date()])[paper.pk].line == "Raised by Bo"
    assert Announcement.objects.filter(list="submitted").count() == 1


def test_the_vote_of_the_submitter_is_shown_and_weighs_only_after_taking_back(member: Client) -> None:
    paper, reader = bring(member), _reader()
    reader.joined_at = NOW - timedelta(days=90)
    reader.save(update_fields=["joined_at"])
    assert votes.cast(reader, paper.pk, NOW)[:2] == (1, 0)
    row = Submission.objects.get()
    submissions.take_back(reader, row, NOW)
    assert votes.of(paper.pk)[:2] == (1, 1)
    submissions.bring_back(reader, Submission.objects.get(), NOW)
    assert votes.of(paper.pk)[:2] == (1, 0)


def test_what_is_known_is_found_and_nothing_pasted_changes_it(member: Client) -> None:
    bring(member, BIB.replace("title=", "doi={10.1000/one}, title="))
    page = look(member, BIB.replace("On the empty set", "Defaced").replace("title=", "doi={10.1000/one}, title="))
    assert "It is here already" in page and "Defaced" not in page and 'name="paper"' in page
    assert "You raised this paper" in look(member, "https://doi.org/10.1000/ONE")


def test_the_token_of_a_preview_is_one_readers_own(member: Client) -> None:
    record = _hidden(look(member, BIB), "record")
    accounts.account("bo@example.org", name="Bo")
    other = accounts.sign_in("bo@example.org")
    for client, given in ((other, record), (member, record[:-2] + "xx"), (member, "")):
        assert client.post("/submit", {"do": "raise", "record": given}).status_code == 422
    assert not Paper.objects.exists() and not Submission.objects.exists()


@pytest.mark.parametrize("what", [
    "", "two words", "@article{", "@article{a, title={x}} @article{b, title={y}}", "@article{a, author={x}}",
    "@" + "{" * 30_000, "@article{a, title={" + "x" * 9000 + "}}", "x" * 50_000, "2405.99999", "10.1000/nobody",
    "https://example.org/paper", "javascript:alert(1)", "file:///etc/passwd", "@string{a = {b}}",
])
def test_what_leads_nowhere_says_so_and_keeps_what_was_typed(member: Client, what: str) -> None:
    page = look(member, what, 422)
    assert 'role="alert"' in page and "Error: nothing was raised" in page and not Paper.objects.exists()


def test_markup_in_notes_and_records_is_text(member: Client) -> None:
    bad = "<script>alert(1)</script>\u202e \x03\x04 <img src=x onerror=alert(2)>"
    paper = bring(member, BIB.replace("On the empty set", "A <b>bold</b> <script>x</script> title"), bad)
    for place in ("/", f"/papers/{paper.key}", "/papers/date/2026-11-21?list=submitted", "/readers/ada-reader"):
        page = accounts.client().get(place, follow=True).content.decode()
        assert "<script>alert" not in page and "<img" not in page and "<b>bold" not in page, place
        assert "&lt;script&gt;alert(1)" in page, place


def test_a_new_account_raises_three_a_day_and_a_blocked_one_none(member: Client) -> None:
    reader = _reader()
    reader.joined_at = NOW - timedelta(hours=5)
    reader.save(update_fields=["joined_at"])
    for number in range(3):
        bring(member, BIB.replace("{k,", f"{{k{number},").replace("On the", f"No. {number} on the"))
    answer = member.post("/submit", {"do": "raise", "record": _hidden(look(member, BIB), "record")})
    assert answer.status_code == 422 and "3 papers a day" in answer.content.decode()
    paper = Paper.objects.order_by("id").first()
    assert paper is not None
    with pytest.raises(limits.TooMany):
        submissions.put(reader, Paper.objects.order_by("-id")[0], "", NOW.date(), NOW)
    readers_own = submissions.put(reader, paper, "again", NOW.date(), NOW)
    assert readers_own.note == "again", "what is raised already is no further one"
    Reader.objects.filter(pk=reader.pk).update(blocked_at=NOW, blocked_reason="spam")
    answer = member.get("/submit")
    assert answer.status_code == 403 and "spam" in answer.content.decode()


def test_too_long_a_note_is_refused_before_anything_is_written(member: Client) -> None:
    record = _hidden(look(member, BIB), "record")
    answer = member.post("/submit", {"do": "raise", "record": record, "note": "x" * 281})
    assert answer.status_code == 422 and "280 fit" in answer.content.decode() and not Paper.objects.exists()
    assert _hidden(answer.content.decode(), "record")


def test_strangers_sign_in_first_and_the_keeper_at_the_machine_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    accounts.site(monkeypatch)
    assert accounts.client().get("/submit?what=2405.1").url == "/sign-in?next=%2Fsubmit%3Fwhat%3D2405.1"
    assert accounts.client().post("/submit", {"do": "look", "what": BIB}).status_code == 302


def test_arxiv_is_asked_and_its_record_is_what_a_harvest_brings(
    member: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:
    with loopback.Loopback() as server:
        _online(monkeypatch, server.base, tmp_path)
        page = look(member, "https://arxiv.org/abs/2611.10003v2")
        assert "Invented paper number 3" in page and "Sent by arXiv" in page
        answer = member.post("/submit", {"do": "raise", "record": _hidden(page, "record"), "note": ""})
        assert answer.status_code == 302 and [one.partition("?")[0] for one in server.asked] == ["/oai"]
        assert SourceRecord.objects.filter(source="arxiv-oai", source_key="2611.10003").count() == 1
        assert str(Paper.objects.get().edition_day) == "2026-11-17", "its own day, as arXiv's schedule says"
        look(member, "2611.10003")
        assert len(server.asked) == 1, "what is here is not asked for"
        server.faults = ["503"]
        assert "busy" in look(member, "2611.10004", 422)


def _online(monkeypatch: pytest.MonkeyPatch, base: str, data: Path) -> None:
    """Every service at the loopback server, and no waiting between turns."""
    settings = harvesting.config_for(base, data, offline=False, request_pause=0.0, crossref_url=base,
                                     datacite_url=base)
    names: dict[str, Any] = {name: getattr(settings, name) for name in (
        "arxiv_oai_url", "crossref_url", "datacite_url", "offline", "request_pause", "allow_private_hosts")}
    monkeypatch.setattr(config, "_current", replace(config.current(), **names))




def test_undo_takes_a_submission_back_and_a_claim(member: Client) -> None:
    paper, reader = bring(member), _reader()
    assert (undone := undo.undo(reader, NOW)) is not None and undone.verb == "submit"
    assert not Submission.objects.get().stands and not Announcement.objects.filter(list="submitted").exists()
    claims.put(reader, paper, 0, "", NOW)
    assert undo.undo(reader, NOW) is not None and claims.of(reader, paper.pk) is None
