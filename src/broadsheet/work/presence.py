"""Which long-running processes of one data directory live: a locked file each, so a killed one is never counted."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO


def announce(data: Path, role: str) -> IO[str]:
    """Say that this process runs as ``role`` (web, work); true for as long as the returned file stays open."""
    folder = data / "running"
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / f"{role}-{os.getpid()}").open("w")
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return file


def running(data: Path) -> dict[str, int]:
    """Roles and process numbers of the living; files of the dead are swept."""
    found: dict[str, int] = {}
    for path in (data / "running").glob("*-*"):
        with contextlib.suppress(OSError), path.open("r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                role, _, pid = path.name.rpartition("-")
                found[role] = int(pid)
                continue
            path.unlink()
    return found


def alone(data: Path, every: float = 1.0) -> Callable[[], bool]:
    """A cheap question, to be asked again and again: does nobody else work here? Looked up every ``every`` seconds."""
    last = [float("-inf"), True]

    def asked() -> bool:
        if time.monotonic() - last[0] > every:
            last[:] = [time.monotonic(), not others_run(data)]
        return bool(last[1])

    return asked


def others_run(data: Path) -> bool:
    """Whether a web process or a full worker runs on this data directory."""
    return bool(running(data).keys() & {"web", "work"})
