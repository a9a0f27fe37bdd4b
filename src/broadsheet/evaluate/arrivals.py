"""A seeded model of votes arriving over time, from real final counts. What it assumes stands in :class:`Model`.

Only the final counts are real. When papers are listed and when their votes come is not in the data, so it is drawn:
times are hours since the first day began. Votes do not depend on where a paper stands in a list, so the model says how
an order reads votes, not how readers follow an order.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from random import Random


@dataclass(frozen=True, slots=True)
class Model:
    """``opens``: the hour at which the day's first papers are listed; ``early`` of them stand there then, the others
    come evenly until ``ends``. Each vote comes at a time since the listing that decays exponentially with
    ``half_life`` hours, within ``span`` hours, and more often by day: relative readers by hour in ``rhythm``
    (from hour, weight)."""

    opens: float = 6.0
    early: float = 0.5
    ends: float = 18.0
    half_life: float = 8.0
    span: float = 48.0
    rhythm: tuple[tuple[float, float], ...] = ((0.0, 0.25), (7.0, 1.0), (19.0, 0.6))

    def awake(self, hour: float) -> float:
        """How many readers there are at an hour of the day, relative to the most."""
        return [weight for start, weight in self.rhythm if start <= hour % 24][-1]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One paper: the number of its day, the hour at which it was listed, the hours of its votes in order."""

    day: int
    listed: float
    votes: tuple[float, ...]

    def by(self, hour: float) -> int:
        """Votes that it had by ``hour``."""
        return bisect_right(self.votes, hour)


def arrivals(days: Sequence[Sequence[int]], model: Model, seed: int) -> list[Arrival]:
    """Papers of the days with these final counts, drawn by ``seed``: the same seed gives the same hours."""
    rng = Random(seed)
    made = []
    for day, counts in enumerate(days):
        for count in counts:
            late = rng.random() >= model.early
            listed = 24 * day + model.opens + (rng.random() * (model.ends - model.opens) if late else 0.0)
            made.append(Arrival(day, listed, _hours(count, listed, model, rng)))
    return made


def _hours(count: int, listed: float, model: Model, rng: Random) -> tuple[float, ...]:
    """The hours of ``count`` votes, by rejection: drawn from the decay, kept as often as readers are awake."""
    rate = log(2) / model.half_life
    hours: list[float] = []
    while len(hours) < count:
        since = rng.expovariate(rate)
        if since < model.span and rng.random() < model.awake(listed + since):
            hours.append(listed + since)
    return tuple(sorted(hours))
