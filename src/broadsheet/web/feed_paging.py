"""How lists are cut into the documents of a feed (RFC 5005): by time first, by number only where time is too much.

The first document holds the last ``SPAN`` days, at most ``PAGE`` entries, but the last ``WHOLE`` days however many
they are (up to ``MOST``), so that a program that looks once a day and follows no links misses nothing; and at least
``FEWEST`` entries however old. The documents behind it hold ``PAGE`` entries each, to the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from django.http import Http404, HttpRequest

PAGE = 300  # entries of one document
MOST = 2000  # entries of a document of whole days
FEWEST = 25
SPAN = timedelta(days=30)
WHOLE = timedelta(days=3)  # a long week-end
Row = TypeVar("Row")
Link = tuple[str, str, int | date]  # relation, name of the feed, page of it or the day before which it begins


@dataclass(frozen=True, slots=True)
class Cut:
    """One document of a list: ``start`` entries lie before it, it takes ``wanted``."""

    number: int
    start: int
    wanted: int


def page_of(request: HttpRequest) -> int:
    """Which document is asked for. Raises Http404 for what is no number."""
    text = request.GET.get("page", "1")
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 10_000):
        raise Http404("page: a number from 1")
    return int(text)


def before_of(request: HttpRequest) -> date | None:
    """The day before which the document begins, if one is named. Raises Http404 for what is no day."""
    text = request.GET.get("before", "")
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError as problem:
        raise Http404("before: a day as in 2026-05-12") from problem


def cut(number: int, since: Callable[[timedelta], int]) -> Cut:
    """Document ``number`` of a list. ``since``: how many of its entries are younger than a time."""
    first = min(MOST, max(FEWEST, min(PAGE, since(SPAN)), since(WHOLE)))
    return Cut(1, 0, first) if number == 1 else Cut(number, first + (number - 2) * PAGE, PAGE)


def taken(name: str, at: Cut, found: Sequence[Row]) -> tuple[Sequence[Row], list[Link]]:
    """The entries of the document and its links. ``found``: from ``at.start`` on, one more than wanted if there is.

    Raises Http404 for a document past the end.
    """
    if not found and at.number > 1:
        raise Http404("This page is past the end.")
    links: list[Link] = [("first", name, 1)] if at.number > 1 else []
    if len(found) > at.wanted:
        links.append(("next", name, at.number + 1))
    if at.number > 1:
        links.append(("previous", name, at.number - 1))
    return found[:at.wanted], links
