"""The second speed of meaning: the full model's vectors take the place of sketches, newest papers first.

``Filler`` runs in the worker and keeps one child process (``filling.py``) at
low priority, so that pages keep their cores; onnxruntime's memory goes with it. The child needs nothing but the columns
and the database: what is left to do is every live row whose kind is still SKETCH, so it can be killed anywhere and
started again. A vector is written only if the row's text is still the one that was embedded.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from . import store
from .columns import SKETCH, Columns, open_columns
from .follower import Embed
from .writing import ColumnWriter, hash_number, vector_text

BATCH = 32  # papers embedded and written together: about a second


def pending_rows(columns: Columns) -> npt.NDArray[np.int64]:
    """Rows that wait for a full vector, newest publication day first, then the latest added."""
    rows = np.flatnonzero(columns.live & (columns.kind == SKETCH))
    order = np.lexsort((rows, columns.days[rows]))[::-1]
    chosen: npt.NDArray[np.int64] = rows[order]
    return chosen


def pending(columns: Columns) -> int:
    """How many papers wait for a full vector."""
    return int((columns.live & (columns.kind == SKETCH)).sum())


def fill(index_dir: Path, embed: Embed, *, stopped: Callable[[], bool] | None = None,
         progress: Callable[[int], None] | None = None, limit: int | None = None) -> int:
    """Embed what is pending with ``embed`` until nothing is, ``limit`` is reached or ``stopped()``; how many rows.

    Papers added meanwhile come first when they are newer: the order is looked at again after each batch.
    """
    done = 0
    skipped: set[int] = set()  # hidden or changed since the follower saw them: the follower will tell
    while (limit is None or done < limit) and not (stopped is not None and stopped()):
        generation = store.current(index_dir)
        rows = [row for row in pending_rows(open_columns(generation.columns))[: BATCH + len(skipped)].tolist()
                if row not in skipped][: BATCH if limit is None else min(BATCH, limit - done)]
        if not rows:
            break
        written = _fill_batch(generation, embed, rows)
        done += written
        if written < len(rows):
            skipped.update(rows)
        if progress is not None:
            progress(done)
    return done


def _fill_batch(generation: store.Generation, embed: Embed, rows: list[int]) -> int:
    from ..catalogue.documents import documents

    found = documents(rows)
    docs = [found[row] for row in rows if row in found]
    if not docs:
        return 0
    vectors = embed([vector_text(doc.title, doc.abstract) for doc in docs])
    columns = ColumnWriter(generation.columns)
    try:
        return columns.fill([doc.row for doc in docs], [hash_number(doc.text_hash) for doc in docs], vectors)
    finally:
        columns.close()


class Filler:
    """Keeps the child process running while there is something to fill and a model to fill it with."""

    def __init__(self, index_dir: Path, model_dir: Path) -> None:
        self._index_dir = index_dir
        self._model_dir = model_dir
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether the child is at work."""
        return self._child is not None and self._child.poll() is None

    def step(self) -> int:
        """Start the child if papers wait and none runs; how many wait. To be called every few seconds."""
        from .reader import get

        waiting = pending(get(self._index_dir).refresh().columns)
        if waiting and not self.running:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "broadsheet.search.filling", str(self._index_dir), str(self._model_dir)],
                env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}, stdin=subprocess.DEVNULL,
            )
        return waiting

    def close(self) -> None:
        """Stop the child; what it has not written is done next time."""
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
            try:
                self._child.wait(5)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()
        self._child = None
