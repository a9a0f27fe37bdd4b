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

CANDIDATES = 2000  # of each kind, by sign bits
SAMPLE = 1024  # rows of each kind that mean and spread are taken from
_CHUNK = 65_536  # rows of one step of the scan: 3 MB, stays in the cache


def distances(columns: Columns, query: Vector) -> npt.NDArray[np.uint16]:
    """Hamming distances uint16 [rows] between the sign bits of ``query`` (float32 [384]) and of every row."""
    code = np.packbits(query > 0).view(np.uint64)
    packed = np.ascontiguousarray(columns.codes).view(np.uint64)
    out = np.empty(columns.rows, np.uint16)
    for start in range(0, columns.rows, _CHUNK):
        part = packed[start : start + _CHUNK] ^ code
        bits = np.bitwise_count(part)  # at most 64 each: three of them fit a byte
        low = bits[:, 0] + bits[:, 1] + bits[:, 2]
        np.add(low, bits[:, 3] + bits[:, 4] + bits[:, 5], out=out[start : start + len(part)], dtype=np.uint16)
    return out


def cosines(columns: Columns, rows: Rows, query: Vector) -> Scores:
    """Exact similarities float32 [len(rows)] by the int8 vectors."""
    return (columns.vectors[rows].astype(np.float32) @ query) * columns.scales[rows]


def scan(columns: Columns, queries: dict[int, Vector], limit: int, mask: Mask | None = None) -> tuple[Rows, Scores]:
    """The ``limit`` nearest live rows and their standardised scores, best first.

    ``queries``: the query's vector for each kind of row (SKETCH, FULL). ``mask``: bool [rows], which may be found.
    """
    allowed = columns.live if mask is None else columns.live & mask
    found: list[Rows] = []
    scores: list[Scores] = []
    for kind, query in queries.items():
        of_kind = np.flatnonzero(columns.kind == kind)
        if not len(of_kind):
            continue
        rows = of_kind[allowed[of_kind]]
        if len(rows) > CANDIDATES:
            away = distances(columns, query)[rows]
            rows = rows[np.argpartition(away, CANDIDATES)[:CANDIDATES]]
        if not len(rows):
            continue
        sample = of_kind[:: max(1, len(of_kind) // SAMPLE)]
        usual = cosines(columns, sample, query)
        spread = float(usual.std())
        found.append(rows.astype(np.int64))
        scores.append(((cosines(columns, rows, query) - usual.mean()) / max(spread, 1e-4)).astype(np.float32))
    if not found:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    rows, score = np.concatenate(found), np.concatenate(scores)
    order = np.lexsort((-rows, -score))[:limit]
    return rows[order], score[order]


def full_share(columns: Columns) -> float:
    """Which part of the live rows carries the full model's vector."""
    return columns.record.full / columns.record.live if columns.record.live else 0.0


def kinds_of(vector: Vector) -> dict[int, Vector]:
    """The same vector for both kinds of rows."""
    return {SKETCH: vector, FULL: vector}


def has_vector(columns: Columns, row: int) -> bool:
    """Whether ``row`` exists and has a vector."""
    return 0 <= row < columns.rows and int(columns.kind[row]) != NONE
