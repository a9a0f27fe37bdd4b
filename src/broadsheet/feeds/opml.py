"""OPML 2.0: a list of feeds that a reader program can take over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime

from .xml import add, document, etree

MEDIA_TYPE = "text/x-opml"


def render(title: str, feeds: Iterable[tuple[str, str, str]], now: datetime) -> bytes:
    """A subscription list. ``feeds``: name, address of the Atom feed, address of the page."""
    root = etree.Element("opml", version="2.0")
    head = add(root, "head")
    add(head, "title", title)
    add(head, "dateCreated", format_datetime(now))
    body = add(root, "body")
    for name, feed_url, page_url in feeds:
        add(body, "outline", type="rss", text=name, title=name, xmlUrl=feed_url, htmlUrl=page_url, version="ATOM")
    return document(root)
