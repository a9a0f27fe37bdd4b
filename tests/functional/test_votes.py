"""Votes: one per reader and paper, counted at once, weighing when they should, following a merge and its undoing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from tests.support import papers

from broadsheet.catalogue import changes, signals
from broadsheet.catalogue.models import Paper
from broadsheet.readers import service, tallies, votes
from broadsheet.readers.models import Activity, Claim, Reader, Report, Submission, Vote

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)
OLD = NOW - timedelta(days=400)


def _reader(joined: datetime | None = OLD) -> Reader:
    reader = service.make(NOW)
    reader.joined_at = joined
    reader.save(update_fields=["joined_at"])
    return reader


def test_a_vote_counts_once_and_is_taken_back() -> None:
    tallies.forget()
    paper, reader, other = papers.add(1, "Sparse attention"), _reader(), _reader()
    before = changes.total()
    assert votes.cast(reader, paper, NOW) == (1, 1, 0)
    assert votes.cast(reader, paper, NOW) == (1, 1, 0)
    assert votes.cast(other, paper, NOW) == (2, 2, 0)
    assert tallies.all_of() == {paper: (2, 2, 0)}
    assert votes.voted(reader) == {paper}
    assert votes.take_back(reader, paper, NOW) == votes.take_back(reader, paper, NOW) == (1, 1, 0)
    assert votes.take_back(other, paper, NOW) == (0, 0, 0)
    assert tallies.all_of() == {}
    assert changes.total() == before, "a vote writes nothing that the index of words would read"


def test_own_papers_show_the_vote_but_never_weigh() -> None:
    submitted, written, reader = papers.add(1, "Mine, brought"), papers.add(2, "Mine, written"), _reader()
    Submission.objects.create(paper_id=submitted, reader=reader, day=NOW.date(), made_at=NOW)
    assert votes.cast(reader, submitted, NOW) == (1, 0, 0)
    assert votes.cast(reader, written, NOW) == (1, 1, 0)
    Claim.objects.create(paper_id=written, reader=reader, position=0, state="confirmed", made_at=NOW)
    with transaction.atomic():
        votes.reweigh(reader, written, NOW)
    assert votes.of(written) == (1, 0, 0)


def test_a_new_accounts_vote_weighs_after_the_stated_days() -> None:
    paper, reader = papers.add(1, "Young votes"), _reader(NOW - timedelta(days=1))
    assert votes.cast(reader, paper, NOW, votes.Rules(trust_days=3)) == (1, 0, 0)
    assert Activity.objects.get().due_at == NOW + timedelta(days=2)
    assert votes.ripen(NOW + timedelta(days=1)) == 0
    assert votes.ripen(NOW + timedelta(days=2)) == 1
    assert votes.of(paper) == (1, 1, 0)
    assert Activity.objects.get().due_at is None


def test_accounts_born_together_that_vote_together_are_flagged() -> None:
    paper, rules = papers.add(1, "Pushed"), votes.Rules(trust_days=0, ring_size=4)
    votes.cast(_reader(), paper, NOW, rules)
    for number in range(6):
        votes.cast(_reader(NOW - timedelta(hours=number)), paper, NOW, rules)
    assert votes.of(paper) == (7, 1, 0)
    assert Report.objects.count() == 1
    assert votes.clear_flags(paper, NOW) == 6
    assert votes.of(paper) == (7, 7, 0)


def test_a_blocked_reader_is_told_why() -> None:
    paper, reader = papers.add(1, "Closed"), _reader()
    reader.blocked_at, reader.blocked_reason = NOW, "spam"
    with pytest.raises(votes.NotAllowed, match="spam"):
        votes.cast(reader, paper, NOW)
    assert not Vote.objects.exists()


def test_votes_follow_a_merge_and_return_with_a_split() -> None:
    kept, absorbed = papers.add(1, "The paper"), papers.add(2, "The same paper")
    both, one = _reader(), _reader()
    for paper in (kept, absorbed):
        votes.cast(both, paper, NOW)
    votes.cast(one, absorbed, NOW)
    service.mark(one, [absorbed], "saved", NOW)
    with transaction.atomic():
        Paper.objects.filter(id=absorbed).update(state="merged", merged_into=kept)
        signals.papers_merged.send(sender=None, kept=kept, absorbed=absorbed, now=NOW)
    assert votes.of(kept) == (2, 2, 0)
    assert votes.voted(one) == {kept} and service.marks_of(one).saved == {kept}
    with transaction.atomic():
        Paper.objects.filter(id=absorbed).update(state="live", merged_into=None)
        signals.papers_split.send(sender=None, kept=kept, absorbed=absorbed, now=NOW)
    assert votes.of(kept) == (1, 1, 0) and votes.of(absorbed) == (2, 2, 0)
    assert votes.voted(one) == {absorbed} and service.marks_of(one).saved == {absorbed}


def test_an_erased_reader_leaves_votes_without_a_name() -> None:
    paper, reader = papers.add(1, "Staying"), _reader()
    votes.cast(reader, paper, NOW)
    service.erase(reader)
    assert votes.of(paper) == (1, 1, 0)
    assert Vote.objects.get().reader is None
