"""How near papers are in meaning to words that a group declared: numbers from 0 to 1 that an order may use.

The similarity of a paper to an interest is taken above what is usual for papers of this site: 0 for a paper that is
less than ``FROM`` standard deviations nearer than the mean, 1 from ``FULL`` on. Mean and spread are those of a sample
of the rows of the same kind, so that sketches and full vectors are not compared with each other. Interests are
embedded by the sketch alone: it shares the full model's space, needs no model installed, and is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import config
from ..errors import BroadsheetError
from . import meaning
from . import reader as readers
from .columns import FULL, SKETCH, Columns
from .embedding.sketch import shipped

FROM, FULL_AT = 2.0, 6.0
DIGITS = 4  # nearness is rounded, so that a page can print exactly what was used
Scores = npt.NDArray[np.float32]
SMALL = 20_000  # rows that are sampled anew each time
_known: dict[tuple[object, ...], tuple[dict[str, Any], Scores, Scores]] = {}


def mark() -> tuple[object, ...]:
    """Changes whenever vectors may have: cheap (three looks at files); empty when there is no index."""
    try:
        snapshot = readers.get(config.current().index_dir).refresh()
    except BroadsheetError:
        return ()
    record = snapshot.columns.record
    return snapshot.generation, record.rows, record.live, record.full, tuple(sorted((record.positions or {}).items()))


def nearness(interests: Sequence[str], rows: Sequence[int]) -> dict[int, tuple[float, str]]:
    """For each of ``rows`` that has a vector: nearness 0 to 1 and the interest it is nearest to.

    Rows without a vector, and those near to nothing, are left out. Empty when there is no index.
    """
    if not interests or not rows:
        return {}
    try:
        columns = readers.get(config.current().index_dir).refresh().columns
    except BroadsheetError:
        return {}
    return of_columns(columns, tuple(interests), rows)


def of_columns(columns: Columns, interests: tuple[str, ...], rows: Sequence[int]) -> dict[int, tuple[float, str]]:
    """The same on given columns."""
    return _above_usual(columns, interests, _embedded(interests), rows)


def to_papers(seeds: Sequence[int], rows: Sequence[int]) -> dict[int, tuple[float, int]]:
    """For each of ``rows`` that has a vector: nearness 0 to 1 to the nearest of the papers ``seeds``, and which one.

    Rows without a vector, and those near to none, are left out. Raises SearchError where there is no index.
    """
    columns = readers.get(config.current().index_dir).refresh().columns
    own = tuple(seed for seed in seeds if 0 <= seed < columns.rows and columns.kind[seed] in (SKETCH, FULL))
    if not own or not rows:
        return {}
    at = np.array(own, np.int64)
    wanted = columns.vectors[at].astype(np.float32) * columns.scales[at][:, None]
    found = _above_usual(columns, tuple(f"paper {seed} {columns.kind[seed]}" for seed in own), wanted, rows)
    return {row: (value, int(name.split()[1])) for row, (value, name) in found.items()}


def _above_usual(columns: Columns, interests: tuple[str, ...], wanted: Scores,
                 rows: Sequence[int]) -> dict[int, tuple[float, str]]:
    """The same for vectors ``wanted`` float32 [len(interests), 384], each with its name."""
    asked = np.array([row for row in rows if 0 <= row < columns.rows], np.int64)
    found: dict[int, tuple[float, str]] = {}
    for kind in (SKETCH, FULL):
        part = asked[columns.kind[asked] == kind] if len(asked) else asked
        if not len(part):
            continue
        mean, spread = _usual(columns, kind, interests, wanted)
        above = (_cosines(columns, part, wanted) - mean) / spread
        best = above.argmax(axis=1)
        value = np.clip((above[np.arange(len(part)), best] - FROM) / (FULL_AT - FROM), 0.0, 1.0)
        for row, at, number in zip(part.tolist(), best.tolist(), value.tolist(), strict=True):
            if (rounded := round(number, DIGITS)) > 0:
                found[row] = rounded, interests[at]
    return found


def _usual(columns: Columns, kind: int, interests: tuple[str, ...], wanted: Scores) -> tuple[Scores, Scores]:
    """Mean and spread float32 [len(interests)] over a sample of the rows of ``kind``.

    On a large index kept until about a thousand rows came or changed kind: one paper's page would else pay for them.
    """
    record = columns.record
    place = (record.rows >> 10, record.full >> 10, kind, interests)
    known = _known.get(place)
    if known is not None and known[0] is columns.arrays and record.rows > SMALL:
        return known[1], known[2]
    rows = np.flatnonzero(columns.kind == kind)
    usual = _cosines(columns, rows[:: max(1, len(rows) // meaning.SAMPLE)], wanted)
    mean, spread = usual.mean(axis=0), np.maximum(usual.std(axis=0), 1e-4)
    if len(_known) >= 16:
        _known.clear()
    _known[place] = columns.arrays, mean, spread
    return mean, spread


def _cosines(columns: Columns, rows: npt.NDArray[np.int64], wanted: Scores) -> Scores:
    """Similarities float32 [len(rows), len(interests)]."""
    return (columns.vectors[rows].astype(np.float32) @ wanted.T) * columns.scales[rows][:, None]


@lru_cache(maxsize=16)
def _embedded(interests: tuple[str, ...]) -> Scores:
    return np.asarray(shipped().embed(list(interests)), np.float32)
