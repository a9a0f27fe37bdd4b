"""One record of arXiv's OAI-PMH as a :class:`ParsedRecord`. Pure: the bytes of the record say everything.

Formats: ``arXivRaw`` (every version with its moment of submission) and ``arXiv`` (authors taken apart, days only),
https://info.arxiv.org/help/oa/index.html.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ..catalogue.records import Announced, Author, Link, ParsedRecord, PartialDate, Version
from ..text import identifiers, language
from ..text.dates import arxiv_day, partial
from . import xml
from .arxiv_text import ABSTRACT_LIMIT, TITLE_LIMIT, links_in, tidy, withdrawal
from .authors import LIMIT, split_authors
from .errors import ParseError

RAW_FORM = "arxiv-raw/1"
ARXIV_FORM = "arxiv/1"
LIST = "arxiv"
_OAI_PREFIX = "oai:arxiv.org:"


def parse_record(body: bytes) -> ParsedRecord:
    """One ``<record>`` (header and metadata). Raises :class:`ParseError`, nothing else."""
    root = xml.parse(body)
    return read_record(root)


def read_record(root: xml.Element) -> ParsedRecord:
    """The same for an element that is parsed already. Raises :class:`ParseError`."""
    if xml.local(root) != "record":
        raise ParseError("record", f"is a <{xml.local(root)[:40]}>")
    header = xml.child(root, "header")
    own = _own_identifier(xml.text(header, "identifier"))
    if header is not None and header.get("status") == "deleted":
        return ParsedRecord(identifiers=(own,), rights="public", deleted=True)
    metadata = xml.child(root, "metadata")
    for name, read in (("arXivRaw", _raw), ("arXiv", _arxiv)):
        inner = xml.child(metadata, name) if metadata is not None else None
        if inner is not None:
            return _finish(read(inner, own))
    raise ParseError("metadata", "is neither arXivRaw nor arXiv")


def _own_identifier(text: str) -> tuple[str, str]:
    value = text[len(_OAI_PREFIX) :] if text.lower().startswith(_OAI_PREFIX) else text
    try:
        return identifiers.normalise("arxiv", value)
    except ValueError as problem:
        raise ParseError("identifier", str(problem)) from None


def _common(inner: xml.Element, own: tuple[str, str]) -> ParsedRecord:
    """The fields that both formats have."""
    title = tidy(xml.text(inner, "title"))
    abstract = tidy(xml.text(inner, "abstract"))
    if not title:
        raise ParseError("title", "is missing or empty")
    if len(title) > TITLE_LIMIT or len(abstract) > ABSTRACT_LIMIT:
        raise ParseError("title" if len(title) > TITLE_LIMIT else "abstract", "is longer than any paper's")
    comment = tidy(xml.text(inner, "comments"))
    return ParsedRecord(
        identifiers=(own, *first_doi(xml.text(inner, "doi"))),
        title=title,
        abstract=abstract,
        categories=tuple(dict.fromkeys(name[:80] for name in xml.text(inner, "categories").split())),
        venue=tidy(xml.text(inner, "journal-ref")),
        comment=comment,
        licence=tidy(xml.text(inner, "license")),
        links=(Link("abstract", f"https://arxiv.org/abs/{own[1]}"), Link("pdf", f"https://arxiv.org/pdf/{own[1]}"),
               *links_in(comment, abstract)),
        rights="public",  # arXiv's metadata is CC0
    )


def first_doi(text: str) -> tuple[tuple[str, str], ...]:
    """The first DOI of the field: further ones are mostly errata, which are works of their own."""
    for part in text.replace(",", " ").replace(";", " ").split():
        try:
            return (identifiers.normalise("doi", part),)
        except ValueError:
            continue
    return ()


def _raw(inner: xml.Element, own: tuple[str, str]) -> ParsedRecord:
    base = _common(inner, own)
    versions, flagged = _versions(inner)
    first = next((version for version in versions if version.number == 1), None)
    last = versions[-1] if versions else None
    return replace(
        base,
        authors=split_authors(xml.text(inner, "authors")),
        published=PartialDate(first.submitted[:10]) if first else None,
        updated=PartialDate(last.submitted[:10]) if last and last.number > 1 else None,
        versions=versions,
        announced=inferred(datetime.fromisoformat(first.submitted), base.categories) if first else (),
        retraction=withdrawal(base.comment, flagged=flagged, day=last.submitted[:10] if last else ""),
    )


def _versions(inner: xml.Element) -> tuple[tuple[Version, ...], bool]:
    """All versions by number, and whether the newest is marked as withdrawn."""
    found: dict[int, tuple[Version, bool]] = {}
    for one in xml.children(inner, "version"):
        number = (one.get("version") or "").lower().removeprefix("v")
        if not (number.isascii() and number.isdigit() and 0 < int(number[:5]) < 10_000):
            raise ParseError("version", f"has no number: {number[:40]!r}")
        size = tidy(xml.text(one, "size"))[:20]
        # "I" in source_type: arXiv ignores the files, which is how a withdrawal is kept.
        flagged = "I" in xml.text(one, "source_type") or size.lower() in ("0kb", "0b")
        found[int(number)] = (Version(int(number), _moment(xml.text(one, "date")).isoformat(), size), flagged)
    ordered = [found[number] for number in sorted(found)]
    return tuple(version for version, _ in ordered), bool(ordered) and ordered[-1][1]


def _moment(text: str) -> datetime:
    """A moment as RFC 2822 writes it, in UTC. Raises :class:`ParseError`."""
    try:
        moment = parsedate_to_datetime(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        moment = moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        raise ParseError("version/date", f"is no date: {text[:60]!r}") from None
    if not 1986 <= moment.year <= 2200:
        raise ParseError("version/date", f"lies outside of arXiv's years: {text[:60]!r}")
    return moment


def inferred(submitted: datetime, categories: tuple[str, ...]) -> tuple[Announced, ...]:
    """The announcement that arXiv's schedule makes of a first submission: new in its primary category, else listed.

    All categories of the paper are named, whatever this site reads, so that the record alone decides.
    """
    if not categories:
        return ()
    day = arxiv_day(submitted)
    primary, *others = categories
    return (Announced(LIST, day, primary, "new", inferred=True),
            *(Announced(LIST, day, other, "cross-list", inferred=True) for other in others))


def _arxiv(inner: xml.Element, own: tuple[str, str]) -> ParsedRecord:
    base = _common(inner, own)
    created, updated = _day(inner, "created"), _day(inner, "updated")
    people = xml.child(inner, "authors")
    authors = tuple(filter(None, (_author(one) for one in people))) if people is not None else ()
    # A day without an hour does not say which announcement followed: nothing is inferred from this format.
    return replace(base, authors=authors[:LIMIT], published=created, updated=updated,
                   retraction=withdrawal(base.comment, day=updated.text if updated else ""))


def _day(inner: xml.Element, name: str) -> PartialDate | None:
    text = xml.text(inner, name)
    if not text:
        return None
    try:
        return PartialDate(partial(text).text)
    except ValueError as problem:
        raise ParseError(name, str(problem)) from None


def _author(one: xml.Element) -> Author | None:
    parts = [tidy(xml.text(one, name)) for name in ("forenames", "keyname", "suffix")]
    name = " ".join(part for part in parts if part)
    affiliation = "; ".join(filter(None, (tidy(xml.text(place)) for place in xml.children(one, "affiliation"))))
    # A lone colon stands between a collaboration's name and its members.
    return Author(name[:400], affiliation[:1_000]) if any(c.isalnum() for c in name) else None


def _finish(record: ParsedRecord) -> ParsedRecord:
    return replace(record, language=language.detect(f"{record.title} {record.abstract[:400]}"))
