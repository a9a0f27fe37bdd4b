"""The one module that writes papers and what hangs on them, with ``executemany`` (five times the speed of the ORM).

Plain SQL with ``%s`` marks, the same on SQLite and PostgreSQL. All functions run inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from ..text.folding import slug
from .projection import Projected
from .signals import papers_merged

PAPER_COLUMNS = (
    "title", "abstract", "rights", "licence", "summary_by", "authors", "organisation", "identifiers", "published",
    "updated", "primary_category", "categories", "topics", "venue", "status", "comment", "language", "links",
    "versions", "retraction", "imported_votes", "imported_comments", "vote_site", "ai_keywords", "ai_summary",
    "ai_model", "edition_day", "sample",
)  # fmt: skip


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _plain(item: Any) -> dict[str, Any]:
    return {name: value for name, value in asdict(item).items() if value != ""}


def paper_values(p: Projected) -> tuple[Any, ...]:
    """The values of ``PAPER_COLUMNS`` for one projected paper, as stored."""
    return (
        p.title, p.abstract, p.rights, p.licence, p.summary_by,
        _json([{"name": a.name} if not (a.affiliation or a.orcid) else _plain(a) for a in p.authors]),
        p.organisation, _json(p.identifiers), p.published, p.updated, p.categories[0] if p.categories else "",
        _json(p.categories), _json(p.topics), p.venue, p.status, p.comment, p.language,
        _json([{"kind": link.kind, "url": link.url} for link in p.links]),
        _json([_plain(version) for version in p.versions]),
        _json(_plain(p.retraction)) if p.retraction else None,
        p.votes, p.comments, p.vote_site, _json(p.ai_keywords), p.ai_summary, p.ai_model,
        p.edition_day.isoformat() if p.edition_day else None, p.sample,
    )  # fmt: skip


def author_rows(p: Projected) -> list[tuple[int, str]]:
    """(position, folded name) of each author; folded names are what author pages look up."""
    return [(position, slug(author.name)) for position, author in enumerate(p.authors)]


def term_rows(p: Projected) -> list[tuple[str, str]]:
    """(kind, slug) of each category and topic, without repeats."""
    rows = [("category", category.lower()) for category in p.categories]
    rows += [("topic", slug(topic)) for topic in p.topics]
    return [row for row in dict.fromkeys(rows) if row[1]]


def announcement_rows(p: Projected) -> list[tuple[Any, ...]]:
    """(list, day, category, kind, inferred, votes) of each announcement."""
    return [(a.list, a.day.isoformat(), a.category, a.kind, a.inferred, a.votes) for a in p.announced]


def _many(sql: str, rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(sql, rows)


def _marks(count: int) -> str:
    return ", ".join(["%s"] * count)


def next_ids(count: int) -> list[int]:
    """``count`` fresh paper ids; the transaction must already hold the write lock on SQLite."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence('catalogue_paper', 'id')) FROM generate_series(1, %s)", [count]
            )
            return [int(row[0]) for row in cursor.fetchall()]
        cursor.execute("SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'catalogue_paper'")
        last = int(cursor.fetchone()[0])
        return list(range(last + 1, last + count + 1))


def insert_papers(rows: Iterable[tuple[int, str, tuple[Any, ...]]], now: datetime) -> None:
    """Insert (id, key, values) as live papers."""
    columns = ("id", "key", "state", "revision", "added_at", "changed_at", *PAPER_COLUMNS)
    _many(
        f"INSERT INTO catalogue_paper ({', '.join(columns)}) VALUES ({_marks(len(columns))})",
        [(id_, key, "live", 1, now, now, *values) for id_, key, values in rows],
    )


def update_papers(rows: Iterable[tuple[int, str, tuple[Any, ...]]], now: datetime) -> None:
    """Replace the projection of (id, state, values); the revision grows by one."""
    sets = ", ".join(f"{column} = %s" for column in PAPER_COLUMNS)
    _many(
        f"UPDATE catalogue_paper SET {sets}, state = %s, revision = revision + 1, changed_at = %s WHERE id = %s",
        [(*values, state, now, id_) for id_, state, values in rows],
    )


def insert_parts(rows: Sequence[tuple[int, Projected]]) -> None:
    """Author, term and announcement rows of papers that have none yet."""
    _many(
        f"INSERT INTO catalogue_paperauthor (paper_id, position, folded) VALUES ({_marks(3)})",
        [(id_, *row) for id_, projected in rows for row in author_rows(projected)],
    )
    _many(
        f"INSERT INTO catalogue_paperterm (paper_id, kind, slug) VALUES ({_marks(3)})",
        [(id_, *row) for id_, projected in rows for row in term_rows(projected)],
    )
    _many(
        "INSERT INTO catalogue_announcement (paper_id, list, day, category, kind, inferred, votes)"
        f" VALUES ({_marks(7)})",
        [(id_, *row) for id_, projected in rows for row in announcement_rows(projected)],
    )


def replace_parts(rows: Sequence[tuple[int, Projected]]) -> None:
    """Author, term and announcement rows of changed papers, made anew."""
    ids = [(id_,) for id_, _ in rows]
    for table in ("catalogue_paperauthor", "catalogue_paperterm", "catalogue_announcement"):
        _many(f"DELETE FROM {table} WHERE paper_id = %s", ids)
    insert_parts(rows)


def insert_identifiers(rows: Sequence[tuple[str, str, int]]) -> None:
    """(scheme, value, paper id); one that somebody else has stays there."""
    _many(
        f"INSERT INTO catalogue_identifier (scheme, value, paper_id) VALUES ({_marks(3)}) ON CONFLICT DO NOTHING", rows
    )


def insert_records(rows: Sequence[tuple[Any, ...]]) -> None:
    """(source, source_key, paper id, form, body, digest, received_at); a known record is replaced."""
    _many(
        "INSERT INTO catalogue_sourcerecord (source, source_key, paper_id, form, body, digest, received_at)"
        f" VALUES ({_marks(7)}) ON CONFLICT (source, source_key) DO UPDATE SET paper_id = EXCLUDED.paper_id,"
        " form = EXCLUDED.form, body = EXCLUDED.body, digest = EXCLUDED.digest, received_at = EXCLUDED.received_at",
        rows,
    )


def move_records(absorbed: int, kept: int, now: datetime) -> None:
    """Make ``absorbed`` part of ``kept``: its records and identifiers move, its own rows go, its key leads on."""
    with connection.cursor() as cursor:
        for table in ("catalogue_sourcerecord", "catalogue_identifier"):
            cursor.execute(f"UPDATE {table} SET paper_id = %s WHERE paper_id = %s", [kept, absorbed])
        for table in ("catalogue_paperauthor", "catalogue_paperterm", "catalogue_announcement"):
            cursor.execute(f"DELETE FROM {table} WHERE paper_id = %s", [absorbed])
        cursor.execute(
            "UPDATE catalogue_paper SET state = 'merged', merged_into_id = %s, edition_day = NULL, changed_at = %s"
            " WHERE id = %s",
            [kept, now, absorbed],
        )
    papers_merged.send(sender=None, kept=kept, absorbed=absorbed, now=now)
