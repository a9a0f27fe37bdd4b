"""The JSON Lines format: one paper a line. Reference: docs/reference/import-format.md (every field)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import orjson

from ...text import identifiers, language, latex, markup, names
from ...text.dates import edition_day, partial
from ..forms import register
from ..records import Announced, Author, Link, ParsedRecord, PartialDate, Retraction, Version

FORM = "jsonl/1"
PUBLIC_FORM = "jsonl-public/1"  # the keeper said that these abstracts may be shown to everyone
TITLE_LIMIT = 3_000  # characters; longer ones are faults of a converter
ABSTRACT_LIMIT = 200_000
LIST_LIMIT = 12_000  # authors: the largest collaborations have about 5,000
# What the lists of announcement in the corpora are called, and whose votes come with them.
_VOTE_SITES = {"hf_daily": "Hugging Face"}
_AI_WRITER = "a language model at Hugging Face"

T = TypeVar("T")


class BadRecord(ValueError):
    """A line that cannot be taken. ``field`` names the field, the text the reason."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(f"{field}: {reason}")


def _text(record: dict[str, Any], name: str, limit: int = 4_000) -> str:
    value = record.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadRecord(name, f"must be text, is {type(value).__name__}")
    if len(value) > limit:
        raise BadRecord(name, f"has {len(value):,} characters; at most {limit:,} are taken")
    return markup.clean(value)


