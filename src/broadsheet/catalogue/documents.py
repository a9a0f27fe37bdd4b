"""A paper as the index needs it: read from the current rows, never from the change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any

import orjson
from django.db import connection

from .models import Paper
from .reprojection import in_list

_COLUMNS = (
    "id",
    "key",
    "title",
    "abstract",
    "authors",
    "identifiers",
    "categories",
    "topics",
    "organisation",
    "venue",
    "published",
    "edition_day",
    "language",
    "imported_votes",
    "imported_comments",
)


@dataclass(frozen=True, slots=True)
class IndexDoc:
    """One live paper for the index. ``row`` is ``Paper.id``; ``published`` is ``YYYY[-MM[-DD]]`` or empty.

    ``text_hash``: 16 bytes over title and abstract; a vector stays valid as long as it is the same.
    """

    row: int
    key: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    identifiers: tuple[tuple[str, str], ...]
    categories: tuple[str, ...]
    topics: tuple[str, ...]
    organisation: str
    venue: str
    published: str
    edition_day: date | None
    language: str
    votes: int
    comments: int
    text_hash: bytes


def _document(row: tuple[Any, ...]) -> IndexDoc:
    id_, key, title, abstract, authors, identifiers, categories, topics, *rest = row
    organisation, venue, published, day, language, votes, comments = rest
    return IndexDoc(
        row=id_,
        key=key,
        title=title,
        abstract=abstract,
        authors=tuple([author["name"] for author in _plain(authors)]),
        identifiers=tuple([(scheme, value) for scheme, value in _plain(identifiers)]),
        categories=tuple(_plain(categories)),
        topics=tuple(_plain(topics)),
        organisation=organisation,
        venue=venue,
        published=published,
        edition_day=date.fromisoformat(day) if isinstance(day, str) else day,
        language=language,
        votes=votes or 0,
        comments=comments or 0,
        text_hash=blake2b(f"{title}\n{abstract}".encode(), digest_size=16).digest(),
    )


def _plain(value: Any) -> Any:
    """A JSON column as the driver gives it: text, or already taken apart."""
    return orjson.loads(value) if isinstance(value, str | bytes) else value


def documents(ids: Sequence[int]) -> dict[int, IndexDoc]:
    """The live papers among ``ids``; one that is missing here must leave the index.

    Plain SQL: through the ORM the same rows take twice the time, and an import waits for this.
    """
    found: dict[int, IndexDoc] = {}
    columns = ", ".join(_COLUMNS)
    with connection.cursor() as cursor:
        for start in range(0, len(ids), 500):  # SQLite's bound on parameters, and a flat memory
            part = list(ids[start : start + 500])
            chosen = f"{in_list('id', len(part))} AND state = %s"
            sql = f"SELECT {columns} FROM catalogue_paper WHERE {chosen}"  # noqa: S608  (our own names and %s marks)
            cursor.execute(sql, [*part, Paper.State.LIVE])
            found.update((row[0], _document(row)) for row in cursor.fetchall())
    return found


def live_ids(after: int = 0, limit: int = 5000) -> list[int]:
    """Ids of live papers greater than ``after``, ascending, at most ``limit``."""
    return list(
        Paper.objects.filter(state=Paper.State.LIVE, id__gt=after).order_by("id").values_list("id", flat=True)[:limit]
    )


def all_live(batch: int = 1000) -> Iterator[list[IndexDoc]]:
    """Every live paper, in batches by ascending id: what a rebuild reads."""
    after = 0
    while ids := live_ids(after, batch):
        found = documents(ids)
        yield [found[id_] for id_ in ids if id_ in found]
        after = ids[-1]


def live_count() -> int:
    """How many papers can be found."""
    return Paper.objects.filter(state=Paper.State.LIVE).count()
