"""kill -9 of the follower at random points: the next one goes on, and the index ends as a rebuild would make it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_kill_9_at_random_points(tmp_path: Path, database: str, request: pytest.FixtureRequest) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BROADSHEET_")}
    environment |= {"DJANGO_SETTINGS_MODULE": "broadsheet.settings", "BROADSHEET_DATA": str(tmp_path)}
    if database == "postgresql":
        environment["BROADSHEET_DATABASE_URL"] = request.getfixturevalue("postgres_url")
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.kill_follower", str(tmp_path), "8"],
        env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )
    assert done.returncode == 0, done.stderr
