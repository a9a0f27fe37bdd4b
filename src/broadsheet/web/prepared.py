"""Papers read by plain SQL: the same rows as the ORM's, without composing the statement anew for every page.

Composing a query of the 37 columns of a paper costs more than answering it (0.6 ms against 0.1), and a paper's page
asks five. Only reading is done here; what is written goes through the rooms that own the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import orjson
from django.db import connection, models

from ..catalogue.models import Paper
from ..readers import service as readers

# What a short entry of another paper's page may show. Asking for more than this costs a query a paper.
SHORT = (
    "id", "key", "state", "title", "rights", "authors", "organisation", "identifiers", "published", "retraction",
    "revision", "language",
)  # fmt: skip


def rows(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return list(cursor.fetchall())


def day_value(day: date) -> Any:
    """A day as this database takes it."""
    return connection.ops.adapt_datefield_value(day)


def as_day(value: Any) -> date | None:
    """A day from a row of either database."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def as_moment(value: Any) -> datetime | None:
    """A moment from a row of either database, aware. SQLite gives text or, by Django's converters, a naive moment."""
    if value is None:
        return None
    moment: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _json(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str | bytes) else value


def _flag(value: Any) -> bool:
    return bool(value)


def _reader_of(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    if isinstance(field, models.JSONField):
        return _json
    if isinstance(field, models.DateTimeField):
        return as_moment
    if isinstance(field, models.DateField):
        return as_day
    return _flag if isinstance(field, models.BooleanField) else None


class Columns:
    """Some columns of the table of papers: their list for a statement, and papers from its rows."""

    def __init__(self, names: Iterable[str] | None = None) -> None:
        wanted = None if names is None else set(names)
        fields = [one for one in Paper._meta.concrete_fields if wanted is None or one.name in wanted]
        self.names = [one.attname for one in fields]
        self.sql = ", ".join(f"p.{one.column}" for one in fields)
        self._readers = [(place, read) for place, one in enumerate(fields) if (read := _reader_of(one)) is not None]

    def papers(self, found: Iterable[tuple[Any, ...]]) -> list[Paper]:
        """A paper of each row."""
        made = []
        for row in found:
            values = list(row)
            for place, read in self._readers:
                values[place] = read(values[place])
            made.append(Paper.from_db(connection.alias, self.names, values))
        return made


_known: dict[str, Columns] = {}


def columns(short: bool = False) -> Columns:
    """All columns, or those of short entries; made at the first use, when Django knows its models."""
    name = "short" if short else "all"
    if name not in _known:
        _known[name] = Columns(SHORT if short else None)
    return _known[name]


def by_identifier(scheme: str, value: str) -> Paper | None:
    """The paper that has this identifier now, whatever its state."""
    kind = columns()
    found = rows(
        f"SELECT {kind.sql} FROM catalogue_identifier i JOIN catalogue_paper p ON p.id = i.paper_id"  # noqa: S608
        " WHERE i.scheme = %s AND i.value = %s",
        (scheme, value),
    )
    return next(iter(kind.papers(found)), None)


def short_by_ids(ids: Sequence[int]) -> dict[int, Paper]:
    """Live papers for short entries by row id, one query."""
    if not ids:
        return {}
    kind = columns(short=True)
    marks = ", ".join(["%s"] * len(ids))
    found = rows(f"SELECT {kind.sql} FROM catalogue_paper p WHERE p.id IN ({marks}) AND p.state = 'live'", ids)  # noqa: S608
    return {one.id: one for one in kind.papers(found)}


def live_ids(keys: Sequence[str]) -> list[int]:
    """Row ids of the live papers with these keys, in no order."""
    if not keys:
        return []
    marks = ", ".join(["%s"] * len(keys))
    sql = f"SELECT id FROM catalogue_paper WHERE key IN ({marks}) AND state = 'live'"  # noqa: S608 - marks only
    return [row[0] for row in rows(sql, keys)]


def same_day(found: Paper, limit: int) -> list[int]:
    """Row ids of live papers of the same home edition and main category, most imported votes first, without itself."""
    if found.edition_day is None:
        return []
    return [
        row[0]
        for row in rows(
            "SELECT id FROM catalogue_paper WHERE edition_day = %s AND primary_category = %s AND state = 'live'"
            " AND id <> %s ORDER BY COALESCE(imported_votes, -1) DESC, id LIMIT %s",
            (day_value(found.edition_day), found.primary_category, found.pk, limit),
        )
    ]


def marks_at(reader: int, paper: int) -> readers.Marks:
    """The marks of a reader (row id) at one paper."""
    kinds = {row[0] for row in rows(
        "SELECT kind FROM readers_mark WHERE reader_id = %s AND paper_id = %s", (reader, paper))}
    one, none = frozenset((paper,)), frozenset[int]()
    return readers.Marks(*(one if kind in kinds else none for kind in (readers.READ, readers.SAVED, readers.HIDDEN)))
