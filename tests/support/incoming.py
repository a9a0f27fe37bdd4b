"""Import files made for tests, and what an import left behind as plain values."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from broadsheet.catalogue.importing.run import Report, import_paths

NOW = datetime(2026, 5, 12, 8, tzinfo=UTC)


def record(number: int, **fields: Any) -> dict[str, Any]:
    """A small record; ``fields`` replace or add."""
    made = {"id": f"arxiv:2405.{number:05d}", "title": f"Paper number {number}", "abstract": "We show it.",
            "authors": ["Lovelace, Ada"], "published": "2024-05-27"}  # fmt: skip
    return {**made, **fields}


def jsonl(*records: dict[str, Any] | bytes) -> bytes:
    """Records (or raw lines) as the bytes of a JSON Lines file."""
    return b"".join((item if isinstance(item, bytes) else orjson.dumps(item)) + b"\n" for item in records)


def take(path: Path, *others: Path, now: datetime = NOW, **how: Any) -> Report:
    """Import files with a rejects folder beside the first one."""
    return import_paths([path, *others], now=now, rejects_dir=path.parent / "rejects", alone=lambda: True, **how)


def tables() -> dict[str, list[tuple[Any, ...]]]:
    """Every row that an import writes, without random keys, row numbers and moments; sorted."""
    from broadsheet.catalogue import models as m
    from broadsheet.catalogue.writer import PAPER_COLUMNS

    names = {paper.pk: f"{paper.identifiers[0]} {paper.state}" for paper in m.Paper.objects.all()}
    rows = {"papers": [(p.state, *(repr(getattr(p, c)) for c in PAPER_COLUMNS)) for p in m.Paper.objects.all()]}
    rows["merged"] = [(names[p.pk], names.get(p.merged_into_id, "")) for p in m.Paper.objects.all()]
    rows["identifiers"] = [(i.scheme, i.value, names[i.paper_id]) for i in m.Identifier.objects.all()]
    rows["authors"] = [(names[a.paper_id], a.position, a.folded) for a in m.PaperAuthor.objects.all()]
    rows["terms"] = [(names[t.paper_id], t.kind, t.slug) for t in m.PaperTerm.objects.all()]
    rows["records"] = [
        (r.source, r.source_key, names[r.paper_id], r.form, bytes(r.body), bytes(r.digest))
        for r in m.SourceRecord.objects.all()
    ]
    rows["announcements"] = [
        (names[a.paper_id], a.list, a.day, a.category, a.kind, a.inferred, -1 if a.votes is None else a.votes)
        for a in m.Announcement.objects.all()
    ]
    return {name: sorted(found) for name, found in rows.items()}
