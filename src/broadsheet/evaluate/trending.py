"""How soon an order knows the day's best: votes arrive over time, and each order is asked every half hour.

The order of trending is the product's own function (``editions.formulas.trend_points``) and its rules for new accounts
are the product's own (``readers.votes``); they are compared with plain counts and newest first in the same window.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import fmean, median
from typing import Any, BinaryIO

import zstandard

from ..editions.formulas import WINDOWS, trend_points
from ..errors import UsageError
from ..readers.votes import Rules
from .arrivals import Arrival, Model, arrivals

TOP = 10
FEWEST = 20  # papers of a day, below which ten of them say little
STEP = 0.5  # hours between two looks
WARM = 2  # days that only fill the list
LATE = 14.0  # hour of the day from which a paper counts as late
RING = 30
Score = Callable[[int, float], float]  # votes, hours since it was listed


def orders(window: str) -> dict[str, Score]:
    """The orders that are compared."""
    length = WINDOWS[window]
    return {
        "trending": lambda votes, age: trend_points(votes, 0, 0, 0, age, length),
        "counts": lambda votes, age: votes - age * 1e-9,
        "newest": lambda votes, age: -age,
    }


def read_days(directory: Path) -> list[list[int]]:
    """Final counts of the papers of each day of the list ``hf_daily``, oldest day first, days of ``FEWEST`` and more.

    ``directory`` holds ``hf_daily_papers.jsonl`` (plain or .zst): a record a line with ``announced`` and ``upvotes``.
    Raises :class:`UsageError` when there is no such file.
    """
    by_day: dict[str, list[int]] = {}
    for record in _records(directory):
        days = [item["day"] for item in record.get("announced", ()) if item.get("list") == "hf_daily"]
        if days and isinstance(record.get("upvotes"), int):
            by_day.setdefault(min(days), []).append(record["upvotes"])
    return [by_day[day] for day in sorted(by_day) if len(by_day[day]) >= FEWEST]


def _records(directory: Path) -> Iterator[dict[str, Any]]:
    plain, packed = directory / "hf_daily_papers.jsonl", directory / "hf_daily_papers.jsonl.zst"
    if plain.is_file():
        with plain.open("rb") as file:
            yield from _lines(file)
    elif packed.is_file():
        with packed.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as reader:
            yield from _lines(reader)
    else:
        raise UsageError(f"{directory} holds neither hf_daily_papers.jsonl nor hf_daily_papers.jsonl.zst. Nothing was "
                         "measured.")


def _lines(file: BinaryIO | zstandard.ZstdDecompressionReader) -> Iterator[dict[str, Any]]:
    rest = b""
    while chunk := file.read(1 << 20):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from map(json.loads, filter(None, lines))
    if rest.strip():
        yield json.loads(rest)


def top(papers: Sequence[Arrival], hour: float, length: float, score: Score) -> list[int]:
    """Places in ``papers`` of the ten that stand first at ``hour``, of those listed within ``length`` hours."""
    live = [place for place, one in enumerate(papers) if 0 <= hour - one.listed <= length]
    live.sort(key=lambda place: (-score(papers[place].by(hour), hour - papers[place].listed), place))
    return live[:TOP]


def _best(papers: Sequence[Arrival], day: int) -> set[int]:
    """The ten of the day with most votes in the end; of equal ones those listed first."""
    own = [place for place, one in enumerate(papers) if one.day == day]
    own.sort(key=lambda place: (-len(papers[place].votes), place))
    return set(own[:TOP])


def compare(days: Sequence[Sequence[int]], model: Model, seed: int, window: str = "day") -> dict[str, Any]:
    """For each order: how many of the day's final ten stand in its ten by hour after the opening, when 8, 9 and all
    of them first do (hours; share of days in which they ever do), how long late ones of them take to stand there."""
    papers = arrivals(days, model, seed)
    length = WINDOWS[window]
    made: dict[str, Any] = {}
    for name, score in orders(window).items():
        overlaps: dict[float, list[int]] = {}
        reached: dict[int, list[float | None]] = {8: [], 9: [], 10: []}
        late: list[float | None] = []
        for day in range(WARM, len(days)):
            near = [one for one in papers if day - 1 - length / 24 <= one.day <= day]
            _one_day(near, day, model, length, score, overlaps, reached, late)
        made[name] = {
            "overlap": {f"{hours:g}": round(fmean(found), 2) for hours, found in overlaps.items()},
            "reached": {str(number): _soon(found) for number, found in reached.items()},
            "late": _soon(late),
        }
    return made


def _one_day(
    papers: Sequence[Arrival], day: int, model: Model, length: float, score: Score,
    overlaps: dict[float, list[int]], reached: dict[int, list[float | None]], late: list[float | None],
) -> None:
    best, opens = _best(papers, day), 24 * day + model.opens
    first: dict[int, float] = {}
    seen: dict[int, float] = {}
    for step in range(int(24 / STEP) + 1):
        hours = step * STEP
        shown = top(papers, opens + hours, length, score)
        right = len(best & set(shown))
        overlaps.setdefault(hours, []).append(right)
        for number in reached:
            if right >= number:
                first.setdefault(number, hours)
        for place in shown:
            seen.setdefault(place, opens + hours)
    for number, found in reached.items():
        found.append(first.get(number))
    for place in best:
        if papers[place].listed >= 24 * day + LATE:
            late.append(seen[place] - papers[place].listed if place in seen else None)


def _soon(found: Sequence[float | None]) -> dict[str, Any]:
    """Median hours over all cases (None when it did not happen in half of them), the share in which it happened."""
    if not found:
        return {"median_hours": None, "share": 0.0, "cases": 0}
    known = sorted(one for one in found if one is not None)
    half = (len(found) + 1) // 2
    middle = median([*known, *[float("inf")] * (len(found) - len(known))]) if len(known) >= half else None
    return {"median_hours": None if middle is None or middle == float("inf") else round(middle, 1),
            "share": round(len(known) / len(found), 3), "cases": len(found)}


def ring(days: Sequence[Sequence[int]], model: Model, seed: int, rules: Rules | None = None) -> dict[str, Any]:
    """Where ``RING`` new accounts that vote together bring a paper without other votes, three hours after the opening.

    By day the best place among trending's (window of a day): with the rules, when the accounts are an hour old and
    when they have waited until they are ``trust_days`` old; and without the rules, where every vote would weigh.
    """
    rules = rules or Rules()
    papers = arrivals(days, model, seed)
    score = orders("day")["trending"]
    now = datetime(2026, 1, 5, 9, tzinfo=UTC)
    weigh = {"made an hour before": weighing(RING, now - timedelta(hours=1), now, rules),
             "made and left for the stated days": weighing(RING, now - timedelta(days=rules.trust_days), now, rules),
             "without the rules": RING}
    made: dict[str, Any] = {}
    for name, votes in weigh.items():
        places = []
        for day in range(WARM, len(days)):
            hour = 24 * day + model.opens + 3
            near = [one for one in papers if day - 1 <= one.day <= day and 0 <= hour - one.listed <= WINDOWS["day"]]
            own = score(votes, 3.0) if votes else float("-inf")  # not listed without a vote that weighs
            better = sum(one.by(hour) > 0 and score(one.by(hour), hour - one.listed) > own for one in near)
            places.append(better + 1)
        made[name] = {"votes": RING, "weighing": votes, "median_place": median(places),
                      "in_top_ten": round(fmean(place <= TOP for place in places), 3) if votes else 0.0,
                      "listed": votes > 0}
    return made


def weighing(accounts: int, joined: datetime, now: datetime, rules: Rules) -> int:
    """How many votes of ``accounts`` that were made together and vote together now weigh, by the rules of votes."""
    if accounts >= rules.ring_size and now - joined < timedelta(days=rules.young_days):
        return 0  # flagged as a ring until a moderator decides
    return accounts if now >= joined + timedelta(days=rules.trust_days) else 0


def evaluate_trending(directory: Path, *, days: int = 60, seed: int = 9, seeds: int = 3) -> dict[str, Any]:
    """All figures on the newest ``days`` days of the list; the plot is drawn of ``orders``. ``others``: when eight,
    nine and ten of ten stand there with other seeds, other assumptions, and on as many days before these."""
    known = read_days(directory)
    chosen = known[-days:]
    if len(chosen) <= WARM:
        raise UsageError(f"{directory} has {len(chosen)} days of {FEWEST} papers and more; at least {WARM + 1} are "
                         "needed. Nothing was measured.")
    model = Model()
    cases: dict[str, tuple[Sequence[Sequence[int]], Model, int]] = {
        f"seed {seed + more}": (chosen, model, seed + more) for more in range(1, seeds)}
    for hours in (4.0, 16.0):
        cases[f"half-life {hours:g} hours"] = (chosen, replace(model, half_life=hours), seed)
    cases["all listed at the opening"] = (chosen, replace(model, early=1.0), seed)
    if len(earlier := known[-2 * days:-days]) > WARM:
        cases["days before these"] = (earlier, model, seed)
    return {
        "days": len(chosen) - WARM, "papers": sum(map(len, chosen[WARM:])), "model": asdict(model), "seed": seed,
        "orders": compare(chosen, model, seed),
        "others": {name: {order: {**found["reached"], "late": found["late"]} for order, found in compare(*case).items()}
                   for name, case in cases.items()},
        "ring": ring(chosen, model, seed),
    }
