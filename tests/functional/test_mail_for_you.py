"""The mail for one reader: what the reader's acts taught chooses it, each reason is true, and nothing is pretended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from broadsheet.catalogue.models import Change, Paper
from broadsheet.digest.letter import Letter
from broadsheet.digest.models import Subscription
from broadsheet.digest.prepare import Preparer, Setup
from broadsheet.editions import service
from broadsheet.readers import follows, taste, votes
from broadsheet.readers import service as readers
from broadsheet.readers.models import Reader
from broadsheet.search import cloud
from broadsheet.web import tasting
from broadsheet.web.for_you import taste_of

pytestmark = pytest.mark.django_db(transaction=True)
DAY = date(2026, 5, 12)
NOW = datetime(2026, 5, 12, 6, tzinfo=UTC)
SETUP = Setup("https://p.example.org", "Broadsheet", "", "paper@p.example.org", "p.example.org")
FIELDS = ("cs.CV", "cs.CL", "math.AG", "astro-ph.GA")


def _vector(number: int) -> np.ndarray:
    """Four clouds, by the remainder of the number; unit length."""
    found = np.random.default_rng(number).normal(0, 0.05, 384).astype(np.float32)
    found[number % 4] += 1
    return found / np.linalg.norm(found)


@pytest.fixture(autouse=True)
def two_days(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Papers 1 to 40 of yesterday, 41 to 120 of the day; those of one remainder are alike."""
    service.forget()
    tasting.forget()
    monkeypatch.setattr(cloud, "vectors", lambda rows: np.array([_vector(row) for row in rows], np.float32).reshape(
        len(rows), 384))
    monkeypatch.setattr(cloud, "sample", lambda limit=3000: list(Paper.objects.values_list("id", flat=True)))
    monkeypatch.setattr(cloud, "mark", lambda: ("steady",))
    for number in range(1, 121):
        made = Paper.objects.create(
            id=number, key=f"{number:010d}", title=f"On number {number}", abstract="We show that it is so.",
            rights="public", authors=[{"name": f"Bo Writer{number}"}], published="2026-05-11",
            identifiers=[["arxiv", f"2605.{number:05d}"]], categories=[FIELDS[number % 4]], imported_votes=number % 9,
            edition_day=DAY - timedelta(days=number <= 40), added_at=NOW, changed_at=NOW)
        Change.objects.create(lane=0, paper_id=made.id, kind="put")
    yield
    service.forget()
    tasting.forget()


def _reader() -> Reader:
    return readers.make(NOW)


def _letter(reader: Reader, **more: Any) -> Letter:
    wanted = Subscription(pk=0, key="0" * 32, email="", kind="foryou", reader=reader, state="active", asked_at=NOW,
                          due_at=NOW, timezone="UTC", **more)
    return Preparer(SETUP, service.Site(), NOW, taste_of).preview(wanted)


def _papers(letter: Letter) -> dict[int, str]:
    """Row ids with their reasons."""
    return {int(line.key): line.reason for zone in letter.zones for line in zone.lines}


def test_votes_choose_and_the_reason_names_the_cause() -> None:
    reader = _reader()
    for number in (4, 8, 12):
        votes.cast(reader, number, NOW)
    shown = _papers(_letter(reader))
    alike = [number for number in shown if number % 4 == 0]
    assert len(alike) >= 4, "at most half of the places go to one field"
    assert all("On number" in shown[number] or "cs.CV" in shown[number] for number in alike), shown
    assert not {4, 8, 12} & set(shown)
    assert "chosen for you" in _letter(reader).about


def test_what_is_not_for_the_reader_is_not_in_the_mail() -> None:
    reader = _reader()
    before = set(_papers(_letter(reader, most=20)))
    far = next(iter(before)) % 4
    for number in range(far or 4, 40, 4):
        taste.record(reader, [number], taste.LESS, -1, NOW)
    after = set(_papers(_letter(reader, most=20)))
    assert sum(number % 4 == far for number in after) < sum(number % 4 == far for number in before)
    votes.cast(reader, 44, NOW)
    assert 44 not in _papers(_letter(reader, most=50)), "what was voted for is known already"


def test_where_nothing_was_learned_nothing_is_pretended() -> None:
    letter = _letter(_reader())
    assert letter.papers and "chosen for everybody" in letter.about and "chosen for you" not in letter.about
    assert all("you" not in reason.lower().split() for reason in _papers(letter).values())


def test_a_follow_has_its_place_and_its_reason_beside_what_was_learned() -> None:
    from broadsheet.catalogue.models import PaperTerm

    reader = _reader()
    PaperTerm.objects.create(paper_id=61, kind="category", slug="cs.cl")
    follows.follow(reader, "category", "cs.CL", "cs.CL", NOW)
    for number in (4, 8, 12):
        votes.cast(reader, number, NOW)
    shown = _papers(_letter(reader, most=5))
    assert "cs.CL" in shown[61] and "you follow" in shown[61]
    assert any(number % 4 == 0 for number in shown)


def test_without_what_was_learned_the_mail_still_comes() -> None:
    reader = _reader()
    votes.cast(reader, 4, NOW)
    wanted = Subscription(pk=0, key="0" * 32, email="", kind="foryou", reader=reader, state="active", asked_at=NOW,
                          due_at=NOW, timezone="UTC")
    assert Preparer(SETUP, service.Site(), NOW).preview(wanted).papers > 3
