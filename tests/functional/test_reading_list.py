"""The reading list in the reader's own order: moved, undone, exported, and seen by nobody else."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from broadsheet.catalogue.models import Paper
from broadsheet.readers import reading_list, undo
from broadsheet.readers import service as readers
from broadsheet.readers.models import Mark, Reader

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 12, 6, tzinfo=UTC)


def make(number: int) -> Paper:
    return Paper.objects.create(
        key=f"{number:010d}", title=f"On number {number}", abstract="We show that it is so.", rights="public",
        authors=[{"name": "Ada Author"}], published="2026-05-11", identifiers=[["arxiv", f"2605.{number:05d}"]],
        categories=["cs.CV"], edition_day=date(2026, 5, 12), added_at=NOW, changed_at=NOW)


def saved(who: Reader) -> list[int]:
    """The numbers of the saved papers, in order."""
    keys = dict(Paper.objects.values_list("id", "key"))
    return [int(keys[row]) for row in readers.saved(who, limit=100)[1]]


@pytest.fixture
def who() -> Reader:
    """A reader who saved five papers, number 5 last."""
    made = readers.make(NOW)
    for number in range(1, 6):
        readers.mark(made, [make(number).pk], readers.SAVED, NOW + timedelta(minutes=number))
    return made


def row(number: int) -> int:
    return Paper.objects.get(key=f"{number:010d}").pk


def test_newest_first_until_moved_and_new_saves_stand_first(who: Reader) -> None:
    assert saved(who) == [5, 4, 3, 2, 1]
    assert reading_list.move(who, row(1), -3, NOW)
    assert saved(who) == [5, 1, 4, 3, 2]
    assert reading_list.move(who, row(5), 1, NOW)
    assert saved(who) == [1, 5, 4, 3, 2]
    readers.mark(who, [make(6).pk], readers.SAVED, NOW + timedelta(hours=1))
    assert saved(who) == [6, 1, 5, 4, 3, 2]
    assert reading_list.move(who, row(2), -99, NOW)
    assert reading_list.move(who, row(6), 99, NOW)
    assert saved(who) == [2, 1, 5, 4, 3, 6]
    assert not reading_list.move(who, make(7).pk, -1, NOW)


def test_places_never_run_out(who: Reader) -> None:
    for turn in range(120):
        first = saved(who)[0]
        assert reading_list.move(who, row(saved(who)[-1]), -3, NOW), turn
        assert saved(who)[:1] == [first], turn
    assert sorted(saved(who)) == [1, 2, 3, 4, 5]


def test_moving_and_taking_off_are_undone_exactly(who: Reader) -> None:
    seen = [saved(who)]
    for number, (paper, by) in enumerate(((1, -2), (5, 3), (3, -99), (2, -1))):
        reading_list.move(who, row(paper), by, NOW + timedelta(hours=1, minutes=number))
        seen.append(saved(who))
    readers.unmark(who, [row(3)], readers.SAVED, NOW + timedelta(hours=2))
    for before in reversed(seen):
        undo.undo(who, NOW + timedelta(hours=3))
        assert saved(who) == before


def test_by_buttons_without_a_script_and_as_files() -> None:
    browser, other = (Client(headers={"host": "localhost"}) for _ in range(2))
    for number in (1, 2, 3):
        make(number)
        browser.post("/acts", {"act": f"save:{number:010d}", "keep": "1"})
    page = browser.get("/saved").content.decode()
    assert page.count('name="do" value="up:') == 2
    answer = browser.post("/saved", {"do": "top:0000000001", "next": "/saved"})
    assert (answer.status_code, answer["Location"]) == (302, "/saved")
    found = json.loads(browser.get("/saved/papers.json").content)
    assert [one["title"] for one in found["papers"]] == ["On number 1", "On number 3", "On number 2"]
    titles = [line for line in browser.get("/saved/papers.bib").content.decode().splitlines() if "title" in line]
    assert ["number 1" in titles[0], "number 3" in titles[1], "number 2" in titles[2]] == [True] * 3
    places = {one["title"]: one["place"] for one in readers.export(Reader.objects.get())["marks"]}
    assert places == {"On number 1": 1, "On number 3": 2, "On number 2": 3}
    assert json.loads(other.get("/saved/papers.json").content)["papers"] == []
    assert other.post("/saved", {"do": "down:0000000001"}).status_code == 302
    assert next(iter(reading_list.rows(Reader.objects.get()))).paper.title == "On number 1"
    assert browser.post("/saved", {"do": "sideways:0000000001"}).status_code == 404
    assert Mark.objects.count() == 3
