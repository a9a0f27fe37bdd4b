"""How well "my order" finds what simulated readers want, on the real days of a corpus, beside simpler orders.

Assumptions, all seeded. A reader wants three topics. Topics are labels of the papers that no order is given as a
feature: at Hugging Face the keywords that a model wrote there, at arXiv phrases of two words in titles; there one of
the three is a second category, which my order sees, as the program does, and a model of words alone does not. Two
topics are declared in words, as a keeper would; the third is held out: nobody is told.
A paper is worth as many points as it meets topics. A reader goes through earlier papers in random order, says
something of 80 % of what meets a topic and 3 % of the rest, "more like this" or "not for me", and errs in 5 %. Then the
papers of each of the last ``TESTED`` days (at Hugging Face: weeks) are ordered, and nDCG of the first 30 is taken.

Settings are chosen on a *development* split, which shares neither topics (by their checksum) nor tested days with what
is reported: half of the topics, and the days before the last ``TESTED``.

At the start a reader may be asked three questions of eight titles each: he ticks what meets a topic, or else the one
most like what he wants.

With exploration the acts depend on the order: each day shows 30 papers, the reader judges 30 % of them; measured are
nDCG at the end, and how many papers of the held-out topic were shown in all.
"""

from __future__ import annotations

import random
import re
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from ..errors import UsageError
from ..readers.taste_features import WHITEN, Array, Features, Ground, Papers, ground, papers
from ..readers.taste_model import Lesson, Taste, interest, learn
from ..readers.taste_places import extremes, mixed
from ..search.embedding.sketch import shipped
from ..text.folding import fold
from . import taste_rivals as rivals
from .measures import ndcg

SHOWN, TESTED, QUICK_READERS, READERS = 30, 5, 12, 40
ASKED = 24  # papers of the three questions together
START, NOT_CHOSEN = 0.8, 0.25  # as ``readers.taste`` weighs answers; that module needs a database
ACTS = (0, 10, 50)
_STOP = frozenset(
    ["a", "an", "the", "of", "for", "in", "on", "with", "and", "via", "to", "from", "by", "is", "are", "using",
    "towards", "toward", "at", "as", "under", "over", "into", "we", "can", "do", "does", "how", "what", "when",
    "not"])
_PHRASE = re.compile(r"[a-z][a-z-]+")
Act = tuple[int, float]


@dataclass(slots=True)
class World:
    """Papers of real days. ``labels``: what readers may want; ``days``: rows of each day, oldest first."""

    name: str
    texts: list[str] = field(default_factory=list)
    features: list[Features] = field(default_factory=list)
    votes: list[int] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    labels: list[frozenset[str]] = field(default_factory=list)
    days: list[list[int]] = field(default_factory=list)
    topics: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)

    @property
    def tested(self) -> list[list[int]]:
        """The days on which orders are measured."""
        return self.days[-TESTED:]

    @property
    def earlier(self) -> list[list[int]]:
        """The days before, which may be learned from."""
        return self.days[:-TESTED]


@dataclass(frozen=True, slots=True)
class Simulated:
    """One reader: topics declared in words, the one held out, and the acts, oldest first."""

    declared: tuple[str, ...]
    held_out: str
    acts: tuple[Act, ...]
    seed: int

    @property
    def wants(self) -> frozenset[str]:
        """All topics."""
        return frozenset((*self.declared, self.held_out))


def _records(path: Path) -> Iterator[dict[str, Any]]:
    import io

    import zstandard

    with path.open("rb") as file:
        reader = zstandard.ZstdDecompressor(max_window_size=1 << 28).stream_reader(file)
        for line in io.TextIOWrapper(reader, "utf-8"):
            yield orjson.loads(line)


def _keyword(text: str) -> str:
    plain = re.sub(r"\s*\(.*?\)", "", text.lower()).strip()
    return plain[:-1] if plain.endswith("s") and not plain.endswith("ss") else plain


def _phrases(title: str) -> frozenset[str]:
    words = _PHRASE.findall(title.lower())
    return frozenset(f"{a} {b}" for a, b in pairwise(words) if not {a, b} & _STOP)


