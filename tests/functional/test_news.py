"""What readers are told of papers: once, bundled by day, only what came after they began to follow or keep."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from broadsheet.catalogue import changes
from broadsheet.catalogue.models import Paper, PaperAuthor, PaperTerm
from broadsheet.readers import follows, news, notifications, service, votes
from broadsheet.readers.models import Notification, Position, Reader, Submission, Watched

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)
DAY = date(2026, 5, 12)


def _reader(name: str) -> Reader:
    reader = service.make(NOW)
    reader.joined_at, reader.name, reader.slug = NOW - timedelta(days=400), name, name
    reader.save()
    return reader


def _paper(number: int, *, at: datetime = NOW + timedelta(hours=1), day: date = DAY, lane: int = 0, **more: Any) -> int:
    with transaction.atomic():
        made = Paper.objects.create(**{
            "key": f"n{number:09d}", "title": f"Paper {number}", "edition_day": day, "added_at": at, "changed_at": at,
            "organisation": "CERN", **more})
        PaperAuthor.objects.create(paper=made, position=0, folded="ada-lovelace")
        PaperTerm.objects.create(paper=made, kind="topic", slug="robots")
        changes.append([made.pk], lane)
    return int(made.pk)


def _change(row: int, at: datetime, **values: Any) -> None:
    with transaction.atomic():
        Paper.objects.filter(pk=row).update(changed_at=at, **values)
        changes.append([row], changes.BULK)


def _step(now: datetime = NOW + timedelta(hours=2), **more: Any) -> int:
    told = 0
    while (outcome := news.step(now, DAY, **more)).read:
        told += outcome.told
    return told + outcome.told


def _told(reader: Reader) -> list[tuple[str, str]]:
    return [(row.kind, row.text) for row in notifications.newest(reader)]


def test_new_papers_of_what_is_followed_are_one_line_a_day_that_grows() -> None:
    reader, other = _reader("ada"), _reader("ben")
    news.step(NOW, DAY)
    for kind, value in (("author", "Ada Lovelace"), ("topic", "Robots"), ("organisation", "CERN")):
        follows.follow(reader, kind, value, value, NOW)
    _paper(1)
    _paper(2, lane=1)
    _step()
    assert sorted(_told(reader)) == [("followed", "Ada Lovelace: 2 papers of 12 May 2026"),
                                     ("followed", "CERN: 2 papers of 12 May 2026"),
                                     ("followed", "Robots: 2 papers of 12 May 2026")]
    assert _told(other) == []
    assert _step() == 0
    notifications.seen(reader, 10**9, NOW)
    _paper(3)
    _step(NOW + timedelta(hours=3))
    assert len(_told(reader)) == 3 and notifications.unseen(reader) == 3
    assert ("followed", "Robots: 3 papers of 12 May 2026") in _told(reader)


def test_a_change_of_a_paper_that_was_there_is_no_new_paper() -> None:
    reader = _reader("ada")
    news.step(NOW, DAY)
    row = _paper(1, at=NOW - timedelta(hours=1))
    follows.follow(reader, "author", "Ada Lovelace", "Ada Lovelace", NOW)
    _change(row, NOW + timedelta(hours=1), title="Another title")
    _paper(2, day=DAY - timedelta(days=30))
    _step()
    assert _told(reader) == []


def test_what_was_there_before_the_first_look_is_not_told() -> None:
    reader = _reader("ada")
    follows.follow(reader, "author", "Ada Lovelace", "Ada Lovelace", NOW)
    _paper(1)
    assert _step() == 0 and _told(reader) == [] and Position.objects.count() == 2


def test_a_followed_readers_submission_is_told() -> None:
    reader, other = _reader("ada"), _reader("ben")
    news.step(NOW, DAY)
    follows.follow(reader, "reader", "ben", "Ben", NOW)
    row = _paper(1)
    Submission.objects.create(paper_id=row, reader=other, day=DAY, made_at=NOW + timedelta(hours=1))
    _step()
    assert _told(reader) == [("followed", "Ben: 1 paper of 12 May 2026")]


def test_a_followed_search_is_told_by_what_it_finds() -> None:
    reader = _reader("ada")
    news.step(NOW, DAY)
    follows.follow(reader, "search", "paper", "paper", NOW)
    rows = [_paper(1), _paper(2, at=NOW - timedelta(days=1))]
    _step(search=lambda text: rows)
    _step(search=lambda text: rows)
    assert _told(reader) == [("followed", "paper: 1 paper of 12 May 2026")]


def test_keepers_are_told_once_of_code_versions_and_retraction() -> None:
    voter, saver, late, nobody = _reader("ada"), _reader("ben"), _reader("cy"), _reader("di")
    row = _paper(1, at=NOW - timedelta(days=9), versions=[{"number": 1}])
    news.step(NOW, DAY)
    votes.cast(voter, row, NOW)
    service.mark(saver, [row], service.SAVED, NOW)
    assert Watched.objects.get().versions == [{"number": 1}]
    later = NOW + timedelta(hours=1)
    _change(row, later, versions=[{"number": 1}, {"number": 2}], links=[{"kind": "code", "url": "https://a.example/c"}])
    votes.cast(late, row, later + timedelta(minutes=1))
    _step()
    expected = [("code", "https://a.example/c"), ("version", "Version 2")]
    assert sorted(_told(voter)) == sorted(_told(saver)) == expected and _told(late) == _told(nobody) == []
    _change(row, later + timedelta(hours=1), title="New title")
    assert _step() == 0
    _change(row, later + timedelta(hours=2), retraction={"kind": "retracted", "reason": "An error"})
    _step()
    assert ("retracted", "An error") in _told(voter) and ("retracted", "An error") in _told(late)
    assert len(_told(voter)) == 3
    votes.take_back(voter, row, later)
    _change(row, later + timedelta(hours=3), versions=[{"number": 1}, {"number": 2}, {"number": 3}])
    _step()
    assert len(_told(voter)) == 3 and len(_told(saver)) == 4


def test_killed_between_reading_and_telling_nothing_is_lost_or_doubled(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = _reader("ada")
    news.step(NOW, DAY)
    follows.follow(reader, "topic", "robots", "Robots", NOW)
    _paper(1)
    real = notifications.bundle

    def killed(*given: Any, **more: Any) -> int:
        real(*given, **more)
        raise KeyboardInterrupt

    monkeypatch.setattr(notifications, "bundle", killed)
    with pytest.raises(KeyboardInterrupt):
        news.step(NOW, DAY)
    assert not Notification.objects.exists()
    monkeypatch.setattr(notifications, "bundle", real)
    _step()
    assert _told(reader) == [("followed", "Robots: 1 paper of 12 May 2026")]
