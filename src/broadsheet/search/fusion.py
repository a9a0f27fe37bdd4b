"""Two ranked lists become one: a weighted sum, then a look at each paper's neighbours.

Scores of words (BM25) and of meaning (cosines) have no common unit. BM25 is divided by the best of its list; a
cosine comes as the number of spreads above what is usual for this query, so sketches and full vectors have one
scale, and ``SPREADS`` of them count as 1. Every paper of either list gets both parts (a convex combination: Bruch,
Gai and Ingber 2023). Then each of the best 100 takes a part of its score from the nearest of the others, since
papers that are near to each other answer the same questions (score regularisation: Diaz 2005).

The weight of meaning depends on how well meaning can be trusted here, never on a single collection: how many rows
carry the full model's vector, and whether the query is in the model's language.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

LIST = 1000  # entries of each list that take part
SKETCH_WEIGHT = 0.40
FULL_WEIGHT = 0.50
FOREIGN_FACTOR = 0.5  # the model learned from English; see its card
SPREADS = 6.0  # above the usual similarity: about what the best of a large collection has
BEST = 100  # papers that look at their neighbours
NEIGHBOURS = 10
NEIGHBOUR_WEIGHT = 0.3
_SHARPNESS = 4  # power of the cosine: near neighbours count for more

Rows = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float32]
Vectors = npt.NDArray[np.float32]


def weight(full_share: float, language: str) -> float:
    """The weight of meaning, 0..1. ``full_share``: part of the rows whose vector is the full model's.

    ``language``: ISO 639-1 code of the query, "" when unknown.
    """
    base = SKETCH_WEIGHT + (FULL_WEIGHT - SKETCH_WEIGHT) * min(max(full_share, 0.0), 1.0)
    return base if language in ("en", "") else base * FOREIGN_FACTOR


def combine(words: tuple[Rows, Scores], rows: Rows, meaning: Scores, share: float) -> Scores:
    """Scores float32 [len(rows)] of ``rows``, which are distinct and hold all rows of ``words``.

    ``meaning``: spreads above the usual similarity for each of ``rows``. A row that the words lack has 0 of them.
    """
    total = share / SPREADS * meaning
    if len(words[0]):
        order = np.argsort(rows)
        at = order[np.searchsorted(rows, words[0], sorter=order)]
        total[at] += (1 - share) / max(float(words[1].max()), 1e-9) * words[1]
    return total.astype(np.float32)


def ordered(rows: Rows, scores: Scores) -> tuple[Rows, Scores]:
    """Best first; equal scores by row, newest row first."""
    order = np.lexsort((-rows, -scores))
    return rows[order], scores[order]


def neighbourhood(scores: Scores, vectors: Vectors) -> Scores:
    """Each paper's ``NEIGHBOURS`` nearest among the others: the mean of their scores, nearer ones weighing more.

    ``vectors``: float32 [len(scores), 384], unit length. A paper without company gets its own score back.
    """
    count = min(NEIGHBOURS, len(scores) - 1)
    if count < 1:
        return scores
    near = vectors @ vectors.T
    np.fill_diagonal(near, -2.0)
    chosen = np.argpartition(-near, count - 1, axis=1)[:, :count]
    weights = np.maximum(np.take_along_axis(near, chosen, 1), 1e-3) ** _SHARPNESS
    found: Scores = ((weights * scores[chosen]).sum(axis=1) / weights.sum(axis=1)).astype(np.float32)
    return found


def smoothed(scores: Scores, around: Scores) -> Scores:
    """``scores`` of the best papers with a part of ``around``; none falls below the lowest of them."""
    mixed = (1 - NEIGHBOUR_WEIGHT) * scores + NEIGHBOUR_WEIGHT * around
    raised: Scores = np.maximum(mixed, scores.min(initial=np.inf)).astype(np.float32)
    return raised
