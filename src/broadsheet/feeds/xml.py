"""The little that Atom, RSS and OPML share: elements whose text is always allowed in XML 1.0."""

from __future__ import annotations

import re

from lxml import etree as etree  # type: ignore[import-untyped]

ATOM = "http://www.w3.org/2005/Atom"
HISTORY = "http://purl.org/syndication/history/1.0"  # RFC 5005
DC = "http://purl.org/dc/elements/1.1/"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
PRISM = "http://prismstandard.org/namespaces/basic/2.0/"
# XML 1.0, section 2.2: everything but these characters.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def element(name: str, space: str = "") -> str:
    """The name of an element as lxml wants it."""
    return f"{{{space}}}{name}" if space else name


def add(parent: etree._Element, name: str, text: str = "", space: str = "", **attributes: str) -> etree._Element:
    """Add a child with text and attributes; empty attributes are left out."""
    child = etree.SubElement(parent, element(name, space),
                             {key: clean(value) for key, value in attributes.items() if value})
    if text:
        child.text = clean(text)
    return child


def clean(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return _FORBIDDEN.sub("", text)


def document(root: etree._Element) -> bytes:
    """The document as UTF-8 with its declaration."""
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8"))
