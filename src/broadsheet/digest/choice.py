"""Which papers go into a mail: a set that is wanted and diverse.

The worth of a set S is f(S) = sum of the wants of its papers + ``COVERAGE`` × sum over topics of the subscriber's
weight of the topic × log2(1 + how much of S is about it). A concave function of a sum is monotone and submodular
(Lin and Bilmes 2011), so a second paper on a topic gains less than the first. Limits: at most ``most`` papers in all,
at most ``per_topic`` of one main topic, at most ``late`` of those that come late (these are a class of their own and
count for no topic). Classes that do not overlap, within one total, are a laminar matroid: greedy keeps at least half
of the best value (Fisher, Nemhauser and Wolsey 1978), 1 − 1/e where the total alone binds. One place is kept first for
each followed stream that has a paper. Lazy evaluation (Minoux 1978) asks only for gains that may still be largest.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import log2

COVERAGE = 1.0


@dataclass(frozen=True, slots=True)
class Item:
    """A paper that may go into the mail. ``want`` ≥ 0: what streams, topics and acts say; ``about``: topic → 0 to 1.

    ``since``: when it came to what is followed, where that is not its day (a paper put into a collection).
    ``learned``: what the reader said of other papers speaks for it.
    """

    paper: int
    want: float
    about: Mapping[str, float]
    streams: frozenset[str] = frozenset()
    late: bool = False
    reason: str = ""
    since: datetime | None = None
    learned: bool = False

    @property
    def main(self) -> str:
        """The topic it is about most; empty when it has none."""
        return max(self.about, key=lambda topic: (self.about[topic], topic), default="")


@dataclass(frozen=True, slots=True)
class Limits:
    """``most`` papers in all, ``per_topic`` of one main topic, ``late`` late ones; ``streams`` each get a place."""

    most: int = 10
    per_topic: int = 3
    late: int = 1
    streams: Collection[str] = ()


@dataclass(slots=True)
class Worth:
    """f of a growing set. ``calls`` counts how often a gain was asked for (the oracle calls of the literature)."""

    weights: Mapping[str, float]
    coverage: float = COVERAGE
    covered: dict[str, float] = field(default_factory=dict)
    value: float = 0.0
    calls: int = 0

    def gain(self, item: Item) -> float:
        """What ``item`` would add."""
        self.calls += 1
        more = item.want
        for topic, share in item.about.items():
            have = self.covered.get(topic, 0.0)
            weight = self.weights.get(topic, 1.0)
            more += self.coverage * weight * (log2(1 + have + share) - log2(1 + have))
        return more

    def add(self, item: Item) -> None:
        """Take ``item`` into the set."""
        self.value += self.gain(item)
        self.calls -= 1
        for topic, share in item.about.items():
            self.covered[topic] = self.covered.get(topic, 0.0) + share


@dataclass(slots=True)
class Room:
    """What the limits still allow."""

    limits: Limits
    taken: int = 0
    classes: dict[str, int] = field(default_factory=dict)

    def fits(self, item: Item) -> bool:
        """Whether the set may hold ``item`` too."""
        if self.taken >= self.limits.most:
            return False
        have = self.classes.get(_class(item), 0)
        return have < self.limits.late if item.late else not item.main or have < self.limits.per_topic

    def take(self, item: Item) -> None:
        """Count ``item``."""
        self.taken += 1
        self.classes[_class(item)] = self.classes.get(_class(item), 0) + 1


def _class(item: Item) -> str:
    return "late" if item.late else f"topic {item.main}"


@dataclass(frozen=True, slots=True)
class Choice:
    """The chosen items in the order they were taken, the worth of the set and the oracle calls it took."""

    items: tuple[Item, ...]
    value: float
    calls: int


def value_of(items: Sequence[Item], weights: Mapping[str, float]) -> float:
    """f of a set."""
    worth = Worth(weights)
    for item in items:
        worth.add(item)
    return worth.value


def choose(items: Sequence[Item], weights: Mapping[str, float], limits: Limits) -> Choice:
    """Lazy greedy under the limits. First each followed stream that has a paper gets its best one that fits."""
    worth, room = Worth(weights), Room(limits)
    chosen: dict[int, Item] = {}

    def take(item: Item) -> None:
        worth.add(item)
        room.take(item)
        chosen[item.paper] = item

    for stream in limits.streams:
        if any(stream in item.streams for item in chosen.values()):
            continue
        fit = [item for item in items if stream in item.streams and item.paper not in chosen and room.fits(item)]
        if fit:
            take(max(fit, key=lambda item: (worth.gain(item), -item.paper)))
    _lazily([item for item in items if item.paper not in chosen], worth, room, take)
    return Choice(tuple(chosen.values()), worth.value, worth.calls)


def _lazily(items: Sequence[Item], worth: Worth, room: Room, take: Callable[[Item], None]) -> None:
    """Gains only fall as the set grows, so an old gain is a bound: the top of the heap is asked for again."""
    heap = [(-worth.gain(item), item.paper, -1, item) for item in items]
    heapq.heapify(heap)
    while heap and room.taken < room.limits.most:
        bound, paper, asked, item = heapq.heappop(heap)
        if bound >= 0:
            break
        if not room.fits(item):  # what does not fit now never fits again: room only shrinks
            continue
        if asked == room.taken:
            take(item)
            continue
        heapq.heappush(heap, (-worth.gain(item), paper, room.taken, item))
