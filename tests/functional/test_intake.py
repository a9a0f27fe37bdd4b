"""The intake: one paper per identifier, whatever the order, and nothing twice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any

import orjson
import pytest

from broadsheet.catalogue import changes, papers
from broadsheet.catalogue import intake as taking
from broadsheet.catalogue.importing import jsonl
from broadsheet.catalogue.intake import Counts, intake
from broadsheet.catalogue.models import Announcement, Change, Identifier, Paper, SourceRecord
from broadsheet.catalogue.records import Incoming

NOW = datetime(2026, 5, 12, 8, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


def line(identifier: str, file: str = "one", **fields: Any) -> Incoming:
    body = orjson.dumps({"id": identifier, "title": f"On {identifier}", "abstract": "", "authors": [], **fields})
    record = jsonl.parse_line(body)
    return Incoming("file", f"{file}/{identifier}", body, jsonl.FORM, record)


def take(*items: Incoming) -> Counts:
    return intake(items, now=NOW, lane=changes.BULK)


def state() -> set[tuple[Any, ...]]:
    """What is known, without random keys and row numbers."""
    return {
        (paper.title, tuple(map(tuple, paper.identifiers)), paper.edition_day, paper.imported_votes)
        for paper in Paper.objects.filter(state="live")
    }


def test_same_identifier_from_two_files_is_one_paper_with_two_records() -> None:
    take(line("arxiv:2405.12345v1", "a"), line("arxiv:2405.12345v3", "b", venue="X"))
    paper = Paper.objects.get()
    assert SourceRecord.objects.filter(paper=paper).count() == 2
    assert paper.venue == "X"


def test_repeating_changes_nothing() -> None:
    items = [line(f"arxiv:2405.1234{n}", doi=f"10.1000/{n}") for n in range(5)]
    first = take(*items)
    log = changes.total()
    again = take(*items)
    assert (first.added, again.unchanged, again.added) == (5, 5, 0)
    assert changes.total() == log


def test_a_record_that_names_two_papers_makes_one() -> None:
    take(line("arxiv:2405.00001"))
    take(line("doi:10.1000/xyz", venue="Journal"))
    old = {paper.key for paper in Paper.objects.all()}
    take(line("arxiv:2405.00001", "c", doi="10.1000/xyz"))
    live = Paper.objects.get(state="live")
    assert live.venue == "Journal"
    assert {papers.by_key(key) for key in old} == {live}
    assert papers.by_identifier("doi", "10.1000/xyz") == live


def test_order_of_arrival_does_not_matter() -> None:
    items = [
        line(
            "arxiv:2405.00001", "a", title="B title", upvotes=3, announced=[{"day": "2024-05-03", "list": "hf_daily"}]
        ),
        line("doi:10.1000/xyz", "b", published="2024"),
        line("arxiv:2405.00001", "c", doi="10.1000/xyz", announced=[{"day": "2024-05-02", "list": "arxiv_daily"}]),
    ]
    seen = set()
    for order in permutations(items):
        Identifier.objects.all().delete()
        SourceRecord.objects.all().delete()
        Paper.objects.all().update(merged_into=None)
        Paper.objects.all().delete()
        take(*order)
        seen.add(frozenset(state()))
    assert len(seen) == 1
    assert next(iter(next(iter(seen))))[2] == date(2024, 5, 2)


def test_two_arxiv_papers_with_one_doi_stay_apart() -> None:
    counts = take(line("arxiv:2405.00001", doi="10.1000/x"), line("arxiv:2405.00002", doi="10.1000/x"))
    assert Paper.objects.filter(state="live").count() == 2
    assert len(counts.conflicts) == 1


def test_a_newer_record_updates_and_logs_one_change() -> None:
    take(line("arxiv:2405.00001", title="Old"))
    before = changes.total()
    counts = take(line("arxiv:2405.00001", title="New"))
    assert counts.updated == 1
    assert Paper.objects.get().title == "New"
    assert Change.objects.filter(seq__gt=before).count() == 1


def test_votes_and_days_of_a_list_stand_whatever_comes_after() -> None:
    day = [{"day": "2026-05-12", "list": "hf_daily", "category": None}]
    take(line("arxiv:2405.00001", "hf", announced=day, upvotes=46))
    take(line("arxiv:2405.00001", "ax", announced=[{"day": "2026-05-11", "list": "arxiv_daily", "category": "cs.CV"}]))
    rows = set(Announcement.objects.values_list("list", "day", "votes"))
    assert rows == {("hf_daily", date(2026, 5, 12), 46), ("arxiv_daily", date(2026, 5, 11), None)}
    assert Paper.objects.get().edition_day == date(2026, 5, 11)


def test_hide_merge_and_split_are_logged_and_undone() -> None:
    take(line("arxiv:2405.00001"), line("arxiv:2405.00002"))
    one, two = Paper.objects.order_by("id")
    records = list(two.records.values_list("id", flat=True))
    papers.merge(one, two, NOW)
    assert papers.by_key(two.key) == one
    papers.split(Paper.objects.get(id=one.id), two, records, NOW)
    back = papers.by_key(two.key)
    assert back is not None and back.title == "On arxiv:2405.00002"
    assert papers.by_identifier("arxiv", "2405.00002") == back
    papers.hide(back, NOW)
    assert papers.by_key(two.key) is None
    papers.unhide(back, NOW)
    assert papers.by_key(two.key) == back


def deletion(identifier: str, file: str = "one") -> Incoming:
    """What a source sends when it takes a record back: the identifier, and nothing else."""
    body = orjson.dumps({"id": identifier, "deleted": True})
    return Incoming("file", f"{file}/{identifier}", body, jsonl.FORM, jsonl.parse_line(body))


def test_a_deletion_keeps_what_the_source_had_said() -> None:
    take(line("arxiv:2405.00001", title="A title", venue="A journal"))
    take(deletion("arxiv:2405.00001"))
    paper = Paper.objects.get()
    assert (paper.state, paper.title, paper.venue) == ("deleted", "A title", "A journal")
    assert take(deletion("arxiv:2405.00001")).unchanged == 1
    take(line("arxiv:2405.00001", title="A title again"))
    paper.refresh_from_db()
    assert (paper.state, paper.title, paper.venue) == ("live", "A title again", "")


def test_a_deletion_of_one_source_leaves_the_others_standing() -> None:
    take(line("arxiv:2405.00001", "a", title="Of the first"), line("arxiv:2405.00001", "b", title="Of the second"))
    take(deletion("arxiv:2405.00001", "a"))
    paper = Paper.objects.get()
    assert (paper.state, paper.title) == ("live", "Of the second")
    take(deletion("arxiv:2405.00001", "b"))
    paper.refresh_from_db()
    assert (paper.state, paper.title) == ("deleted", "Of the first")


def test_a_deletion_told_twice_in_other_words_still_keeps_the_first_record() -> None:
    take(line("arxiv:2405.00001", title="A title"))
    take(deletion("arxiv:2405.00001"))
    body = orjson.dumps({"id": "arxiv:2405.00001", "deleted": True, "comment": "again"})
    take(Incoming("file", "one/arxiv:2405.00001", body, jsonl.FORM, jsonl.parse_line(body)))
    assert Paper.objects.get().title == "A title"


def test_a_transaction_takes_no_more_than_its_share_of_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "BATCH_BYTES", 1000)
    items = [line(f"arxiv:2405.{n:05d}", abstract="x" * (450 if n < 5 else 3000)) for n in range(8)]
    assert [len(group) for group in taking.batched(items, 4)] == [2, 2, 2, 1, 1]
    sizes = iter([1, 3, 9])
    assert [len(group) for group in taking.batched([line("arxiv:2405.00001")] * 5, lambda: next(sizes))] == [1, 3, 1]


def test_what_is_held_as_it_is_costs_no_projection(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [line(f"arxiv:2405.{n:05d}") for n in range(6)]
    take(*items)
    monkeypatch.setattr(taking, "project", lambda *_: pytest.fail("a known record was projected again"))
    assert take(*items).unchanged == 6
    assert intake(items, now=NOW, lane=changes.BULK, batch=2) == Counts(read=6, unchanged=6)


def test_of_a_key_told_twice_in_one_batch_the_last_stands() -> None:
    old, new = line("arxiv:2405.00001", title="Old"), line("arxiv:2405.00001", title="New")
    take(old)
    take(new, old)
    assert Paper.objects.get().title == "Old"
