"""The follower turns the change log into the index: one per index directory.

Each step reads changes, then the papers' *current* state, and puts or drops their rows; so changes can be replayed,
merged and read in any order across lanes. Words and columns keep a position each inside what they commit; after a
crash the follower starts at the older of both and does some rows twice, which changes nothing.

Manners: the interactive lane is committed at once. Bulk work is cut into slices of about 50 ms; between two of them the
interactive lane is looked at, and what is found there takes the uncommitted bulk rows along into its commit. With
nobody waiting, bulk rows are committed at most every ``BULK_SECONDS`` or ``BULK_PAPERS``, because a commit costs the
same 20 ms for one paper and for thousands; later still when nobody else is there (an import on its own), because every
segment is merged again later.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tantivy

from ..catalogue import changes, counts
from ..catalogue.documents import IndexDoc, documents
from ..errors import BroadsheetError
from . import schema, store
from .embedding.sketch import shipped
from .writing import ColumnWriter, vector_text

Embed = Callable[[Sequence[str]], npt.NDArray[np.float32]]

SLICE = 64  # papers between two looks at the interactive lane; about 35 ms of work
BULK_PAPERS = 3000
BULK_SECONDS = 2.5
LONE_PAPERS, LONE_SECONDS = 15_000, 10.0  # the same while no other process works here: fewer segments to merge
POLITE_SECONDS = 0.1  # how often bulk rows are committed while interactive changes keep coming
GATHER_SECONDS = 0.15  # how long bulk rows wait for more of them when the log is empty for the moment
INTERACTIVE_BATCH = 200
HEAP = 128 << 20  # bytes that tantivy fills before it writes a segment of its own accord
TIDY_SECONDS = 3  # after the last commit: by then merges have ended
_NOTHING = "nothing"  # no document is marked so
_READ = 2000  # bulk changes read from the log at once


class FollowerFailed(BroadsheetError):
    """A commit did not succeed. Nothing of it can be seen; the next step starts at the last good one."""


class GenerationWriter:
    """Words and columns of one generation, written together. Not thread-safe; one at a time per generation."""

    def __init__(self, generation: store.Generation, embed: Embed | None = None) -> None:
        self.generation = generation
        self._embed = embed or shipped().embed
        self.columns = ColumnWriter(generation.columns)
        index = store.open_words(generation)
        self._schema = index.schema
        try:
            index.reload()
            marked = store.positions_of(index.searcher(), self._schema)
            self._writer = index.writer(HEAP, 1)
            # tantivy 0.27 gives its first operation the stamp of the last commit. A merge that starts with our first
            # commit would then take a deletion for done in every segment once it has done it in one, and rows replaced
            # first after a restart would stand twice. So the first operation deletes nothing.
            self._writer.delete_documents_by_term(schema.F_WHAT, _NOTHING)
        except (ValueError, OSError) as problem:
            self.columns.close()
            raise store.IndexUnusable(
                f"The words of the index in {generation.words} cannot be written ({problem}). Papers are safe in the "
                "database. Run `broadsheet reindex`."
            ) from problem
        self.columns.recover()
        record = self.columns.record
        # A power cut may keep a commit of the words and lose the one of the columns, which then do not know those rows.
        self._words_ahead = any(seq > record.position(lane) for lane, seq in marked.items())
        self.committed = {lane: min(marked.get(lane, 0), record.position(lane)) for lane in changes.LANES}
        self.uncommitted = 0

    def apply(self, ids: Iterable[int]) -> int:
        """Bring the rows ``ids`` to the papers' current state; how many papers there were. Not yet committed."""
        wanted = list(dict.fromkeys(ids))
        found = documents(wanted)
        self.put([found[row] for row in wanted if row in found])
        self.count([row for row in wanted if row in found])  # they may have moved since the row was read
        self.drop([row for row in wanted if row not in found])
        return len(wanted)

    def count(self, ids: Sequence[int]) -> None:
        """Bring votes and comments of ``ids`` to what they are now: seen at once, without a commit of the words."""
        if ids:
            self.columns.recount(ids, counts.counts)

    def put(self, docs: Sequence[IndexDoc]) -> None:
        """Write ``docs``, in place of what was there."""
        if not docs:
            return
        self._forget([doc.row for doc in docs])
        stale = self.columns.stale(docs)
        vectors = self._embed([vector_text(docs[i].title, docs[i].abstract) for i in stale])
        self.columns.put(docs, stale, vectors)
        for doc in docs:
            self._writer.add_document(schema.document(doc))
        self.uncommitted += len(docs)

    def drop(self, ids: Sequence[int]) -> None:
        """Take ``ids`` out: out of columns at once, out of the words with the next commit."""
        if not ids:
            return
        self.columns.drop(ids)
        self._forget(ids)
        self.uncommitted += len(ids)

    def _forget(self, ids: Sequence[int]) -> None:
        if not self._words_ahead:
            ids = self.columns.known(ids)
        if ids:  # by query: deletion by term takes a Python integer for a signed one and finds nothing
            self._writer.delete_documents_by_query(
                tantivy.Query.term_set_query(self._schema, schema.F_ROW, list(ids))
            )

    def commit(self, positions: dict[int, int]) -> None:
        """Columns first, then words: what the words find always has its row."""
        self.columns.commit(positions)
        self._writer.delete_documents_by_term(schema.F_WHAT, schema.POSITION)
        mark = tantivy.Document()
        mark.add_text(schema.F_WHAT, schema.POSITION)
        mark.add_text(schema.F_MARK, json.dumps({str(lane): seq for lane, seq in positions.items()}))
        self._writer.add_document(mark)
        self._writer.commit()
        self.committed = dict(positions)
        self.uncommitted = 0

    def tidy(self) -> None:
        """Remove the files of segments that merges have replaced (tantivy does so only with the next commit)."""
        self._writer.garbage_collect_files()

    def close(self, *, merge: bool = False) -> None:
        """Let go of both stores; ``merge`` waits for tantivy's merges first. Uncommitted rows are written again."""
        if merge:
            self._writer.wait_merging_threads()
        del self._writer
        self.columns.close()


