"""BibTeX files: each entry one record, kept as a JSON object of its resolved fields and its own raw text."""

from __future__ import annotations

import logging
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import orjson
import zstandard

from ...text import identifiers, language, latex, markup, names
from ...text.dates import partial
from ...text.folding import slug
from ..forms import register
from ..records import Author, Link, ParsedRecord, PartialDate
from .files import FileFault, Line, chunks
from .jsonl import ABSTRACT_LIMIT, TITLE_LIMIT, BadRecord

FORM = "bibtex-json/1"
SIZE_LIMIT = 64 * 1024 * 1024  # bytes: the library holds the file in memory
FIELD_LIMIT = 200_000  # characters of a field as it stands, with its LaTeX
_AND = re.compile(r"\s+and\s+", re.I)
_DIGITS = re.compile(r"\d+")
_MONTHS = {n: i for i, n in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}  # noqa: SIM905


def _content(path: Path) -> bytes:
    """The whole file, unpacked; raises :class:`FileFault` when it is too large or cannot be read to its end."""
    raw = bytearray()
    try:
        for piece in chunks(path):
            raw += piece
            if len(raw) > SIZE_LIMIT:
                raise FileFault(
                    f"{path} has more than {SIZE_LIMIT >> 20} MB. Nothing of it was imported. "
                    "Split it, or convert it to JSON Lines, which is read in flat memory."
                )
    except (EOFError, zlib.error, zstandard.ZstdError, OSError) as problem:
        raise FileFault(
            f"{path} breaks off ({problem}). Nothing of it was imported; what other files brought stands. "
            "Fetch the file again and repeat the import."
        ) from None
    return bytes(raw)


def entries(path: Path) -> Iterator[Line]:
    """The entries of a BibTeX file as JSON lines; ``number`` is the line the entry begins at.

    What the library cannot read comes with a fault. Text that is not UTF-8 is read as Latin-1, as old files are.
    Raises :class:`FileFault` when the file cannot be read at all.
    """
    yield from entries_in(_content(path))


def entries_in(raw: bytes) -> Iterator[Line]:
    """The entries of BibTeX at hand, as :func:`entries`."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    from bibtexparser.entrypoint import parse_string  # only needed here, and slow to load

    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # its warnings repeat what we report
    library = parse_string(text)
    for block in library.failed_blocks:
        reason = str(block.error) or "its braces, quotation marks or commas do not close"
        yield Line((block.start_line or 0) + 1, (block.raw or "")[:2_000].encode(), f"cannot be read ({reason})")
    for entry in library.entries:
        fields = {field.key.lower(): str(field.value) for field in entry.fields}
        body = {"type": entry.entry_type.lower(), "key": entry.key, "fields": fields, "raw": entry.raw}
        yield Line((entry.start_line or 0) + 1, orjson.dumps(body))


def _clean(value: str) -> str:
    return latex.to_unicode(markup.clean(value)).replace("{", "").replace("}", "").strip()


def _authors(value: str) -> tuple[Author, ...]:
    found = [names.display(_clean(part)) for part in _AND.split(value) if part.strip()]
    return tuple(Author(name) for name in found if name and name.lower() != "others")


def _published(fields: dict[str, str]) -> PartialDate | None:
    for text in (fields.get("date", ""), fields.get("year", "")):
        text = _clean(text).split("/")[0]
        if not text:
            continue
        month = _MONTHS.get(_clean(fields.get("month", "")).lower()[:3])
        digits = _DIGITS.fullmatch(_clean(fields.get("month", "")))
        number = month or (int(digits.group()) if digits else None)
        if len(text) == 4 and number and 1 <= number <= 12:
            text = f"{text}-{number:02d}"
        try:
            return partial(text)
        except ValueError:
            continue
    return None


def _identifiers(fields: dict[str, str], key: str, title: str) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    eprint, kind = fields.get("eprint", ""), fields.get("archiveprefix", fields.get("eprinttype", "")).lower()
    tries = [("arxiv", eprint)] if kind in ("arxiv", "") and eprint else []
    tries += [("doi", fields["doi"])] if fields.get("doi") else []
    tries += [("pmid", fields["pmid"])] if fields.get("pmid") else []
    for scheme, value in tries:
        try:
            found.append(identifiers.normalise(scheme, _clean(value)))
        except ValueError:
            continue
    for name in ("url", "note", "howpublished", "journal"):
        if not found and (known := identifiers.recognise(_clean(fields.get(name, "")))):
            found.append(known)
    if not found:
        first = slug(_authors(fields.get("author", ""))[0].name) if _authors(fields.get("author", "")) else ""
        found.append(("endnote", f"bibtex:{slug(key)[:60]}:{slug(title)[:80]}:{first[:40]}"))
    return tuple(dict.fromkeys(found))


def parse_entry(body: bytes) -> ParsedRecord:
    """One entry as a record; raises :class:`BadRecord`. An entry without any known identifier is named by its
    citation key, title and first author."""
    try:
        entry = orjson.loads(body)
        fields = {str(name): str(value) for name, value in entry["fields"].items()}
        key = str(entry["key"])
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as problem:
        raise BadRecord("entry", f"cannot be read ({problem})") from None
    long = next((name for name, value in fields.items() if len(value) > FIELD_LIMIT), None)
    if long is not None:  # before anything is read in it: what is nested takes the square of its length
        raise BadRecord(long, f"of {key[:80]!r} has more than {FIELD_LIMIT:,} characters")
    title = _clean(fields.get("title", ""))
    if not title:
        raise BadRecord("title", f"is missing in the entry {key!r}")
    abstract = _clean(fields.get("abstract", ""))
    if len(title) > TITLE_LIMIT or len(abstract) > ABSTRACT_LIMIT:
        raise BadRecord("title", f"title or abstract of {key!r} is too long")
    authors = _authors(fields.get("author", ""))
    organisation = fields.get("organization", fields.get("institution", ""))
    if len(organisation) > 400 or any(len(author.name) > 400 for author in authors):
        raise BadRecord("author", f"an author or the institution of {key!r} has more than 400 characters")
    url = _clean(fields.get("url", ""))
    keywords = re.split(r"[;,]", fields.get("keywords", ""))
    return ParsedRecord(
        identifiers=_identifiers(fields, key, title),
        title=title,
        abstract=abstract,
        authors=authors,
        published=_published(fields),
        categories=tuple(c[:80] for c in [_clean(fields.get("primaryclass", fields.get("eprintclass", "")))] if c),
        topics=tuple(dict.fromkeys(word for item in keywords if (word := _clean(item)[:200]))),
        organisation=_clean(organisation),
        venue=_clean(fields.get("journal", fields.get("journaltitle", fields.get("booktitle", "")))),
        language=language.detect(f"{title} {abstract[:400]}"),
        links=(Link("abstract", url),) if url.startswith(("http://", "https://")) and " " not in url else (),
        rights="members",
    )


def register_forms() -> None:
    """Make stored entries readable; called when Django starts."""
    register(FORM, parse_entry)