def read_world(directory: Path, name: str, *, days: int, development: bool = False) -> World:
    """``hf``: weeks of Hugging Face's list; ``arxiv``: days of arXiv. The last ``days`` that are large enough; for
    ``development`` without the last ``TESTED`` of them, and with the other half of the topics.
    """
    file = directory / {"hf": "hf_daily_papers.jsonl.zst", "arxiv": "arxiv_daily.jsonl.zst"}[name]
    if not file.is_file():
        raise UsageError(f"{file} is not there. Nothing was measured. Give the directory that holds it.")
    weekly = name == "hf"
    by_day: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in _records(file):
        if weekly and not record.get("ai_keywords"):
            continue
        first = min(item["day"] for item in record["announced"])
        by_day["{0.year}-{0.week:02d}".format(date.fromisoformat(first).isocalendar()) if weekly else first].append(
            record)
    large = [day for day in sorted(by_day) if len(by_day[day]) >= (60 if weekly else 300)][-days:]
    world = World(name)
    for day in large[:-TESTED] if development else large:
        world.days.append(list(range(len(world.texts), len(world.texts) + len(by_day[day]))))
        for record in by_day[day]:
            _add(world, record, weekly=weekly)
    vectors = np.asarray(shipped().embed(world.texts), np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    world.features = [Features(vector, one.terms) for vector, one in zip(vectors, world.features, strict=True)]
    counts = Counter(label for labels in world.labels for label in labels)
    fit = [label for label, number in sorted(counts.items())
           if 30 <= number <= 0.06 * len(world.texts) and zlib.crc32(label.encode()) % 2 != development]
    world.topics = [label for label in fit if not label.startswith("category:")]
    world.categories = [label for label in fit if label.startswith("category:")]
    return world


def _add(world: World, record: dict[str, Any], *, weekly: bool) -> None:
    categories = record.get("categories", [])
    world.texts.append(f"{record['title']}. {record['abstract']}")
    terms = [f"category:{name}" for name in categories]
    terms += [f"author:{fold(name)}" for name in record["authors"]]
    world.features.append(Features(None, tuple(dict.fromkeys(terms))))
    world.votes.append(int(record.get("upvotes") or 0))
    world.published.append(record.get("published", ""))
    labels = {_keyword(word) for word in record["ai_keywords"]} if weekly else set(_phrases(record["title"]))
    world.labels.append(frozenset(labels | {f"category:{name}" for name in categories[1:]}))


def simulate(world: World, number: int, seed: int) -> list[Simulated]:
    """Readers with three topics each (at arXiv one of the declared is a second category)."""
    made = []
    pool = [row for day in world.earlier for row in day]
    for at in range(number):
        chance = random.Random(seed * 1000 + at)
        wants = chance.sample(world.topics, 3)
        if world.categories:
            wants[0] = chance.choice(world.categories)
        topics = frozenset(wants)
        order = chance.sample(pool, len(pool))
        acts: list[Act] = []
        for row in order:
            meets = bool(world.labels[row] & topics)
            if chance.random() < (0.8 if meets else 0.03):
                acts.append((row, 1.0 if meets != (chance.random() < 0.05) else -1.0))
            if len(acts) == max(ACTS):
                break
        made.append(Simulated(tuple(wants[:2]), wants[2], tuple(acts), at))
    return made


class Bench:
    """What all orders share on one world: the ground, the papers of tested days, each reader's worth of them."""

    def __init__(self, world: World, readers: Sequence[Simulated], *, whiten: float = WHITEN,
                 words: bool = True) -> None:
        self.world = world
        pool = [row for day in world.earlier for row in day]
        sample = pool[:: max(1, len(pool) // 3000)]
        vectors = np.array([world.features[row].vector for row in sample], np.float32)
        self.ground: Ground = ground(vectors, [world.features[row].terms for row in sample],
                                     [world.texts[row] for row in sample[::2]] if words else (), whiten=whiten)
        read = {row for day in (*world.tested, *world.earlier[-10:]) for row in day}
        read |= {row for who in readers for row, _ in who.acts}
        self.features = {row: Features(world.features[row].vector, world.features[row].terms,
                                       self.ground.find_words(world.texts[row])) for row in read}
        self.tested: list[Papers] = [self.papers(day) for day in world.tested]
        self.vectors: Array = np.array([one.vector for one in world.features], np.float32)
        self.asked: list[tuple[int, ...]] = []

    def papers(self, rows: Sequence[int]) -> Papers:
        """Rows as the score takes them."""
        return papers([self.features[row] for row in rows], self.ground)

    def learn(self, acts: Sequence[Act], declared: Sequence[str] = ()) -> Taste:
        """The taste after ``acts`` (oldest first), with what is ``declared``."""
        lessons = [Lesson(row, target, self.features[row]) for row, target in reversed(acts)]
        return learn([*map(self.interest, declared), *lessons], self.ground)

    def interest(self, declared: str) -> Lesson:
        """A declared interest, as the program takes it."""
        if declared.startswith("category:"):
            return interest(declared, Features(None, (declared,)))
        vector = np.asarray(shipped().embed([declared]), np.float32)[0]
        return interest(declared, Features(vector, (), self.ground.find_words(declared)))

    def questions(self, who: Simulated) -> list[Act]:
        """The answers to the three questions at the start, picked from the last week or day before the tested."""
        rows = [row for day in self.world.earlier[-7:] for row in day]
        if not self.asked:
            groups = extremes(self.papers(rows).placed, ASKED, 3)
            self.asked = [tuple(rows[at] for at in group) for group in groups]
        acts: list[Act] = []
        wanted = self.vectors[[row for row in rows if self.world.labels[row] & who.wants] or rows]
        for group in self.asked:
            # The reader opens what looks most like what he wants, in this rare case by meaning: he sees titles.
            best = max(group, key=lambda row: float((wanted @ self.vectors[row]).max()))
            met = {row for row in group if self.world.labels[row] & who.wants} or {best}
            acts += [(row, START if row in met else -NOT_CHOSEN) for row in group]
        return acts

    def worth(self, who: Simulated, rows: Sequence[int]) -> dict[str, float]:
        """Points of rows for the reader."""
        return {str(row): float(len(self.world.labels[row] & who.wants)) for row in rows}

    def ndcg(self, who: Simulated, score: Callable[[int, list[int]], Sequence[float]]) -> float:
        """Mean nDCG of the first 30 over the tested days; ``score(day, rows)`` gives a number for each row."""
        found = []
        for day, rows in enumerate(self.world.tested):
            worth = self.worth(who, rows)
            if not any(worth.values()):
                continue
            order = np.argsort(-np.asarray(score(day, rows), np.float64), kind="stable")
            found.append(ndcg([str(rows[at]) for at in order], worth, SHOWN))
        return float(np.mean(found)) if found else 0.0


def _mean(found: Sequence[float]) -> float:
    return round(float(np.mean(found)), 4)


def measure_orders(bench: Bench, readers: Sequence[Simulated]) -> dict[str, dict[str, float | None]]:
    """nDCG@30 by order and number of acts."""
    world = bench.world
    mute = Bench(world, readers, words=False)
    newest = np.argsort(np.argsort(np.array(world.published), kind="stable"), kind="stable").astype(float)
    table: dict[str, dict[str, float | None]] = {}

    def row(name: str, at: int, score: Callable[[Simulated], Callable[[int, list[int]], Sequence[float]]]) -> None:
        table.setdefault(name, {})[str(at)] = _mean([bench.ndcg(who, score(who)) for who in readers])

    row("newest first", 0, lambda who: lambda day, rows: newest[rows].tolist())
    if any(world.votes):
        row("votes", 0, lambda who: lambda day, rows: [world.votes[one] for one in rows])
    said = {who.seed: np.asarray(shipped().embed([_said(one) for one in who.declared]), np.float32) for who in readers}
    row("nearest to declared interests", 0,
        lambda who: lambda day, rows: (bench.vectors[rows] @ said[who.seed].T).max(axis=1).tolist())
    asked = {who.seed: bench.questions(who) for who in readers}
    svm = rivals.support_vectors(world)

    def after(number: int) -> None:
        """All orders that learn, after the first ``number`` acts of each reader."""
        def acts(who: Simulated) -> Sequence[Act]:
            return who.acts[:number]

        row("my order, three questions", number, lambda who: _of(bench, bench.learn([*asked[who.seed], *acts(who)])))
        row("my order, declared interests", number, lambda who: _of(bench, bench.learn(acts(who), who.declared)))
        row("my order, declared interests and three questions", number,
            lambda who: _of(bench, bench.learn([*asked[who.seed], *acts(who)], who.declared)))
        if not number:
            return
        row("my order", number, lambda who: _of(bench, bench.learn(acts(who))))
        row("my order without words", number, lambda who: _of(mute, mute.learn(acts(who))))
        row("nearest liked paper", number, lambda who: rivals.nearest_liked(bench, acts(who)))
        if svm is None:
            table.setdefault("SVM on tf-idf", {})[str(number)] = None
        else:
            row("SVM on tf-idf", number, lambda who: svm(acts(who)))

    for number in ACTS:
        after(number)
    return table


def _said(topic: str) -> str:
    return topic.removeprefix("category:")


def _of(bench: Bench, taste: Taste) -> Callable[[int, list[int]], Sequence[float]]:
    return lambda day, rows: taste.scores(bench.tested[day]).tolist()


@dataclass(frozen=True, slots=True)
class Policy:
    """How a day's 30 are picked: each ``every``-th place by ``curious`` (hope, chance), or all by hope."""

    every: int = 0
    by: str = ""
    weight: float = 0.5


POLICIES = {
    "no exploration": Policy(), "one place in 6, least known": Policy(6, "hope"),
    "one place in 8, least known": Policy(8, "hope"), "one place in 6 at random": Policy(6, "chance"),
    "bandit in all places (LinUCB)": Policy(1, "hope"),
}


def measure_exploration(bench: Bench, readers: Sequence[Simulated], days: int = 10) -> dict[str, dict[str, float]]:
    """What each way of exploring ends with, after ``days`` days of 30 papers of which the reader judges 30 %."""
    world = bench.world
    shown_days = world.earlier[-days:]
    prepared = [bench.papers(rows) for rows in shown_days]
    table = {}
    for name, policy in POLICIES.items():
        ends, found, worth = [], [], []
        for who in readers:
            chance = random.Random(who.seed + 77)
            acts: list[Act] = list(bench.questions(who))
            met, points = 0, 0.0
            for rows, asked in zip(shown_days, prepared, strict=True):
                taste = bench.learn(acts)
                for at in _pick(taste, asked, policy, chance):
                    paper = rows[at]
                    met += who.held_out in world.labels[paper]
                    points += len(world.labels[paper] & who.wants)
                    meets = bool(world.labels[paper] & who.wants)
                    if chance.random() < 0.3:
                        acts.append((paper, 1.0 if meets != (chance.random() < 0.05) else -1.0))
            ends.append(bench.ndcg(who, _of(bench, bench.learn(acts))))
            found.append(met)
            worth.append(points)
        table[name] = {"ndcg_at_end": _mean(ends), "held_out_papers_shown": _mean(found),
                       "points_shown": _mean(worth)}
    return table


def _pick(taste: Taste, asked: Papers, policy: Policy, chance: random.Random) -> list[int]:
    scores = taste.scores(asked)
    best = np.argsort(-scores, kind="stable")
    if not policy.every:
        return [int(row) for row in best[:SHOWN]]
    if policy.by == "chance":
        fresh = chance.sample(range(len(asked)), len(asked))
    else:
        head = best[:400]
        hope = scores[head] + policy.weight * taste.doubts(asked.some(head.tolist()))
        fresh = [int(row) for row in head[np.argsort(-hope, kind="stable")]]
    if policy.every == 1:
        return fresh[:SHOWN]
    return [row for row, _ in mixed([int(row) for row in best], fresh, policy.every)[:SHOWN]]


def evaluate(
    directory: Path, *, quick: bool = False, seed: int = 7, worlds: Sequence[str] = ("hf", "arxiv"),
    development: bool = False,
) -> dict[str, Any]:
    """The whole table: for each world orders by number of acts, and ways of exploring."""
    result: dict[str, Any] = {"seed": seed, "readers": QUICK_READERS if quick else READERS, "first": SHOWN,
                              "development": development}
    for name in worlds:
        days = {"hf": 30 if quick else 51, "arxiv": 12 if quick else 25}[name]
        began = time.perf_counter()
        world = read_world(directory, name, days=days, development=development)
        readers = simulate(world, result["readers"], seed)
        bench = Bench(world, readers)
        result[name] = {
            "days": len(world.days), "papers": len(world.texts), "topics": len(world.topics),
            "orders": measure_orders(bench, readers),
            "exploration": measure_exploration(bench, readers[:QUICK_READERS]),
            "learn_ms": _learning_time(bench, readers[0]), "seconds": round(time.perf_counter() - began, 1),
        }
    return result


def _learning_time(bench: Bench, who: Simulated) -> dict[str, float]:
    """CPU milliseconds to learn anew after an act, with 50 acts and with 500."""
    rows = [row for day in bench.world.earlier[-10:] for row in day][:500]
    many: list[Act] = [(row, 1.0 if at % 2 else -1.0) for at, row in enumerate(rows)]
    found = {}
    for acts in (list(who.acts), many):
        began = time.process_time()
        for _ in range(5):
            bench.learn(acts)
        found[str(len(acts))] = round((time.process_time() - began) / 5 * 1000, 1)
    return found
