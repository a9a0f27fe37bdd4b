"""The numbers behind a score, for the page that explains the order: relevance of a hit, nearness of a related paper.

Nothing is reckoned here a second time: the lists come from the search itself (``ranking.Parts``), and the numbers
given are those that went into its formula.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from . import meaning, ranking, service
from .columns import FULL, SKETCH
from .query import parse

KINDS = {SKETCH: "sketch", FULL: "full model"}


@dataclass(frozen=True, slots=True)
class Relevance:
    """One hit of a search. ``words``: (its score, the highest) of the list by words, None if it is not in it;
    ``meaning``: spreads nearer than usual, None where meaning took no part. ``weight``: that of meaning.

    ``around``: (what its neighbours have on the average, the lowest score of the best papers), None if it is not one
    of these. ``exact``: "title" or "identifier" where that alone put it first. ``place`` from 1.
    """

    words: tuple[float, float] | None
    meaning: float | None
    weight: float
    around: tuple[float, float] | None
    exact: str
    score: float
    place: int


def relevance(text: str, row: int, *, mode: str, today: date) -> Relevance | None:
    """Why the paper ``row`` has its score in a search; None when it is not among the hits. Raises SearchError."""
    plan = parse(text, today)
    snapshot = service.snapshot_now()
    vector = service.embedder().query(plan.meaning) if mode != "words" and (plan.words or plan.phrases) else None
    ranked = ranking.rank(plan, snapshot, mode=mode, vector=vector)
    places = np.flatnonzero(ranked.rows == row)
    if not len(places):
        return None
    place, parts = int(places[0]), ranked.parts
    by_words = _entry(parts.words, row) if parts and mode != "meaning" else None
    around = _entry(parts.around, row) if parts else None
    return Relevance(
        (by_words, float(parts.words[1].max())) if parts and by_words is not None else None,
        _entry(parts.meaning, row) if parts else None, parts.share if parts else 0.0,
        (around, parts.lowest) if parts and around is not None else None,
        ranked.exact.get(row, ""), round(float(ranked.scores[place]), 4), place + 1)


def _entry(part: tuple[ranking.Rows, ranking.Scores] | None, row: int) -> float | None:
    if part is None:
        return None
    at = np.flatnonzero(part[0] == row)
    return float(part[1][at[0]]) if len(at) else None


@dataclass(frozen=True, slots=True)
class Related:
    """A paper near to another: cosine of their vectors, what is usual among papers of its kind, and the score."""

    row: int
    cosine: float
    mean: float
    spread: float
    score: float
    kind: str


def related(row: int, limit: int) -> list[Related]:
    """The papers that the page of ``row`` names as related, in its order; empty when it has no vector.

    Raises SearchError when there is no index.
    """
    from . import related as nearest

    columns = service.snapshot_now().columns
    vector = columns.vector(row)
    rows = [at for at in nearest.related(row, limit) if at < columns.rows] if vector is not None else []
    if vector is None or not rows:
        return []
    kinds = {int(columns.kind[at]) for at in rows}
    usual = {kind: meaning.usual(columns, kind, int(np.count_nonzero(columns.kind == kind)), vector) for kind in kinds}
    found = []
    for at, cosine in zip(rows, meaning.cosines(columns, np.array(rows, np.int64), vector).tolist(), strict=True):
        mean, spread = usual[int(columns.kind[at])]
        score = round((cosine - mean) / spread, 4)
        found.append(Related(at, cosine, mean, spread, score, KINDS[int(columns.kind[at])]))
    return found
