"""Whether the index is on the disk as it was written: files of the words and rows of the columns bear checksums."""

from __future__ import annotations

import json
import struct
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import BroadsheetError
from . import store
from .columns import CHUNK, open_columns, seals

_MAGIC = 1337  # tantivy's mark of a footer (tantivy 0.27, src/directory/footer.rs)
_TAIL = struct.Struct("<II")  # length of the footer's JSON, mark
_CHUNK = 1 << 20


def torn(index_dir: Path) -> list[str]:
    """Names of files of the current generation whose checksum is wrong; reads them once, about 1 GB/s.

    A file that a commit or merge takes away meanwhile is no finding. Raises what :func:`store.current` raises.
    """
    words = store.current(index_dir).words
    named = json.loads((words / "meta.json").read_bytes())["segments"]
    segments = {str(segment["segment_id"]).replace("-", "") for segment in named}
    found = []
    for path in sorted(words.iterdir()):
        if path.name.split(".")[0] not in segments:
            continue
        try:
            whole = _whole(path)
        except FileNotFoundError:
            continue
        if not whole:
            found.append(path.name)
    return found


def torn_rows(index_dir: Path, pause: float = 1.0) -> int:
    """How many papers have a vector, date or hash in the columns that is not the one that was written.

    A row whose checksum (``columns.seals``) is wrong is looked at once more after ``pause`` seconds: it may have been
    in the midst of being written. Raises what :func:`store.current` raises, and ``columns.ColumnsDamaged``.
    """
    wrong = _wrong_rows(index_dir, None)
    if len(wrong):
        time.sleep(pause)
        wrong = _wrong_rows(index_dir, wrong)
    return len(wrong)


def _wrong_rows(index_dir: Path, among: npt.NDArray[np.int64] | None) -> npt.NDArray[np.int64]:
    columns = open_columns(store.current(index_dir).columns)
    rows = np.flatnonzero(columns.live) if among is None else among[columns.live[among]]
    parts = [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)]
    found = [part[columns.arrays["seals"][part] != seals(columns.arrays, part)] for part in parts]
    return np.concatenate(found) if found else rows


@contextmanager
def suspected(index_dir: Path) -> Iterator[None]:
    """What fails inside because a file of the words is damaged becomes :class:`store.IndexUnusable`, naming the file.

    tantivy reads its files unchecked, so damage shows as any error, a panic of its own included; an error with all
    files whole is a fault of ours and stays what it is.
    """
    try:
        yield
    except (BroadsheetError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as problem:
        if not (names := torn(index_dir)):
            raise
        raise store.IndexUnusable(
            f"The search failed because the index in {index_dir} is damaged ({', '.join(names)}). Papers are safe in "
            "the database. Run `broadsheet reindex`."
        ) from problem


def _whole(path: Path) -> bool:
    """Whether the CRC-32 in the footer is that of the bytes before it."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if size < _TAIL.size:
            return False
        file.seek(size - _TAIL.size)
        length, magic = _TAIL.unpack(file.read(_TAIL.size))
        body = size - _TAIL.size - length
        if magic != _MAGIC or body < 0:
            return False
        file.seek(body)
        try:
            told = int(json.loads(file.read(length))["crc"])
        except (ValueError, KeyError, TypeError):
            return False
        file.seek(0)
        crc, left = 0, body
        while left:
            piece = file.read(min(_CHUNK, left))
            if not piece:
                return False
            crc, left = zlib.crc32(piece, crc), left - len(piece)
    return crc == told
