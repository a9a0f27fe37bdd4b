"""Which choice of papers for a mail is best: by votes, greedy, lazy greedy, and two that follow a day as it changes.

Days of ``hf_daily_papers`` with what ``arxiv_daily`` announced on them. A paper's want is log2(1 + early votes), early
votes being a fifth of its final ones, drawn; the other votes are what a good choice collects later. Topics are 24
clusters of the sketch vectors. The last two stand for the ideas of Banihashem et al. (ICML 2023, count limit) and
Duetting et al. (ICML 2023, matroid) in their simplest form: levels that each hold one paper drawn at random from those
that still pass, rebuilt from the level that a change meets. Buckets and guesses of their proofs are left out, so their
bounds are not claimed.
"""

from __future__ import annotations

import io
import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt

from ..digest.choice import Item, Limits, Room, Worth, choose, value_of
from ..errors import UsageError

TOPICS, EARLY, WITHDRAWN = 24, 0.2, 0.1
LIMITS = Limits(most=10, per_topic=3)
Vectors = npt.NDArray[np.float32]


@dataclass(slots=True)
class Day:
    """Papers of a day: items to choose from, final minus early votes, vectors by paper."""

    name: str
    items: list[Item] = field(default_factory=list)
    later: dict[int, int] = field(default_factory=dict)
    vectors: dict[int, Vectors] = field(default_factory=dict)


def evaluate_digest(directory: Path, *, days: int = 20, most: int = 150, seed: int = 10) -> dict[str, Any]:
    """Means over the newest ``days`` with at least ten papers of Hugging Face; at most ``most`` papers of each."""
    found = read_days(directory, days, most, seed)
    rows: dict[str, dict[str, float]] = {}
    for name, chooser in CHOOSERS.items():
        sums: dict[str, float] = defaultdict(float)
        for day in found:
            for key, value in _measure(day, chooser(day)).items():
                sums[key] += value / len(found)
        rows[name] = {key: round(value, 3) for key, value in sums.items()}
    return {"days": len(found), "papers_mean": round(sum(len(day.items) for day in found) / len(found), 1),
            "choices": rows, "oracle_calls_per_change": _changes(found, seed)}


# -- days ---------------------------------------------------------------------------------------------------------

def _lines(directory: Path, name: str) -> Iterator[dict[str, Any]]:
    import zstandard

    path = directory / f"{name}.jsonl.zst"
    if not path.is_file():
        raise UsageError(f"{directory} lacks {path.name}. Nothing was measured.")
    with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
        for line in io.BufferedReader(stream, 1 << 20):
            yield json.loads(line)


