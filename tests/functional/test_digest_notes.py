"""What a mail says at once of late and failing sources, and only then; the choice measured on a made-up day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from broadsheet.catalogue.models import Paper, PaperTerm
from broadsheet.digest.choice import Item, choose
from broadsheet.digest.notes import notes_of
from broadsheet.evaluate.digest import LIMITS, Levels, greedy
from broadsheet.sources.models import SourceState

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)  # a Tuesday


def _lists(**days: str) -> None:
    SourceState.objects.create(name="arxiv-rss", connector="arxiv-rss", outcome="ok", succeeded_at=NOW, tried_at=NOW,
                               options={"categories": ["cs.AI", "cs.CV"]}, cursor={"days": days})


def test_a_list_of_arxiv_that_is_late_is_named_with_what_is_missing() -> None:
    for week in range(1, 5):
        day = NOW.date() - timedelta(weeks=week)
        for number in range(12):
            paper = Paper.objects.create(key=f"n{week}{number:08d}", title="A paper", edition_day=day, added_at=NOW,
                                         changed_at=NOW, identifiers=[])
            PaperTerm.objects.create(paper=paper, kind="category", slug="cs.ai")
    _lists(**{"cs.AI": "2026-05-11", "cs.CV": "2026-05-12"})
    assert notes_of(NOW) == ("cs.AI is late since 05:00 UTC, 12 expected.",)
    assert notes_of(NOW.replace(hour=5, minute=30)) == (), "an hour is no news"


def test_sources_that_are_well_say_nothing() -> None:
    _lists(**{"cs.AI": "2026-05-12", "cs.CV": "2026-05-12"})
    SourceState.objects.create(name="hf-daily", connector="hf-daily", outcome="ok", succeeded_at=NOW)
    assert notes_of(NOW) == ()


def test_a_source_that_does_not_answer_is_said_after_an_hour() -> None:
    SourceState.objects.create(name="hf-daily", connector="hf-daily", outcome="failed", tried_at=NOW,
                               succeeded_at=NOW - timedelta(days=1, hours=4))
    (said,) = notes_of(NOW)
    assert "is late since 11 May, 07:00 UTC: it does not answer." in said
    SourceState.objects.update(succeeded_at=NOW - timedelta(hours=2, minutes=10))
    assert notes_of(NOW) == ()


def test_choices_that_follow_a_day_keep_half_of_greedys_worth_and_the_limits() -> None:
    items = [Item(number, (number * 7 % 11) / 3, {f"t{number % 6}": 1.0}) for number in range(60)]
    best = choose(items, {}, LIMITS)
    assert {item.paper for item in greedy(items)[0]} == {item.paper for item in best.items}
    for matroid in (False, True):
        levels = Levels(matroid, 3)
        for item in items:
            levels.insert(item)
        for item in items[:20]:
            levels.delete(item)
        chosen = levels.chosen()
        assert 0 < len(chosen) <= LIMITS.most and not {item.paper for item in chosen} & set(range(20))
        if matroid:
            mains = [item.main for item in chosen]
            assert max(mains.count(one) for one in mains) <= LIMITS.per_topic
