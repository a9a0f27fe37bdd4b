"""The 655 days of a real list: exactly its papers and their votes, whatever else was imported before."""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from broadsheet.catalogue.importing.files import lines
from broadsheet.catalogue.importing.run import import_paths
from broadsheet.catalogue.models import Announcement

pytestmark = [pytest.mark.django_db, pytest.mark.realdata]  # rolled back: emptying the tables takes half a minute
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_every_day_of_hf_daily_has_exactly_its_papers(shared_data: Path, tmp_path: Path) -> None:
    other = tmp_path / "arxiv_daily.jsonl"
    arxiv = shared_data / "corpora" / "arxiv_daily.jsonl.zst"
    other.write_bytes(b"\n".join(line.data for line in itertools.islice(lines(arxiv), 3000)))
    listed = shared_data / "corpora" / "hf_daily_papers.jsonl.zst"
    report = import_paths([other, listed], now=NOW, rejects_dir=tmp_path, alone=lambda: True)
    assert not report.rejects and not report.faults

    expected: dict[str, dict[str, int | None]] = defaultdict(dict)
    for line in lines(listed):
        told = orjson.loads(line.data)
        for row in told.get("announced", ()):
            expected[row["day"]][told["id"].removeprefix("arxiv:")] = told.get("upvotes")
    found: dict[str, dict[str, int | None]] = defaultdict(dict)
    rows = Announcement.objects.filter(list="hf_daily", paper__identifier_rows__scheme="arxiv")
    for day, votes, value in rows.values_list("day", "votes", "paper__identifier_rows__value"):
        found[str(day)][value] = votes
    assert len(expected) == 655
    assert found == expected
