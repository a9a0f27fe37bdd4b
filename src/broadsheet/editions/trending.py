"""Trending: the papers of a window by the formula ``trending``, worked out at every look from the counts of now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from . import load
from .candidates import Candidate, Narrowing, age_of, narrow
from .days import Site, set_acts
from .formulas import WINDOWS, trend_points

SHOWN = 100
LOOKED_AT = 400  # the best papers, on which a reader's own narrowing is tested
WINDOW = "fortnight"


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
    first = (now - timedelta(hours=length)).date()
    scored = []
    for id_, day, added_at, votes, comments in load.numbers(first, now.date(), acts.keys()):
        hours = age_of(day, added_at, now)
        _, weighing, own_comments = acts.get(id_, (0, 0, 0))
        if hours <= length and id_ not in gone and (votes or comments or weighing or own_comments):
            scored.append((trend_points(weighing, own_comments, votes, comments, hours, length), id_))
    scored.sort(key=lambda one: (-one[0], -one[1]))
    best = scored[:SHOWN if narrowing.plain else LOOKED_AT]
    found = {one.id: one for one in load.by_ids([id_ for _, id_ in best], site.table)}
    set_acts(found.values(), site)
    kept = {one.id for one in narrow(found.values(), narrowing)}
    listed = [(found[id_], points) for points, id_ in best if id_ in kept]
    if narrowing.order == "newest":
        listed.sort(key=lambda pair: (pair[0].published, pair[0].id), reverse=True)
    return listed[:SHOWN]
