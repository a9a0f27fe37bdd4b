"""Trending: the papers of a window by the formula ``trending``, worked out at every look from the counts of now.

What the catalogue says of a window's papers is kept in columns as long as the change log stands; votes and comments of
this site change at every act, so they are set beside it at each look.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import UTC, date, datetime, timedelta, tzinfo
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from ..catalogue import changes
from . import load
from .candidates import Candidate, Narrowing, came_at, narrow
from .days import Site, set_acts
from .fields import Table
from .formulas import WINDOWS, trend_points

SHOWN = 100
LOOKED_AT = 400  # the best papers, on which a reader's own narrowing is tested
WINDOW = "fortnight"
_KEPT = 6  # windows
_ALIKE = 16  # further papers whose points are worked out one by one, so that rounding in columns decides nothing
_NONE = (0, 0, 0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Numbers = npt.NDArray[Any]


@dataclass(slots=True, eq=False)
class _Window:
    """Papers of some days in columns. ``came``: hours since 1970 by the wall clock of the site; ``papers``: those that
    were read whole, by row id."""

    position: int
    ids: list[int]
    came: Numbers
    votes: Numbers
    comments: Numbers
    papers: dict[int, Candidate] = attribute(default_factory=dict)
    _own: tuple[Mapping[int, tuple[int, int, int]], Numbers, Numbers] | None = None

    def own(self, acts: Mapping[int, tuple[int, int, int]]) -> tuple[Numbers, Numbers]:
        """Votes that weigh and comments of this site for each paper; counted out once for the same ``acts``."""
        known = self._own
        if known is None or known[0] is not acts:
            given = [acts.get(id_, _NONE) for id_ in self.ids]
            known = self._own = (acts, np.array([one[1] for one in given], np.int64),
                                 np.array([one[2] for one in given], np.int64))
        return known[1], known[2]

    def read(self, ids: Sequence[int], table: Table | None) -> dict[int, Candidate]:
        """The papers with these row ids, each read once as long as the window is kept."""
        wanted = [id_ for id_ in ids if id_ not in self.papers]
        if wanted:
            self.papers |= {one.id: one for one in load.by_ids(wanted, table)}
        return {id_: self.papers[id_] for id_ in ids if id_ in self.papers}


_windows: OrderedDict[tuple[object, ...], _Window] = OrderedDict()
_lock = Lock()


def forget() -> None:
    """Drop what this process keeps (tests; after a restored backup)."""
    with _lock:
        _windows.clear()


def _window(first: date, last: date, zone: tzinfo | None, table: Table | None) -> _Window:
    place, position = (first, last, str(zone), table), changes.total()
    with _lock:
        known = _windows.get(place)
        if known is not None and known.position == position:
            _windows.move_to_end(place)
            return known
    rows = load.numbers(first, last)
    came = [_hours(came_at(day, added, zone)) for _, day, added, _, _ in rows]
    made = _Window(position, [row[0] for row in rows], np.array(came, np.float64),
                   np.array([row[3] for row in rows], np.int64), np.array([row[4] for row in rows], np.int64))
    with _lock:
        _windows[place] = made
        while len(_windows) > _KEPT:
            _windows.popitem(last=False)
    return made


def _hours(moment: datetime | None) -> float:
    """By the wall clock: the zone is taken off, as ``age_of`` counts within one zone."""
    return (moment.replace(tzinfo=UTC) - _EPOCH) / timedelta(hours=1) if moment is not None else 0.0


def trending(
    now: datetime, site: Site, narrowing: Narrowing | None = None, gone: Collection[int] = (), window: str = WINDOW,
) -> list[tuple[Candidate, float]]:
    """The papers that appeared in the ``window`` before ``now``, each with its points, best first.

    ``window``: day, week, fortnight or month. ``now`` carries the site's time zone. Papers that nobody voted on or
    talked about are left out, retracted ones and those in ``gone`` too. The numbers of all papers are weighed; only
    the best are read whole.
    """
    narrowing = narrowing or Narrowing()
    length = WINDOWS[window]
    acts = site.acts.all_of() if site.acts is not None else {}
    kept = _window((now - timedelta(hours=length)).date(), now.date(), now.tzinfo, site.table)
    best = _best(kept, _hours(now), length, acts, gone, SHOWN if narrowing.plain else LOOKED_AT)
    found = kept.read([id_ for _, id_ in best], site.table)
    set_acts(found.values(), site)
    passed = {one.id for one in narrow(found.values(), narrowing)}
    listed = [(found[id_], points) for points, id_ in best if id_ in passed]
    if narrowing.order == "newest":
        listed.sort(key=lambda pair: (pair[0].published, pair[0].id), reverse=True)
    return listed[:SHOWN]


def _best(
    kept: _Window, moment: float, length: int, acts: Mapping[int, tuple[int, int, int]], gone: Collection[int],
    most: int,
) -> list[tuple[float, int]]:
    """Points and row ids of the ``most`` best papers of a window, best first; of equal ones the last row first."""
    weighing, own_comments = kept.own(acts)
    hours = np.maximum(0.0, moment - kept.came)
    may = (hours <= length) & (kept.votes + kept.comments + weighing + own_comments > 0)
    if gone:
        may &= ~np.isin(np.array(kept.ids, np.int64), np.fromiter(gone, np.int64, len(gone)))
    places = np.flatnonzero(may)
    points = trend_points(weighing[places], own_comments[places], kept.votes[places], kept.comments[places],
                          hours[places], length, np.log2)
    if len(places) > most + _ALIKE:
        places = places[np.argpartition(-points, most + _ALIKE)[:most + _ALIKE]]
    exact = [(trend_points(int(weighing[one]), int(own_comments[one]), int(kept.votes[one]), int(kept.comments[one]),
                           float(hours[one]), length), kept.ids[one]) for one in places]
    exact.sort(key=lambda one: (-one[0], -one[1]))
    return exact[:most]
