"""Where the index lies: generations side by side, one pointer, two locks.

    index/current        name of the generation in use ("gen-000001"), replaced by rename
    index/lock           held (flock) by the one follower
    index/rebuild.lock   held by a rebuild
    index/gen-000001/    manifest.json (versions), words/ (tantivy), columns/ (columns.py)

The index is a cache: it can always be made again from the database, so whatever cannot be read is never repaired here,
only named, with the command that builds a new one.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import tantivy

from ..errors import BroadsheetError
from . import columns, schema


class IndexMissing(BroadsheetError):
    """There is no index yet: nothing was ever indexed here."""


class IndexUnusable(BroadsheetError):
    """The index is damaged or of another version; ``broadsheet reindex`` makes a new one."""


class IndexBusy(BroadsheetError):
    """Another process holds the lock of the index."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One complete index on disk."""

    path: Path

    @property
    def name(self) -> str:
        """``gen-000001``."""
        return self.path.name

    @property
    def words(self) -> Path:
        """tantivy's directory."""
        return self.path / "words"

    @property
    def columns(self) -> Path:
        """Directory of the columns."""
        return self.path / "columns"


def replace_file(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write ``data`` to ``path`` so that any moment shows the old or the new file, whole."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.write(data)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    fresh.replace(path)


def current(index_dir: Path) -> Generation:
    """The generation in use. Raises :class:`IndexMissing` or :class:`IndexUnusable`."""
    try:
        name = (index_dir / "current").read_text("ascii").strip()
    except FileNotFoundError:
        raise IndexMissing(f"There is no search index in {index_dir} yet. The worker makes it: "
                           "`broadsheet start`, or `broadsheet work --until-idle`.") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise IndexUnusable(f"{index_dir / 'current'} cannot be read ({problem}). Papers are safe in the database. "
                            "Run `broadsheet reindex`.") from problem
    generation = Generation(index_dir / name)
    if not name.startswith("gen-") or "/" in name or not generation.path.is_dir():
        raise IndexUnusable(f"{index_dir / 'current'} names {name!r}, which is not there. Papers are safe in the "
                            "database. Run `broadsheet reindex`.")
    check_manifest(generation)
    return generation


def check_manifest(generation: Generation) -> None:
    """Refuse a generation that was made by another version of schema or columns."""
    path = generation.path / "manifest.json"
    try:
        manifest = json.loads(path.read_bytes())
        found = (int(manifest["schema"]), int(manifest["columns"]))
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise IndexUnusable(f"{path} cannot be read ({problem}). Papers are safe in the database. "
                            "Run `broadsheet reindex`.") from problem
    if found != (schema.VERSION, columns.FORMAT):
        raise IndexUnusable(
            f"The index {generation.path} has version {found[0]}.{found[1]}, this program reads {schema.VERSION}."
            f"{columns.FORMAT}. Papers are safe in the database. Run `broadsheet reindex`."
        )


def create(index_dir: Path) -> Generation:
    """A new, empty generation beside the others. It is not yet in use (:func:`adopt`)."""
    index_dir.mkdir(parents=True, exist_ok=True)
    numbers = [int(path.name[4:]) for path in index_dir.glob("gen-*") if path.name[4:].isdigit()]
    generation = Generation(index_dir / f"gen-{max(numbers, default=0) + 1:06d}")
    generation.words.mkdir(parents=True)
    generation.columns.mkdir()
    tantivy.Index(schema.build(), path=str(generation.words))
    manifest = {"schema": schema.VERSION, "columns": columns.FORMAT}
    replace_file(generation.path / "manifest.json", json.dumps(manifest).encode())
    return generation


def adopt(index_dir: Path, generation: Generation) -> None:
    """Point readers and follower at ``generation``."""
    replace_file(index_dir / "current", generation.name.encode())


def sweep(index_dir: Path, keep: Generation) -> None:
    """Remove generations that are no longer used. Readers that still have one open keep their open files."""
    for path in index_dir.glob("gen-*"):
        if path.name < keep.name:
            shutil.rmtree(path, ignore_errors=True)


def open_words(generation: Generation) -> Any:
    """tantivy's index, with its analyzers. Raises :class:`IndexUnusable`."""
    try:
        index = tantivy.Index.open(str(generation.words))
    except (ValueError, OSError) as problem:
        raise IndexUnusable(f"The words of the index in {generation.words} cannot be opened ({problem}). Papers are "
                            "safe in the database. Run `broadsheet reindex`.") from problem
    schema.register(index)
    index.config_reader("manual")
    return index


def positions_of(searcher: Any, built: Any) -> dict[int, int]:
    """The positions kept in the sentinel document of the words; empty when nothing was ever committed."""
    query = tantivy.Query.term_query(built, schema.F_WHAT, schema.POSITION, index_option="basic")
    best: dict[int, int] = {}
    for _score, address in searcher.search(query, 8).hits:
        marks = searcher.doc(address).get_all(schema.F_MARK)
        found = {int(lane): int(seq) for lane, seq in json.loads(marks[0]).items()}
        best = found if not best else {lane: max(best.get(lane, 0), found.get(lane, 0)) for lane in best | found}
    return best


class Lock:
    """An exclusive lock of one process on ``path`` (flock: it goes when the process ends, however it ends)."""

    def __init__(self, path: Path, holder: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: IO[str] = path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.seek(0)
            other = self._file.read().strip() or "another process"
            self._file.close()
            raise IndexBusy(f"{path} is held by {other}. Nothing was changed. Wait for it, or stop it.") from None
        self._file.truncate(0)
        self._file.write(f"{holder} (process {os.getpid()})")
        self._file.flush()

    def close(self) -> None:
        """Give the lock back."""
        self._file.close()


def held(path: Path) -> bool:
    """Whether some process holds the lock file ``path`` (asked without taking it)."""
    try:
        with path.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def size(path: Path) -> int:
    """Bytes that the files under ``path`` take on the disk (holes in sparse files are not counted)."""
    total = 0
    for root, _dirs, names in os.walk(path):
        for name in names:
            try:
                total += (Path(root) / name).stat().st_blocks * 512
            except FileNotFoundError:  # a merge removed it between listing and looking
                continue
    return total
