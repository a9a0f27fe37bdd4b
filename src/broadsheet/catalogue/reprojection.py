"""Projecting papers again from their stored records: after an update, a merge, or with a better parser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
import zstandard
from django.db import connection

from . import forms, writer
from .projection import Held, Projected, project
from .records import ParsedRecord

_decompress = zstandard.ZstdDecompressor().decompress


def in_list(column: str, count: int) -> str:
    """``column IN (%s, ...)`` with ``count`` marks."""
    return f"{column} IN ({', '.join(['%s'] * count)})"


def reproject(
    ids: Sequence[int], front_lists: Sequence[str] | None, now: datetime, counted: set[int] | None = None
) -> list[int]:
    """Project papers from their stored records, inside the caller's transaction; returns the ids that changed.

    The caller appends the change rows. Hidden and merged papers keep their state. To ``counted`` are added those of
    which nothing changed but imported votes and comments.
    """
    if not ids:
        return []
    held = _held(ids)
    columns = ", ".join(writer.PAPER_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, state, {columns} FROM catalogue_paper WHERE {in_list('id', len(ids))}", list(ids))
        current = {row[0]: (row[1], row[2:]) for row in cursor.fetchall()}
    rows, parts = [], []
    for id_ in ids:
        if id_ not in held:
            continue
        projected = project(held[id_], front_lists)
        values = writer.paper_values(projected)
        state, stored = current[id_]
        wanted = state if state in ("hidden", "merged") else ("deleted" if projected.deleted else "live")
        differing = _differing(values, stored) | _announcements_differ(id_, projected)
        if wanted != state or differing:
            rows.append((id_, wanted, values))
            parts.append((id_, projected))
            if counted is not None and wanted == state and differing <= _COUNTS:
                counted.add(id_)
    writer.update_papers(rows, now)
    writer.replace_parts(parts)
    return [id_ for id_, _, _ in rows]


def _held(ids: Sequence[int]) -> dict[int, list[Held]]:
    """The records of each paper. One that its source has taken back says what it said before, marked as deleted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, paper_id, source, source_key, form, body FROM catalogue_sourcerecord"
            f" WHERE {in_list('paper_id', len(ids))}",
            list(ids),
        )
        rows = [(*row[:4], _parsed(*row[4:])) for row in cursor.fetchall()]
    before = _said_before([id_ for id_, _, _, _, record in rows if record.deleted])
    held: dict[int, list[Held]] = {}
    for id_, paper_id, source, source_key, record in rows:
        if id_ in before:
            told = tuple(dict.fromkeys((*before[id_].identifiers, *record.identifiers)))
            record = replace(before[id_], deleted=True, identifiers=told)
        held.setdefault(paper_id, []).append(Held(source, source_key, record))
    return held


def _said_before(record_ids: Sequence[int]) -> dict[int, ParsedRecord]:
    """The last thing that each of these records said before it was deleted, for those that said anything."""
    if not record_ids:
        return {}
    found: dict[int, ParsedRecord] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT record_id, form, body FROM catalogue_pastrecord WHERE {in_list('record_id', len(record_ids))}"
            " ORDER BY id DESC",
            list(record_ids),
        )
        for record_id, form, body in cursor.fetchall():
            if record_id not in found and not (record := _parsed(form, body)).deleted:
                found[record_id] = record
    return found


def _parsed(form: str, body: Any) -> ParsedRecord:
    return forms.parse(form, _decompress(bytes(body)))


_JSON = {"authors", "identifiers", "categories", "topics", "links", "versions", "retraction", "ai_keywords"}


_COUNTS = {"imported_votes", "imported_comments", "votes of announcements"}


def _differing(values: Sequence[Any], stored: Sequence[Any]) -> set[str]:
    """The columns in which two projections of one paper differ."""
    pairs = zip(writer.PAPER_COLUMNS, _comparable(values), _comparable(stored), strict=True)
    return {column for column, one, two in pairs if one != two}


def _comparable(values: Sequence[Any]) -> list[Any]:
    """Stored and fresh values in one form: PostgreSQL keeps JSON re-ordered, dates as dates."""
    out: list[Any] = []
    for column, value in zip(writer.PAPER_COLUMNS, values, strict=True):
        if column in _JSON and isinstance(value, str | bytes):
            out.append(orjson.loads(value))
        elif column == "edition_day" and value is not None:
            out.append(str(value))
        elif column == "sample":
            out.append(bool(value))
        else:
            out.append(value)
    return out


def _announcements_differ(paper_id: int, projected: Projected) -> set[str]:
    """What differs between the announcements that are stored and those of ``projected``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT list, day, category, kind, inferred, votes FROM catalogue_announcement WHERE paper_id = %s",
            [paper_id],
        )
        stored = {(r[0], str(r[1]), r[2], r[3], bool(r[4]), r[5]) for r in cursor.fetchall()}
    fresh = {tuple(row) for row in writer.announcement_rows(projected)}
    if stored == fresh:
        return set()
    without_votes = {row[:-1] for row in stored} == {row[:-1] for row in fresh}
    return {"votes of announcements" if without_votes else "announcements"}
