"""Memory-mapped columns beside the words: one row per paper, addressed by the paper's row number (``Paper.id``).

A directory holds one file per column (``LAYOUT``), ``categories.json`` (the names of category codes) and
``commit.json``: format, how many rows are valid, the positions in the change log that the rows stand for, counts
and languages. The record is replaced by rename after the data is on the disk, so a reader never takes a torn write for
a valid one: what lies beyond ``rows`` does not exist, and a row's vector is covered by a checksum (``seals``).

Columns, for rows 0 .. rows-1 (row 0 is never used, missing rows are not live):

=============  ===========  ==========================================================================
live           uint8        1 when the paper may be found, else 0
kind           uint8        NONE, SKETCH or FULL: where the vector comes from
codes          uint8 [48]   sign bits of the vector, ``numpy.packbits`` order
vectors        int8 [384]   the vector; times ``scales`` it has length 1 (within rounding)
scales         float32
hashes         uint64       first 8 bytes of ``IndexDoc.text_hash``
days           int32        ``date.toordinal()`` of the publication day; 0 when unknown
categories     uint16 [8]   codes; 0 is none; ``category_names[code]`` is the name
votes          int32        votes that count for orders
comments       int32
seals          uint32       checksum of the row's vector, kind, hash and day
=============  ===========  ==========================================================================
"""

from __future__ import annotations

import json
import mmap
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..errors import BroadsheetError

FORMAT = 1
DIMENSIONS = 384
CODE_BYTES = DIMENSIONS // 8
MAX_CATEGORIES = 8
CHUNK = 16384  # rows by which files grow
NONE, SKETCH, FULL = 0, 1, 2

Array = npt.NDArray[Any]


class Column(NamedTuple):
    """Name, element type and elements a row."""

    name: str
    dtype: str
    width: int

    @property
    def row_bytes(self) -> int:
        """Bytes that one row takes."""
        return np.dtype(self.dtype).itemsize * self.width


LAYOUT = (
    Column("live", "u1", 1), Column("kind", "u1", 1), Column("codes", "u1", CODE_BYTES),
    Column("vectors", "i1", DIMENSIONS), Column("scales", "<f4", 1), Column("hashes", "<u8", 1),
    Column("days", "<i4", 1), Column("categories", "<u2", MAX_CATEGORIES), Column("votes", "<i4", 1),
    Column("comments", "<i4", 1), Column("seals", "<u4", 1),
)


class ColumnsDamaged(BroadsheetError):
    """The columns cannot be read: a file is missing, too short, or of another format."""


@dataclass(frozen=True, slots=True)
class Record:
    """The commit record: what the columns stand for. ``positions`` maps a lane of the change log to a sequence."""

    rows: int = 0
    positions: dict[int, int] | None = None
    live: int = 0
    full: int = 0
    languages: tuple[str, ...] = ()
    categories: int = 0

    def position(self, lane: int) -> int:
        """The last change of ``lane`` that the rows contain."""
        return (self.positions or {}).get(lane, 0)


