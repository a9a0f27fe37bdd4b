"""A server of our own for benchmarks, on loopback with a free port, stopped at the end."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import BroadsheetError
from .clients import cpu_seconds


@contextmanager
def server(data: Path) -> Iterator[tuple[int, int]]:
    """`broadsheet web` on a free port; yields port and process once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "broadsheet", "web", "--port", str(port), "--data", str(data)]
    environ = {name: value for name, value in os.environ.items() if name not in ("BROADSHEET_HOST", "BROADSHEET_PORT")}
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL, env=environ)
    try:
        ends = time.monotonic() + 60
        while True:
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
            except OSError:
                if child.poll() is not None or time.monotonic() > ends:
                    raise BroadsheetError(
                        "The server of the benchmark did not start; run `broadsheet doctor`."
                    ) from None
                time.sleep(0.05)
        yield port, child.pid
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def settle(server: int, longest: float = 30.0) -> None:
    """Wait until the server has loaded what it loads ahead: until it is idle for half a second."""
    ends, before = time.monotonic() + longest, cpu_seconds(server)
    while before is not None and time.monotonic() < ends:
        time.sleep(0.5)
        now = cpu_seconds(server)
        if now is not None and now - before < 0.03:
            return
        before = now
