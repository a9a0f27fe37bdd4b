"""Orders that "my order" is measured against, and ideas that were weighed: nothing here is used by the program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .taste import Act, Bench, World

Score = Callable[[int, list[int]], Sequence[float]]


def nearest_liked(bench: Bench, acts: Sequence[Act]) -> Score:
    """By the cosine to the nearest liked paper, less half of that to the nearest refused one."""
    liked = bench.vectors[[row for row, target in acts if target > 0]]
    refused = bench.vectors[[row for row, target in acts if target < 0]]

    def score(day: int, rows: list[int]) -> Sequence[float]:
        vectors = bench.vectors[rows]
        best = (vectors @ liked.T).max(axis=1, initial=-1.0) if len(liked) else np.zeros(len(rows))
        worst = (vectors @ refused.T).max(axis=1, initial=-1.0) if len(refused) else np.zeros(len(rows))
        return [float(one) for one in best - 0.5 * worst]

    return score


def support_vectors(world: World) -> Callable[[Sequence[Act]], Score] | None:
    """A linear SVM on tf-idf of words and pairs of words, set as arxiv-sanity-lite sets it; None without scikit-learn.

    Liked papers are positive; all other papers (here at most 4,000 of the earlier days) are negative.
    """
    if find_spec("sklearn") is None:
        return None
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    words = TfidfVectorizer(strip_accents="unicode", stop_words="english", ngram_range=(1, 2), max_features=20_000,
                            sublinear_tf=True, max_df=0.1, min_df=5, dtype=np.float32,
                            token_pattern=r"(?u)\b[a-zA-Z_][a-zA-Z0-9_]+\b")  # noqa: S106 - no password
    table: Any = words.fit_transform(world.texts)
    pool = [row for day in world.earlier for row in day]
    others = pool[:: max(1, len(pool) // 4000)]

    def of(acts: Sequence[Act]) -> Score:
        liked = [row for row, target in acts if target > 0]
        if not liked:
            return lambda day, rows: [0.0] * len(rows)
        rest = [row for row in others if row not in set(liked)]
        machine = LinearSVC(class_weight="balanced", max_iter=10_000, tol=1e-6, C=0.01)
        machine.fit(table[[*liked, *rest]], [1] * len(liked) + [0] * len(rest))
        return lambda day, rows: [float(one) for one in machine.decision_function(table[rows])]

    return of
