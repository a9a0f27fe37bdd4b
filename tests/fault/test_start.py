"""`broadsheet start`: what is killed comes back on the same port, nothing outlives it, a clean stop ends everything."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.program import broadsheet, environment

PATIENCE = 90.0  # seconds; only a machine that does nothing at all takes so long


def until(told: Callable[[], object], what: str) -> None:
    """Wait for something to become true; a failure names it."""
    ends = time.monotonic() + PATIENCE
    while not told():
        assert time.monotonic() < ends, f"still not: {what}"
        time.sleep(0.05)


def below(pid: int) -> set[int]:
    """All living processes that descend from ``pid``."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[:2]
        except OSError:
            continue
        if state != "Z":
            parents.setdefault(int(parent), []).append(int(folder.name))
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        children = parents.get(waiting.pop(), [])
        found.update(children)
        waiting += children
    return found


def alive(pid: int) -> bool:
    """Whether the process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class Started:
    """A running `broadsheet start` on an empty data directory."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.log = data.parent / "start.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "broadsheet", "start", "--port", "0", "--no-sample"],
                env=environment(BROADSHEET_DATA=str(data)), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        until(lambda: "http://" in self.log.read_text() or self.process.poll() is not None, "the link")
        found = re.search(r"http://[\d.]+:\d+/", self.log.read_text())
        assert found, self.log.read_text()
        self.base = found.group()
        until(self.answers, "the first page")
        until(lambda: self.role("work"), "the worker")

    def answers(self) -> bool:
        """Whether the page can be had."""
        try:
            with urllib.request.urlopen(f"{self.base}robots.txt", timeout=5) as page:
                return bool(page.status == 200)
        except OSError:
            return False

    def role(self, name: str) -> int:
        """Process number of ``web`` or ``work``; 0 while there is none."""
        from broadsheet.work.presence import running

        return running(self.data).get(name, 0)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    """Running; whatever the test leaves is ended."""
    here = Started(tmp_path / "data")
    left = below(here.process.pid)
    yield here
    for pid in {here.process.pid, *left, *below(here.process.pid)}:
        if alive(pid):
            os.kill(pid, signal.SIGKILL)
    here.process.wait()


def test_what_is_killed_comes_back_and_a_stop_ends_all(started: Started) -> None:
    for name in ("web", "work"):
        old = started.role(name)
        gone = {old, *below(old)}
        os.kill(old, signal.SIGKILL)
        until(lambda gone=gone: not any(map(alive, gone)), f"the children of the {name} process end with it")
        until(lambda name=name, old=old: started.role(name) not in (0, old), f"a new {name} process")
        until(started.answers, "the page, at the same port")
    second = broadsheet("start", "--port", "0", data=started.data)
    assert second.returncode == 3 and "already runs" in second.stderr
    everything = below(started.process.pid)
    started.process.send_signal(signal.SIGTERM)
    assert started.process.wait(PATIENCE) == 0
    assert not any(map(alive, everything))
    assert "Traceback" not in started.log.read_text()


def test_nothing_outlives_a_killed_start(started: Started) -> None:
    everything = below(started.process.pid)
    assert len(everything) >= 3
    started.process.kill()
    started.process.wait()
    until(lambda: not any(map(alive, everything)), "web, worker and their children end")
    assert broadsheet("status", data=started.data).returncode == 0
