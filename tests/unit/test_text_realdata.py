"""The text room on real papers: arXiv's days as listed, identifiers and dates as sent."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard

from broadsheet.text import dates, identifiers, latex, markup


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as raw:
        for line in io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(raw)):
            yield json.loads(line)


@pytest.mark.realdata
def test_arxiv_days_as_listed(shared_data: Path) -> None:
    """The corpus gives the day of submission without the hour: one of two days must be the one that was listed."""
    found: Counter[str] = Counter()
    for record in _records(shared_data / "corpora" / "arxiv_daily.jsonl.zst"):
        published = record["published"]
        if len(published) != 10 or not record["id"].startswith(f"arxiv:{published[2:4]}{published[5:7]}"):
            continue
        day = date.fromisoformat(published)
        listed = min(date.fromisoformat(item["day"]) for item in record["announced"])
        first = dates.arxiv_day(datetime(day.year, day.month, day.day, tzinfo=UTC))
        last = dates.arxiv_day(datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC))
        found["before" if listed < first else "as predicted" if listed in (first, last) else "after"] += 1
    print(dict(found))
    assert found["before"] == 0
    assert found["as predicted"] >= 0.95 * found.total()


@pytest.mark.realdata
def test_identifiers_dates_and_titles_of_one_corpus(shared_data: Path) -> None:
    for record in _records(shared_data / "corpora" / "acm_dl.jsonl.zst"):
        identifiers.from_record_id(record["id"])
        if record.get("published"):
            dates.partial(record["published"])
        title = latex.to_unicode(markup.clean(record["title"]))
        assert latex.to_unicode(markup.clean(title)) == title
