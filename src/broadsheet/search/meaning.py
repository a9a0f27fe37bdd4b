"""Search by meaning: an exhaustive scan of sign bits, then exact scores of the best by int8 vectors.

Sign bits of two unit vectors differ in proportion to their angle (Charikar 2002), so the Hamming distance picks the
candidates and the int8 vectors rank them. Filters are a mask applied before scoring: a narrow one loses no hit.
Sketches and full vectors have different means and spreads of similarity to one query; scores are standardised per
kind over a sample of the papers, so that neither kind is favoured while one replaces the other.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .columns import FULL, NONE, SKETCH, Columns

Rows = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Distances = npt.NDArray[np.uint16]
Usual = dict[int, tuple[float, float]]  # mean and spread of the similarities to one query, by kind of row

CANDIDATES = 2000  # of each kind, by sign bits; with all that are as far as the last
SAMPLE = 1024  # rows of each kind that mean and spread are taken from
_CHUNK = 32_768  # rows of one step of the scan: 1.5 MB, stays in the cache
_FAR = 511  # a distance that no row has: what may not be found


def distances(columns: Columns, query: Vector) -> Distances:
    """Hamming distances uint16 [rows] between the sign bits of ``query`` (float32 [384]) and of every row."""
    code = np.packbits(query > 0).view(np.uint64)
    packed = np.ascontiguousarray(columns.codes).view(np.uint64)
    out = np.empty(columns.rows, np.uint16)
    step = min(_CHUNK, columns.rows)
    part, bits = np.empty(step, np.uint64), np.empty(step, np.uint8)
    halves = np.empty((2, step), np.uint8)
    for start in range(0, columns.rows, step):
        count = min(step, columns.rows - start)
        for word in range(6):  # at most 64 bits each: three of them fit a byte
            half = halves[word // 3, :count]
            np.bitwise_xor(packed[start : start + count, word], code[word], out=part[:count])
            np.bitwise_count(part[:count], out=bits[:count] if word % 3 else half)
            if word % 3:
                np.add(half, bits[:count], out=half)
        np.add(halves[0, :count], halves[1, :count], out=out[start : start + count], dtype=np.uint16)
    return out


def _nearest_by_bits(away: Distances, allowed: Mask, count: int) -> Rows:
    """Rows of the ``count`` smallest distances among the allowed, and those as far as the last of them."""
    away = np.where(allowed, away, np.uint16(_FAR))
    reach = np.bincount(away, minlength=_FAR + 1)[:_FAR].cumsum()
    limit = min(int(np.searchsorted(reach, count)), _FAR - 1)
    return np.flatnonzero(away <= limit)


def _sample(columns: Columns, kind: int, count: int) -> Rows:
    """About ``SAMPLE`` of the ``count`` rows of ``kind``, evenly spread."""
    step = max(1, count // SAMPLE)
    if count == columns.rows - 1 and int(columns.kind[0]) != kind:  # the usual case: every row but the first
        return np.arange(1, columns.rows, step)
    return np.flatnonzero(columns.kind == kind)[::step]


def cosines(columns: Columns, rows: Rows, query: Vector) -> Scores:
    """Exact similarities float32 [len(rows)] by the int8 vectors."""
    return (columns.vectors[rows].astype(np.float32) @ query) * columns.scales[rows]


def usual(columns: Columns, kind: int, count: int, query: Vector) -> tuple[float, float]:
    """Mean and spread of the similarities of a sample of the ``count`` rows of ``kind``."""
    found = cosines(columns, _sample(columns, kind, count), query)
    return float(found.mean()), max(float(found.std()), 1e-4)


def scan(columns: Columns, queries: dict[int, Vector], limit: int, mask: Mask | None = None,
         known: Usual | None = None) -> tuple[Rows, Scores]:
    """The ``limit`` nearest live rows and their standardised scores, best first.

    ``queries``: the query's vector for each kind of row (SKETCH, FULL). ``mask``: bool [rows], which may be found.
    ``known`` takes what is usual for each kind, for :func:`standardised`.
    """
    allowed = columns.live if mask is None else columns.live & mask
    found: list[Rows] = []
    scores: list[Scores] = []
    away: dict[int, Distances] = {}  # kinds share the query's vector, and then one scan
    for kind, query in queries.items():
        of_kind = columns.kind == kind
        count = int(np.count_nonzero(of_kind))
        if not count:
            continue
        of_kind &= allowed
        if int(np.count_nonzero(of_kind)) > CANDIDATES:
            if id(query) not in away:
                away[id(query)] = distances(columns, query)
            rows = _nearest_by_bits(away[id(query)], of_kind, CANDIDATES)
        else:
            rows = np.flatnonzero(of_kind)
        if not len(rows):
            continue
        mean, spread = usual(columns, kind, count, query)
        if known is not None:
            known[kind] = mean, spread
        found.append(rows.astype(np.int64))
        scores.append(((cosines(columns, rows, query) - mean) / spread).astype(np.float32))
    if not found:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    rows, score = np.concatenate(found), np.concatenate(scores)
    order = np.lexsort((-rows, -score))[:limit]
    return rows[order], score[order]


def standardised(columns: Columns, queries: dict[int, Vector], rows: Rows, known: Usual) -> Scores:
    """The scores that :func:`scan` gives, float32 [len(rows)], for any ``rows``; 0, the usual, without a vector."""
    out = np.zeros(len(rows), np.float32)
    kinds = columns.kind[rows]
    for kind, query in queries.items():
        at = np.flatnonzero(kinds == kind)
        if len(at):
            if kind not in known:
                known[kind] = usual(columns, kind, int(np.count_nonzero(columns.kind == kind)), query)
            mean, spread = known[kind]
            out[at] = (cosines(columns, rows[at], query) - mean) / spread
    return out


def vectors(columns: Columns, rows: Rows) -> npt.NDArray[np.float32]:
    """The stored vectors of ``rows``, float32 [len(rows), 384], about unit length; zeros where there is none."""
    return columns.vectors[rows].astype(np.float32) * columns.scales[rows, None]


def full_share(columns: Columns) -> float:
    """Which part of the live rows carries the full model's vector."""
    return columns.record.full / columns.record.live if columns.record.live else 0.0


def kinds_of(vector: Vector) -> dict[int, Vector]:
    """The same vector for both kinds of rows."""
    return {SKETCH: vector, FULL: vector}


def has_vector(columns: Columns, row: int) -> bool:
    """Whether ``row`` exists and has a vector."""
    return 0 <= row < columns.rows and int(columns.kind[row]) != NONE
