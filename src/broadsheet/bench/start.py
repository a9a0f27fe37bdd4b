"""`bench start`: from the command to the first page, and from the signal to the end, on a copy of the installation."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from ..config import Config
from ..errors import BroadsheetError, UsageError
from .clients import cpu_seconds
from .serving import settle
from .web import _copy

_PORT = re.compile(r"http://127\.0\.0\.1:(\d+)/")
_LONGEST = 60.0


def run_start(config: Config, *, times: int) -> dict[str, Any]:
    """Start and stop ``times`` times, once more before as nobody counts; seconds, medians and worst.

    ``first_page_s``: from the command until the front page is answered; ``cpu_s``: what all processes used until then;
    ``stop_s``: from SIGTERM until the last process has ended, once everything that is loaded ahead is there. Nothing is
    fetched from anywhere. Raises :class:`UsageError` on PostgreSQL, whose database is no copy.
    """
    if config.postgres:
        raise UsageError("`bench start` works on a copy of the database, and only SQLite's can be copied. Nothing was "
                         "measured.")
    with _copy(config) as data:
        _own_index(data)
        runs = [_once(data) for _ in range(times + 1)][1:]
    out: dict[str, Any] = {"times": times}
    for place, name in enumerate(("first_page", "cpu", "stop")):
        values = [run[place] for run in runs]
        out[f"{name}_s"], out[f"{name}_worst_s"] = round(statistics.median(values), 2), round(max(values), 2)
    return out


def _own_index(data: Path) -> None:
    """The worker writes into its index, so the copy gets one of its own."""
    index = data / "index"
    if index.is_symlink():
        live = index.resolve()
        index.unlink()
        shutil.copytree(live, index)


def _once(data: Path) -> tuple[float, float, float]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("BROADSHEET_")}
    command = [sys.executable, "-m", "broadsheet", "start", "--host", "127.0.0.1", "--port", "0", "--data", str(data)]
    began = time.monotonic()
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                             env={**environ, "BROADSHEET_OFFLINE": "1"})
    try:
        port = _port(child)
        _first_page(child, port, began)
        first, spent = time.monotonic() - began, cpu_seconds(child.pid) or 0.0
        settle(child.pid)
        asked = time.monotonic()
        child.send_signal(signal.SIGTERM)
        child.wait(_LONGEST)
        return first, spent, time.monotonic() - asked
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
        if child.stderr is not None:
            child.stderr.close()


def _port(child: subprocess.Popen[str]) -> int:
    """The port in the address that `start` prints before anything else is started."""
    assert child.stderr is not None
    for line in child.stderr:
        if found := _PORT.search(line):
            return int(found[1])
    raise BroadsheetError("`broadsheet start` ended without an address; run `broadsheet doctor`. Nothing was measured.")


def _first_page(child: subprocess.Popen[str], port: int, began: float) -> None:
    while time.monotonic() - began < _LONGEST and child.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_LONGEST)
        try:
            connection.request("GET", "/")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.02)  # not listening yet
        finally:
            connection.close()
    raise BroadsheetError("The front page did not come within a minute; run `broadsheet doctor`. Nothing was measured.")
