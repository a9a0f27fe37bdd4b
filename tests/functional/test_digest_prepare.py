"""Digests over a replayed month: one mail a period, never a paper twice, nothing lost, quiet days told."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest

from broadsheet.catalogue.models import Paper, PaperTerm
from broadsheet.digest import outbox
from broadsheet.digest.models import Outbox, Sent, Subscription
from broadsheet.digest.pools import Pool
from broadsheet.digest.prepare import Preparer, Setup
from broadsheet.editions import service

pytestmark = pytest.mark.django_db(transaction=True)
SETUP = Setup("https://p.example.org", "Broadsheet", "Vision group", "paper@p.example.org", "p.example.org")
START = datetime(2026, 5, 11, 4, 0, tzinfo=UTC)  # a Monday


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    service.forget()


def _papers(day: date, number: int, first: int, added: datetime = START) -> None:
    Paper.objects.bulk_create([
        Paper(key=f"d{first + n:09d}", title=f"Paper {first + n}", abstract="We show that it holds.", rights="public",
              identifiers=[["arxiv", f"2605.{first + n:05d}"]], categories=[("cs.CV", "cs.CL", "math.AG")[n % 3]],
              authors=[{"name": "Ada Lovelace"}], published=str(day), edition_day=day, imported_votes=n % 7,
              added_at=added, changed_at=added)
        for n in range(number)])
    for paper in Paper.objects.filter(edition_day=day):
        PaperTerm.objects.get_or_create(paper=paper, kind="category", slug=paper.categories[0].lower())


def _subscription(number: int = 1, **values: Any) -> Subscription:
    return Subscription.objects.create(**{
        "key": f"k{number:031d}", "email": f"r{number}@example.org", "state": "active", "asked_at": START,
        "confirmed_at": START, "due_at": START + timedelta(hours=1), "hour": 7, "timezone": "Europe/Berlin", **values})


def _run(now: datetime, setup: Setup = SETUP) -> int:
    service.forget()
    return Preparer(setup, service.Site(), now).run().mails


def _text(row: Outbox) -> str:
    made = message_from_bytes(outbox.message_of(row), policy=policy.default)
    return str(made.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def test_a_month_brings_each_period_once_and_no_paper_twice() -> None:
    daily, workdays = _subscription(1), _subscription(2, cadence="workdays")
    weekly = _subscription(3, cadence="weekly", weekday=0, fewest=1)
    number = 0
    for ahead in range(28):
        moment = START + timedelta(days=ahead)
        if moment.weekday() < 5:
            _papers(moment.date(), 12, number)
            number += 12
        for hour in (0, 2, 5):  # a worker that looks often, and before the hour too
            _run(moment + timedelta(hours=hour))
    for one, mails in ((daily, 20), (workdays, 20), (weekly, 4)):
        assert Outbox.objects.filter(subscription=one).count() == mails
        sent = Counter(Sent.objects.filter(subscription=one).values_list("paper_id", flat=True))
        assert sent and set(sent.values()) == {1}
    monday = Outbox.objects.get(subscription=daily, period="2026-05-18")
    assert "Nothing was announced on Saturday and Sunday." in _text(monday)
    assert Sent.objects.filter(subscription=daily).count() == 20 * 9, "three of a field"


def test_too_few_papers_wait_for_the_next_mail() -> None:
    one = _subscription(1, kind="category", value="math.AG", label="math.AG", fewest=3)
    _papers(START.date(), 6, 0)  # two of them in math.AG
    assert _run(START + timedelta(hours=2)) == 0 and not Outbox.objects.exists()
    _papers(START.date() + timedelta(days=1), 6, 6)
    assert _run(START + timedelta(days=1, hours=2)) == 1
    assert Sent.objects.filter(subscription=one).count() == 4
    assert "On a topic you follow: math.AG" in _text(Outbox.objects.get())


def test_papers_that_come_after_the_mail_are_in_the_next() -> None:
    one = _subscription(1, most=50)
    _papers(START.date(), 3, 0)
    _run(START + timedelta(hours=2))
    _papers(START.date(), 4, 3, START + timedelta(hours=5))
    _papers(START.date() + timedelta(days=1), 2, 7)
    _run(START + timedelta(days=1, hours=2))
    assert Sent.objects.filter(subscription=one).count() == 9


def test_one_paper_may_come_late_for_an_earlier_day() -> None:
    one = _subscription(1, most=50)
    for ahead in range(3):
        _papers(START.date() + timedelta(days=ahead), 2, 2 * ahead, START + timedelta(days=ahead))
        _run(START + timedelta(days=ahead, hours=2))
    _papers(START.date() + timedelta(days=1), 5, 20, START + timedelta(days=2, hours=5))
    _papers(START.date() + timedelta(days=3), 2, 30, START + timedelta(days=3))
    _run(START + timedelta(days=3, hours=2))
    last = Outbox.objects.get(subscription=one, period="2026-05-14")
    assert last.papers == 3 and "Three papers" in _text(last)


def test_a_failing_source_is_said_although_there_is_no_paper() -> None:
    _subscription(1)
    setup = Setup(SETUP.base, "Broadsheet", "", SETUP.mail_from, SETUP.host, ("cs.AI is late since 02:00 UTC.",))
    assert _run(START + timedelta(hours=2), setup) == 1
    assert "cs.AI is late" in _text(Outbox.objects.get()) and "cs.AI is late" in Outbox.objects.get().subject
    assert _run(START + timedelta(days=1, hours=2)) == 0, "and without a note or a paper there is no mail"


def test_one_bad_paper_never_stops_a_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    _subscription(1)
    _papers(START.date(), 5, 0)
    whole = Pool.line

    def broken(self: Pool, paper: int, reason: str, *, member: bool) -> Any:
        if self.candidates[paper].title == "Paper 3":
            raise ValueError("no title")
        return whole(self, paper, reason, member=member)

    monkeypatch.setattr(Pool, "line", broken)
    assert _run(START + timedelta(hours=2)) == 1
    assert "Paper 4" in _text(Outbox.objects.get()) and "Paper 3" not in _text(Outbox.objects.get())


def test_two_preparers_make_one_mail() -> None:
    one = _subscription(1)
    _papers(START.date(), 5, 0)
    now = START + timedelta(hours=2)
    first, second = Preparer(SETUP, service.Site(), now), Preparer(SETUP, service.Site(), now)
    assert first.one(one) and not second.one(one)
    assert Outbox.objects.count() == 1


def test_subscriptions_that_look_at_the_same_days_share_the_reading(django_assert_max_num_queries: Any) -> None:
    for number in range(20):
        _subscription(number)
    _papers(START.date(), 30, 0)
    with django_assert_max_num_queries(20 * 9 + 40):
        assert _run(START + timedelta(hours=2)) == 20
