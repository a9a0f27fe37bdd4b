"""kill -9 of an import at random points of its progress, and two imports at once: the same rows in the end."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest
from tests.support.incoming import jsonl, record
from tests.support.program import broadsheet, committed, rows, spawn

COUNT = 900
DAY = [{"day": "2026-05-12", "list": "hf_daily"}]


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two files that overlap: merges, a paper named by two others, one id told twice."""
    one = [record(n, doi=f"10.1000/{n}" if n % 3 else None) for n in range(1, COUNT)]
    two = [record(n, announced=DAY, upvotes=n % 40, categories=["cs.CL"]) for n in range(1, COUNT, 2)]
    two += [record(n, id=f"doi:10.1000/{n}", venue="A journal") for n in range(1, COUNT, 5)]
    two += [record(COUNT + n, id=f"pmid:{n}") for n in range(1, 300)]
    two += [record(n, id=f"doi:10.1000/p{n}", identifiers=[f"pmid:{n}"]) for n in range(1, 300, 3)]
    two += [record(7, venue="Told twice")]
    paths = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    for path, records in zip(paths, (one, two), strict=True):
        path.write_bytes(jsonl(*records))
    return paths


def kill_at(child: subprocess.Popen[bytes], data: Path, papers: int) -> bool:
    """Kill the command and its children once ``papers`` are committed; False if it ended before."""
    ends = time.monotonic() + 60
    while child.poll() is None:
        if committed(data) >= papers:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            return True
        assert time.monotonic() < ends, "the import makes no progress"
        time.sleep(0.002)
    return False


@pytest.mark.slow
def test_killed_imports_end_as_one_that_was_not(tmp_path: Path, files: list[Path]) -> None:
    whole, torn = tmp_path / "whole", tmp_path / "torn"
    assert broadsheet("import", *files, "--no-index", data=whole).returncode == 0
    total, chance = committed(whole), random.Random(20260512)
    killed = 0
    for papers in sorted(chance.sample(range(1, total - 100), 5)):
        killed += kill_at(spawn("import", *files, *chance.choice(([], ["--no-index"])), data=torn), torn, papers)
    assert killed >= 4
    last = broadsheet("import", *files, "--json", data=torn)
    assert last.returncode == 0, last.stderr
    assert rows(torn) == rows(whole)
    status = json.loads(broadsheet("status", "--json", data=torn).stdout)
    live = [row for row in rows(whole)["paper"] if "live" in row]
    assert (status["papers"], status["index"]["papers"], status["index"]["lag"]) == (len(live), len(live), 0)


@pytest.mark.slow
def test_two_imports_at_once_on_one_data_directory(tmp_path: Path, files: list[Path]) -> None:
    alone, shared = tmp_path / "alone", tmp_path / "shared"
    assert broadsheet("import", *files, "--no-index", data=alone).returncode == 0
    children = [spawn("import", files[0], data=shared), spawn("import", files[1], data=shared)]
    assert [child.wait(90) for child in children] == [0, 0]
    assert rows(shared) == rows(alone)
    status = json.loads(broadsheet("status", "--json", data=shared).stdout)
    assert status["papers"] == status["index"]["papers"] and status["index"]["lag"] == 0
