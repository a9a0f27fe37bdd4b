"""A submission that is killed anywhere and sent again is there once, with its day, its note and its undo."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.program import ROOT, environment


def test_killed_at_every_step_and_sent_again(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.kill_submit"], cwd=ROOT, env=environment(BROADSHEET_DATA=str(tmp_path)),
        capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip().endswith("6 points")
