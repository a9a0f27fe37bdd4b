"""Import of files: lines to records to intake, with a rejects file, flat memory and a turn for other writers."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from glob import escape as glob_escape
from hashlib import blake2b
from pathlib import Path

import orjson
from django.db import connection, transaction

from ...errors import UsageError
from .. import changes, site
from ..intake import BATCH, LONE_BATCH, Counts, intake
from ..records import Incoming
from . import bibtex, jsonl
from .files import FileFault, Line, lines

_FAMILIES = "file_families"  # the choice that remembers in which folder each family lies
_PAUSE_LIMIT = 0.05  # seconds: a slow transaction does not make a long pause


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that was not taken: where it stands, which field, why."""

    file: str
    line: int
    field: str
    reason: str


@dataclass(slots=True)
class Report:
    """What an import did. ``faults``: files that could not be read whole, a sentence each."""

    counts: Counts = field(default_factory=Counts)
    rejects: list[Reject] = field(default_factory=list)  # the first 100
    faults: list[str] = field(default_factory=list)
    rejects_file: Path | None = None


class _Rejects:
    """The rejects file: one JSON object a line with place, reason and the line as it was (as far as kept)."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.path = folder / f"rejects-{now:%Y%m%dT%H%M%S}.jsonl"
        self.first: list[Reject] = []
        self.count = 0

    def add(self, reject: Reject, data: bytes) -> None:
        self.count += 1
        if len(self.first) < 100:
            self.first.append(reject)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        row = {
            "file": reject.file,
            "line": reject.line,
            "field": reject.field,
            "reason": reject.reason,
            "text": data.decode("utf-8", "backslashreplace"),
        }
        with self.path.open("ab") as out:
            out.write(orjson.dumps(row) + b"\n")


class _Seen:
    """A set of texts by their 64-bit hashes, open addressing: 16 to 32 bytes each, a tenth of what ``set`` needs."""

    def __init__(self) -> None:
        self.slots = array("Q", bytes(8 << 10))
        self.count = 0

    def add(self, text: str) -> bool:
        """Whether ``text`` was there already."""
        if self.count * 2 >= len(self.slots):
            old, self.slots = self.slots, array("Q", bytes(16 * len(self.slots)))
            for number in filter(None, old):
                self.slots[self._place(number)] = number
        number = hash(text) & 0xFFFF_FFFF_FFFF_FFFF or 1
        place = self._place(number)
        if self.slots[place]:
            return True
        self.slots[place] = number
        self.count += 1
        return False

    def _place(self, number: int) -> int:
        mask = len(self.slots) - 1
        place = number & mask
        while self.slots[place] not in (0, number):
            place = (place + 1) & mask
        return place


def expand(paths: Sequence[Path]) -> list[Path]:
    """Files as given; a directory stands for the importable files in it, by name. UsageError for an empty one."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file() and kind_of(p))
            if not inside:
                raise UsageError(
                    f"The directory {path} holds no file that can be imported (.jsonl, .ndjson, .json, .bib, .bibtex, "
                    "each also .gz or .zst). Nothing was imported. Name the files, or another directory."
                )
            found += inside
        else:
            found.append(path)
    return found


def kind_of(path: Path) -> str:
    """``jsonl``, ``bibtex`` or nothing, by the file's name."""
    name = path.name.lower()
    for packed in (".gz", ".zst"):
        name = name.removesuffix(packed)
    if name.endswith((".jsonl", ".ndjson", ".json")):
        return "jsonl"
    return "bibtex" if name.endswith((".bib", ".bibtex")) else ""


def _kind_inside(path: Path) -> str:
    """``jsonl`` or ``bibtex`` by how the content begins, for a name that does not say. Raises :class:`FileFault`."""
    for line in lines(path):
        start = line.data.lstrip()[:1]
        if start == b"{":
            return "jsonl"
        if start == b"@" or (start == b"%" and not line.data.startswith(b"%PDF")):
            return "bibtex"
        raise FileFault(
            f"{path} is neither JSON Lines nor BibTeX: line {line.number} begins with {line.data[:20]!r}. Nothing of "
            "it was imported; what other files brought stands. docs/reference/import-format.md describes the forms."
        )
    return "jsonl"


def family_of(path: Path) -> str:
    """The name of the file without its endings, so that a newer copy replaces an older one."""
    return path.name.split(".")[0]


