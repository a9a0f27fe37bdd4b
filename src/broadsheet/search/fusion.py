"""Two ranked lists become one: min-max over each list's best 1,000, weighted.

Scores of words (BM25) and of meaning (cosines) have no common unit; stretched to 0..1 over the best of each list
they can be added. Fox and Shaw (1994, CombSUM) with the normalisation of Lee (1997). The weight of meaning depends
on how well meaning can be trusted here, never on a single collection: how many rows carry the full model's vector,
and whether the query is in the model's language.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

LIST = 1000  # entries of each list that take part
SKETCH_WEIGHT = 0.30
FULL_WEIGHT = 0.47
FLAT = 1e-9  # lists whose scores lie closer together are all 1
FOREIGN_FACTOR = 0.5  # the model learned from English; see its card

Rows = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float32]


def weight(full_share: float, language: str) -> float:
    """The weight of meaning, 0..1. ``full_share``: part of the rows whose vector is the full model's.

    ``language``: ISO 639-1 code of the query, "" when unknown.
    """
    base = SKETCH_WEIGHT + (FULL_WEIGHT - SKETCH_WEIGHT) * min(max(full_share, 0.0), 1.0)
    return base if language in ("en", "") else base * FOREIGN_FACTOR


def min_max(scores: Scores) -> Scores:
    """Scores stretched to 0..1; all 1 when they are all the same."""
    if not len(scores):
        return scores
    low, high = float(scores.min()), float(scores.max())
    if high - low < FLAT:
        return np.ones_like(scores)
    return ((scores - low) / (high - low)).astype(np.float32)


def fuse(words: tuple[Rows, Scores], meaning: tuple[Rows, Scores], share: float) -> tuple[Rows, Scores]:
    """Rows and scores of both lists together, best first; equal scores by row, newest row first."""
    rows, back = np.unique(np.concatenate([words[0], meaning[0]]), return_inverse=True)
    total = np.zeros(len(rows), np.float32)
    count = len(words[0])
    np.add.at(total, back[:count], (1 - share) * min_max(words[1]))
    np.add.at(total, back[count:], share * min_max(meaning[1]))
    order = np.lexsort((-rows, -total))
    return rows[order].astype(np.int64), total[order]
