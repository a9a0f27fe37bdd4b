"""The writing side of the columns: rows are put or dropped in place, then one record makes them stand.

Two processes write: the follower (everything) and the filler of full vectors (vectors only, of rows whose text is
still the one it embedded). Both hold ``write.lock`` for the moment of a batch. Only the follower commits.

After a crash the follower starts again at the positions of the last record; writing a row again gives the same row.
One thing has to be undone (``recover``): rows beyond the record that a killed follower left marked as live. Their
papers may have been hidden since, and a paper that was never committed is not dropped. ``verify`` finds rows whose
bytes were torn by a power cut, by their seals.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import numpy.typing as npt

from . import columns as layout
from .columns import CHUNK, FULL, LAYOUT, MAX_CATEGORIES, NONE, SKETCH, Array, Record
from .schema import STEMMERS, day_number, readable
from .store import replace_file

if TYPE_CHECKING:
    from ..catalogue.counts import Counts
    from ..catalogue.documents import IndexDoc

Vectors = npt.NDArray[np.float32]
_CATEGORY_CODES = 65_535  # uint16; categories beyond that many distinct names are not filtered in meaning mode


def vector_text(title: str, abstract: str) -> str:
    """The text that a paper's vector stands for, sketch and full model alike: title, then abstract, LaTeX as words."""
    return f"{readable(title)}\n{readable(abstract)}" if abstract else readable(title)


def hash_number(text_hash: bytes) -> int:
    """``IndexDoc.text_hash`` as the number that the column ``hashes`` holds."""
    return int.from_bytes(text_hash[:8], "little")


