"""A library brought in as BibTeX: which of its entries are papers that are here.

Only plain text is read, of bounded size: nothing is unpacked and no XML is parsed, so an archive or a nest of entities
cannot grow. Entries are matched by identifier; those without one by what ``find_title`` (given by the caller) knows.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from broadsheet.catalogue.importing import bibtex
from broadsheet.catalogue.importing.jsonl import BadRecord
from broadsheet.catalogue.papers import by_identifier
from broadsheet.errors import UsageError

from ..languages import number

MOST_BYTES = 2 * 1024 * 1024
MOST_ENTRIES = 5000
MOST_TITLES = 200  # entries that are looked up by title, which costs a search each
_NESTS = 2000  # braces open at once; the deepest real entry had 9
_PACKED = {b"PK": noop("a ZIP archive"), b"\x1f\x8b": noop("a gzip archive"),
           b"\x28\xb5\x2f\xfd": noop("a zstd archive"), b"BZh": noop("a bzip2 archive"),
           b"\xfd7zXZ": noop("an xz archive"), b"7z\xbc\xaf": noop("a 7z archive"), b"%PDF": noop("a PDF")}


@dataclass(slots=True)
class Found:
    """``papers``: row ids in the order of the file; ``entries``: how many it has; ``missing``: titles not here."""

    papers: list[int] = field(default_factory=list)
    entries: int = 0
    faults: int = 0
    missing: list[str] = field(default_factory=list)


def find(raw: bytes, find_title: Callable[[str], int | None]) -> Found:
    """The papers of a BibTeX file's bytes. Raises UsageError for what is none, or is too large; nothing is stored."""
    _refuse(raw)
    found = Found()
    papers: dict[int, None] = {}
    asked = 0
    with tempfile.TemporaryDirectory(prefix="broadsheet-library-") as folder:
        path = Path(folder) / "library.bib"
        path.write_bytes(raw)
        for line in bibtex.entries(path):
            found.entries += 1
            if found.entries > MOST_ENTRIES:
                raise UsageError(_("The library has more than {most} entries. Nothing was brought in. "
                                   "Split the file, and bring in its parts.").format(most=number(MOST_ENTRIES)))
            if line.fault:
                found.faults += 1
                continue
            try:
                record = bibtex.parse_entry(line.data)
            except BadRecord:
                found.faults += 1
                continue
            row = next((paper.pk for named in record.identifiers if (paper := by_identifier(*named))
                        and paper.state == "live"), None)
            if row is None and asked < MOST_TITLES:
                asked += 1
                row = find_title(record.title)
            if row is None:
                found.missing.append(record.title)
            else:
                papers[row] = None
    if not found.entries:
        raise UsageError(_("There is no BibTeX entry in this file. Nothing was brought in. Export your library as "
                           "BibTeX (.bib), and choose that file."))
    found.papers = list(papers)
    return found


def _refuse(raw: bytes) -> None:
    if len(raw) > MOST_BYTES:
        raise UsageError(_("The file is larger than {most} MB. Nothing was brought in. Split it, and bring "
                           "in its parts.").format(most=MOST_BYTES >> 20))
    for sign, name in _PACKED.items():
        if raw.startswith(sign):
            raise UsageError(_("This is {name}, not BibTeX. Nothing was unpacked and nothing brought in. Choose the "
                               ".bib file itself.").format(name=_(name)))
    head = raw[:400].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<?xml", b"<!doctype", b"<html", b"<")) or b"\0" in raw:
        raise UsageError(_("This is not BibTeX but XML, HTML or a binary file. Nothing was brought in. Export your "
                           "library as BibTeX (.bib)."))
    depth = 0
    for byte in raw:
        depth += (byte == 0x7B) - (byte == 0x7D)
        if depth > _NESTS:
            raise UsageError(_("The braces of this file are nested too deeply for BibTeX. Nothing was brought in."))
