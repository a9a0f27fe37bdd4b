"""From what a reader pasted to a paper: recognised, found here, fetched, or read from BibTeX; nothing is written.

What was fetched travels through the preview in the form itself, signed for this reader and packed, so that nothing
lies about of papers that nobody raised in the end.
"""

from __future__ import annotations

import threading
from base64 import b85decode, b85encode
from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..catalogue import forms, papers
from ..catalogue.importing import bibtex, jsonl
from ..catalogue.models import Identifier, Paper
from ..catalogue.records import Incoming
from ..config import Config
from ..errors import BroadsheetError
from ..languages import number
from ..readers.models import Reader
from ..sources import lookup
from ..sources.errors import SourceError
from ..text import identifiers
from ..text.identifiers import Identifier as Name
from . import limits

MOST_TYPED = 40_000  # characters of what is pasted: one BibTeX entry with a long abstract has 5,000
TOKEN_HOURS = 24
_AT_ONCE = threading.BoundedSemaphore(2)  # fetches of one process: the rest of it goes on serving pages
_fetches = limits.Buckets(burst=10, rate=1 / 20)


class NotBrought(BroadsheetError):
    """What was pasted leads to no paper; the message says why and what to do next."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Brought:
    """What a pasted text leads to: a paper that is here, or a record of one that is not. ``said``: a remark."""

    paper: Paper | None = None
    item: Incoming | None = None
    said: str = ""


def bring(text: str, reader: Reader, config: Config, *, by: lookup.Ways | None = None) -> Brought:
    """The paper that ``text`` names. Raises :class:`NotBrought`."""
    text = text.strip().lstrip("\ufeff").replace("\x00", "")
    if not text:
        raise NotBrought(_("Paste an arXiv number, a DOI, an address or BibTeX. Nothing was looked up."))
    if len(text) > MOST_TYPED:
        raise NotBrought(_("That is {number} characters; {most} fit. Paste one paper at a time. For a whole library "
                           "there is `broadsheet import`.").format(number=number(len(text)), most=number(MOST_TYPED)))
    if text.startswith("@"):
        return _of_bibtex(text, reader, config, by)
    name = identifiers.recognise(text) or _address(text)
    if name is None:
        raise NotBrought(_("That is no arXiv number, DOI, address or BibTeX that is known here. Nothing was looked up. "
                         "Check it for a missing letter, or paste the paper’s BibTeX."))
    found = known([name])
    return Brought(found) if found is not None else _fetched(name, reader, config, by)


def by_key(key: str) -> Paper | None:
    """The live paper with the key in an address or form, whatever else may stand there."""
    return papers.by_key(key) if len(key) == 10 and key.isascii() and key.isalnum() else None


def known(names: list[Name]) -> Paper | None:
    """The live paper with one of these identifiers. Raises :class:`NotBrought` if moderators hid it."""
    for name in names:
        found = papers.by_identifier(*name)
        if found is not None:
            return found
        if Identifier.objects.filter(scheme=name[0], value=name[1], paper__state=Paper.State.HIDDEN).exists():
            raise NotBrought(_("Moderators of this site took this paper out. Nothing was raised."))
    return None


def _address(text: str) -> Name | None:
    if any(letter.isspace() for letter in text) or not text.lower().startswith(("https://", "http://")):
        return None
    try:
        return identifiers.normalise("url", text)
    except ValueError:
        return None


def _fetched(name: Name, reader: Reader, config: Config, by: lookup.Ways | None) -> Brought:
    """Ask for the record; what comes may be of a paper that is known by another name."""
    if config.offline:
        raise NotBrought(_("This paper is not here yet, and this site asks no other host (it is set to be offline). "
                         "Paste the paper’s BibTeX instead."))
    wait = _fetches.take(str(reader.pk))
    if wait:
        raise NotBrought(ngettext(
            "You looked up many papers in a short time. Go on in {seconds} second, or paste BibTeX, which asks "
            "nobody.",
            "You looked up many papers in a short time. Go on in {seconds} seconds, or paste BibTeX, which asks "
            "nobody.",
            int(wait) + 1).format(seconds=number(int(wait) + 1)))
    if not _AT_ONCE.acquire(blocking=False):
        raise NotBrought(_("Other papers are being looked up just now. Nothing was asked; try again in a moment."))
    ways = by or lookup.ways(config)
    try:
        item = lookup.fetch(name, config, ways)
    except SourceError as problem:
        raise NotBrought(str(problem)) from None
    finally:
        ways.close()
        _AT_ONCE.release()
    found = known(list(item.record.identifiers))
    return Brought(found) if found is not None else Brought(item=item)


def _of_bibtex(text: str, reader: Reader, config: Config, by: lookup.Ways | None) -> Brought:
    """One entry; where it names a DOI or arXiv number, the record of that service is better than what was pasted."""
    lines = list(bibtex.entries_in(text.encode()))
    if len(lines) != 1 or lines[0].fault:
        why = lines[0].fault if len(lines) == 1 else _("there are {number} entries in it").format(number=len(lines))
        raise NotBrought(_("The BibTeX was not read: {why}. Nothing was raised. Paste one whole entry, from @ to its "
                           "last brace.").format(why=why))
    try:
        record = bibtex.parse_entry(lines[0].data)
    except jsonl.BadRecord as problem:
        raise NotBrought(_("The BibTeX was not read: {why}. Nothing was raised.").format(why=problem)) from None
    found = known(list(record.identifiers))
    if found is not None:
        return Brought(found)
    scheme, value = record.identifiers[0]
    if scheme in ("arxiv", "doi") and not config.offline:
        try:
            return _fetched((scheme, value), reader, config, by)
        except NotBrought as problem:
            said = _("{problem} What you see is your own BibTeX.").format(problem=problem)
    else:
        said = ""
    item = Incoming("submitted-bibtex", f"{scheme}:{value}", lines[0].data, bibtex.FORM, record)
    return Brought(item=item, said=said)


def seal(item: Incoming, reader: Reader) -> str:
    """The record as a text that only this reader can hand back, and nobody can change."""
    parts = [item.source, item.source_key, item.form, b85encode(item.body).decode()]
    return signing.dumps(parts, salt=f"bringing:{reader.pk}", compress=True)


def unseal(token: str, reader: Reader) -> Incoming:
    """The record of :func:`seal`. Raises :class:`NotBrought` if it is another reader's, changed, or a day old."""
    try:
        source, key, form, packed = signing.loads(token, salt=f"bringing:{reader.pk}", max_age=TOKEN_HOURS * 3600)
        body = b85decode(packed)
        return Incoming(source, key, body, form, forms.parse(form, body))
    except (signing.BadSignature, ValueError, TypeError):
        raise NotBrought(_("This preview is too old. Nothing was raised; look the paper up again.")) from None


def draft(item: Incoming, now: datetime) -> Paper:
    """The record as a paper that is not written: what the preview shows."""
    from ..catalogue.projection import Held, project

    made = project([Held(item.source, item.source_key, item.record)])
    return Paper(
        key="", title=made.title, abstract=made.abstract, rights=made.rights, published=made.published,
        authors=[{"name": one.name, "affiliation": one.affiliation} for one in made.authors],
        identifiers=[list(pair) for pair in made.identifiers], links=[], versions=[], categories=list(made.categories),
        topics=[], venue=made.venue, organisation=made.organisation, added_at=now, changed_at=now)
