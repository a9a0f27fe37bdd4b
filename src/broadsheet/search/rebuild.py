"""Rebuild: a new generation beside the live one, from the database alone, then one swap of the pointer.

Searches go on in the old generation meanwhile. Full vectors are carried over where the text is still the same (by the
hash of the text, so they also survive new row numbers). The positions are read before the first paper: what changes
during the rebuild is done again by the follower, which notices the swap at its next step.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..catalogue import changes
from ..catalogue.documents import IndexDoc, all_live
from ..errors import BroadsheetError
from . import store
from .columns import FULL, Columns, open_columns, seals
from .follower import BULK_PAPERS, Embed, GenerationWriter
from .writing import hash_number


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did: papers indexed, full vectors carried over, name of the new generation."""

    papers: int
    carried: int
    generation: str


class RebuildFailed(BroadsheetError):
    """The new generation could not be written; the old one stays in use."""


class _Carried:
    """The full vectors of the old generation, by hash of their text; empty when there is none to read."""

    def __init__(self, index_dir: Path) -> None:
        self._columns: Columns | None = None
        self._rows: dict[int, int] = {}
        try:
            self._columns = open_columns(_old_generation(index_dir).columns)
        except BroadsheetError:
            return  # a damaged index gives nothing; every vector is made again
        full = np.flatnonzero(self._columns.kind == FULL)
        sound = self._columns.arrays["seals"][full] == seals(self._columns.arrays, full)
        for row in full[sound].tolist():
            self._rows[int(self._columns.hashes[row])] = row

    def give(self, writer: GenerationWriter, docs: Sequence[IndexDoc]) -> int:
        """Put the vectors of ``docs`` that are known into ``writer``'s columns; how many."""
        if self._columns is None or not self._rows or not docs:
            return 0
        pairs = [(doc.row, self._rows[hash_number(doc.text_hash)]) for doc in docs
                 if hash_number(doc.text_hash) in self._rows]
        if pairs:
            writer.columns.carry([new for new, _ in pairs], self._columns.arrays, [old for _, old in pairs])
        return len(pairs)


def _old_generation(index_dir: Path) -> store.Generation:
    """The generation in use, read by its pointer alone: its version does not matter to vectors of this format."""
    try:
        return store.Generation(index_dir / (index_dir / "current").read_text("ascii").strip())
    except (OSError, UnicodeDecodeError) as problem:
        raise store.IndexMissing(f"There is no search index in {index_dir} yet.") from problem


def rebuild(
    index_dir: Path, *, embed: Embed | None = None, progress: Callable[[int], None] | None = None
) -> Rebuilt:
    """Build a new generation of all live papers and put it in place of the old one.

    ``progress`` is told the number of papers done. Killed at any point, the old generation stays in use and the next
    rebuild removes the half-built one. Raises :class:`store.IndexBusy` when another rebuild runs.
    """
    lock = store.Lock(index_dir / "rebuild.lock", "a rebuild")
    try:
        _remove_unfinished(index_dir)
        try:
            generation = store.create(index_dir)
            done = _build(generation, _Carried(index_dir), embed, progress)
            store.adopt(index_dir, generation)
        except (OSError, ValueError) as problem:
            raise RebuildFailed(
                f"The new index in {index_dir} could not be written: {problem}. The old one stays in use; papers "
                "are safe in the database. Look at the free space of the disk, then run `broadsheet reindex` again."
            ) from problem
        return done
    finally:
        lock.close()


def _build(
    generation: store.Generation, carried: _Carried, embed: Embed | None, progress: Callable[[int], None] | None
) -> Rebuilt:
    positions = changes.latest()
    writer = GenerationWriter(generation, embed)
    papers = kept = 0
    try:
        for docs in all_live(500):
            kept += carried.give(writer, docs)
            writer.put(docs)
            papers += len(docs)
            if writer.uncommitted >= BULK_PAPERS:
                writer.commit(dict.fromkeys(positions, 0))
            if progress is not None:
                progress(papers)
        writer.commit(positions)
    except BaseException:
        writer.close()
        raise
    writer.close(merge=True)
    return Rebuilt(papers, kept, generation.name)


def _remove_unfinished(index_dir: Path) -> None:
    try:
        used = _old_generation(index_dir).name
    except store.IndexMissing:
        used = ""
    for path in index_dir.glob("gen-*"):
        if path.name > used:
            shutil.rmtree(path)
