"""The simulation of votes over time: seeded, true to its counts, and its three orders behave as they must."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from broadsheet.errors import UsageError
from broadsheet.evaluate import trending
from broadsheet.evaluate.arrivals import Model, arrivals
from broadsheet.evaluate.plot import trending_plot
from broadsheet.readers.votes import Rules

DAYS = [[(place * 7 + day) % 61 for place in range(24)] for day in range(8)]


def _corpus(directory: Path) -> Path:
    lines = [json.dumps({"id": f"{day}-{place}", "upvotes": votes,
                         "announced": [{"day": f"2026-03-{day + 2:02d}", "list": "hf_daily"}]})
             for day, counts in enumerate(DAYS) for place, votes in enumerate(counts)]
    lines += ['{"id": "x", "announced": [{"day": "2026-04-01", "list": "hf_daily"}], "upvotes": 3}', '{"id": "y"}']
    (directory / "hf_daily_papers.jsonl").write_text("\n".join(lines))
    return directory


def test_the_model_keeps_counts_and_is_seeded() -> None:
    made = arrivals(DAYS, Model(), 4)
    assert made == arrivals(DAYS, Model(), 4) != arrivals(DAYS, Model(), 5)
    assert [len(one.votes) for one in made] == [count for day in DAYS for count in day]
    for one in made:
        assert 24 * one.day + 6 <= one.listed <= 24 * one.day + 18
        assert all(one.listed <= hour <= one.listed + 48 for hour in one.votes)
        assert one.by(one.listed - 1) == 0 and one.by(one.listed + 48) == len(one.votes)


def test_figures_of_small_data(tmp_path: Path) -> None:
    found = trending.evaluate_trending(_corpus(tmp_path), days=8)
    assert found["days"] == 6 and found["papers"] == 6 * 24
    for figures in found["orders"].values():
        assert all(0 <= right <= 10 for right in figures["overlap"].values())
    right = {name: sum(figures["overlap"].values()) for name, figures in found["orders"].items()}
    assert right["trending"] > right["counts"] > right["newest"]
    assert found["others"]["all listed at the opening"]["trending"]["late"]["cases"] == 0
    assert found["others"]["seed 10"]["counts"]["10"]["cases"] == 6
    assert found["ring"]["without the rules"]["in_top_ten"] == 1.0
    for rule in ("made an hour before", "made and left for the stated days"):
        assert found["ring"][rule]["weighing"] == found["ring"][rule]["in_top_ten"] == 0
    root = ElementTree.fromstring(trending_plot(found))
    assert len(root.findall(".//{*}path[@stroke-width]")) == 3


def test_one_day_by_hand() -> None:
    papers = [trending.Arrival(0, 6.0, (6.5, 7.0)), trending.Arrival(0, 9.0, (9.5,)), trending.Arrival(0, 9.0, ())]
    orders = trending.orders("day")
    assert trending.top(papers, 7.0, 24, orders["counts"]) == [0]
    assert trending.top(papers, 10.0, 24, orders["counts"]) == [0, 1, 2]
    assert trending.top(papers, 10.0, 24, orders["trending"]) == [1, 0, 2], "one vote in an hour beats two in four"
    assert trending.top(papers, 31.0, 24, orders["newest"]) == [1, 2]


@pytest.mark.parametrize(("age", "weigh"), [(0.1, 0), (4, 0), (13, 0), (15, 30)])
def test_thirty_accounts_made_together(age: float, weigh: int) -> None:
    now = datetime(2026, 5, 12, tzinfo=UTC)
    assert trending.weighing(30, now - timedelta(days=age), now, Rules()) == weigh


def test_nothing_is_measured_where_nothing_is(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Nothing was measured"):
        trending.read_days(tmp_path)
    (tmp_path / "hf_daily_papers.jsonl").write_text("{}\n")
    with pytest.raises(UsageError, match="0 days of 20 papers"):
        trending.evaluate_trending(tmp_path)
