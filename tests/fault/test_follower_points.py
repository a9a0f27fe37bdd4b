"""kill -9 of the follower at each named point of its work, papers changed while it is down: the index ends right.

Found by these: rows that were in the columns but in no commit stayed marked as live; a paper hidden before the next
follower came to life again when a later one was indexed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.kill_points import NAMES

ROOT = Path(__file__).resolve().parents[2]


def run(home: Path, point: str, act: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The scenario in a process of its own, with its own database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BROADSHEET_")}
    kept |= {"DJANGO_SETTINGS_MODULE": "broadsheet.settings", "BROADSHEET_DATA": str(home), **environment}
    return subprocess.run(
        [sys.executable, "-m", "tests.support.kill_points", str(home), point, act],
        env=kept, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("point", "act"), [*((name, "hide") for name in NAMES), ("vectors without seals", "edit"), ("rows in both", "edit")]
)
def test_killed_exactly_there(tmp_path: Path, point: str, act: str) -> None:
    done = run(tmp_path, point, act)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_killed_exactly_there_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    done = run(tmp_path, "rows on the disk", "hide", BROADSHEET_DATABASE_URL=postgres_url)
    assert done.returncode == 0, done.stderr
