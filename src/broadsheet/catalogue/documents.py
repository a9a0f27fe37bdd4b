"""A paper as the index needs it: read from the current rows, never from the change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any

from .models import Paper

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
    (
        id_,
        key,
        title,
        abstract,
        authors,
        identifiers,
        categories,
        topics,
        organisation,
        venue,
        published,
        day,
        language,
        votes,
        comments,
    ) = row
    return IndexDoc(
        row=id_,
        key=key,
        title=title,
        abstract=abstract,
        authors=tuple(author["name"] for author in authors),
        identifiers=tuple((scheme, value) for scheme, value in identifiers),
        categories=tuple(categories),
        topics=tuple(topics),
        organisation=organisation,
        venue=venue,
        published=published,
        edition_day=day,
        language=language,
        votes=votes or 0,
        comments=comments or 0,
        text_hash=blake2b(f"{title}\n{abstract}".encode(), digest_size=16).digest(),
    )


def documents(ids: Sequence[int]) -> dict[int, IndexDoc]:
    """The live papers among ``ids``; one that is missing here must leave the index."""
    found: dict[int, IndexDoc] = {}
    for start in range(0, len(ids), 500):  # SQLite's bound on parameters, and a flat memory
        rows = Paper.objects.filter(id__in=ids[start : start + 500], state=Paper.State.LIVE).values_list(*_COLUMNS)
        found.update((row[0], _document(row)) for row in rows)
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