def _number(record: dict[str, Any], name: str) -> int | None:
    value = record.get(name)
    if value is None:
        return None
    if not _is_number(value):
        raise BadRecord(name, f"must be a whole number, is {value!r:.60}")
    return int(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and -(10**9) < value < 10**9


def _list(record: dict[str, Any], name: str, read: Callable[[Any], T]) -> tuple[T, ...]:
    value = record.get(name)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise BadRecord(name, f"must be a list, is {type(value).__name__}")
    if len(value) > LIST_LIMIT:
        raise BadRecord(name, f"has {len(value):,} items; at most {LIST_LIMIT:,} are taken")
    out = []
    for position, item in enumerate(value):
        try:
            out.append(read(item))
        except (ValueError, TypeError, KeyError, AttributeError) as problem:
            raise BadRecord(f"{name}[{position}]", str(problem) or "cannot be read") from None
    return tuple(item for item in out if item)


def _short(item: Any) -> str:
    if not isinstance(item, str):
        raise ValueError(f"must be text, is {type(item).__name__}")
    if len(item) > 400:
        raise ValueError(f"has {len(item):,} characters; at most 400 are taken")
    return latex.to_unicode(markup.clean(item))


def _plain(item: Any) -> str:
    if not isinstance(item, str) or len(item) > 400:
        raise ValueError("must be text of at most 400 characters")
    return markup.clean(item)


def _author(item: Any) -> Author | None:
    if isinstance(item, dict):
        name = names.display(_short(item["name"]))
        return Author(name, _short(item.get("affiliation") or ""), _short(item.get("orcid") or "")) if name else None
    name = names.display(_short(item))
    return Author(name) if name else None


def _day(text: Any) -> date:
    if not isinstance(text, str) or len(text) != 10:
        raise ValueError(f"day must be YYYY-MM-DD, is {text!r:.60}")
    return edition_day(text)


def _announced(item: Any) -> Announced:
    if not isinstance(item, dict):
        raise ValueError("must be an object with day, list, and maybe category and kind")
    kind = item.get("kind") or "new"
    if kind not in ("new", "cross-list", "replacement"):
        raise ValueError(f"kind must be new, cross-list or replacement, is {kind!r:.40}")
    votes = item.get("votes")
    if votes is not None and not _is_number(votes):
        raise ValueError("votes must be a whole number under 1,000,000,000")
    listed = _plain(item["list"])
    if not listed or len(listed) > 32:
        raise ValueError("list must be a name of 1 to 32 characters")
    return Announced(
        listed,
        _day(item["day"]),
        _plain(item.get("category") or "")[:80],
        kind,
        bool(item.get("inferred", False)),
        votes,
    )


def _version(item: Any) -> Version:
    if not isinstance(item, dict) or not _is_number(item.get("number")):
        raise ValueError("must be an object with number (a whole number), submitted, and maybe size")
    return Version(item["number"], _plain(item["submitted"]), _plain(item.get("size") or ""))


def _link(item: Any) -> Link | None:
    url = _web_address(item["url"])
    return Link(_plain(item.get("kind") or "other"), url) if url else None


def _web_address(value: Any) -> str:
    """An http(s) address, or nothing: other schemes are never linked."""
    text = markup.clean(value) if isinstance(value, str) else ""
    return text if text.startswith(("https://", "http://")) and len(text) < 2_000 and " " not in text else ""


def _date(record: dict[str, Any], name: str) -> PartialDate | None:
    value = record.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise BadRecord(name, f"must be text such as 2024-05-27, 2024-05 or 2024, is {type(value).__name__}")
    try:
        return partial(value)
    except ValueError as problem:
        raise BadRecord(name, str(problem)) from None


def _identifiers(record: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    value = record.get("id")
    if not isinstance(value, str) or not value:
        raise BadRecord("id", "is missing; every record needs one, such as arxiv:2405.12345 or doi:10.1000/xyz")
    try:
        found = [identifiers.from_record_id(value)]
    except ValueError as problem:
        raise BadRecord("id", str(problem)) from None
    doi = record.get("doi")
    if isinstance(doi, str) and doi:
        try:
            found.append(identifiers.normalise("doi", doi))
        except ValueError:
            found = found  # a DOI field that holds something else is no reason to lose the paper
    found.extend(_list(record, "identifiers", identifiers.from_record_id))
    return tuple(dict.fromkeys(found))


def _links(record: dict[str, Any]) -> tuple[Link, ...]:
    named = (
        ("abstract", "url"),
        ("pdf", "pdf"),
        ("code", "github"),
        ("project", "project_page"),
        ("data", "data"),
        ("video", "video"),
    )
    found = [Link(kind, address) for kind, name in named if (address := _web_address(record.get(name)))]
    return tuple(dict.fromkeys([*found, *(link for link in _list(record, "links", _link) if link)]))


def _organisation(record: dict[str, Any]) -> str:
    value = record.get("organization", record.get("organisation"))
    if isinstance(value, dict):
        value = value.get("fullname") or value.get("name")
    if value is None:
        return ""
    try:
        return _short(value)
    except ValueError as problem:
        raise BadRecord("organization", str(problem)) from None


def _retraction(record: dict[str, Any]) -> Retraction | None:
    value = record.get("retraction")
    if value is None:
        return None
    if not isinstance(value, dict) or value.get("kind") not in ("retracted", "withdrawn"):
        raise BadRecord("retraction", "must be an object whose kind is retracted or withdrawn")
    return Retraction(value["kind"], _text(value, "reason"), _text(value, "day", 10))


def parse_line(line: bytes, rights: str = "members") -> ParsedRecord:
    """One line as a record. Raises :class:`BadRecord` with field and reason; nothing else."""
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as problem:
        raise BadRecord("line", f"is not JSON in UTF-8 ({problem})") from None
    if not isinstance(record, dict):
        raise BadRecord("line", f"must be one JSON object, is {type(record).__name__}")
    found = _identifiers(record)
    title = latex.to_unicode(_text(record, "title", TITLE_LIMIT))
    if not title and not record.get("deleted"):
        raise BadRecord("title", "is missing or empty")
    abstract = latex.to_unicode(_text(record, "abstract", ABSTRACT_LIMIT))
    votes = _number(record, "upvotes")
    announced = _list(record, "announced", _announced)
    if votes is not None:
        announced = tuple(
            Announced(a.list, a.day, a.category, a.kind, a.inferred, votes if a.votes is None else a.votes)
            if a.list in _VOTE_SITES
            else a
            for a in announced
        )
    ai_summary = _text(record, "ai_summary", ABSTRACT_LIMIT)
    ai_keywords = _list(record, "ai_keywords", _short)
    return ParsedRecord(
        identifiers=found,
        title=title,
        abstract=abstract,
        authors=tuple(a for a in _list(record, "authors", _author) if a),
        published=_date(record, "published"),
        updated=_date(record, "updated"),
        categories=tuple(dict.fromkeys(c[:80] for c in _list(record, "categories", _plain))),
        topics=_list(record, "keywords", _short),
        organisation=_organisation(record),
        venue=latex.to_unicode(_text(record, "venue")),
        status=_text(record, "status"),
        comment=latex.to_unicode(_text(record, "comment")),
        licence=_text(record, "licence") or _text(record, "license"),
        language=_text(record, "language", 8) or language.detect(f"{title} {abstract[:400]}"),
        links=_links(record),
        versions=_list(record, "versions", _version),
        announced=announced,
        votes=votes,
        comments=_number(record, "comments"),
        vote_site="Hugging Face" if votes is not None else "",
        ai_keywords=ai_keywords,
        ai_summary=ai_summary,
        ai_model=(_text(record, "ai_model", 80) or _AI_WRITER) if ai_summary or ai_keywords else "",
        submitted_by=_text(record, "submitted_by"),
        summary_by=_text(record, "summary_by", 80),
        rights=rights,
        retraction=_retraction(record),
        deleted=bool(record.get("deleted", False)),
    )


def parse_public(line: bytes) -> ParsedRecord:
    """The same, of a file whose abstracts may be shown to everyone."""
    return parse_line(line, rights="public")


def register_forms() -> None:
    """Make stored lines readable; called when Django starts."""
    register(FORM, parse_line)
    register(PUBLIC_FORM, parse_public)
