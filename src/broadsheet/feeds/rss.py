"""RSS 2.0 (the specification of 2009) with authors in Dublin Core and the whole text in ``content:encoded``."""

from __future__ import annotations

from email.utils import format_datetime

from .model import Entry, Feed
from .xml import ATOM, CONTENT, DC, HISTORY, PRISM, add, document, etree

MEDIA_TYPE = "application/rss+xml"


def render(feed: Feed) -> bytes:
    """The feed as an RSS document."""
    root = etree.Element("rss", nsmap={"atom": ATOM, "dc": DC, "content": CONTENT, "prism": PRISM, "fh": HISTORY})
    root.set("version", "2.0")
    channel = add(root, "channel")
    add(channel, "title", feed.title)
    add(channel, "link", feed.page_url)
    add(channel, "description", _plain(feed.subtitle or feed.title))
    add(channel, "language", feed.language)
    add(channel, "lastBuildDate", format_datetime(feed.updated))
    add(channel, "generator", "Broadsheet")
    add(channel, "docs", "https://www.rssboard.org/rss-specification")
    add(channel, "link", space=ATOM, rel="self", href=feed.self_url, type=MEDIA_TYPE)
    for link in feed.links:
        add(channel, "link", space=ATOM, rel=link.rel, href=link.href, type=link.type or MEDIA_TYPE)
    if feed.archive:
        add(channel, "archive", space=HISTORY)
    for entry in feed.entries:
        _item(channel, entry)
    return document(root)


def _plain(text: str) -> str:
    """Plain text where programs draw HTML: an opening bracket stays one, and no reference becomes one."""
    return text.replace("&lt;", "&amp;lt;").replace("<", "&lt;")


def _item(channel: etree._Element, entry: Entry) -> None:
    item = add(channel, "item")
    add(item, "title", entry.title)
    add(item, "link", entry.url)
    add(item, "guid", entry.id, isPermaLink="false")
    add(item, "pubDate", format_datetime(entry.published))
    for name in entry.authors:
        add(item, "creator", name, DC)
    for category in entry.categories:
        add(item, "category", category)
    if entry.doi:
        add(item, "doi", entry.doi, PRISM)
    if entry.text:
        add(item, "description", _plain(entry.text))
    if entry.html and not entry.excerpt:
        add(item, "encoded", entry.html, CONTENT)
    if entry.comments_url:
        add(item, "comments", entry.comments_url)
    for link in entry.links:
        add(item, "link", space=ATOM, rel=link.rel, href=link.href, type=link.type, title=link.title)