class Follower:
    """Holds the lock of ``index_dir`` and keeps the index up with the change log.

    Raises :class:`store.IndexBusy` when another process follows, :class:`store.IndexUnusable` or
    :class:`columns.ColumnsDamaged` when the index has to be rebuilt.
    """

    def __init__(
        self, index_dir: Path, *, embed: Embed | None = None, alone: Callable[[], bool] | None = None
    ) -> None:
        """``alone()``: whether no other process works here, so that bulk rows may be gathered longer."""
        self.index_dir = index_dir
        self._embed = embed
        self._alone = alone or (lambda: False)
        self._lock = store.Lock(index_dir / "lock", "the follower")
        self._writer: GenerationWriter | None = None
        self._pointer: object = None
        self._seen: dict[int, int] = {}
        self._oldest = 0.0  # monotonic time of the first uncommitted paper
        self._last_interactive = float("-inf")
        self._tidy_at = 0.0
        self._counted = 0  # position in the lane of activity; not kept: all is counted again at the start
        self._backlog: list[changes.Change] = []
        try:
            self._open()
        except BaseException:
            self._lock.close()
            raise

    def _open(self) -> GenerationWriter:
        """The writer of the generation in use; opened again when a rebuild has swapped the pointer."""
        pointer = self._stamp()
        if pointer is None:
            first = store.create(self.index_dir)
            ColumnWriter(first.columns).close()  # whole before anyone can see it
            store.adopt(self.index_dir, first)
            pointer = self._stamp()
        if self._writer is not None and pointer == self._pointer:
            return self._writer
        self._let_go()
        generation = store.current(self.index_dir)
        writer = GenerationWriter(generation, self._embed)
        if ahead := [lane for lane, last in changes.latest().items() if writer.committed[lane] > last]:
            writer.close()
            raise store.IndexUnusable(
                f"The index in {generation.path} knows changes that the database does not have (lane {ahead[0]}): the "
                "database is older than the index, or another one. Papers are safe. Run `broadsheet reindex`."
            )
        self._writer, self._pointer, self._seen = writer, pointer, dict(writer.committed)
        if torn := writer.columns.verify():
            writer.apply(torn)
            writer.commit(writer.committed)
        self._counted = changes.newest(changes.ACTIVITY)
        if counts.registered():  # imported counts come by the other lanes; what readers do may have been missed
            writer.columns.recount(None, counts.counts)
        store.sweep(self.index_dir, generation)
        return writer

    def _stamp(self) -> tuple[int, int] | None:
        """What tells one state of the pointer from another."""
        try:
            found = (self.index_dir / "current").stat()
        except FileNotFoundError:
            return None
        return (found.st_ino, found.st_mtime_ns)

    def _let_go(self) -> None:
        self._backlog = []
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.close()

    def step(self, budget_ms: float = 100) -> int:
        """Work for about ``budget_ms``; how many papers were brought up to date (1 for a commit alone).

        0 means: nothing waits any more, and everything is committed.

        Raises :class:`FollowerFailed` when a commit was refused (disk full, say); calling again tries again.
        """
        try:
            return self._step(budget_ms / 1000)
        except (OSError, ValueError, SystemError) as problem:
            self._let_go()
            raise FollowerFailed(
                f"The search index in {self.index_dir} could not be written: {problem}. Papers are safe in the "
                "database; the index stays at its last commit and is tried again. Look at the free space of the disk."
            ) from problem

    def _step(self, seconds: float) -> int:
        writer = self._open()
        self._activity(writer)
        applied = self._interactive(writer)
        if applied:
            return applied
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            if not self._backlog:
                self._backlog = changes.read(changes.BULK, self._seen[changes.BULK], _READ)
            if not self._backlog:
                break
            part, self._backlog = self._backlog[:SLICE], self._backlog[SLICE:]
            if not writer.uncommitted:
                self._oldest = time.monotonic()
            applied += self._apply(writer, part)
            self._seen[changes.BULK] = part[-1].seq
            if found := self._interactive(writer):
                return applied + found
            if self._due(writer):
                self._commit(writer)
        if applied:
            return applied
        if self._seen == writer.committed:
            if self._tidy_at and time.monotonic() > self._tidy_at:
                self._tidy_at = 0.0
                writer.tidy()
            return 0
        if time.monotonic() - self._oldest >= GATHER_SECONDS:
            self._commit(writer)
        else:
            time.sleep(0.01)
        return 1

    def _interactive(self, writer: GenerationWriter) -> int:
        found = changes.read(changes.INTERACTIVE, self._seen[changes.INTERACTIVE], INTERACTIVE_BATCH)
        if not found:
            return 0
        applied = self._apply(writer, found)
        self._seen[changes.INTERACTIVE] = found[-1].seq
        self._commit(writer)
        self._last_interactive = time.monotonic()
        return applied

    def _apply(self, writer: GenerationWriter, found: Sequence[changes.Change]) -> int:
        counted = [change.paper_id for change in found if change.kind == changes.COUNT]
        writer.count(counted)
        return len(counted) + writer.apply(change.paper_id for change in found if change.kind != changes.COUNT)

    def _activity(self, writer: GenerationWriter) -> None:
        """What readers did since the last look: their votes and comments reach the columns, not the words."""
        while found := changes.read(changes.ACTIVITY, self._counted, _READ) if counts.registered() else []:
            writer.count([change.paper_id for change in found])
            self._counted = found[-1].seq

    def _due(self, writer: GenerationWriter) -> bool:
        now = time.monotonic()
        if now - self._last_interactive < 5:
            papers, seconds = BULK_PAPERS, POLITE_SECONDS
        else:
            papers, seconds = (LONE_PAPERS, LONE_SECONDS) if self._alone() else (BULK_PAPERS, BULK_SECONDS)
        return writer.uncommitted >= papers or now - self._oldest >= seconds

    def _commit(self, writer: GenerationWriter) -> None:
        writer.commit(self._seen)
        self._tidy_at = time.monotonic() + TIDY_SECONDS

    @property
    def positions(self) -> dict[int, int]:
        """The last committed position of each lane."""
        return dict(self._writer.committed) if self._writer else {}

    def drain(self) -> None:
        """Step until nothing waits."""
        while self.step():
            continue

    def close(self) -> None:
        """Let go of the index. What was not committed is done again by the next follower."""
        self._let_go()
        self._lock.close()


def follow(
    index_dir: Path,
    stopped: Callable[[], bool],
    *,
    pause: float = 0.015,
    on_error: Callable[[BroadsheetError], None] | None = None,
) -> None:
    """Follow until ``stopped()``: what the worker runs. Looks for changes every ``pause`` seconds when idle.

    A step that failed is told to ``on_error`` and tried again after a second; without it, it is raised. An index that
    has to be rebuilt (:class:`store.IndexUnusable`, :class:`columns.ColumnsDamaged`) is always raised.
    """
    follower = Follower(index_dir)
    try:
        while not stopped():
            try:
                if not follower.step():
                    time.sleep(pause)
            except FollowerFailed as problem:
                if on_error is None:
                    raise
                on_error(problem)
                time.sleep(1)
    finally:
        follower.close()
