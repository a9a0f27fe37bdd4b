"""Feeds of what readers make: shared streams and collections at public addresses, private ones at a secret address.

None of them is kept whole: a list that was closed, or a secret that was renewed, is gone at once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import Http404, HttpRequest

from ..catalogue import papers
from ..config import current
from ..feeds.papers import entry_id, paper_entry
from ..readers import collections as collecting
from ..readers import feed_secrets, naming, roles
from ..readers import service as readers
from ..readers import streams as streaming
from ..readers.models import Reader
from . import mine
from .feed_lists import PAGE, List
from .visits import visit_of

KINDS = ("streams", "collections", "private")
DAYS = 14  # of a stream in one document


def find(name: str, request: HttpRequest, moment: datetime) -> List:
    """The list of ``streams/KEY``, ``collections/KEY`` or ``private/SECRET/...``. Raises Http404 for all else."""
    kind, _, rest = name.partition("/")
    if kind != "private":
        return _of(kind, rest, None, visit_of(request).member, request, moment)
    secret, _, rest = rest.partition("/")
    reader = owner(secret)
    kind, _, rest = rest.partition("/")
    private = current().privacy == "members"
    member = roles.can(reader, "see_members_text", local=reader.local, private=private)
    return _of(kind, rest, reader, member, request, moment)


def owner(secret: str) -> Reader:
    """The reader whose secret it is. Raises Http404."""
    reader = feed_secrets.find(secret)
    if reader is None:
        raise Http404("No feed has this address.")
    return reader


def _of(kind: str, key: str, reader: Reader | None, member: bool, request: HttpRequest, moment: datetime) -> List:
    if kind == "saved" and reader is not None and not key:
        _, ids = readers.saved(reader, limit=PAGE)
        there = papers.by_ids(ids)
        ready = [paper_entry(there[row], "", member=member) for row in ids if row in there]
        return List(entry_id("feed", f"saved {reader.pk}"), "Saved", "What you saved, newest save first", "/saved",
                    moment - timedelta(days=30), ready=ready)
    if kind == "collections":
        found = collecting.visible(reader, key[:20])
        if found is not None:
            _, rows = collecting.papers_of(found, limit=PAGE)
            there = papers.by_ids([row.paper_id for row in rows])
            ready = [paper_entry(there[row.paper_id], "", member=member) for row in rows if row.paper_id in there]
            return List(entry_id("feed", f"collections/{key}"), found.name,
                        f"A collection by {naming.shown(found.reader)}", f"/collections/{key}", found.changed_at,
                        ready=ready)
    if kind == "streams":
        stream = streaming.visible(reader, key[:20])
        if stream is not None:
            last = mine.newest_day()
            taken = mine.take(request, streaming.wish_of(stream), last, days=DAYS)
            there = papers.by_ids([row for row, _ in taken.items[:PAGE]])
            ready = [paper_entry(there[row], "", member=member, day=taken.candidates[row].day)
                     for row, _ in taken.items[:PAGE] if row in there]
            return List(entry_id("feed", f"streams/{key}"), stream.name, f"A stream by {naming.shown(stream.reader)}",
                        f"/streams/{key}", stream.changed_at, ready=ready)
    raise Http404("No feed has this address.")