class ColumnWriter:
    """Writes the columns in ``directory``; makes them when they are not there."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        if not (directory / "commit.json").exists():
            self._create()
        self.record: Record = layout.read_record(directory)
        self._names = layout.read_categories(directory)
        self._codes = {name: code for code, name in enumerate(self._names) if code}
        try:
            self._files: dict[str, BinaryIO] = {c.name: (directory / f"{c.name}.bin").open("r+b") for c in LAYOUT}
        except FileNotFoundError as problem:
            raise layout.ColumnsDamaged(
                f"{problem.filename} is missing. Papers and readers' data are safe in the database. "
                "Run `broadsheet reindex`."
            ) from None
        self._lock = (directory / "write.lock").open("a")
        self._rows = self.record.rows
        self._languages = set(self.record.languages)
        self.arrays: dict[str, Array] = {}
        self._map()

    def _create(self) -> None:
        for column in LAYOUT:
            (self._directory / f"{column.name}.bin").touch()
        self._names, self._rows = [""], 0
        self._write_record(Record(positions={}))

    def _map(self) -> None:
        self.arrays = {c.name: layout.map_column(self._directory, c, rows=self._rows, writable=True) for c in LAYOUT}

    @property
    def rows(self) -> int:
        """Rows written so far, committed or not."""
        return self._rows

    def close(self) -> None:
        """Give back files and maps. What was not committed will be written again."""
        self.arrays = {}
        for file in self._files.values():
            file.close()
        self._lock.close()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the lock that keeps the two writers apart."""
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    def grow(self, rows: int) -> None:
        """Make room for rows below ``rows``; files grow by whole chunks of zeros.

        The room is taken on the disk at once: writing through a map into a hole of a full disk kills the process,
        this raises OSError.
        """
        if rows <= min(len(array) for array in self.arrays.values()):
            return
        capacity = -(-rows // CHUNK) * CHUNK
        for column in LAYOUT:
            file = self._files[column.name].fileno()
            size, wanted = os.fstat(file).st_size, capacity * column.row_bytes
            if size < wanted:
                os.posix_fallocate(file, size, wanted - size)
        self._map()

    def known(self, ids: Sequence[int]) -> list[int]:
        """Those of ``ids`` that were ever written here (so the words may hold them)."""
        inside = [row for row in ids if row < self._rows]
        kinds = self.arrays["kind"][inside]
        return [row for row, kind in zip(inside, kinds, strict=True) if kind != NONE]

    def stale(self, docs: Sequence[IndexDoc]) -> list[int]:
        """Indices into ``docs`` of those whose vector is missing, torn or stands for another text."""
        at = np.array([doc.row for doc in docs], np.int64)
        inside = at < self._rows
        found = np.flatnonzero(inside)
        fresh = np.zeros(len(docs), bool)
        rows = at[found]
        hashes = np.array([hash_number(docs[i].text_hash) for i in found.tolist()], np.uint64)
        sound = (self.arrays["kind"][rows] != NONE) & (self.arrays["hashes"][rows] == hashes)
        sound &= self.arrays["seals"][rows] == layout.seals(self.arrays, rows)
        fresh[found] = sound
        return [int(i) for i in np.flatnonzero(~fresh)]

    def put(self, docs: Sequence[IndexDoc], stale: Sequence[int], vectors: Vectors) -> None:
        """Write ``docs``; those at ``stale`` get ``vectors`` (float32 [len(stale), 384], unit length) as sketches."""
        if not docs:
            return
        rows = np.array([doc.row for doc in docs], np.int64)
        self.grow(int(rows.max()) + 1)
        with self.writing():
            arrays = self.arrays
            if len(stale):
                hashes = [hash_number(docs[i].text_hash) for i in stale]
                self._write_vectors(rows[list(stale)], vectors, np.array(hashes, np.uint64), SKETCH)
            arrays["days"][rows] = [day_number(doc.published) for doc in docs]
            arrays["votes"][rows] = [doc.votes for doc in docs]
            arrays["comments"][rows] = [doc.comments for doc in docs]
            arrays["categories"][rows] = [self._category_row(doc.categories) for doc in docs]
            arrays["seals"][rows] = layout.seals(arrays, rows)
            arrays["live"][rows] = 1
        self._rows = max(self._rows, int(rows.max()) + 1)
        self._languages.update(doc.language for doc in docs if doc.language in STEMMERS and doc.language != "en")

    def _write_vectors(self, rows: Array, vectors: Vectors, hashes: Array, kind: int) -> None:
        whole, scales, codes = layout.quantise(vectors)
        arrays = self.arrays
        arrays["vectors"][rows], arrays["scales"][rows], arrays["codes"][rows] = whole, scales, codes
        arrays["hashes"][rows], arrays["kind"][rows] = hashes, kind

    def _category_row(self, categories: Sequence[str]) -> list[int]:
        codes = []
        for name in categories[:MAX_CATEGORIES]:
            code = self._codes.get(name)
            if code is None and len(self._names) < _CATEGORY_CODES:
                code = self._codes[name] = len(self._names)
                self._names.append(name)
            codes.append(code or 0)
        return codes + [0] * (MAX_CATEGORIES - len(codes))

    def recount(self, rows: Sequence[int] | None, counts: Callable[[Sequence[int] | None], Counts]) -> None:
        """Votes and comments of ``rows`` (None: of all), as ``counts`` tells them while nobody else may write.

        Asked inside the lock: whoever writes last has also read last, so no older count can end up in the columns.
        """
        with self.writing():
            chosen = np.arange(self._rows) if rows is None else np.array([r for r in rows if r < self._rows], np.int64)
            told = counts(None if rows is None else chosen.tolist())
            for place, name in enumerate(("votes", "comments")):
                fresh = np.array([told[row][place] if row in told else 0 for row in chosen.tolist()], np.int32)
                wrong = np.flatnonzero(self.arrays[name][chosen] != fresh)
                self.arrays[name][chosen[wrong]] = fresh[wrong]

    def drop(self, ids: Sequence[int]) -> None:
        """Take rows out of every answer at once. Their vectors stay, for when they come back."""
        inside = [row for row in ids if row < self._rows]
        with self.writing():
            self.arrays["live"][inside] = 0

    def fill(self, rows: Sequence[int], hashes: Sequence[int], vectors: Vectors) -> int:
        """Put full vectors in place of sketches where the text is still the one that was embedded; how many were.

        ``hashes`` are those read before embedding. The data is on the disk before this returns.
        """
        at, expected = np.array(rows, np.int64), np.array(hashes, np.uint64)
        self.grow_map(int(at.max()) + 1)
        with self.writing():
            same = (self.arrays["hashes"][at] == expected) & (self.arrays["kind"][at] != NONE)
            chosen = at[same]
            if len(chosen):
                self._write_vectors(chosen, vectors[same], expected[same], FULL)
                self.arrays["seals"][chosen] = layout.seals(self.arrays, chosen)
        self._sync()
        return len(chosen)

    def grow_map(self, rows: int) -> None:
        """Map again when the other writer has made the files longer."""
        if rows > min(len(array) for array in self.arrays.values()):
            self._rows = rows
            self._map()

    def carry(self, rows: Sequence[int], source: Mapping[str, Array], at: Sequence[int]) -> None:
        """Copy vectors of rows ``at`` in ``source`` (another generation's arrays) to ``rows`` here, as they are."""
        self.grow(max(rows) + 1)
        with self.writing():
            for name in ("vectors", "scales", "codes", "hashes", "kind"):
                self.arrays[name][list(rows)] = source[name][list(at)]
            self.arrays["seals"][list(rows)] = layout.seals(self.arrays, list(rows))
        self._rows = max(self._rows, max(rows) + 1)

    def recover(self) -> None:
        """Clear what a killed follower wrote beyond the last record: to every reader these rows do not exist.

        For the follower alone, before its first row. Without it such a row comes to life as soon as a later paper makes
        the record reach over it, whatever became of its paper meanwhile.
        """
        with self.writing():
            for name in ("live", "kind"):
                beyond = self.arrays[name][self._rows :]
                beyond[np.flatnonzero(beyond)] = 0

    def verify(self) -> list[int]:
        """Live rows whose seal is wrong: torn by a power cut. They need to be put again."""
        torn: list[int] = []
        for start in range(0, self._rows, CHUNK):
            part = slice(start, min(start + CHUNK, self._rows))
            wrong = (self.arrays["seals"][part] != layout.seals(self.arrays, part)) & (self.arrays["live"][part] != 0)
            torn.extend((np.flatnonzero(wrong) + start).tolist())
        return torn

    def _sync(self) -> None:
        for file in self._files.values():
            os.fdatasync(file.fileno())

    def commit(self, positions: Mapping[int, int]) -> None:
        """Make all rows written so far stand for ``positions`` of the change log."""
        self._sync()
        live = self.arrays["live"][: self._rows] != 0
        full = self.arrays["kind"][: self._rows] == FULL
        self._write_record(Record(
            rows=self._rows, positions=dict(positions), live=int(live.sum()), full=int((live & full).sum()),
            languages=tuple(sorted(self._languages)), categories=len(self._names),
        ))

    def _write_record(self, record: Record) -> None:
        names = self._directory / "categories.json"
        if record.categories != getattr(self, "record", Record()).categories or not names.exists():
            replace_file(names, json.dumps(self._names).encode())
        self.record = Record(record.rows, record.positions, record.live, record.full, record.languages,
                             len(self._names))
        replace_file(self._directory / "commit.json", json.dumps({
            "format": layout.FORMAT, "rows": record.rows, "live": record.live, "full": record.full,
            "positions": {str(lane): seq for lane, seq in (record.positions or {}).items()},
            "languages": list(record.languages), "categories": len(self._names),
        }).encode())
