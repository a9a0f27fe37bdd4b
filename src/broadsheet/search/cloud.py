"""Vectors of papers as values, for rooms that know no index: those of given rows, and a sample of the whole cloud."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .. import config
from ..errors import BroadsheetError
from . import reader as readers
from .columns import DIMENSIONS, NONE, Columns

SAMPLE = 3000
Vectors = npt.NDArray[np.float32]


def _columns() -> Columns | None:
    try:
        return readers.get(config.current().index_dir).refresh().columns
    except BroadsheetError:
        return None


def vectors(rows: Sequence[int]) -> Vectors:
    """float32 [len(rows), 384]: the unit vector of each row; zeros where a row has none or there is no index."""
    found = np.zeros((len(rows), DIMENSIONS), np.float32)
    columns = _columns()
    if columns is None or not rows:
        return found
    asked = np.array(rows, np.int64)
    at = np.flatnonzero((asked >= 0) & (asked < columns.rows))
    at = at[columns.kind[asked[at]] != NONE]
    if len(at):
        plain = columns.vectors[asked[at]].astype(np.float32)
        found[at] = plain / np.maximum(np.linalg.norm(plain, axis=1), 1e-9)[:, None]
    return found


def sample(limit: int = SAMPLE) -> list[int]:
    """Rows of live papers that have vectors, evenly over the newest four times ``limit`` of them; steady."""
    columns = _columns()
    if columns is None:
        return []
    rows = np.flatnonzero(columns.live & (columns.kind != NONE))
    newest = rows[np.argsort(columns.days[rows], kind="stable")[-4 * limit:]]
    return [int(row) for row in np.sort(newest)[:: max(1, len(newest) // limit)][:limit]]


def mark() -> tuple[object, ...]:
    """Changes when about a thousand vectors came or were replaced; empty when there is no index."""
    try:
        snapshot = readers.get(config.current().index_dir).refresh()
    except BroadsheetError:
        return ()
    record = snapshot.columns.record
    # Small collections change their cloud with every paper; large ones do not.
    coarse = max(4, record.live // 64)
    return snapshot.generation, record.live // coarse, record.full // coarse
