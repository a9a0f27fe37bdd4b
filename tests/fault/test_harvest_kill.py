"""Kill -9 in mid-harvest, at several points, then again: the same state as a harvest that was never killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.loopback import Loopback, papers

ROOT = Path(__file__).resolve().parents[2]


def start(base: str, data: Path, name: str) -> subprocess.Popen[bytes]:
    """A harvest in a process of its own."""
    keep = {k: v for k, v in os.environ.items() if not k.startswith("BROADSHEET_")}
    return subprocess.Popen([sys.executable, "-m", "tests.support.kill_harvest", base, str(data), name], cwd=ROOT,
                            env={**keep, "BROADSHEET_DATA": str(data)}, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)


def finish(process: subprocess.Popen[bytes]) -> str:
    """Its last words."""
    said, _ = process.communicate(timeout=120)
    return said.decode()


@pytest.mark.parametrize("name", ["arxiv-oai", "hf-daily", "arxiv-rss"])
def test_killed_and_repeated_gives_the_same_state(tmp_path, name):
    some = [replace(paper, stamp="2026-11-10") for paper in papers(14)]
    feeds = {"cs.LG": [(p, "new") for p in some[:9]], "cs.AI": [(p, "cross") for p in some[4:]]}
    daily = {f"2026-11-{day}": [(some[day - 10], day)] for day in range(10, 21)}
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir()
    broken.mkdir()
    with Loopback(some, feeds, daily=daily, delay=0.15) as world:
        assert finish(start(world.base, whole, name)).startswith("ok")
        needed = len(world.asked)
        world.asked.clear()
        for _ in range(3):
            process = start(world.base, broken, name)
            had, deadline = len(world.asked), time.monotonic() + 60
            while len(world.asked) < had + 2 and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.005)
            time.sleep(0.1)
            process.send_signal(signal.SIGKILL)
            process.wait()
            if process.stdout:
                process.stdout.close()
        world.delay = 0.0
        said = finish(start(world.base, broken, name))
        assert said.startswith(("ok", "empty")), said
    assert (broken / "state.txt").read_text().replace("'empty'", "'ok'") == (
        whole / "state.txt").read_text().replace("'empty'", "'ok'")
    assert len(world.asked) < 4 * needed + 4, "a killed run goes on where it was"
