"""Editors pin, drop and move papers and write over a day; everything is logged, shown as what it is, and undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client
from tests.support import accounts

from broadsheet.catalogue import changes
from broadsheet.catalogue.intake import intake
from broadsheet.catalogue.models import Announcement, Paper
from broadsheet.catalogue.records import Announced, Incoming, ParsedRecord, PartialDate
from broadsheet.editions import curation, service, snapshots
from broadsheet.editions.models import Curation, DayNote
from broadsheet.errors import UsageError
from broadsheet.readers import audit, tallies
from broadsheet.readers.models import AuditEntry
from broadsheet.web import fragments, frontpage, page_cache
from broadsheet.web.frontpage import site_from

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 12, 8, 0, tzinfo=UTC)
DAY, AFTER = date(2026, 5, 12), date(2026, 5, 13)
SITE = site_from({})
PINNED = "Pinned by the editors"


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for forget in (page_cache.forget, service.forget, fragments.forget, tallies.forget):
        forget()
    monkeypatch.setattr("broadsheet.web.views.curate.now", lambda: NOW)
    monkeypatch.setattr("broadsheet.web.views.edition.now", lambda: NOW + timedelta(days=1))
    _papers()
    yield


def _record(number: int, day: date = DAY, votes: int | None = None) -> Incoming:
    record = ParsedRecord(
        identifiers=(("arxiv", f"2605.{number:05d}"),), title=f"Paper number {number}", abstract="It holds.",
        categories=("cs.CL",), published=PartialDate(day.isoformat()), rights="public", votes=votes,
        vote_site="huggingface" if votes else "", announced=(Announced("arxiv_daily", day, "cs.CL"),))
    return Incoming("arxiv-rss", f"{number}", f"{number} {votes}".encode(), "test/1", record)


def _papers() -> None:
    from broadsheet.catalogue import forms

    made = {f"{number} {None}".encode(): _record(number).record for number in range(1, 21)}
    made[b"1 40"] = _record(1, votes=40).record
    forms.register("test/1", lambda body: made[bytes(body)])
    intake([_record(1, votes=40), *(_record(number) for number in range(2, 21))], now=NOW, lane=changes.BULK)


def _paper(number: int) -> Paper:
    return Paper.objects.get(identifier_rows__value=f"2605.{number:05d}")


def _first(day: date = DAY) -> list[tuple[int, str]]:
    front = service.edition((day,), DAY, SITE).front
    picks = [*([front.lead] if front.lead else []), *front.seconds]
    return [(int(Paper.objects.get(pk=one.paper).identifiers[0][1][5:]), one.reason) for one in picks]


def _shown(day: date = DAY) -> set[int]:
    return set(service.edition((day,), DAY, SITE).front.papers())


def test_a_pin_stands_where_it_was_put_and_says_so() -> None:
    before = _first()
    assert before[0] == (1, "40 votes at Hugging Face, the most of this day") and len(before) == 5
    curation.pin(_paper(3), DAY, 0, None, NOW)
    assert curation.pin(_paper(3), DAY, 0, None, NOW).pk == Curation.objects.get().pk, "the same again does nothing"
    curation.pin(_paper(7), DAY, 2, None, NOW)
    found = _first()
    assert found[0] == (3, PINNED) and found[2] == (7, PINNED) and found[1] == before[0]
    curation.pin(_paper(3), DAY, 1, None, NOW)
    assert [number for number, _ in _first()][:3] == [1, 3, 7]
    assert curation.release(_paper(3), DAY, NOW) and curation.release(_paper(7), DAY, NOW)
    assert not curation.release(_paper(7), DAY, NOW)
    assert _first() == before, "a day without acts is automatic"


def test_no_more_than_five_pins_and_none_of_what_was_retracted() -> None:
    for number in range(2, 7):
        curation.pin(_paper(number), DAY, 0, None, NOW)
    assert sorted(number for number, _ in _first()) == [2, 3, 4, 5, 6]
    with pytest.raises(UsageError, match="5 papers are pinned"):
        curation.pin(_paper(8), DAY, 0, None, NOW)
    Paper.objects.filter(pk=_paper(9).pk).update(retraction={"kind": "retracted"})
    with pytest.raises(UsageError, match="retracted"):
        curation.pin(_paper(9), DAY, 0, None, NOW)


def test_what_is_dropped_leaves_the_front_page_only() -> None:
    paper = _paper(1)
    curation.pin(paper, DAY, 0, None, NOW)
    curation.drop(paper, DAY, None, NOW)
    assert paper.pk not in _shown() and curation.state(paper, DAY) == (None, True)
    found = service.edition((DAY,), DAY, SITE)
    assert found.total == 20 and sum(row.more for row in found.front.sections) == 1
    page = service.field_page("language", (DAY,), SITE)
    assert page is not None and paper.pk in {one.id for one in page[1].papers}
    assert paper.pk in {one.id for one in service.day_list("arxiv_daily", DAY, SITE).papers}
    curation.release(paper, DAY, NOW)
    assert _first()[0][0] == 1


def test_a_moved_paper_has_another_home_and_its_list_the_same_members() -> None:
    paper, members = _paper(2), sorted(Announcement.objects.values_list("list", "day", "paper_id"))
    curation.move(paper, AFTER, None, NOW, DAY)
    assert _paper(2).edition_day == AFTER and paper.pk not in _shown()
    found = service.edition((AFTER,), AFTER, SITE).front
    assert found.lead is not None
    assert (found.lead.paper, found.lead.reason) == (paper.pk, "Moved to this day by the editors")
    assert sorted(Announcement.objects.values_list("list", "day", "paper_id")) == members
    assert paper.pk in {one.id for one in service.day_list("arxiv_daily", DAY, SITE).papers}
    intake([_record(2, votes=None)], now=NOW + timedelta(hours=1), lane=changes.BULK)
    assert _paper(2).edition_day == AFTER, "what its sources send later does not move it back"
    assert curation.send_back(_paper(2), NOW) and not curation.send_back(_paper(2), NOW)
    assert _paper(2).edition_day == DAY and paper.pk in _shown() and _paper(2).title == "Paper number 2"


def test_a_closed_day_stands_and_takes_no_act() -> None:
    before = _shown()
    assert service.close_due(NOW + timedelta(days=1), AFTER, SITE) == [DAY]
    for act in (lambda: curation.pin(_paper(3), DAY, 0, None, NOW), lambda: curation.drop(_paper(3), DAY, None, NOW)):
        with pytest.raises(UsageError, match="closed"):
            act()
    curation.move(_paper(3), AFTER, None, NOW, DAY)
    assert _shown() == before and _paper(3).edition_day == AFTER
    curation.write(DAY, "A quiet day", "Words", "<p>Words</p>", None, NOW)
    assert service.edition((DAY,), AFTER, SITE).note.headline == "A quiet day"  # type: ignore[union-attr]


def test_a_pin_closes_with_the_day() -> None:
    curation.pin(_paper(5), DAY, 0, None, NOW)
    service.close_due(NOW + timedelta(days=1), AFTER, SITE)
    snapshot = snapshots.of(DAY)
    assert snapshot is not None and snapshot.choice["zones"]["lead"] == [
        {"paper": _paper(5).pk, "reason": PINNED, "said": ["pinned"]}]


# -- over HTTP ------------------------------------------------------------------------------------------------------

def _editor(monkeypatch: pytest.MonkeyPatch, *roles: str) -> Client:
    accounts.site(monkeypatch)
    accounts.account("editor@example.org", *roles, name="Edith")
    return accounts.sign_in("editor@example.org")


def _log() -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(act__startswith="edition.")


def _post(browser: Client, **given: Any) -> Any:
    return browser.post(f"/curate/{DAY}", given)


def test_only_editors_find_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = _editor(monkeypatch)
    assert reader.get(f"/curate/{DAY}").status_code == accounts.client().get(f"/curate/{DAY}").status_code == 404
    assert _post(reader, act=f"pin:{_paper(3).key}").status_code == 404 and not Curation.objects.exists()
    assert f"/curate/{DAY}" not in reader.get(f"/papers/date/{DAY}").content.decode()


def test_a_day_is_curated_logged_and_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    editor, stranger = _editor(monkeypatch, "editor"), accounts.client()
    where = f"/papers/date/{DAY}"
    assert f"/curate/{DAY}" in editor.get(where).content.decode()
    assert PINNED not in stranger.get(where).content.decode()
    for act in (f"pin:{_paper(3).key}", f"drop:{_paper(4).key}"):
        assert _post(editor, act=act)["Location"] == f"/curate/{DAY}"
    _post(editor, act="note", headline="All about attention", text="See *this* <script>alert(1)</script>")
    page = stranger.get(where).content.decode()
    assert PINNED in page and "All about attention" in page and "<em>this</em>" in page and "<script>alert" not in page
    assert "Paper number 4" not in page
    own = editor.get(f"/curate/{DAY}").content.decode()
    assert "2\xa0acts of editors" in own and "by Edith" in own
    one = editor.get(f"/curate/{DAY}?paper={_paper(3).key}").content.decode()
    assert f'value="pin:{_paper(3).key}"' in one and f'value="move:{_paper(3).key}"' in one
    assert "Not a paper of this day" in editor.get(f"/curate/{AFTER}?paper={_paper(3).key}").content.decode()
    _post(editor, act=f"move:{_paper(5).key}", to=AFTER.isoformat())
    assert _paper(5).edition_day == AFTER
    assert [one.act for one in _log().order_by("id")] == [
        "edition.pin", "edition.drop", "edition.note", "edition.move"]
    assert {one.actor_name for one in _log()} == {"Edith"}
    for entry in _log().order_by("-id"):
        assert audit.undo(entry.pk, None, NOW) is not None
    assert not curation.standing().exists() and _paper(5).edition_day == DAY and curation.note_of(DAY) is None
    page = stranger.get(where).content.decode()
    assert PINNED not in page and "Paper number 4" in page and "All about attention" not in page
    redone = _log().filter(act="edition.pin").latest("id")
    audit.undo(redone.pk, None, NOW)
    assert _first()[0] == (3, PINNED), "the undoing is undone"


def test_a_day_becomes_automatic_again_with_one_button(monkeypatch: pytest.MonkeyPatch) -> None:
    editor, before = _editor(monkeypatch, "editor"), _first()
    _post(editor, act=f"pin:{_paper(3).key}", place="4")
    _post(editor, act=f"drop:{_paper(1).key}")
    assert [reason for _, reason in _first()].count(PINNED) == 1 and _first()[3] == (3, PINNED)
    _post(editor, act="automatic")
    assert _first() == before and "This day is automatic" in editor.get(f"/curate/{DAY}").content.decode()


@pytest.mark.parametrize(("given", "status"), [
    ({"act": "pin:0000000000"}, 404), ({"act": "blow up"}, 404), ({"act": "move:KEY", "to": "soon"}, 409),
    ({"act": "move:KEY", "to": "2026-08-01"}, 409), ({"act": "pin:KEY", "place": "9"}, 409),
    ({"act": "note", "headline": "x" * 201}, 409), ({}, 404),
])
def test_what_cannot_be_done_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], status: int
) -> None:
    editor = _editor(monkeypatch, "editor")
    answer = _post(editor, **{name: value.replace("KEY", _paper(3).key) for name, value in given.items()})
    assert answer.status_code == status
    assert not Curation.objects.exists() and not DayNote.objects.exists() and not _log().exists()
    if status == 409:
        assert "Nothing was" in answer.content.decode()
    assert frontpage.parse_day("2026-05-12") == DAY
