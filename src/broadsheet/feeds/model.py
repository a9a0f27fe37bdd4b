"""A feed and its entries, before any format: what ``atom``, ``rss`` and ``jsonfeed`` render."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Link:
    """An address with its relation (``alternate``, ``enclosure``, ``related``…), media type and title."""

    rel: str
    href: str
    type: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One paper or comment.

    ``id`` never changes, whatever host or address serves it. ``published`` is when the list had it, ``updated`` when
    something of it last changed; both with a time zone. ``text`` is plain, ``html`` the same as HTML; ``excerpt``
    says that the source allows no more than this part of the abstract.
    """

    id: str
    url: str
    title: str
    published: datetime
    updated: datetime
    text: str = ""
    html: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    doi: str = ""
    comments_url: str = ""
    excerpt: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    """A list as a feed.

    ``self_url`` is its own address, ``page_url`` the page of the same list. ``links`` carry RFC 5005: ``next`` and
    ``previous`` of a paged feed, ``prev-archive``, ``next-archive`` and ``current`` of an archived one; ``archive``
    marks a document that is complete and will stay.
    """

    id: str
    title: str
    subtitle: str
    page_url: str
    self_url: str
    updated: datetime
    entries: tuple[Entry, ...]
    links: tuple[Link, ...] = ()
    archive: bool = False
    language: str = "en"
    icon: str = ""
