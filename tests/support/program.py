"""The program as a person runs it: another process, a data directory of its own, no settings from outside."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def environment(**more: str) -> dict[str, str]:
    """Our environment without settings of Broadsheet; never another host, nor a full model that is installed here.

    A child that embeds the sample anew for every server would cost more than all that is tested.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BROADSHEET_", "DJANGO_"))}
    return {**kept, "BROADSHEET_OFFLINE": "true", "BROADSHEET_MODEL_DIR": os.devnull,
            "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb", **more}


def broadsheet(*arguments: str | Path, data: Path | None = None, **how: Any) -> subprocess.CompletedProcess[str]:
    """Run one command to its end. ``env`` adds variables; other keywords go to ``subprocess.run``."""
    given = environment(**how.pop("env", {}), **({"BROADSHEET_DATA": str(data)} if data else {}))
    command = [sys.executable, "-m", "broadsheet", *map(str, arguments)]
    how = {"timeout": 90, **how}
    return subprocess.run(
        command, env=given, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, **how
    )


def spawn(*arguments: str | Path, data: Path) -> subprocess.Popen[bytes]:
    """Start one command in a process group of its own, quiet."""
    return subprocess.Popen(
        [sys.executable, "-m", "broadsheet", *map(str, arguments)], env=environment(BROADSHEET_DATA=str(data)),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def committed(data: Path) -> int:
    """How many papers another process has committed; 0 while there is no table."""
    path = data / "broadsheet.sqlite3"
    if not path.exists():
        return 0
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)
    try:
        return int(connection.execute("SELECT count(*) FROM catalogue_paper").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()


def rows(data: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows that an import writes, without random keys, row numbers, revisions and moments; sorted.

    Papers that were merged into another are left out: whether two records stood apart for a moment before a third
    joined them depends on the order of arrival, what they became does not.

    Also checks that SQLite finds the file whole.
    """
    return {table: sorted(found, key=repr) for table, found in _tables(data)}


def digests(data: Path) -> dict[str, list[bytes]]:
    """The same as BLAKE2b-128 of each row, sorted: for databases whose rows do not fit the memory twice."""
    return {
        table: sorted(blake2b(repr(row).encode(), digest_size=16).digest() for row in found)
        for table, found in _tables(data)
    }


def _tables(data: Path) -> Iterator[tuple[str, Iterator[tuple[Any, ...]]]]:
    """Name and rows of each table; one table is to be read to its end before the next."""
    connection = sqlite3.connect(data / "broadsheet.sqlite3")
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        names = {
            id_: f"{identifiers} {state}"
            for id_, identifiers, state in connection.execute("SELECT id, identifiers, state FROM catalogue_paper")
        }
        where = dict.fromkeys(("paper", "identifier", "paperauthor", "paperterm", "sourcerecord", "announcement"), "")
        where["paper"] = "WHERE state != 'merged'"
        for table in where:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info(catalogue_{table})")]
            left_out = {"id", "key", "revision", "added_at", "changed_at", "received_at"}
            kept = [name for name in columns if name not in left_out]
            named = [name in ("paper_id", "merged_into_id") for name in kept]
            yield table, (
                tuple(names.get(value) if of_paper else value for of_paper, value in zip(named, row, strict=True))
                for row in connection.execute(f"SELECT {', '.join(kept)} FROM catalogue_{table} {where[table]}")
            )
    finally:
        connection.close()
