"""kill -9 of the server under readers who vote and comment: all that was acknowledged is there, once, and counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.storm import Storm


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_every_acknowledged_act_is_there_once(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("postgres_url") if database == "postgresql" else ""
    storm = Storm(tmp_path / "data", url)
    storm.fill(200)
    storm.blow(acts=150)
    found = storm.outcome()
    assert storm.faults == []
    assert found["acts"] >= 150 and found["votes"] and found["comments"], found
    assert (found["lost"], found["doubled"], found["counts_wrong"]) == (0, 0, 0), found
