"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

from typing import Any

import orjson

from .model import Entry, Feed

MEDIA_TYPE = "application/feed+json"


def render(feed: Feed) -> bytes:
    """The feed as a JSON Feed; what is empty is left out."""
    following = next((link.href for link in feed.links if link.rel in {"next", "prev-archive"}), "")
    made: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page_url,
        "feed_url": feed.self_url,
        "description": feed.subtitle,
        "next_url": following,
        "icon": feed.icon,
        "language": feed.language,
    }
    told = {name: value for name, value in made.items() if value}
    return orjson.dumps({**told, "items": [_item(entry) for entry in feed.entries]}, option=orjson.OPT_INDENT_2)


def _item(entry: Entry) -> dict[str, Any]:
    item: dict[str, Any] = {"id": entry.id, "url": entry.url, "title": entry.title}
    if entry.html and not entry.excerpt:
        item["content_html"] = entry.html
    else:
        item["content_text"] = entry.text  # one of the two is required
    external = next((link.href for link in entry.links if link.rel == "via"), "")
    if external:
        item["external_url"] = external
    item["date_published"] = entry.published.isoformat(timespec="seconds")
    item["date_modified"] = entry.updated.isoformat(timespec="seconds")
    if entry.authors:
        item["authors"] = [{"name": name} for name in entry.authors]
    if entry.categories:
        item["tags"] = list(entry.categories)
    files = [link for link in entry.links if link.rel in {"enclosure", "related"} and link.type]
    if files:
        item["attachments"] = [{"url": link.href, "mime_type": link.type, "title": link.title} for link in files]
    about = {"about": "https://www.rfc-editor.org/rfc/rfc4685", "comments": entry.comments_url, "doi": entry.doi,
             "links": {link.title or link.rel: link.href for link in entry.links}}
    told = {name: value for name, value in about.items() if value}
    if len(told) > 1:
        item["_broadsheet"] = {name: value for name, value in told.items() if name != "about"}
    return item