def read_record(directory: Path) -> Record:
    """The commit record of ``directory``. Raises :class:`ColumnsDamaged`."""
    path = directory / "commit.json"
    try:
        loaded = json.loads(path.read_bytes())
        if loaded["format"] != FORMAT:
            raise ColumnsDamaged(
                f"The columns in {directory} have format {loaded['format']}, this program reads {FORMAT}. Papers and "
                "readers' data are safe in the database. Run `broadsheet reindex`."
            )
        positions = {int(lane): int(seq) for lane, seq in loaded["positions"].items()}
        return Record(int(loaded["rows"]), positions, int(loaded["live"]), int(loaded["full"]),
                      tuple(loaded["languages"]), int(loaded["categories"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise ColumnsDamaged(
            f"The commit record {path} cannot be read ({problem}). Papers and readers' data are safe in the database. "
            "Run `broadsheet reindex`."
        ) from problem


def read_categories(directory: Path) -> list[str]:
    """Names by category code; code 0 is the empty name. Raises :class:`ColumnsDamaged`."""
    path = directory / "categories.json"
    try:
        return [str(name) for name in json.loads(path.read_bytes())]
    except FileNotFoundError:
        return [""]
    except (OSError, ValueError, TypeError) as problem:
        raise ColumnsDamaged(
            f"The names of categories in {path} cannot be read ({problem}). Run `broadsheet reindex`."
        ) from problem


def map_column(directory: Path, column: Column, *, rows: int, writable: bool) -> Array:
    """The whole file of ``column`` as an array of all rows that fit in it (at least ``rows``)."""
    path = directory / f"{column.name}.bin"
    try:
        with path.open("r+b" if writable else "rb") as file:
            capacity = os.fstat(file.fileno()).st_size // column.row_bytes
            if capacity < rows:
                raise ColumnsDamaged(
                    f"{path} holds {capacity} rows, the commit record says {rows}. Papers and readers' data are safe "
                    "in the database. Run `broadsheet reindex`."
                )
            shape = (capacity, column.width) if column.width > 1 else (capacity,)
            if not capacity:
                return np.zeros(shape, column.dtype)
            access = mmap.ACCESS_WRITE if writable else mmap.ACCESS_READ
            mapped = mmap.mmap(file.fileno(), capacity * column.row_bytes, access=access)
    except OSError as problem:
        raise ColumnsDamaged(
            f"{path} cannot be opened ({problem.strerror}). Papers and readers' data are safe in the database. "
            "Run `broadsheet reindex`."
        ) from problem
    return np.frombuffer(mapped, dtype=column.dtype).reshape(shape)


@dataclass(frozen=True, slots=True)
class Columns:
    """A reader's view of the columns: arrays cut to ``rows``; their contents follow the writer at once.

    ``position`` fields are those of the commit record at the time of the view. Arrays are read-only maps.
    """

    record: Record
    category_names: tuple[str, ...]
    category_codes: dict[str, int]
    arrays: dict[str, Array]

    @property
    def rows(self) -> int:
        """Rows that exist; row numbers of papers are below it."""
        return self.record.rows

    @property
    def live(self) -> npt.NDArray[np.bool_]:
        """bool [rows]: may be found. A view, not a copy."""
        return self._cut("live").view(np.bool_)

    @property
    def kind(self) -> npt.NDArray[np.uint8]:
        """uint8 [rows]: NONE, SKETCH or FULL."""
        return self._cut("kind")

    @property
    def codes(self) -> npt.NDArray[np.uint8]:
        """uint8 [rows, 48]: sign bits."""
        return self._cut("codes")

    @property
    def vectors(self) -> npt.NDArray[np.int8]:
        """int8 [rows, 384]; multiply by ``scales[:, None]``."""
        return self._cut("vectors")

    @property
    def scales(self) -> npt.NDArray[np.float32]:
        """float32 [rows]."""
        return self._cut("scales")

    @property
    def days(self) -> npt.NDArray[np.int32]:
        """int32 [rows]: ordinal of the publication day, 0 when unknown."""
        return self._cut("days")

    @property
    def categories(self) -> npt.NDArray[np.uint16]:
        """uint16 [rows, 8]: codes into ``category_names``."""
        return self._cut("categories")

    @property
    def votes(self) -> npt.NDArray[np.int32]:
        """int32 [rows]."""
        return self._cut("votes")

    @property
    def comments(self) -> npt.NDArray[np.int32]:
        """int32 [rows]."""
        return self._cut("comments")

    @property
    def hashes(self) -> npt.NDArray[np.uint64]:
        """uint64 [rows]: what text the vector stands for."""
        return self._cut("hashes")

    def _cut(self, name: str) -> Array:
        return self.arrays[name][: self.record.rows]

    def vector(self, row: int) -> npt.NDArray[np.float32] | None:
        """The vector of one row as float32 [384], unit length; None when the row has none."""
        if not 0 <= row < self.rows or self.kind[row] == NONE:
            return None
        found = self.vectors[row].astype(np.float32)
        unit: npt.NDArray[np.float32] = found / np.float32(max(float(np.linalg.norm(found)), 1e-9))
        return unit


def open_columns(directory: Path, previous: Columns | None = None) -> Columns:
    """A view of the columns as last committed; maps of ``previous`` are kept where they still reach far enough.

    Raises :class:`ColumnsDamaged`.
    """
    record = read_record(directory)
    # Files grow one after the other: a view taken meanwhile may reach further in one of them than in the next.
    if previous is not None and min(len(array) for array in previous.arrays.values()) >= record.rows:
        arrays = previous.arrays
    else:
        arrays = {column.name: map_column(directory, column, rows=record.rows, writable=False) for column in LAYOUT}
    if previous is not None and len(previous.category_names) == record.categories:
        return Columns(record, previous.category_names, previous.category_codes, arrays)
    names = read_categories(directory)
    return Columns(record, tuple(names), {name: code for code, name in enumerate(names) if name}, arrays)


def quantise(vectors: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32], Array]:
    """float32 [n, 384] to int8 [n, 384], float32 [n] (scale) and uint8 [n, 48] (sign bits)."""
    scales = np.abs(vectors).max(axis=1).astype(np.float32) / 127
    scales[scales == 0] = 1
    return (np.rint(vectors / scales[:, None]).astype(np.int8), scales, np.packbits(vectors > 0, axis=1))


_WEIGHTS = (np.arange(1, DIMENSIONS + 1, dtype=np.uint64) * 2654435761 % (1 << 32)).astype(np.uint32)


def seals(arrays: dict[str, Array], rows: Any) -> npt.NDArray[np.uint32]:
    """The checksums that ``rows`` (index array or slice) should have: a weighted sum modulo 2^32 (Knuth's hash)."""
    total: npt.NDArray[np.uint32] = (arrays["vectors"][rows].astype(np.uint32) * _WEIGHTS).sum(
        axis=1, dtype=np.uint32)
    hashes = arrays["hashes"][rows]
    total += np.ascontiguousarray(arrays["scales"][rows]).view(np.uint32) * np.uint32(40503)
    total += (hashes & np.uint64(0xFFFFFFFF)).astype(np.uint32) + (hashes >> np.uint64(32)).astype(np.uint32)
    total += arrays["kind"][rows].astype(np.uint32) * np.uint32(97) + arrays["days"][rows].astype(np.uint32)
    total += np.uint32(1)
    return total
