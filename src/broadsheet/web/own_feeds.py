"""Feeds of what readers make: shared streams and collections at public addresses, private ones at a secret address.

None of them is kept whole: a list that was closed, or a secret that was renewed, is gone at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from ..catalogue import papers
from ..config import current
from ..editions import calendar
from ..feeds.model import Entry
from ..feeds.papers import entry_id, paper_entry
from ..readers import collections as collecting
from ..readers import dated, feed_secrets, naming, roles
from ..readers import streams as streaming
from ..readers.models import Reader, Stream
from . import feed_paging as paging
from . import mine
from .feed_lists import List
from .visits import visit_of

KINDS = ("streams", "collections", "private")
DAYS = 14  # of a stream in one document
REACH = 6  # documents of a stream: each day of it is read whole and matched


def find(name: str, request: HttpRequest, moment: datetime) -> List:
    """The list of ``streams/KEY``, ``collections/KEY`` or ``private/SECRET/...``. Raises Http404 for all else."""
    kind, _slash, rest = name.partition("/")
    if kind != "private":
        return _of(name, name, None, visit_of(request).member, request, moment)
    secret, _slash, own = rest.partition("/")
    reader = owner(secret)
    private = current().privacy == "members"
    member = roles.can(reader, "see_members_text", local=reader.local, private=private)
    return _of(name, own, reader, member, request, moment)


def owner(secret: str) -> Reader:
    """The reader whose secret it is. Raises Http404."""
    reader = feed_secrets.find(secret)
    if reader is None:
        raise Http404("No feed has this address.")
    return reader


def _of(name: str, own: str, reader: Reader | None, member: bool, request: HttpRequest, moment: datetime) -> List:
    """The list ``own`` (``saved``, ``collections/KEY``, ``streams/KEY``), whose feed is called ``name``."""
    kind, _slash, key = own.partition("/")
    if kind == "saved" and reader is not None and not key:
        made = List(entry_id("feed", f"saved {reader.pk}"), _("Saved"), _("What you saved, newest save first"),
                    "/saved", reader.created_at)
        return _gathered(made, name, dated.of_saved(reader), member, request, moment)
    if kind == "collections":
        found = collecting.visible(reader, key[:20])
        if found is not None:
            made = List(entry_id("feed", own), found.name,
                        _("A collection by {reader}").format(reader=naming.shown(found.reader)),
                        f"/collections/{key}", found.made_at, changed=found.changed_at)
            return _gathered(made, name, dated.of_collection(found), member, request, moment)
    if kind == "streams":
        stream = streaming.visible(reader, key[:20])
        if stream is not None:
            return _stream(stream, name, member, request)
    raise Http404("No feed has this address.")


def _gathered(made: List, name: str, rows: dated.Dated, member: bool, request: HttpRequest, moment: datetime) -> List:
    """Fill the list with what was gathered, newest first; each paper bears the moment at which it was taken in."""
    cut = paging.cut(paging.page_of(request), lambda span: rows.since(moment - span))
    taken, made.links = paging.taken(name, cut, rows.rows(cut.start, cut.wanted + 1))
    there = papers.by_ids([row for row, _when in taken])
    made.ready = [paper_entry(there[row], "", member=member, had=when) for row, when in taken if row in there]
    return made


def _stream(stream: Stream, name: str, member: bool, request: HttpRequest) -> List:
    """Two weeks of a stream, and twelve in all."""
    number = paging.page_of(request)
    if number > REACH:
        raise Http404("The feed of a stream reaches twelve weeks back.")
    last = mine.newest_day() - timedelta(days=DAYS * (number - 1))
    taken = mine.take(request, streaming.wish_of(stream), last, days=DAYS)
    older = calendar.day_before(last - timedelta(days=DAYS - 1))
    links: list[paging.Link] = [("next", name, number + 1)] if older is not None and number < REACH else []
    if number > 1:
        links += [("first", name, 1), ("previous", name, number - 1)]
    return List(entry_id("feed", f"streams/{stream.key}"), stream.name,
                _("A stream by {reader}").format(reader=naming.shown(stream.reader)), f"/streams/{stream.key}",
                stream.made_at, changed=stream.changed_at, ready=_entries(taken, member), links=links)


def _entries(taken: mine.Taken, member: bool) -> Sequence[Entry]:
    ids = [row for row, _why in taken.items]
    there = papers.by_ids(ids)
    days: dict[int, date | None] = {row: taken.candidates[row].day for row in ids}
    return [paper_entry(there[row], "", member=member, day=days[row]) for row in ids if row in there]
