"""Votes and comments of all papers, kept in this process and brought up to date by the log of activity.

Pages ask at every request: one small query tells whether anything happened, and only what did is read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock

from broadsheet.catalogue import changes

from .models import Activity
from .votes import Tally

_MOST = 2000  # changes read one by one; above that everything is read again
_known: dict[int, Tally] = {}
_position = -1
_lock = Lock()


def position() -> int:
    """Where the log of activity stands: what pages with counts are kept under."""
    return changes.newest(changes.ACTIVITY)


def all_of() -> Mapping[int, Tally]:
    """Counts by paper row id, of papers with at least one vote or comment. Not to be changed by the caller."""
    global _known, _position
    newest = position()
    if newest == _position:
        return _known
    with _lock:
        if newest == _position:
            return _known
        moved = changes.read(changes.ACTIVITY, _position, _MOST) if 0 <= _position < newest else []
        if not moved or len(moved) == _MOST:
            _known = dict(_rows())
        else:
            papers = {change.paper_id for change in moved}
            found = dict(_rows(papers))
            known = dict(_known)
            for paper in papers:
                tally = found.get(paper)
                if tally is None or tally == (0, 0, 0):
                    known.pop(paper, None)
                else:
                    known[paper] = tally
            _known = known
        _position = newest
        return _known


def _rows(papers: set[int] | None = None) -> list[tuple[int, Tally]]:
    rows = Activity.objects.all() if papers is None else Activity.objects.filter(paper_id__in=papers)
    return [(paper, Tally(*counts)) for paper, *counts in rows.values_list("paper_id", "votes", "weighing", "comments")
            if papers is not None or any(counts)]


def forget() -> None:
    """Drop what this process keeps (tests; after a restored backup)."""
    global _known, _position
    with _lock:
        _known, _position = {}, -1
