"""Backup of a running installation into one file, and its return.

The index, vectors and model are caches: they are left out and made again. What is kept: the database (SQLite's own
online copy; PostgreSQL is dumped by its own tools), the TOML file, keys and rejects.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import sqlite3
import tarfile
import tempfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path, PurePosixPath
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

    facts = {"version": __version__, "made": now.isoformat(), "papers": live_count()}
    part = target.with_name(target.name + ".part")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
            copy = _copy_database(config.data / "broadsheet.sqlite3", Path(folder) / "broadsheet.sqlite3")
            facts["sha256"] = _digest(copy)
            part.unlink(missing_ok=True)
            part.touch(0o600)  # it holds the key that signs, and addresses of members
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
    except (OSError, sqlite3.Error) as problem:
        part.unlink(missing_ok=True)
        raise BroadsheetError(
            f"The backup could not be written to {target} ({getattr(problem, 'strerror', None) or problem}). Nothing "
            "was kept there; the data directory is unchanged. Choose a place with the right to write and with room for "
            "the database twice."
        ) from None
    return {**facts, "bytes": target.stat().st_size, "file": str(target)}


def _copy_database(source: Path, copy: Path) -> Path:
    """SQLite's online copy: one state of the database, whatever others write meanwhile."""
    live, kept = sqlite3.connect(source), sqlite3.connect(copy)
    try:
        live.backup(kept, pages=2000, sleep=0.005)
    finally:
        kept.close()
        live.close()
    return copy


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def restore(config: Config, source: Path) -> dict[str, Any]:
    """Bring a backup back; only into a data directory without a database."""
    if (config.data / "broadsheet.sqlite3").exists():
        raise BroadsheetError(
            f"{config.data} already holds a database, which was left as it is. Restore into an empty directory with "
            "--data, look at it, then move it here."
        )
    if config.data.exists() and not config.data.is_dir():
        raise BroadsheetError(f"{config.data} is a file and was left as it is. Nothing was restored. Give an empty "
                              "directory with --data.")
    try:
        with tarfile.open(source, "r:") as tar:
            names = set(tar.getnames())
            if not {"manifest.json", "broadsheet.sqlite3"} <= names:
                raise BroadsheetError(f"{source} is not a backup of Broadsheet. Nothing was restored.")
            config.data.mkdir(0o700, parents=True, exist_ok=True)
            held = tar.extractfile("manifest.json")
            facts: dict[str, Any] = orjson.loads(held.read()) if held else {}
            for member in tar.getmembers():
                _unpack(tar, member, config.data)
            # The database last, by rename: a restore that was cut short leaves no half database behind.
            part = config.data / "broadsheet.sqlite3.part"
            _write(tar, tar.getmember("broadsheet.sqlite3"), part)
            if facts.get("sha256", digest := _digest(part)) != digest:  # backups of before have none
                raise tarfile.TarError("its database is not as it was written")
            shutil.rmtree(config.data / "index", ignore_errors=True)  # an index of another database is worth nothing
            part.rename(config.data / "broadsheet.sqlite3")
    except (OSError, ValueError, tarfile.TarError) as problem:
        with suppress(OSError):
            (config.data / "broadsheet.sqlite3.part").unlink(missing_ok=True)
        raise BroadsheetError(
            f"{source} could not be read as a backup ({problem}). No database was put in place. Check the file and the "
            f"right to write in {config.data}, then repeat."
        ) from None
    return {**facts, "data": str(config.data)}


def _unpack(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Write one of the kept files below ``folder``; what no backup of ours holds (links, ways out) is passed over.

    By hand, because ``extractall(filter=...)`` came with Python 3.11.4 and Debian 12 has 3.11.2.
    """
    place = PurePosixPath(member.name)
    if member.isfile() and place.parts[0] in _KEPT and not {"..", "/"} & set(place.parts):
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        _write(tar, member, target)


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    """The bytes of ``member`` in ``target``, on disk when this returns, for this user alone."""
    held = tar.extractfile(member)
    if held is None:
        raise tarfile.TarError(f"{member.name} is not a plain file")
    with target.open("wb") as out:
        target.chmod(0o600)
        shutil.copyfileobj(held, out, 1 << 20)
        out.flush()
        os.fsync(out.fileno())
