"""The plain shapes that travel between rooms: what one source says of one paper.

A connector's ``parse`` turns received bytes into :class:`ParsedRecord`; the intake stores the bytes and
projects all records of one paper into one :class:`Projected` (see ``projection.py``). No Django here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from ..text.dates import PartialDate

__all__ = [
    "PLACED",
    "SUBMITTED",
    "Announced",
    "Author",
    "Incoming",
    "Link",
    "ParsedRecord",
    "PartialDate",
    "Retraction",
    "Version",
]


# The list of papers that readers of this site raised into a day's edition, and the source of its records.
SUBMITTED = "submitted"
PLACED = "placed"  # the source of editors' records that move a paper to another day


@dataclass(frozen=True, slots=True)
class Author:
    """One author in printed order. ``name`` is in reading order ("Ada Lovelace")."""

    name: str
    affiliation: str = ""
    orcid: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """``kind`` is one of abstract, pdf, code, project, data, video, discussion, other."""

    kind: str
    url: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the paper: number and the moment it was submitted (ISO 8601, UTC)."""

    number: int
    submitted: str
    size: str = ""


@dataclass(frozen=True, slots=True)
class Announced:
    """Membership in a list's day. ``day`` is the plain date the list printed, never converted through UTC.

    ``kind``: new, cross-list or replacement. ``inferred`` marks days worked out from the submission time.
    ``votes``: upvotes at that list when it was read, None where the list has none.
    """

    list: str
    day: date
    category: str = ""
    kind: str = "new"
    inferred: bool = False
    votes: int | None = None


@dataclass(frozen=True, slots=True)
class Retraction:
    """``kind`` is retracted or withdrawn; ``reason`` in the source's words; ``day`` when known."""

    kind: str
    reason: str = ""
    day: str = ""


@dataclass(frozen=True, slots=True)
class ParsedRecord:
    """All that one source says of one paper, normalised but not merged with anything.

    ``identifiers``: (scheme, value), normalised by ``text.identifiers``, the record's own first, never empty.
    ``rights``: ``public``, ``members`` or ``excerpt`` (what may be shown of the abstract).
    ``home``: the day of whose edition editors made the paper; decides over every announcement.
    ``deleted``: the source says the record is gone; other sources' records of the paper still stand.
    """

    identifiers: tuple[tuple[str, str], ...]
    title: str = ""
    abstract: str = ""
    authors: tuple[Author, ...] = ()
    published: PartialDate | None = None
    updated: PartialDate | None = None
    categories: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    organisation: str = ""
    venue: str = ""
    status: str = ""
    comment: str = ""
    licence: str = ""
    language: str = ""
    links: tuple[Link, ...] = ()
    versions: tuple[Version, ...] = ()
    announced: tuple[Announced, ...] = ()
    votes: int | None = None
    comments: int | None = None
    vote_site: str = ""
    ai_keywords: tuple[str, ...] = ()
    ai_summary: str = ""
    ai_model: str = ""
    submitted_by: str = ""
    summary_by: str = ""
    rights: str = "members"
    retraction: Retraction | None = None
    deleted: bool = False
    home: date | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """One record as it arrives at the intake.

    ``source``: arxiv-oai, arxiv-rss, hf-daily, file, sample, ... ``source_key`` is unique inside ``source`` (for
    files: file family and record id, "arxiv_daily/arxiv:2405.12345"). ``body``: the bytes as received (one
    record). ``form``: name of the parser that reads ``body`` again (``sources.registry.PARSERS``), with its version.
    """

    source: str
    source_key: str
    body: bytes
    form: str
    record: ParsedRecord = field(repr=False)
