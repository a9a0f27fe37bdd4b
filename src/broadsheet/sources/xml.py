"""Reading XML of strangers: no entities, no network, no document types, no giant trees."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from .errors import ParseError

Element = Any  # lxml's class has no public type
# XML 1.0, 2.2: what may not stand in a document; arXiv and OAI servers send such bytes now and then.
_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_FORBIDDEN_REF = re.compile(rb"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01]|11)|x0*(?:[0-8bcBC]|1[0-9a-fA-F]|[eEfF]));")
_DOCTYPE = re.compile(rb"<!DOCTYPE|<!ENTITY", re.I)


def parse(body: bytes, *, recover: bool = False) -> Element:
    """The root element. Raises :class:`ParseError` for what is not well-formed or declares a document type.

    Entities and document types are refused before the parser sees them (billion laughs, external entities); control
    characters, which no XML may hold, are taken out first, so that one bad byte does not lose a page.
    """
    if b"\x00" in body[:200] and body[:4] not in (b"\xff\xfe", b"\xfe\xff"):
        head = body[:200].replace(b"\x00", b"")
    else:
        head = body
    if _DOCTYPE.search(body) or _DOCTYPE.search(head) or _looks_wide(body):
        raise ParseError("document", "declares a document type or is in an unusual encoding, and is not read")
    body = _FORBIDDEN_REF.sub(b"", _FORBIDDEN.sub(b"", body))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False,
                             dtd_validation=False, remove_comments=True, remove_pis=True, recover=recover)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as problem:
        raise ParseError("document", f"is not well-formed XML ({problem})"[:300]) from None
    if root is None:
        raise ParseError("document", "holds no element")
    return root


def _looks_wide(body: bytes) -> bool:
    """UTF-16, UTF-32 and EBCDIC could hide a document type from the search above; no source sends them."""
    return body[:2] in (b"\xff\xfe", b"\xfe\xff", b"\x4c\x6f") or b"\x00" in body[:4] or _wide_declared(body)


def _wide_declared(body: bytes) -> bool:
    declared = re.match(rb"\s*(?:\xef\xbb\xbf)?<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})", body)
    if declared is None:
        return False
    name = declared[1].lower()
    return name not in (b"utf-8", b"utf8", b"us-ascii", b"ascii", b"iso-8859-1", b"iso-8859-15", b"latin-1", b"latin1",
                        b"windows-1252", b"cp1252")


def serialise(element: Element) -> bytes:
    """One element as bytes of its own, with the namespaces it needs, without what follows it."""
    return bytes(etree.tostring(element, encoding="utf-8", with_tail=False))


def local(element: Element) -> str:
    """The name without its namespace; empty for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def child(element: Element, name: str) -> Element | None:
    """The first child with that local name: namespaces differ between versions of one server."""
    return next((one for one in element if local(one) == name), None)


def children(element: Element, name: str) -> list[Element]:
    """All children with that local name, in order."""
    return [one for one in element if local(one) == name]


def text(element: Element | None, name: str = "") -> str:
    """All text inside ``element`` (or inside its first child ``name``), trimmed; empty if there is none."""
    if element is not None and name:
        element = child(element, name)
    if element is None:
        return ""
    return "".join(element.itertext()).strip()
