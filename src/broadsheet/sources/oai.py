"""Pages of the Open Archives protocol, version 2.0 (http://www.openarchives.org/OAI/openarchivesprotocol.html)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_noop as noop

from ..spoken import message
from . import xml
from .errors import ADDRESS, LATER, ParseError, SourceError

# Bounded everywhere: a page of openings without ends would else be searched from each of them to its end.
_EDGE = re.compile(rb"<(/?)(?:\w{1,20}:)?record[\s>]")
_ROOT = re.compile(rb"<(?:\w{1,20}:)?OAI-PMH\b[^>]{0,2000}>", re.S)
_TOKEN = re.compile(
    rb"<(?:\w{1,20}:)?resumptionToken\b[^>]{0,400}(?:/>|>([^<]{0,4000})</(?:\w{1,20}:)?resumptionToken>)", re.S)


@dataclass(frozen=True, slots=True)
class OaiPage:
    """One answer. ``bad``: records that could not be read, as (bytes, reason). ``error``: (code, message) or None.

    ``token`` is empty when the list is complete (section 3.5). ``total``: completeListSize, if told.
    """

    records: tuple[xml.Element, ...]
    bad: tuple[tuple[bytes, str], ...] = ()
    token: str = ""
    total: int | None = None
    error: tuple[str, str] | None = None


def read_page(body: bytes, host: str) -> OaiPage:
    """Read an answer to ListRecords or GetRecord; raises :class:`SourceError` when it is none.

    A page that is whole but not well-formed is taken apart record by record: one bad byte loses one record.
    """
    try:
        root = xml.parse(body)
    except ParseError as problem:
        if _ROOT.search(body) and not re.search(rb"</(?:\w{1,20}:)?OAI-PMH>\s*\Z", body[-2000:]):
            raise SourceError("cut", message(noop("The answer of {host} broke off before its end."), host=host), LATER,
                              cause=f"{host}: {problem}", again=True) from None
        return _salvage(body, host, problem)
    if xml.local(root) != "OAI-PMH":
        raise SourceError("malformed", message(noop("{host} answered, but not in the protocol of open archives "
                                                    "(OAI-PMH)."), host=host),
                          ADDRESS,
                          cause=f"{host}: root element <{xml.local(root)[:60]}>")
    error = xml.child(root, "error")
    if error is not None:
        return OaiPage((), error=(error.get("code") or "unknown", xml.text(error)[:300]))
    for name in ("ListRecords", "GetRecord"):
        inner = xml.child(root, name)
        if inner is not None:
            token = xml.child(inner, "resumptionToken")
            size = token.get("completeListSize", "") if token is not None else ""
            return OaiPage(tuple(xml.children(inner, "record")), token=xml.text(token),
                           total=int(size) if size.isascii() and size.isdigit() and len(size) < 12 else None)
    raise SourceError("malformed", message(noop("{host} answered without records and without a reason."), host=host),
                      LATER, cause=f"{host}: OAI-PMH answer without ListRecords or error", again=True)


def _salvage(body: bytes, host: str, problem: ParseError) -> OaiPage:
    root = _ROOT.search(body)
    chunks = list(_chunks(body))
    if root is None or not chunks or "document type" in problem.reason:
        raise SourceError("malformed", message(noop("The answer of {host} cannot be read."), host=host), LATER,
                          cause=f"{host}: {problem}", again=True)
    records, bad = [], []
    for chunk, read in _each(root.group(), chunks):
        if isinstance(read, ParseError):
            bad.append((chunk, str(read)))
        else:
            records.append(read)
    found = _TOKEN.search(body)
    token = (found[1] or b"").decode("utf-8", "replace").strip() if found else ""
    return OaiPage(tuple(records), tuple(bad), token.replace("&amp;", "&"))


def _chunks(body: bytes) -> Iterator[bytes]:
    """Each record from its opening to its end, in one walk; a record that never ends is left out."""
    start: int | None = None
    for edge in _EDGE.finditer(body):
        if not edge[1]:
            start = edge.start()
        elif start is not None:
            yield body[start : edge.end()]
            start = None


def _each(root: bytes, chunks: list[bytes]) -> Iterator[tuple[bytes, xml.Element | ParseError]]:
    closing = b"</" + re.split(rb"[\s>]", root[1:], maxsplit=1)[0] + b">"
    for chunk in chunks:
        try:
            yield chunk, xml.parse(root + chunk + closing)[0]
        except ParseError as problem:
            yield chunk, problem
