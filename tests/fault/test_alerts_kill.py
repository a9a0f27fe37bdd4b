"""Kill -9 at each step from the finding to the commit: no paper is lost, none comes twice but in the one window.

The window lies between the receiver's OK and the commit; the copy that it lets through has the same id.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.support.kill_alerts import POINTS
from tests.support.program import ROOT
from tests.support.receivers import Receiver


def _round(data: Path, url: str, number: int, point: str) -> int:
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("BROADSHEET_", "DJANGO_"))}
    done = subprocess.run([sys.executable, "-m", "tests.support.kill_alerts", str(data), url, str(number), point],
                          cwd=ROOT, env=keep, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode in (0, -9), done.stderr[-2000:]
    return done.returncode


def test_killed_at_each_step_and_run_again(data_dir: Path) -> None:
    with Receiver() as receiver:
        for number, point in enumerate(POINTS):
            assert _round(data_dir, receiver.url, number, point) == -9, point
        assert _round(data_dir, receiver.url, len(POINTS), "none") == 0
    ids: dict[str, list[str]] = {}
    for call in receiver.calls:
        for paper in json.loads(call.body)["data"]["papers"]:
            ids.setdefault(paper["key"], []).append(call.headers["webhook-id"])
    wanted = {f"a{number * 10 + one:09d}" for number in range(len(POINTS) + 1) for one in range(2)}
    assert set(ids) == wanted, "every paper arrived"
    twice = {paper: found for paper, found in ids.items() if len(found) > 1}
    assert len(twice) == 1 and all(len(set(found)) == 1 for found in twice.values()), "one copy, with the same id"
    assert Counter(len(found) for found in ids.values()) == {1: len(wanted) - 1, 2: 1}
