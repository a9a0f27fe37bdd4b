"""Votes and comments of this site move its orders at once, as its formulas say; the votes of a ring move nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from tests.support import papers

from broadsheet import config
from broadsheet.catalogue import changes
from broadsheet.catalogue.models import Paper
from broadsheet.editions import service, snapshots
from broadsheet.editions.candidates import Narrowing
from broadsheet.editions.choose import Front
from broadsheet.readers import comments, tallies, votes
from broadsheet.readers import service as readers
from broadsheet.readers.models import Activity, Reader, Report, Vote
from broadsheet.web import fragments, page_cache
from broadsheet.web.frontpage import site_from
from broadsheet.work import loops
from broadsheet.work.loops import Worker

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 12, 8, 0, tzinfo=UTC)
TODAY, YESTERDAY = NOW.date(), NOW.date() - timedelta(days=1)
OLD = NOW - timedelta(days=400)
SITE = replace(site_from({}), liking=None)  # what is told of here are votes and comments alone


@pytest.fixture(autouse=True)
def _papers() -> Iterator[None]:
    for forget in (page_cache.forget, service.forget, fragments.forget, tallies.forget):
        forget()
    for number in range(1, 31):
        row = papers.add(number, f"Paper {number}", "It holds.")
        day = TODAY if number <= 20 else YESTERDAY
        came = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
        Paper.objects.filter(pk=row).update(edition_day=day, added_at=came)
    yield


def _row(number: int) -> int:
    return Paper.objects.get(key=f"K{number:09d}").pk


def _reader(joined: datetime | None = OLD) -> Reader:
    reader = readers.make(NOW)
    reader.joined_at = joined
    reader.save(update_fields=["joined_at"])
    return reader


def _vote(number: int, times: int, now: datetime = NOW) -> None:
    for _ in range(times):
        votes.cast(_reader(), _row(number), now)


def _titles(window: str = "day", now: datetime = NOW) -> list[str]:
    return [one.title for one, _ in service.trending(now, SITE, window=window)]


def test_each_vote_moves_the_day_at_once_and_the_reason_is_true() -> None:
    before = service.edition((TODAY,), TODAY, SITE).front
    assert before.lead is not None and before.lead.paper != _row(7)
    _vote(7, 1)
    front = service.edition((TODAY,), TODAY, SITE).front
    assert front.lead is not None
    assert (front.lead.paper, front.lead.reason) == (_row(7), "1 vote in your group, the most of this day")
    _vote(9, 2)
    front = service.edition((TODAY,), TODAY, SITE).front
    assert front.lead is not None and front.lead.paper == _row(9)
    assert front.lead.reason == "2 votes in your group, the most of this day"
    assert front.seconds[0].reason == "1 vote in your group"
    _vote(7, 1)
    reasons = [pick.reason for pick in service.edition((TODAY,), TODAY, SITE).front.seconds]
    assert "2 votes in your group" in reasons, "of two with as many neither has the most"
    comments.write(_reader(), _row(3), "Does it hold for long inputs?", NOW)
    place = service.place_of(Paper.objects.get(pk=_row(3)), SITE)
    assert place is not None and place.reason == "1 comment in your group"


def test_votes_that_do_not_weigh_are_told_apart() -> None:
    _vote(7, 2)
    votes.cast(_reader(NOW - timedelta(days=1)), _row(7), NOW)
    front = service.edition((TODAY,), TODAY, SITE).front
    assert front.lead is not None and front.lead.reason == "2 of 3 votes in your group, the most of this day"


def test_a_morning_without_votes_is_worth_reading_and_keeps_yesterdays_talk() -> None:
    _vote(25, 3)
    comments.write(_reader(), _row(26), "I could not repeat table 2.", NOW)
    Paper.objects.filter(pk=_row(27)).update(imported_votes=12, vote_site="huggingface")
    service.forget()
    front = service.edition((TODAY,), TODAY, SITE).front
    assert front.lead is not None and len(front.seconds) == 4 and front.group.picks
    assert all(pick.reason for pick in (front.lead, *front.seconds, *front.group.picks))
    assert front.talked.slug == "talked"
    assert [(pick.paper, pick.reason) for pick in front.talked.picks] == [
        (_row(25), "3 votes in your group"), (_row(26), "1 comment in your group"),
        (_row(27), "12 votes at Hugging Face")]
    _vote(26, 2)
    front = service.edition((TODAY,), TODAY, SITE).front
    assert front.talked.picks[0].reason == "2 votes and 1 comment in your group", "read again without reading the day"


def test_trending_counts_own_votes_imported_ones_and_age() -> None:
    assert _titles() == []
    _vote(1, 3)
    with transaction.atomic():
        Paper.objects.filter(pk=_row(2)).update(imported_votes=3, vote_site="huggingface")
        changes.append([_row(2)], changes.BULK, changes.COUNT)
    _vote(25, 3)
    assert _titles() == ["Paper 1", "Paper 2"], "yesterday at five is more than a day ago"
    assert _titles("week") == ["Paper 1", "Paper 25", "Paper 2"]
    _vote(25, 9)
    assert _titles("week")[0] == "Paper 25"
    for vote in Vote.objects.filter(paper_id=_row(1)):
        votes.take_back(vote.reader, _row(1), NOW)
    assert _titles() == ["Paper 2"], "votes taken back are gone at once"
    late = NOW + timedelta(days=40)
    assert _titles("month", late) == []


def test_thirty_new_accounts_that_vote_together_reach_no_place() -> None:
    for number, times in ((1, 3), (2, 2), (3, 1)):
        _vote(number, times)
    born = NOW - timedelta(hours=2)
    for minute in range(30):
        votes.cast(_reader(born + timedelta(minutes=minute)), _row(15), NOW + timedelta(minutes=minute))
    assert votes.of(_row(15)) == (30, 0, 0), "shown, not weighing"
    assert "Paper 15" not in _titles() and _titles()[:3] == ["Paper 1", "Paper 2", "Paper 3"]
    lead = service.edition((TODAY,), TODAY, SITE).front.lead
    assert lead is not None and lead.paper == _row(1)
    assert Report.objects.get().subject == f"votes:{_row(15)}"
    later = NOW + timedelta(days=4)
    votes.ripen(later)
    assert votes.of(_row(15)) == (30, 0, 0), "waiting does not help: they are flagged"
    assert "Paper 15" not in _titles("week", later)
    votes.clear_flags(_row(15), later)
    assert _titles("week", later)[0] == "Paper 15", "a moderator let them count"


def test_the_worker_lets_young_votes_weigh_when_they_are_due(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC)
    votes.cast(_reader(now - timedelta(days=2)), _row(4), now - timedelta(days=1, hours=1), votes.Rules(trust_days=2.5))
    votes.cast(_reader(now - timedelta(days=2)), _row(5), now, votes.Rules(trust_days=9))
    Activity.objects.filter(paper_id=_row(4)).update(due_at=now - timedelta(minutes=1))
    Vote.objects.filter(paper_id=_row(4)).update(weighs_from=now - timedelta(minutes=1))
    worker = Worker(config.current(), lambda now, today: None)
    waited: list[float] = []

    def wait(seconds: float) -> bool:
        """Let the loop come round twice, in this thread: the database in memory is not for two."""
        waited.append(seconds)
        if waited.count(loops.RIPEN_EVERY) == 3:
            worker.stop.set()
        return worker.stop.is_set()

    monkeypatch.setattr(worker.stop, "wait", wait)
    worker.ripen()
    assert votes.of(_row(4)) == (1, 1, 0) and votes.of(_row(5)) == (1, 0, 0)


def test_a_closed_morning_keeps_its_numbers() -> None:
    _vote(7, 3)
    later = NOW + timedelta(days=1)
    Paper.objects.update(changed_at=NOW)
    assert TODAY in service.close_due(later, later.date(), SITE)
    _vote(9, 20)
    paper = Paper.objects.get(pk=_row(7))
    place = service.place_of(paper, SITE)
    assert place is not None and place.points is not None and place.morning
    assert place.points.own_votes == 3 and place.reason == "3 votes in your group, the most of this day"
    front = service.edition((TODAY,), later.date(), SITE).front
    assert front.lead is not None and front.lead.paper == _row(7)
    stored = snapshots.of(TODAY)
    assert stored is not None and stored.choice["formula"] == 3


def test_a_narrowed_choice_is_made_once_for_what_it_leaves_out_and_again_after_a_vote() -> None:
    def front(*words: str, gone: Collection[int] = ()) -> Front:
        return service.edition((TODAY,), TODAY, SITE, Narrowing(without=words), gone).front

    plain = service.edition((TODAY,), TODAY, SITE).front
    assert front("nowhere") is plain, "words that leave out nothing choose nothing anew"
    first = front("Paper 7")
    assert front("paper 7", "nowhere at all") is first
    assert front("elsewhere", gone=[_row(7)]) is first, "left out by a mark or by a word is the same"
    assert _row(7) not in first.papers() and front("Paper 8") is not first
    _vote(9, 3)
    after = front("Paper 7")
    assert after is not first and after.lead is not None and after.lead.paper == _row(9)
    assert front("Paper 9").lead != after.lead
