"""Backup of a running installation into one file, and its return.

The index, vectors and model are caches: they are left out and made again. What is kept: the database (SQLite's own
online copy; PostgreSQL is dumped by its own tools), the TOML file, keys and rejects.
"""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
import tarfile
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from .. import __version__
from ..config import Config
from ..errors import BroadsheetError

_KEPT = ("broadsheet.toml", "secret-key", "local-token", "keeper-key", "rejects")


def backup(config: Config, target: Path, now: datetime) -> dict[str, Any]:
    """Write the backup to ``target`` (which must not exist) whole or not at all; returns papers and bytes."""
    if config.postgres:
        raise BroadsheetError(
            "The database is PostgreSQL, which is backed up by its own tools. Nothing was written. Run "
            "`pg_dump --format=custom`, and keep the data directory's broadsheet.toml and secret-key beside the dump."
        )
    if target.exists():
        raise BroadsheetError(f"{target} exists already and was left as it is. Give a new name.")
    from ..catalogue.documents import live_count

    with tempfile.TemporaryDirectory(dir=config.data, prefix=".backup-") as folder:
        copy = Path(folder) / "broadsheet.sqlite3"
        with sqlite3.connect(config.data / "broadsheet.sqlite3") as live, sqlite3.connect(copy) as kept:
            live.backup(kept, pages=2000, sleep=0.005)
        kept.close()
        live.close()
        facts = {"version": __version__, "made": now.isoformat(), "papers": live_count()}
        part = target.with_name(target.name + ".part")
        try:
            with tarfile.open(part, "w") as tar:
                manifest = tarfile.TarInfo("manifest.json")
                body = orjson.dumps(facts)
                manifest.size = len(body)
                tar.addfile(manifest, io.BytesIO(body))
                tar.add(copy, "broadsheet.sqlite3")
                for name in _KEPT:
                    if (config.data / name).exists():
                        tar.add(config.data / name, name)
            with part.open("rb") as written:
                os.fsync(written.fileno())
            part.rename(target)
        except OSError as problem:
            part.unlink(missing_ok=True)
            raise BroadsheetError(
                f"The backup could not be written to {target} ({problem.strerror}). Nothing was kept there; the data "
                "directory is unchanged. Choose a place with room and the right to write."
            ) from None
    return {**facts, "bytes": target.stat().st_size, "file": str(target)}


def restore(config: Config, source: Path) -> dict[str, Any]:
    """Bring a backup back; only into a data directory without a database."""
    if (config.data / "broadsheet.sqlite3").exists():
        raise BroadsheetError(
            f"{config.data} already holds a database, which was left as it is. Restore into an empty directory with "
            "--data, look at it, then move it here."
        )
    try:
        with tarfile.open(source, "r:") as tar:
            names = set(tar.getnames())
            if not {"manifest.json", "broadsheet.sqlite3"} <= names:
                raise BroadsheetError(f"{source} is not a backup of Broadsheet. Nothing was restored.")
            config.data.mkdir(parents=True, exist_ok=True)
            allowed = [m for m in tar.getmembers() if m.isfile() and m.name.split("/")[0] in (*_KEPT, "manifest.json")]
            held = tar.extractfile("manifest.json")
            facts: dict[str, Any] = orjson.loads(held.read()) if held else {}
            tar.extractall(config.data, members=[m for m in allowed if m.name != "manifest.json"], filter="data")
            # The database last, by rename: a restore that was cut short leaves no half database behind.
            database = tar.extractfile("broadsheet.sqlite3")
            assert database is not None
            part = config.data / "broadsheet.sqlite3.part"
            with part.open("wb") as out:
                while piece := database.read(1 << 20):
                    out.write(piece)
                out.flush()
                os.fsync(out.fileno())
            shutil.rmtree(config.data / "index", ignore_errors=True)  # an index of another database is worth nothing
            part.rename(config.data / "broadsheet.sqlite3")
    except (OSError, tarfile.TarError) as problem:
        raise BroadsheetError(
            f"{source} could not be read as a backup ({problem}). No database was put in place. Check the file and the "
            f"right to write in {config.data}, then repeat."
        ) from None
    return {**facts, "data": str(config.data)}
