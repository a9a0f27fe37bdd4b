"""The asking side's window on the index: cheap to refresh, shared by all threads of a process.

``get(index_dir)`` gives the process's one reader; ``refresh()`` before each search costs three ``stat`` calls when
nothing changed, and a reload (under a millisecond or two) when the follower committed.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import store
from .columns import Columns, ColumnsDamaged, open_columns

__all__ = ["IndexReader", "Snapshot", "get"]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one search works on. Everything in it belongs together and stays usable after the next refresh.

    ``searcher``: tantivy's Searcher; join its hits by ``searcher.fast_field_values("row", addresses)``.
    ``columns``: rows addressed by the same row number. A row that is in one store and not yet in the other is
    possible for a moment: test ``row < columns.rows`` and ``columns.live[row]``.
    ``languages``: codes of languages other than English that occur (``schema.stem_variants``).
    """

    generation: str
    index: Any
    schema: Any
    searcher: Any
    columns: Columns

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages other than English among the papers."""
        return self.columns.record.languages


class IndexReader:
    """Opens the current generation and follows its commits. Thread-safe."""

    def __init__(self, index_dir: Path) -> None:
        self.index_dir = index_dir
        self._lock = threading.Lock()
        self._seen: tuple[object, ...] = ()
        self._snapshot: Snapshot | None = None

    def refresh(self) -> Snapshot:
        """The newest committed state.

        Raises :class:`store.IndexMissing` before the first commit and :class:`store.IndexUnusable` (or
        :class:`columns.ColumnsDamaged`) when the index is damaged or of another version.
        """
        snapshot = self._snapshot
        if snapshot is not None and self._state(snapshot.generation) == self._seen:
            return snapshot
        with self._lock:
            for attempt in range(3):  # a swap between two looks shows a generation that is just going
                try:
                    return self._reload()
                except (store.IndexUnusable, ColumnsDamaged):
                    if attempt == 2:
                        raise
        raise AssertionError("unreachable")

    def _state(self, generation: str) -> tuple[object, ...]:
        return (
            _stamp(self.index_dir / "current"),
            _stamp(self.index_dir / generation / "words" / "meta.json"),
            _stamp(self.index_dir / generation / "columns" / "commit.json"),
        )

    def _reload(self) -> Snapshot:
        generation = store.current(self.index_dir)
        seen = self._state(generation.name)
        old = self._snapshot
        if old is not None and old.generation == generation.name:
            if seen == self._seen:
                return old
            index, built, columns = old.index, old.schema, open_columns(generation.columns, old.columns)
        else:
            index = store.open_words(generation)
            built, columns = index.schema, open_columns(generation.columns)
        try:
            index.reload()
            searcher = index.searcher()
        except (ValueError, OSError) as problem:
            raise store.IndexUnusable(
                f"The words of the index in {generation.words} cannot be read ({problem}). Papers are safe in the "
                "database. Run `broadsheet reindex`."
            ) from problem
        self._snapshot = Snapshot(generation.name, index, built, searcher, columns)
        self._seen = seen
        return self._snapshot


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size)


_readers: dict[Path, IndexReader] = {}
_readers_lock = threading.Lock()


def get(index_dir: Path) -> IndexReader:
    """The one reader of this process for ``index_dir``."""
    with _readers_lock:
        return _readers.setdefault(index_dir, IndexReader(index_dir))
