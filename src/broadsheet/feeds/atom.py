"""Atom 1.0 (RFC 4287) with paged and archived feeds (RFC 5005)."""

from __future__ import annotations

from datetime import datetime

from .model import Entry, Feed
from .xml import ATOM, HISTORY, PRISM, add, document, element, etree

MEDIA_TYPE = "application/atom+xml"


def render(feed: Feed) -> bytes:
    """The feed as an Atom document."""
    root = etree.Element(element("feed", ATOM), nsmap={None: ATOM, "fh": HISTORY, "prism": PRISM})
    root.set("{http://www.w3.org/XML/1998/namespace}lang", feed.language)
    add(root, "id", feed.id, ATOM)
    add(root, "title", feed.title, ATOM)
    if feed.subtitle:
        add(root, "subtitle", feed.subtitle, ATOM)
    add(root, "updated", _when(feed.updated), ATOM)
    add(root, "generator", "Broadsheet", ATOM)
    if feed.icon:
        add(root, "icon", feed.icon, ATOM)
    author = add(root, "author", space=ATOM)  # RFC 4287, 4.1.1: needed where an entry has none
    add(author, "name", feed.title, ATOM)
    add(root, "link", space=ATOM, rel="self", href=feed.self_url, type=MEDIA_TYPE)
    add(root, "link", space=ATOM, rel="alternate", href=feed.page_url, type="text/html")
    for link in feed.links:
        add(root, "link", space=ATOM, rel=link.rel, href=link.href, type=link.type or MEDIA_TYPE, title=link.title)
    if feed.archive:
        add(root, "archive", space=HISTORY)  # RFC 5005, section 4
    for entry in feed.entries:
        _entry(root, entry)
    return document(root)


def _entry(root: etree._Element, entry: Entry) -> None:
    node = add(root, "entry", space=ATOM)
    add(node, "id", entry.id, ATOM)
    add(node, "title", entry.title, ATOM)
    add(node, "link", space=ATOM, rel="alternate", href=entry.url, type="text/html")
    for link in entry.links:
        add(node, "link", space=ATOM, rel=link.rel, href=link.href, type=link.type, title=link.title)
    if entry.comments_url:
        add(node, "link", space=ATOM, rel="replies", href=entry.comments_url, type="text/html")  # RFC 4685
    add(node, "published", _when(entry.published), ATOM)
    add(node, "updated", _when(entry.updated), ATOM)
    for name in entry.authors:
        author = add(node, "author", space=ATOM)
        add(author, "name", name, ATOM)
    for category in entry.categories:
        add(node, "category", space=ATOM, term=category)
    if entry.doi:
        add(node, "doi", entry.doi, PRISM)
    if entry.excerpt:
        add(node, "summary", entry.text, ATOM, type="text")
    elif entry.html:
        add(node, "content", entry.html, ATOM, type="html")


def _when(moment: datetime) -> str:
    """RFC 3339."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
