"""Votes and comments in the mapped columns: there at once, never from an older reading, and made good after a crash."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from django.db import transaction
from tests.support import incoming, papers

from broadsheet.catalogue import changes, counts
from broadsheet.catalogue.models import Change, Paper
from broadsheet.search import follower as following
from broadsheet.search.follower import Follower
from broadsheet.search.live import record_votes
from broadsheet.search.reader import IndexReader
from broadsheet.search.rebuild import rebuild

pytestmark = pytest.mark.django_db(transaction=True)


class Tallies(dict[int, tuple[int, int]]):
    """Stands for the room of readers: the truth about votes and comments."""

    def tell(self, rows: Sequence[int] | None) -> dict[int, tuple[int, int]]:
        return dict(self) if rows is None else {row: self[row] for row in rows if row in self}

    def act(self, row: int, votes: int, comments: int = 0) -> None:
        with transaction.atomic():
            self[row] = (votes, comments)
            changes.append([row], changes.ACTIVITY)


@pytest.fixture
def tallies() -> Iterator[Tallies]:
    made = Tallies()
    counts.register(made.tell)
    yield made
    counts.unregister()


def test_imported_votes_of_a_later_import_reach_the_column_and_leave_the_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, follower, reader = tmp_path / "a.jsonl", Follower(tmp_path / "index"), IndexReader(tmp_path / "index")
    day = [{"day": "2024-05-29", "list": "hf_daily", "votes": 3}]
    file.write_bytes(incoming.jsonl(incoming.record(1, upvotes=3, announced=day)))
    incoming.take(file)
    follower.drain()
    row = Paper.objects.get().pk
    assert reader.refresh().columns.votes[row] == 3
    day[0]["votes"] = 8
    file.write_bytes(incoming.jsonl(incoming.record(1, upvotes=8, comments=2, announced=day)))
    assert incoming.take(file).counts.updated == 1
    assert Change.objects.latest("seq").kind == changes.COUNT
    monkeypatch.setattr(following.schema, "document", lambda doc: pytest.fail("the words were written again"))
    follower.drain()
    columns = reader.refresh().columns
    assert (columns.votes[row], columns.comments[row]) == (8, 2)
    assert follower.positions == changes.latest()
    follower.close()


def test_an_import_that_changes_more_than_votes_is_no_mere_count(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    for votes, title in ((3, "First"), (8, "Second")):
        file.write_bytes(incoming.jsonl(incoming.record(1, upvotes=votes, title=title)))
        incoming.take(file)
    assert Change.objects.latest("seq").kind == changes.PUT


def test_a_vote_is_in_an_open_view_at_once(tmp_path: Path, tallies: Tallies) -> None:
    follower = Follower(tmp_path)
    row = papers.add(1, "Sparse galaxies")
    follower.drain()
    view = IndexReader(tmp_path).refresh().columns
    tallies[row] = (5, 1)
    assert record_votes(tmp_path, [row, 10**9, -1]) == 1
    assert (view.votes[row], view.comments[row]) == (5, 1)
    follower.close()


def test_what_nobody_recorded_comes_by_the_log_and_at_the_start(tmp_path: Path, tallies: Tallies) -> None:
    follower, reader = Follower(tmp_path), IndexReader(tmp_path)
    rows = [papers.add(number, "Sparse galaxies") for number in range(3)]
    follower.drain()
    tallies.act(rows[0], 4)
    follower.step()
    assert reader.refresh().columns.votes[rows].tolist() == [4, 0, 0]
    follower.close()
    tallies.act(rows[1], 7)  # nobody follows
    del tallies[rows[0]]
    Follower(tmp_path).close()
    assert reader.refresh().columns.votes[rows].tolist() == [0, 7, 0]
    rebuild(tmp_path)
    Follower(tmp_path).close()
    assert reader.refresh().columns.votes[rows].tolist() == [0, 7, 0]


def test_a_paper_that_is_written_anew_keeps_its_votes(tmp_path: Path, tallies: Tallies) -> None:
    follower, reader = Follower(tmp_path), IndexReader(tmp_path)
    row = papers.add(1, "Sparse galaxies")
    tallies[row] = (6, 0)
    follower.drain()
    papers.edit(row, "Dense galaxies")
    follower.drain()
    assert reader.refresh().columns.votes[row] == 6
    follower.close()


def test_votes_from_many_hands_beside_the_follower_end_as_the_truth(tmp_path: Path, tallies: Tallies) -> None:
    follower = Follower(tmp_path)
    rows = [papers.add(number, "Sparse galaxies") for number in range(4)]
    follower.drain()
    guard = threading.Lock()

    def vote(count: int) -> None:
        for turn in range(count):
            row = rows[turn % len(rows)]
            with guard:
                tallies[row] = (tallies.get(row, (0, 0))[0] + 1, 0)
            record_votes(tmp_path, [row], tallies.tell)

    hands = [threading.Thread(target=vote, args=(200,)) for _ in range(4)]
    for hand in hands:
        hand.start()
    turn = 0
    while any(hand.is_alive() for hand in hands):
        papers.edit(rows[turn % len(rows)], f"Galaxies {turn}")
        follower.step()
        turn += 1
    for hand in hands:
        hand.join()
    columns = IndexReader(tmp_path).refresh().columns
    assert columns.votes[rows].tolist() == [200] * 4
    follower.close()


def test_without_an_index_nothing_is_recorded(tmp_path: Path) -> None:
    assert record_votes(tmp_path / "nothing", [1]) == 0
