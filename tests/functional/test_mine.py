"""What is a reader's own: collections, notes, follows, streams; and undo for every act."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.support import papers

from broadsheet.editions import load
from broadsheet.errors import UsageError
from broadsheet.readers import collections, comments, follows, journal, notes, service, streams, undo, votes
from broadsheet.readers.models import Collection, Done, Kept, Mark, Note, Reader, Stream, Vote

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)


def _reader(name: str = "ada") -> Reader:
    reader = service.make(NOW)
    reader.joined_at, reader.name, reader.slug = NOW - timedelta(days=400), name, name
    reader.save()
    return reader


def _order(found: Collection) -> list[int]:
    return [row.paper_id for row in collections.papers_of(found)[1]]


def test_a_collection_keeps_its_order_and_is_made_once() -> None:
    reader, rows = _reader(), [papers.add(number, f"Paper {number}") for number in range(1, 5)]
    found = collections.make(reader, "  Reading\tgroup ", NOW)
    assert found.name == "Reading group" and collections.make(reader, "Reading group", NOW) == found
    assert collections.add(reader, found, rows, NOW) == 4 and collections.add(reader, found, rows, NOW) == 0
    collections.move(reader, found, rows[3], -3, NOW)
    collections.move(reader, found, rows[0], 99, NOW)
    assert _order(found) == [rows[3], rows[1], rows[2], rows[0]]
    for _ in range(120):  # until no number is left between two places
        collections.move(reader, found, rows[2], -1, NOW)
        collections.move(reader, found, rows[2], 1, NOW)
    assert _order(found) == [rows[3], rows[1], rows[2], rows[0]]


def test_another_readers_collection_is_none_unless_it_is_shared() -> None:
    owner, other = _reader(), _reader("ben")
    found = collections.make(owner, "Mine", NOW)
    assert collections.find(other, found.key) is None
    assert collections.visible(other, found.key) is None and collections.visible(None, found.key) is None
    collections.change(owner, found, NOW, name="Mine", note="For all", shared=True)
    assert collections.visible(None, found.key) == found and collections.find(other, found.key) is None


@pytest.mark.parametrize("name", ["", " \0 ", "x" * 121])
def test_a_name_must_be_a_name(name: str) -> None:
    with pytest.raises(UsageError):
        collections.make(_reader(), name, NOW)
    assert not Collection.objects.exists()


def test_notes_and_tags_are_kept_tidied_and_erased() -> None:
    reader, paper = _reader(), papers.add(1, "Sparse attention")
    notes.write(reader, paper, "Compare with\r\ntheirs", "#attention,  to read, attention", NOW)
    assert (notes.of(reader, paper) or Note()).tags == ["attention", "to read"]
    assert notes.tags_of(reader) == [("attention", 1), ("to read", 1)]
    assert notes.newest(reader, "to read")[0] == 1 and notes.newest(reader, "other")[0] == 0
    assert notes.of(_reader("ben"), paper) is None
    notes.write(reader, paper, "", "", NOW)
    assert not Note.objects.exists()


def test_follows_are_found_however_the_name_is_written() -> None:
    reader = _reader()
    follows.follow(reader, "author", "Émile Borel", "Émile Borel", NOW)
    follows.follow(reader, "author", "Emile  BOREL", "Emile Borel", NOW)
    assert len(follows.of(reader)) == 1 and follows.follows(reader, "author", "emile-borel")
    assert follows.address(follows.of(reader)[0]) == "/authors/emile-borel"
    assert follows.unfollow(reader, "author", "Emile Borel", NOW)
    assert not follows.unfollow(reader, "author", "Emile Borel", NOW)
    with pytest.raises(UsageError):
        follows.follow(reader, "password", "x", "x", NOW)


def _stream_papers() -> dict[str, int]:
    return {
        "title": papers.add(1, "Diffusion models for proteins", "We fold them."),
        "text": papers.add(2, "Folding at scale", "A diffusion model is trained."),
        "unwanted": papers.add(3, "Diffusion surveys: a survey", "A survey of diffusion."),
        "other": papers.add(4, "Graph colouring", "Nothing of it."),
    }


def test_a_stream_takes_what_it_was_written_for() -> None:
    rows = _stream_papers()
    candidates = load.by_ids(rows.values())
    wish = streams.Wish(wanted=("diffusion",), unwanted=("survey",))
    taken = streams.matches(wish, candidates)
    assert taken == [(rows["title"], "Says “diffusion”"), (rows["text"], "Says “diffusion”")]
    near = {rows["other"]: (0.9, "Colouring"), rows["text"]: (0.1, "Colouring")}
    assert streams.matches(streams.Wish(seeds=("k",)), candidates, near) == [(rows["other"], "Near “Colouring”")]
    assert streams.matches(streams.Wish(wanted=("diffusion",), categories=("cs.CV",)), candidates) == []
    assert len(streams.matches(streams.Wish(categories=("cs",)), candidates)) == 4
    assert len(streams.matches(streams.Wish(categories=("CS",), cap=1), candidates)) == 1
    assert streams.matches(streams.Wish(unwanted=("x",)), candidates) == []
    assert streams.matches(wish, candidates, hidden={rows["title"]}) == [(rows["text"], "Says “diffusion”")]


def test_what_is_typed_for_a_stream_is_checked() -> None:
    assert streams.read([], [], [], [], "20")[1] == {"wanted": "A stream needs a word, a category or a paper to begin "
                                                              "with."}
    assert set(streams.read(["x" * 81], ["y"] * 41, ["c c"], ["s"] * 21, "0")[1]) == {
        "wanted", "unwanted", "categories", "seeds", "cap"}
    wish, faults = streams.read(["diffusion"], [], ["cs.CL"], [], "5")
    assert not faults and wish == streams.Wish(("diffusion",), (), ("cs.CL",), (), 5)


def test_a_streams_name_is_taken_once() -> None:
    reader = _reader()
    wish = streams.Wish(wanted=("diffusion",))
    found = streams.make(reader, "Diffusion", wish, NOW)
    assert streams.make(reader, "Diffusion", wish, NOW) == found
    with pytest.raises(UsageError):
        streams.make(reader, "Diffusion", streams.Wish(wanted=("other",)), NOW)
    assert streams.visible(_reader("ben"), found.key) is None
    streams.change(reader, found, "Diffusion", wish, NOW, shared=True)
    assert streams.visible(None, found.key) == found


def _state(reader: Reader) -> list[object]:
    """Everything that undo promises to bring back, in one comparable value."""
    return [
        sorted(Vote.objects.filter(reader=reader).values_list("paper_id", flat=True)),
        sorted(Mark.objects.filter(reader=reader).values_list("paper_id", "kind", "made_at")),
        [(row.kind, row.value, row.label) for row in follows.of(reader)],
        [(row.key, row.name, row.note, row.shared) for row in Collection.objects.order_by("key")],
        list(Kept.objects.order_by("collection__key", "place").values_list("collection__key", "paper_id", "note")),
        list(Note.objects.values_list("paper_id", "text", "tags")),
        [(row.key, row.name, row.wanted, row.shared) for row in Stream.objects.order_by("key")],
        sorted((one.text, one.edited_at is not None) for one in comments.of_reader(reader)),
    ]


def test_every_act_is_undone_one_step_each() -> None:
    reader = _reader()
    one, two = papers.add(1, "One"), papers.add(2, "Two")
    states = [_state(reader)]

    def did() -> None:
        states.append(_state(reader))

    votes.cast(reader, one, NOW)
    did()
    votes.take_back(reader, one, NOW)
    did()
    service.mark(reader, [one, two], service.SAVED, NOW)
    did()
    service.unmark(reader, [one], service.SAVED, NOW)
    did()
    service.mark(reader, [two], service.HIDDEN, NOW)
    did()
    follows.follow(reader, "topic", "Robots", "Robots", NOW)
    did()
    follows.unfollow(reader, "topic", "robots", NOW)
    did()
    found = collections.make(reader, "Group", NOW)
    did()
    collections.add(reader, found, [one, two], NOW)
    did()
    collections.move(reader, found, two, -1, NOW)
    did()
    collections.remark(reader, found, one, "The first", NOW)
    did()
    collections.take_out(reader, found, one, NOW)
    did()
    collections.change(reader, found, NOW, name="The group", note="Ours", shared=True)
    did()
    collections.remove(reader, Collection.objects.get(), NOW)
    did()
    notes.write(reader, one, "A note", "tag", NOW)
    did()
    notes.write(reader, one, "", "", NOW)
    did()
    stream = streams.make(reader, "Stream", streams.Wish(wanted=("one",)), NOW)
    did()
    streams.change(reader, stream, "Stream", streams.Wish(wanted=("two",)), NOW, shared=True)
    did()
    streams.remove(reader, Stream.objects.get(), NOW)
    did()
    comment = comments.write(reader, one, "First", NOW)
    did()
    comments.take_back(reader, comment, NOW)
    did()
    steps = len(states) - 1
    assert Done.objects.count() == steps == 21
    assert all(undo.words(row) for row in journal.last(reader))
    while len(states) > 1:
        states.pop()
        assert undo.undo(reader, NOW) is not None
        assert _state(reader) == states[-1], f"step {len(states)}"
    assert undo.undo(reader, NOW) is None


def test_an_edited_comment_reads_again_as_before() -> None:
    reader, paper = _reader(), papers.add(1, "One")
    comment = comments.write(reader, paper, "First", NOW)
    comments.edit(reader, comment, "Second", NOW)
    assert undo.undo(reader, NOW) == undo.Undone("edited", "K000000001", "")
    assert comments.by_key(comment.key).text == "First"  # type: ignore[union-attr]


def test_undo_remembers_fifty_acts_and_only_ones_own() -> None:
    reader, other, paper = _reader(), _reader("ben"), papers.add(1, "One")
    votes.cast(other, paper, NOW)
    for _ in range(60):
        service.mark(reader, [paper], service.READ, NOW)
        service.unmark(reader, [paper], service.READ, NOW)
    assert len(journal.last(reader)) == 50 and Done.objects.filter(reader=reader).count() < 70
    while undo.undo(reader, NOW):
        continue
    assert votes.voted(other) == {paper}


def test_a_removed_collection_returns_although_its_name_was_taken() -> None:
    reader, paper = _reader(), papers.add(1, "One")
    found = collections.make(reader, "Group", NOW)
    collections.add(reader, found, [paper], NOW)
    collections.remove(reader, found, NOW)
    with journal.quiet():
        collections.make(reader, "Group", NOW)
    undo.undo(reader, NOW)
    assert sorted(Collection.objects.values_list("name", flat=True)) == ["Group", "Group 2"]
    assert Kept.objects.get().paper_id == paper


def test_days_of_a_stream_stand_newest_first_with_a_cap_each() -> None:
    rows = [papers.add(number, f"Robots {number}") for number in range(1, 7)]
    candidates = load.by_ids(rows)
    for candidate in candidates:
        candidate.day = date(2026, 5, 10 + (candidate.id - rows[0]) % 2)
    taken = [row for row, _ in streams.matches(streams.Wish(wanted=("robots",), cap=2), candidates)]
    assert taken == [rows[5], rows[3], rows[4], rows[2]]
