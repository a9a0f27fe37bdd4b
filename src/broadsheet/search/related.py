"""Related papers without looking at all of them: papers in buckets by meaning, only the nearest buckets are searched.

The buckets are the cells of a coarse k-means (an inverted file, Jegou et al. 2011): about the square root of the number
of papers, trained on a sample. They are made once per process in the background (seconds at 200,000 papers) and
only say where to look; scores come from the vectors as they are now, with the same standardisation per kind as in
``meaning``. Rows that came later are looked at too, until they are so many that the buckets are made anew. Until the
buckets are there the whole scan answers. About 19 of 20 papers found are those of the whole scan (measured,
BENCHMARKS.md).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from . import service
from .columns import NONE, Columns
from .reader import Snapshot

SMALL = 20_000  # rows that are scanned whole, in a millisecond
SAMPLE, ROUNDS, STEP = 8192, 5, 4096
PROBES = 10  # buckets looked at
LATE = 8192  # rows after which the buckets are made anew
BY_CODE = 160  # of the rows in the buckets, how many are scored by their vectors
Matrix = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Usual:
    """Mean vector and covariance of the vectors of one kind: mean and spread of similarity to any query follow."""

    mean: Matrix
    covariance: Matrix

    def of(self, query: Matrix) -> tuple[float, float]:
        """Mean and standard deviation of the similarities to ``query``."""
        return float(self.mean @ query), max(float(query @ self.covariance @ query), 1e-8) ** 0.5


@dataclass(frozen=True, slots=True)
class Buckets:
    """``rows`` sorted by bucket; bucket ``b`` holds ``rows[starts[b]:starts[b + 1]]``. ``reach``: rows looked at.

    ``codes`` uint64 [rows, 6]: their sign bits in the same order, so that a bucket is read in one go.
    """

    generation: str
    reach: int
    centres: Matrix
    rows: Rows
    codes: npt.NDArray[np.uint64]
    starts: Rows
    usual: dict[int, Usual]

    def near(self, query: Matrix, code: npt.NDArray[np.uint64]) -> Rows:
        """Of the rows in the nearest buckets the ``BY_CODE`` whose sign bits differ least from ``code``."""
        best = np.argpartition(self.centres @ query, -min(PROBES, len(self.centres)))[-PROBES:]
        spans = [(int(self.starts[one]), int(self.starts[one + 1])) for one in best]
        rows = np.concatenate([self.rows[start:end] for start, end in spans])
        if len(rows) <= BY_CODE:
            return rows
        bits = np.bitwise_count(np.concatenate([self.codes[start:end] for start, end in spans]) ^ code)
        low = bits[:, 0] + bits[:, 1] + bits[:, 2]  # at most 64 each: three of them fit a byte
        away = low.astype(np.uint16) + (bits[:, 3] + bits[:, 4] + bits[:, 5])
        return rows[np.argpartition(away, BY_CODE)[:BY_CODE]]


def _unit(vectors: Matrix) -> Matrix:
    made: Matrix = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return made


def _plain(columns: Columns, rows: Rows) -> Matrix:
    made: Matrix = columns.vectors[rows].astype(np.float32) * columns.scales[rows][:, None]
    return made


def make(generation: str, columns: Columns, seed: int = 7) -> Buckets:
    """Sort all rows that have a vector into buckets. float32 [centres, 384]; a few seconds of one core."""
    draw = np.random.default_rng(seed)
    kinds = np.asarray(columns.kind)
    rows = np.flatnonzero(kinds != NONE)
    sample = _plain(columns, np.sort(draw.choice(rows, min(SAMPLE, len(rows)), replace=False)))
    count = max(1, int(len(rows) ** 0.5))
    centres = sample[draw.choice(len(sample), min(count, len(sample)), replace=False)]
    for _ in range(ROUNDS):
        belongs = (sample @ centres.T).argmax(axis=1)
        sums = np.zeros_like(centres)
        np.add.at(sums, belongs, sample)
        filled = np.bincount(belongs, minlength=len(centres)) > 0
        centres = np.where(filled[:, None], _unit(sums), centres).astype(np.float32)
    bucket = np.empty(len(rows), np.int32)
    for start in range(0, len(rows), STEP):
        part = columns.vectors[rows[start : start + STEP]].astype(np.float32)  # their scale changes no order
        bucket[start : start + STEP] = (part @ centres.T).argmax(axis=1)
    order = np.argsort(bucket, kind="stable")
    starts = np.concatenate(([0], np.cumsum(np.bincount(bucket, minlength=len(centres))))).astype(np.int64)
    usual = {}
    for kind in np.unique(kinds[rows]):
        few = rows[kinds[rows] == kind]
        some = _plain(columns, few[:: max(1, len(few) // SAMPLE)])
        usual[int(kind)] = Usual(
            some.mean(axis=0),
            np.cov(some, rowvar=False).astype(np.float32) if len(some) > 1 else np.eye(some.shape[1], dtype=np.float32),
        )
    rows = rows[order].astype(np.int64)
    return Buckets(generation, columns.rows, centres, rows, _codes(columns, rows), starts, usual)


def _codes(columns: Columns, rows: Rows | int) -> npt.NDArray[np.uint64]:
    return np.ascontiguousarray(columns.codes[rows]).view(np.uint64)


def search(buckets: Buckets, columns: Columns, row: int, limit: int) -> list[int]:
    """Rows nearest in meaning to ``row``, nearest first, without itself; only live ones."""
    query = columns.vector(row)
    if query is None:
        return []
    rows = np.concatenate((buckets.near(query, _codes(columns, row)), np.arange(buckets.reach, columns.rows)))
    rows = rows[(rows < columns.rows) & (rows != row)]
    rows = rows[(columns.live[rows] != 0) & (columns.kind[rows] != NONE)]
    scores = _plain(columns, rows) @ query
    kinds = np.asarray(columns.kind)[rows]
    for kind in np.unique(kinds):
        usual = buckets.usual.get(int(kind))
        mean, spread = usual.of(query) if usual is not None else (0.0, 1.0)
        scores[kinds == kind] = (scores[kinds == kind] - mean) / spread
    return [int(rows[place]) for place in np.lexsort((-rows, -scores))[:limit]]


_lock = threading.Lock()
_buckets: Buckets | None = None
_making = False


def _renew(snapshot: Snapshot) -> None:
    global _buckets, _making
    try:
        made = make(snapshot.generation, snapshot.columns)
        with _lock:
            _buckets = made
    finally:
        with _lock:
            _making = False


def warm(snapshot: Snapshot) -> Buckets | None:
    """The buckets for a snapshot if they are there; else they are made in the background. None: scan instead."""
    global _making
    columns = snapshot.columns
    if columns.rows < SMALL:
        return None
    with _lock:
        known = _buckets
        fits = known is not None and known.generation == snapshot.generation and known.reach <= columns.rows
        if fits and known is not None and columns.rows - known.reach <= LATE:
            return known
        if not _making:
            _making = True
            threading.Thread(target=_renew, args=(snapshot,), name="related", daemon=True).start()
        return known if fits else None


def related(row: int, limit: int = 5) -> list[int]:
    """Rows of the papers nearest in meaning to ``row``; empty when it has no vector. Raises what a search raises."""
    snapshot = service.snapshot_now()
    buckets = warm(snapshot)
    return service.similar(row, limit) if buckets is None else search(buckets, snapshot.columns, row, limit)
