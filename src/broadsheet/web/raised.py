"""What readers raised, as lists and paper pages show it. Markup and look-ups only, no writing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ..readers import naming, submissions
from ..readers.models import Reader, Submission
from . import known, watch
from .visits import Visit


@dataclass(frozen=True, slots=True)
class Line:
    """One submission at a paper's page. ``address``: of the submitter's page, where there is one."""

    number: int
    key: str
    name: str
    address: str
    note: str
    day: date
    mine: bool


@dataclass(frozen=True, slots=True)
class Section:
    """All of a paper's. ``gone``: the visitor's own that was taken back, by row id; ``me``: whether there is one."""

    rows: tuple[Line, ...]
    gone: int
    me: bool
    fresh: bool


def of_days(days: Sequence[date]) -> Mapping[int, submissions.Raised]:
    """By paper row id what readers raised into the editions of these days; kept while nothing was committed."""
    return known.row(("raised", tuple(days)), lambda: submissions.of_days(days))


def at(paper: int) -> list[Submission]:
    """The standing submissions of a paper; kept while nothing was committed."""
    if watch.version() is None:
        return submissions.at(paper)
    if paper not in known.row(("raised papers",), submissions.papers):  # nearly all: one look instead of a query
        return []
    return known.row(("raised at", paper), lambda: submissions.at(paper))


def stamp(paper: int) -> object:
    """What a kept page of a paper depends on: changes with every submission, its note and the submitter's name."""
    return tuple((row.pk, row.note, naming.shown(row.reader)) for row in at(paper))


def section(visit: Visit, paper: int, key: str, *, fresh: bool) -> Section:
    """What the page of a paper shows to this visitor."""
    me = visit.reader if visit.can("submit") else None
    rows = at(paper)
    gone = 0
    if me is not None and not any(row.reader_id == me.pk for row in rows):
        own = submissions.of(me, paper)
        gone = own.pk if own is not None and own.undone_at is not None and own.hidden_at is None else 0
    return Section(tuple(_line(row, key, me) for row in rows), gone, me is not None, fresh)


def _line(row: Submission, key: str, me: Reader | None) -> Line:
    by = row.reader
    address = f"/readers/{by.slug}" if by is not None and by.slug and by.blocked_at is None else ""
    return Line(row.pk, key, naming.shown(by), address, row.note, row.day, me is not None and row.reader_id == me.pk)
