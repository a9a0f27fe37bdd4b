"""Where papers go once scores are known: places that stay open, and the groups that the three questions ask about."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .taste_features import Array


def mixed(order: Sequence[int], open_order: Sequence[int], every: int, limit: int | None = None,
          ) -> list[tuple[int, bool]]:
    """``order`` with each ``every``-th place given to the first of ``open_order`` not yet placed (True: such a place).

    ``open_order`` holds papers of ``order`` only, so nothing is lost and nothing stands twice. ``limit``: so many
    places are enough.
    """
    wanted = len(order) if limit is None else min(limit, len(order))
    given: set[int] = set()
    fresh, rest = iter(open_order), iter(order)
    made: list[tuple[int, bool]] = []
    while len(made) < wanted:
        turn = every > 0 and (len(made) + 1) % every == 0
        found = next((one for one in fresh if one not in given), None) if turn else None
        if found is None:
            turn, found = False, next(one for one in rest if one not in given)
        given.add(found)
        made.append((found, turn))
    return made


def extremes(vectors: Array, number: int, pairs: int = 3) -> list[tuple[int, ...]]:
    """Groups of rows that split the field best, for the questions at the start; vectors float32 [n, d].

    ``number`` centres are grown by spherical k-means from a start by farthest points (deterministic); each question
    asks between papers nearest to centres that lie far apart. Returns ``pairs`` groups.
    """
    count = min(number, len(vectors))
    if not count:
        return []
    chosen = [int(np.argmax(vectors @ vectors.mean(axis=0)))]
    nearest = vectors @ vectors[chosen[0]]
    while len(chosen) < count:
        chosen.append(int(np.argmin(nearest)))
        nearest = np.maximum(nearest, vectors @ vectors[chosen[-1]])
    centres = vectors[chosen].copy()
    for _ in range(12):
        owner = (vectors @ centres.T).argmax(axis=1)
        for at in range(count):
            mine = vectors[owner == at]
            if len(mine):
                middle = mine.sum(axis=0)
                centres[at] = middle / max(float(np.linalg.norm(middle)), 1e-9)
    owner = (vectors @ centres.T).argmax(axis=1)
    sizes = np.bincount(owner, minlength=count)
    order = np.argsort(-sizes, kind="stable")
    typical: list[int] = []
    for at in order.tolist():
        alike = (vectors @ centres[at]).copy()
        alike[typical] = -2
        typical.append(int(alike.argmax()))
    each = max(1, count // pairs)
    # Deal round: each question holds large and small clusters, so that every one of them splits the whole field.
    return [tuple(typical[start::pairs][:each]) for start in range(pairs) if typical[start::pairs]]
