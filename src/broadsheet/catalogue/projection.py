"""project(records) -> Projected: one paper made of what its sources say. Pure, independent of the order of arrival.

Precedence per field: the sources in ``RANK`` order, then the source's name and key; the first record that has the
field decides. Lists that several sources may add to (categories, topics, links, announcements) are unions in that
order. A real announcement of a list replaces the inferred ones of the same list.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ..text.folding import fold
from ..text.identifiers import canonical
from .home import home_day
from .records import PLACED, SUBMITTED, Announced, Author, Link, ParsedRecord, PartialDate, Retraction, Version

RANK = {"editor": 0, "arxiv-oai": 1, "arxiv-rss": 2, "hf-daily": 3, "file": 4, "bibtex": 5, "sample": 9}


@dataclass(frozen=True, slots=True)
class Held:
    """A record as it is held: where it came from and what it says."""

    source: str
    source_key: str
    record: ParsedRecord

    def rank(self) -> tuple[int, str, str]:
        """Sort key of precedence, smallest first."""
        return RANK.get(self.source, 8), self.source, self.source_key


@dataclass(frozen=True, slots=True)
class Projected:
    """What is known of a paper, all sources together (fields as in ``models.Paper``)."""

    identifiers: tuple[tuple[str, str], ...]
    title: str
    abstract: str
    rights: str
    licence: str
    summary_by: str
    authors: tuple[Author, ...]
    organisation: str
    published: str
    updated: str
    categories: tuple[str, ...]
    topics: tuple[str, ...]
    venue: str
    status: str
    comment: str
    language: str
    links: tuple[Link, ...]
    versions: tuple[Version, ...]
    retraction: Retraction | None
    votes: int | None
    comments: int | None
    vote_site: str
    ai_keywords: tuple[str, ...]
    ai_summary: str
    ai_model: str
    announced: tuple[Announced, ...]
    edition_day: date | None
    sample: bool
    deleted: bool


def _first(records: Sequence[ParsedRecord], name: str) -> str:
    for record in records:
        value: str = getattr(record, name)
        if value:
            return value
    return ""


def _union(parts: Iterable[Sequence[str]]) -> tuple[str, ...]:
    seen: dict[str, str] = {}
    for part in parts:
        for item in part:
            seen.setdefault(item.casefold(), item)
    return tuple(seen.values())


def _topics(records: Sequence[ParsedRecord]) -> tuple[str, ...]:
    seen: dict[str, str] = {}
    for record in records:
        for topic in record.topics:
            seen.setdefault(fold(topic), topic)
    return tuple(seen.values())


def _date(records: Sequence[ParsedRecord], name: str) -> str:
    """The most precise date; among equals the one of the best source."""
    best = ""
    for record in records:
        value: PartialDate | None = getattr(record, name)
        if value is not None and len(value.text) > len(best):
            best = value.text
    return best


def _announced(records: Sequence[ParsedRecord]) -> tuple[Announced, ...]:
    rows: dict[tuple[str, date, str, str], Announced] = {}
    real = {
        item.list
        for record in records
        for item in record.announced
        if not item.inferred and item.kind != "replacement"  # a replacement does not say when the paper was new
    }
    for record in records:
        for item in record.announced:
            if item.inferred and item.list in real:
                continue
            place = (item.list, item.day, item.category, item.kind)
            known = rows.get(place)
            if known is None or (known.votes is None and item.votes is not None):
                rows[place] = item
    return tuple(rows[place] for place in sorted(rows))


def _identifiers(records: Sequence[ParsedRecord]) -> tuple[tuple[str, str], ...]:
    pairs = list(dict.fromkeys(pair for record in records for pair in record.identifiers))
    if len(pairs) == 1:
        return (pairs[0],)
    first = canonical(pairs)
    return (first, *sorted(pair for pair in pairs if pair != first))


def project(held: Sequence[Held], front_lists: Collection[str] | None = None) -> Projected:
    """All records of one paper (at least one) as one paper; see the module's text for the rules."""
    ordered = sorted(held, key=Held.rank)
    told_by = [item for item in ordered if item.source not in (PLACED, SUBMITTED)] or ordered
    standing = [item.record for item in ordered if not item.record.deleted]
    placed = next((item.record.home for item in ordered if item.record.home is not None), None)
    deleted = all(item.record.deleted for item in told_by)  # raising a paper says nothing of it, nor that it stands
    records = [item.record for item in ordered] if deleted else standing
    # The text that is shown and the right to show it come from one record, and so do votes and their site.
    told = next((record for record in records if record.abstract), records[0])
    voted = next((record for record in records if record.votes is not None), None)
    helped = next((record for record in records if record.ai_summary or record.ai_keywords), None)
    published = _date(records, "published")
    announced = _announced(records)
    return Projected(
        identifiers=_identifiers([item.record for item in ordered]),
        title=_first(records, "title"),
        abstract=told.abstract,
        rights=told.rights,
        licence=_first(records, "licence"),
        summary_by=told.summary_by,
        authors=next((record.authors for record in records if record.authors), ()),
        organisation=_first(records, "organisation"),
        published=published,
        updated=_date(records, "updated"),
        categories=_union([record.categories for record in records]),
        topics=_topics(records),
        venue=_first(records, "venue"),
        status=_first(records, "status"),
        comment=_first(records, "comment"),
        language=_first(records, "language"),
        links=tuple({link.url: link for record in reversed(records) for link in record.links}.values()),
        versions=max((record.versions for record in records), key=len, default=()),
        retraction=next((record.retraction for record in records if record.retraction), None),
        votes=voted.votes if voted else None,
        comments=voted.comments if voted else None,
        vote_site=voted.vote_site if voted else "",
        ai_keywords=helped.ai_keywords if helped else (),
        ai_summary=helped.ai_summary if helped else "",
        ai_model=helped.ai_model if helped else "",
        announced=announced,
        edition_day=placed or home_day(announced, PartialDate(published) if published else None, front_lists),
        sample=all(item.source == "sample" for item in told_by),
        deleted=deleted,
    )
