"""Measures of a ranking as trec_eval computes them: linear gain, log2 discount, relevant from a score of 1."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence


def ndcg(ranked: Sequence[str], judged: Mapping[str, float], depth: int = 10) -> float:
    """Normalised discounted cumulative gain (Järvelin and Kekäläinen 2002) of the first ``depth``."""
    gain = sum(max(judged.get(doc, 0.0), 0.0) / math.log2(at + 2) for at, doc in enumerate(ranked[:depth]))
    best = sorted((score for score in judged.values() if score > 0), reverse=True)[:depth]
    ideal = sum(score / math.log2(at + 2) for at, score in enumerate(best))
    return gain / ideal if ideal else 0.0


def recall(ranked: Sequence[str], judged: Mapping[str, float], depth: int = 100) -> float:
    """The part of the relevant documents that the first ``depth`` hold."""
    relevant = {doc for doc, score in judged.items() if score >= 1}
    return len(relevant.intersection(ranked[:depth])) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranked: Sequence[str], judged: Mapping[str, float], depth: int = 10) -> float:
    """One over the rank of the first relevant document, 0 when none is among the first ``depth``."""
    for at, doc in enumerate(ranked[:depth], 1):
        if judged.get(doc, 0.0) >= 1:
            return 1 / at
    return 0.0
