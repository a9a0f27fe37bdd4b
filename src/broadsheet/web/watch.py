"""Whether anything was written since: what lets kept pages be served without asking the database.

SQLite tells a connection that another one, of whatever process, has committed (``PRAGMA data_version``). One connection
of its own, which never writes, asks; the answer costs some microseconds. Where that cannot be had (PostgreSQL, a
database in memory) ``version`` is None and the state of the house is read anew for each page, in four small queries.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any

from django.db import connection

from ..catalogue import changes
from ..catalogue.site import choices
from . import prepared

_SOURCES = (
    "SELECT name, enabled, outcome, detail, due_at, succeeded_at, progress FROM sources_sourcestate ORDER BY name"
)
# Days that closed, acts of editors, what they wrote.
_EDITIONS = (
    "SELECT (SELECT COUNT(*) FROM editions_snapshot), (SELECT COALESCE(MAX(id), 0) FROM editions_curation),"
    " (SELECT COUNT(undone_at) FROM editions_curation), (SELECT MAX(changed_at) FROM editions_daynote)"
)


class Watcher:
    """Tells by a number that changes with every commit to one SQLite file. Shared by the threads of a process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._opened: tuple[int, int] = (0, 0)  # process and how often the file was opened

    def version(self) -> tuple[int, int, int] | None:
        """Differs after every commit by any other connection; None while the file cannot be asked."""
        with self._lock:
            try:
                if self._connection is None or self._opened[0] != os.getpid():
                    self._connection = sqlite3.connect(
                        f"file:{self._path}?mode=ro", uri=True, check_same_thread=False, timeout=1
                    )
                    self._opened = (os.getpid(), self._opened[1] + 1)
                number: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
            except sqlite3.Error:
                self._connection = None
                return None
            return (*self._opened, number)


_watchers: dict[str, Watcher] = {}


def version() -> tuple[int, int, int] | None:
    """The number of the database of this process; None where every page has to ask."""
    if connection.vendor != "sqlite":
        return None
    name = str(connection.settings_dict["NAME"])
    watcher = _watchers.get(name)
    if watcher is None:
        if "mode=memory" in name or name == ":memory:":
            return None
        watcher = _watchers.setdefault(name, Watcher(Path(name)))
    return watcher.version()


@dataclass(frozen=True, slots=True)
class House:
    """What all pages depend on: a digest of it, the moment at which the next source is due, the site's choices."""

    digest: bytes
    due: datetime | None
    choices: dict[str, Any]


_house: tuple[tuple[int, int, int], House] | None = None


def forget() -> None:
    """Read the state of the house anew at the next page."""
    global _house
    _house = None


def house(at: tuple[int, int, int] | None, chosen: Mapping[str, Any] | None = None) -> House:
    """The state of the house; ``at`` is the version that was read before, so that what is kept is never too young.

    ``chosen``: the site's choices where this request has read them already; what is kept for others reads its own.
    """
    global _house
    known = _house
    if at is not None and known is not None and known[0] == at:
        return known[1]
    sources = prepared.rows(_SOURCES, ())
    choice = dict(chosen) if at is None and chosen is not None else choices()
    editions = prepared.rows(_EDITIONS, ())
    parts = (changes.total(), sorted(choice.items()), sources, editions)
    moments = [prepared.as_moment(row[4]) for row in sources if row[1]]
    due = min((moment for moment in moments if moment is not None), default=None)
    made = House(blake2b(repr(parts).encode(), digest_size=16).digest(), due, choice)
    if at is not None:
        _house = at, made
    return made


def state(found: House, moment: datetime) -> tuple[bytes, date, bool]:
    """What an anonymous page is kept under: the house, the day, and whether the next look at the sources is due."""
    return found.digest, moment.date(), found.due is not None and found.due <= moment
