"""The embedded engine: tantivy for words, mapped columns for meaning, in one directory on this machine.

The worker's follower keeps the directory up with the change log through the same writer that :meth:`Embedded.apply`
uses, but holds it open and commits by its own manners; ``apply`` is the plain way, for whoever has no worker.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tantivy import Occur

from . import facets, meaning, ranking, store, verify, words
from . import reader as readers
from .engine import Answer, Question, ReaderFilters, Vector
from .query import Filter, Plan
from .reader import Snapshot
from .suggest import suggest

if TYPE_CHECKING:
    from ..catalogue.changes import Change


class Embedded:
    """An :class:`engine.Engine` over ``index_dir``. Cheap to make: the index is opened once per process."""

    def __init__(self, index_dir: Path, *, embed: Callable[[Sequence[str]], Vector] | None = None) -> None:
        """``embed`` makes the vectors of new papers; without it the shipped sketch does."""
        self.index_dir = index_dir
        self._embed = embed

    def snapshot(self) -> Snapshot:
        """The newest committed state. Raises IndexMissing or IndexUnusable with what to do."""
        return readers.get(self.index_dir).refresh()

    def apply(self, changes: Sequence[Change]) -> None:
        """See the protocol. Raises IndexBusy while a worker follows the same directory."""
        from .follower import GenerationWriter
        from .writing import ColumnWriter

        lock = store.Lock(self.index_dir / "lock", "an engine that applies changes")
        try:
            try:
                generation = store.current(self.index_dir)
            except store.IndexMissing:
                generation = store.create(self.index_dir)
                ColumnWriter(generation.columns).close()
                store.adopt(self.index_dir, generation)
            writer = GenerationWriter(generation, self._embed)
            try:
                writer.apply(change.paper_id for change in changes)
                positions = dict(writer.committed)
                for change in changes:
                    positions[change.lane] = max(positions.get(change.lane, 0), change.seq)
                writer.commit(positions)
            finally:
                writer.close()
        finally:
            lock.close()

    def positions(self) -> dict[int, int]:
        """See the protocol: the older of what words and columns have."""
        snapshot = self.snapshot()
        marked = store.positions_of(snapshot.searcher, snapshot.schema)
        kept = snapshot.columns.record.positions or {}
        return {lane: min(marked.get(lane, 0), kept.get(lane, 0)) for lane in marked | kept}

    def search(self, question: Question) -> Answer:
        """See the protocol."""
        snapshot, plan = self.snapshot(), question.plan
        with verify.suspected(self.index_dir):
            ranked = ranking.rank(plan, snapshot, mode=question.mode, vector=question.vector, order=question.order,
                                  extra=_own_filters(question.own, snapshot))
            counted: dict[str, list[tuple[str, int]]] = {}
            if question.facets and ranked.total and ranked.compiled is not None and not plan.identifier:
                counted = facets.counts(snapshot, ranked.compiled, ranked.rows[ranked.sure], ranked.total,
                                        list(ranked.exact))
            better = suggest(snapshot, plan, ranked.units)
        return Answer(ranked.rows, ranked.scores, ranked.sure, ranked.total, ranked.exact, ranked.units, counted,
                      better, snapshot.languages)

    def similar(self, row: int, limit: int) -> list[int]:
        """See the protocol."""
        vector = self.snapshot().columns.vector(row)
        return [] if vector is None else [at for at in self.nearest(vector, limit + 1) if at != row][:limit]

    def nearest(self, vector: Vector, limit: int) -> list[int]:
        """See the protocol."""
        rows, _ = meaning.scan(self.snapshot().columns, meaning.kinds_of(vector), limit)
        return [int(row) for row in rows]


def _own_filters(own: ReaderFilters | None, snapshot: Snapshot) -> list[tuple[Any, Any]]:
    if own is None:
        return []
    clauses: list[tuple[Any, Any]] = []
    if own.categories:
        clauses.append((Occur.Must, words.filter_query(snapshot, Filter("cat", own.categories))))
    if own.without:
        narrowed = words.compile_plan(Plan("", without=own.without), snapshot)
        clauses.extend(narrowed.conditions)
    if own.hidden:
        clauses.append(ranking.without_rows(snapshot, own.hidden))
    return clauses