def families_of(paths: Sequence[Path]) -> dict[Path, str]:
    """The file family in the source keys of each path.

    Where a family lies is remembered. Another file of its name in another folder is a family of its own
    ("papers-1f3c9a") for as long as the first folder holds the first file; a file that was moved keeps its family.
    """
    with transaction.atomic():
        folders = dict(site.choice(_FAMILIES, {}))
        before, found = dict(folders), {}
        for path in paths:
            name, folder = family_of(path), str(path.resolve().parent)
            if folders.get(name, folder) != folder and _holds(Path(folders[name]), name):
                name += "-" + blake2b(folder.encode(), digest_size=3).hexdigest()
            folders[name] = folder
            found[path] = name
        if folders != before:
            site.choose(_FAMILIES, folders)
    return found


def _holds(folder: Path, family: str) -> bool:
    """Whether ``folder`` still has an importable file of ``family``."""
    return any(kind_of(path) and family_of(path) == family for path in folder.glob(f"{glob_escape(family)}*"))


def _incoming(
    path: Path, family: str, rights: str, source: str, rejects: _Rejects, seen: Callable[[Path, int], None] | None
) -> Iterator[Incoming]:
    kind = kind_of(path) or _kind_inside(path)
    read: Iterable[Line] = bibtex.entries(path) if kind == "bibtex" else lines(path)
    public = rights == "public"
    form = bibtex.FORM if kind == "bibtex" else (jsonl.PUBLIC_FORM if public else jsonl.FORM)
    parse = bibtex.parse_entry if kind == "bibtex" else (jsonl.parse_public if public else jsonl.parse_line)
    known = _Seen()
    for line in read:
        if seen is not None:
            seen(path, line.number)
        if line.fault:
            rejects.add(Reject(str(path), line.number, "line", line.fault), line.data)
            continue
        try:
            record = parse(line.data)
        except jsonl.BadRecord as problem:
            rejects.add(Reject(str(path), line.number, problem.field, problem.reason), line.data)
            continue
        scheme, value = record.identifiers[0]
        key = f"{family}/{scheme}:{value}"
        if known.add(key):  # told twice in one file: one paper, and both records are kept
            key += "#" + blake2b(line.data, digest_size=6).hexdigest()
        yield Incoming(source, key, line.data, form, record)


def _to_the_break(items: Iterator[Incoming], faults: list[str]) -> Iterator[Incoming]:
    """The items of a file up to where it breaks off, so that those before are taken; the fault is noted."""
    try:
        yield from items
    except FileFault as problem:
        faults.append(str(problem))


def _manners(alone: Callable[[], bool] | None) -> Callable[[float], None]:
    """Pause as long as the transaction took, unless nobody else wants to write (DESIGN, "Writing")."""

    def pause(seconds: float) -> None:
        if alone is None or not alone():
            time.sleep(min(seconds, _PAUSE_LIMIT))

    return pause


@contextmanager
def _rare_checkpoints() -> Iterator[None]:
    """On SQLite: let the log of this connection grow to 32 MB, so that a page is written back once, not many times."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_autocheckpoint = 8000")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_autocheckpoint = 1000")


def import_paths(
    paths: Sequence[Path],
    *,
    now: datetime,
    rejects_dir: Path,
    rights: str = "members",
    source: str = "file",
    lane: int = changes.BULK,
    alone: Callable[[], bool] | None = None,
    seen: Callable[[Path, int], None] | None = None,
    batch: int = BATCH,
) -> Report:
    """Import files; a file that cannot be read is a fault in the report, the others go on.

    ``alone()`` says that no other writer is there; ``seen(path, line)`` is told the progress. Repeating an import
    changes nothing.
    """
    report = Report()
    rejects = _Rejects(rejects_dir, now)
    with _rare_checkpoints():
        found = expand(paths)
        families = families_of(found) if source == "file" else {path: family_of(path) for path in found}
        for path, family in families.items():
            counts = intake(
                _to_the_break(_incoming(path, family, rights, source, rejects, seen), report.faults),
                now=now,
                lane=lane,
                pause=_manners(alone),
                batch=lambda: LONE_BATCH if alone is not None and alone() else batch,
            )
            report.counts.add(counts)
    report.counts.rejected = rejects.count
    report.counts.read += rejects.count
    report.rejects = rejects.first
    report.rejects_file = rejects.path if rejects.count else None
    return report
