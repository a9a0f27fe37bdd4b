"""The papers of a week or month in the order of the formula ``span``: what readers said of them, here and elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from django.db.models import Q

from ..catalogue.models import Paper
from . import load
from .candidates import Candidate
from .days import Site, set_acts
from .formulas import acts_points

_MANY = 2000  # row ids that are asked for by number; above, the days are walked


def of_span(first: date, last: date, site: Site, *, limit: int, categories: Sequence[str] = ()) -> list[Candidate]:
    """Live papers of the days from ``first`` to ``last``, at most ``limit``: those with points by the formula first,
    most points first and of equal ones the newer; then the others, newest first.

    ``categories`` narrow the others; those with points are few and are narrowed by the caller.
    """
    acts = site.acts.all_of() if site.acts is not None else {}
    scored = []
    for id_, day, votes, comments in _said(first, last, acts.keys()):
        _given, weighing, own_comments = acts.get(id_, (0, 0, 0))
        points = acts_points(weighing, own_comments, votes, comments)
        if points > 0:
            scored.append((points, day, id_))
    best = [id_ for _points, _day, id_ in sorted(scored, reverse=True)[:limit]]
    found = {one.id: one for one in load.by_ids(best, site.table)}
    listed = [found[id_] for id_ in best if id_ in found]
    if len(listed) < limit:
        others = load.of_span(first, last, limit=limit, table=site.table, categories=categories, newest=True)
        listed += [one for one in others if one.id not in found][:limit - len(listed)]
    set_acts(listed, site)
    return listed


def _said(first: date, last: date, own: Collection[int]) -> list[tuple[int, date, int, int]]:
    """Row id, day, imported votes and comments of the papers of these days with any of them, or among ``own``."""
    days = Paper.objects.filter(state=Paper.State.LIVE, edition_day__gte=first, edition_day__lte=last)
    columns = ("id", "edition_day", "imported_votes", "imported_comments")
    if len(own) > _MANY:
        wanted = frozenset(own)
        rows = [row for row in days.values_list(*columns).iterator() if row[2] or row[3] or row[0] in wanted]
    else:
        said = Q(imported_votes__gt=0) | Q(imported_comments__gt=0)
        rows = list(days.filter(said).values_list(*columns))
        known = {row[0] for row in rows}
        rows += [row for row in days.filter(id__in=list(own)).values_list(*columns) if row[0] not in known]
    return [(id_, day, votes or 0, comments or 0) for id_, day, votes, comments in rows if day is not None]