def read_days(directory: Path, days: int, most: int, seed: int) -> list[Day]:
    """The days, with the papers that have votes first and then those of arXiv's lists."""
    by_day: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for record in _lines(directory, "hf_daily_papers"):
        for one in record.get("announced") or ():
            by_day[str(one["day"])][record["id"]] = record
    wanted = [name for name in sorted(by_day) if len(by_day[name]) >= 10 and name < "2026-06-30"][-days:]
    for record in _lines(directory, "arxiv_daily"):
        for one in record.get("announced") or ():
            if one["day"] in wanted and len(by_day[one["day"]]) < most:
                by_day[one["day"]].setdefault(record["id"], record)
    records = {id_: record for name in wanted for id_, record in list(by_day[name].items())[:most]}
    from ..search.embedding.sketch import Sketch

    texts = [f"{record['title']}\n{record.get('abstract') or ''}" for record in records.values()]
    vectors = np.asarray(Sketch.load().embed(texts), np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    about, place = _topics(vectors, seed), {id_: number for number, id_ in enumerate(records)}
    dice = Random(seed)
    return [_day(name, list(by_day[name].items())[:most], place, vectors, about, dice) for name in wanted]


def _topics(vectors: Vectors, seed: int) -> list[dict[str, float]]:
    """Spherical k-means; each paper is about its nearest topic whole and about the second by half."""
    dice = np.random.default_rng(seed)
    centres = vectors[dice.choice(len(vectors), TOPICS, replace=False)]
    for _ in range(12):
        nearest = np.argmax(vectors @ centres.T, axis=1)
        for topic in range(TOPICS):
            members = vectors[nearest == topic]
            if len(members):
                centre = members.sum(axis=0)
                centres[topic] = centre / max(float(np.linalg.norm(centre)), 1e-9)
    order = np.argsort(-(vectors @ centres.T), axis=1)[:, :2]
    return [{f"t{first:02d}": 1.0, f"t{second:02d}": 0.5} for first, second in order.tolist()]


def _day(name: str, records: Sequence[tuple[str, dict[str, Any]]], place: dict[str, int], vectors: Vectors,
         about: list[dict[str, float]], dice: Random) -> Day:
    made = Day(name)
    for id_, record in records:
        number, votes = place[id_], int(record.get("upvotes") or 0)
        early = sum(dice.random() < EARLY for _ in range(votes))
        made.items.append(Item(number, math.log2(1 + early), about[number]))
        made.later[number] = votes - early
        made.vectors[number] = vectors[number]
    return made


def _measure(day: Day, chosen: Sequence[Item]) -> dict[str, float]:
    group = np.stack([day.vectors[item.paper] for item in chosen])
    pairs = len(chosen) * (len(chosen) - 1)
    alike = float((group @ group.T).sum() - len(chosen)) / pairs if pairs else 0.0
    return {"value": value_of(chosen, {}), "topics": len({item.main for item in chosen}), "similarity": alike,
            "later_votes": sum(day.later[item.paper] for item in chosen)}


# -- choices ------------------------------------------------------------------------------------------------------

def greedy(items: Sequence[Item]) -> tuple[list[Item], int]:
    """Plain greedy: every gain is asked for at every step. Returns the choice and the oracle calls."""
    worth, room, left, chosen = Worth({}), Room(LIMITS), list(items), list[Item]()
    while left := [item for item in left if room.fits(item)]:
        best = max(left, key=lambda item: (worth.gain(item), -item.paper))
        worth.add(best)
        room.take(best)
        chosen.append(best)
        left.remove(best)
    return chosen, worth.calls


class Levels:
    """Levels of papers: ``reach[i]`` are those that passed before level i chose one of them, at random.

    ``matroid``: a paper may also come in by pushing out one of its class, or the least of all, that was worth at most
    half as much when it came in; otherwise the count is the only limit and a paper passes from half the mean worth on.
    """

    def __init__(self, matroid: bool, seed: int) -> None:
        self.matroid, self.dice, self.calls = matroid, Random(seed), 0
        self.reach: list[dict[int, Item]] = []
        self.picks: list[Item] = []
        self.sets: list[dict[int, tuple[Item, float]]] = [{}]
        self.best = 0.0

    def _gain(self, item: Item, held: dict[int, tuple[Item, float]]) -> float:
        worth = Worth({})
        for one, _ in held.values():
            for topic, share in one.about.items():
                worth.covered[topic] = worth.covered.get(topic, 0.0) + share
        self.calls += 1
        return worth.gain(item)

    def _passes(self, item: Item, held: dict[int, tuple[Item, float]]) -> tuple[float, int] | None:
        """Worth of coming in and whom it pushes out (-1: nobody); None when it stays outside."""
        if item.paper in held:
            return None
        if not self.matroid:
            if len(held) >= LIMITS.most:
                return None
            gain = self._gain(item, held)
            return (gain, -1) if gain >= self.best / (2 * LIMITS.most) else None
        gain = self._gain(item, held)
        same = [(worth, paper) for paper, (one, worth) in held.items() if one.main == item.main]
        rivals = (same if len(same) >= LIMITS.per_topic
                  else [(worth, paper) for paper, (_, worth) in held.items()] if len(held) >= LIMITS.most else [])
        if not rivals:
            return (gain, -1) if gain > 0 else None
        worth, paper = min(rivals)
        return (gain, paper) if gain >= 2 * worth else None

    def _build(self, level: int, pool: dict[int, Item]) -> None:
        del self.reach[level:], self.picks[level:], self.sets[level + 1:]
        while True:
            held = self.sets[-1]
            passing = {paper: item for paper, item in pool.items() if self._passes(item, held) is not None}
            if not passing:
                return
            pick = passing[self.dice.choice(sorted(passing))]
            self._settle(passing, pick)
            pool = {paper: item for paper, item in passing.items() if paper != pick.paper}

    def _settle(self, passing: dict[int, Item], pick: Item) -> None:
        held = dict(self.sets[-1])
        found = self._passes(pick, held)
        if found is None:
            return
        if found[1] >= 0:
            del held[found[1]]
        held[pick.paper] = (pick, found[0])
        self.reach.append(passing)
        self.picks.append(pick)
        self.sets.append(held)

    def insert(self, item: Item) -> None:
        """A paper arrives: it goes down the levels as long as it passes, and may be drawn at each."""
        if not self.matroid and (alone := self._gain(item, {})) * LIMITS.most > 2 * self.best:
            known = self.everything()
            self.best = alone * LIMITS.most
            self._build(0, {**known, item.paper: item})
            return
        for level in range(len(self.reach)):
            if self._passes(item, self.sets[level]) is None:
                return
            self.reach[level][item.paper] = item
            if self.dice.random() < 1 / len(self.reach[level]):
                self._build(level, dict(self.reach[level]))
                return
        if self._passes(item, self.sets[-1]) is not None:
            self._build(len(self.reach), {item.paper: item})

    def delete(self, item: Item) -> None:
        """A paper is withdrawn or merged: levels from where it was chosen are built anew."""
        for level, reach in enumerate(self.reach):
            if reach.pop(item.paper, None) is None:
                return
            if self.picks[level].paper == item.paper:
                self._build(level, dict(reach))
                return

    def everything(self) -> dict[int, Item]:
        """All papers that passed the first level."""
        return dict(self.reach[0]) if self.reach else {}

    def chosen(self) -> list[Item]:
        """The set now."""
        return [item for item, _ in self.sets[-1].values()]


def _followed(matroid: bool) -> Callable[[Day], list[Item]]:
    def run(day: Day) -> list[Item]:
        levels = Levels(matroid, 1)
        for item in day.items:
            levels.insert(item)
        return levels.chosen()

    return run


CHOOSERS: dict[str, Callable[[Day], Sequence[Item]]] = {
    "top by votes": lambda day: sorted(day.items, key=lambda item: (-item.want, item.paper))[:LIMITS.most],
    "plain greedy": lambda day: greedy(day.items)[0],
    "lazy greedy": lambda day: choose(day.items, {}, LIMITS).items,
    "dynamic, count": _followed(False),
    "dynamic, matroid": _followed(True),
}


def _changes(days: Sequence[Day], seed: int) -> dict[str, Any]:
    """Oracle calls for each change while papers arrive in random order and one in ten is withdrawn again."""
    totals: dict[str, float] = defaultdict(float)
    kept: dict[str, float] = defaultdict(float)
    changes = 0
    for day in days:
        dice = Random(seed)
        order = dice.sample(day.items, len(day.items))
        levels = {"dynamic, count": Levels(False, seed), "dynamic, matroid": Levels(True, seed)}
        there: list[Item] = []
        for item in order:
            gone = dice.choice(there) if there and dice.random() < WITHDRAWN else None
            for one, comes in ((item, True), *(((gone, False),) if gone else ())):
                changes += 1
                (there.append if comes else there.remove)(one)
                for follower in levels.values():
                    (follower.insert if comes else follower.delete)(one)
                totals["lazy greedy anew"] += choose(there, {}, LIMITS).calls
            totals["plain greedy anew"] += greedy(there)[1] if len(there) % 10 == 0 else 0
        best = choose(there, {}, LIMITS).value
        for name, follower in levels.items():
            totals[name] += follower.calls
            kept[name] += value_of(follower.chosen(), {}) / best / len(days)
    made = {name: round(calls * (10 if name == "plain greedy anew" else 1) / changes, 1)
            for name, calls in totals.items()}
    return {"changes": changes, "calls": made, "value_against_lazy": {name: round(part, 3) for name, part in
                                                                      kept.items()}}


def plot(result: dict[str, Any]) -> str:
    """Value and later votes of each choice as bars (SVG), in parts of the best."""
    rows, lines = result["choices"], []
    for number, (name, row) in enumerate(rows.items()):
        top = 40 + number * 56
        lines.append(f'<text x="10" y="{top + 22}" font-size="14">{name}</text>')
        for offset, key, colour in ((0, "value", "#0B4A8F"), (20, "later_votes", "#7A4A00")):
            part = row[key] / max(one[key] for one in rows.values())
            lines.append(f'<rect x="150" y="{top + offset}" width="{part * 400:.0f}" height="16" fill="{colour}"/>')
            lines.append(f'<text x="{158 + part * 400:.0f}" y="{top + offset + 13}" font-size="12">{row[key]:g}</text>')
    head = '<text x="150" y="24" font-size="13">blue: value kept; brown: votes that came later (means of a day)</text>'
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 {50 + 56 * len(rows)}" '
            f'font-family="sans-serif"><rect width="100%" height="100%" fill="#fff"/>{head}{"".join(lines)}</svg>\n')
