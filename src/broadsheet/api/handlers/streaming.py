"""Papers of streams, papers in the reader's own order, and what that order learned."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ...editions import calendar, load, service
from ...readers import service as readers
from ...readers import streams, taste
from ...web import for_you as own
from ...web import mine as pages
from .. import problems
from ..call import Call
from . import forms, mine

SHOWN = 200


def papers(call: Call) -> dict[str, Any]:
    """Seven days of a stream, newest day first, best first within a day; ``earlier`` is the next ``until``."""
    found = mine.find_stream(call)
    newest = pages.newest_day()
    last = date.fromisoformat(call.given["until"]) if call.given["until"] else newest
    if last > newest or last.year < 1980:
        raise problems.parameter("until", f"a day from 1980 to {newest}")
    return _taken(call, streams.wish_of(found), last)


def preview(call: Call) -> dict[str, Any]:
    """The last seven days as a stream would take them; nothing is kept."""
    return _taken(call, mine.wish(call, {**mine.EMPTY, **call.body}), pages.newest_day())


def _taken(call: Call, wish: streams.Wish, last: date) -> dict[str, Any]:
    hidden = readers.marks_of(call.known).hidden if call.known is not None else frozenset()
    taken = pages.take(call.request, wish, last, hidden=hidden)
    first = last - timedelta(days=pages.PREVIEW_DAYS - 1)
    earlier = calendar.day_before(first)
    part = taken.items[:SHOWN]
    made = forms.by_row([row for row, _ in part], call.visit)
    return {"first": first.isoformat(), "last": last.isoformat(), "total": len(taken.items),
            "looked_at": taken.looked_at, "earlier": earlier.isoformat() if earlier else None,
            "items": [{"paper": made[row], "reason": why} for row, why in part if row in made]}


def for_you(call: Call) -> dict[str, Any]:
    """The papers of the front page's days in the reader's order, with reasons; empty while nothing was learned."""
    taught, days = own.taste_of(call.known), service.front_days(call.today)
    if not taught or not days:
        return {"learned": 0, "items": []}
    found = [one for one in load.of_days(days, call.site.table) if not one.retracted]
    marks = readers.marks_of(call.known, [one.id for one in found])
    kept = [one for one in found if one.id not in taught.told and one.id not in marks.hidden]
    listed = own.places(taught, kept, call.limit)
    made = forms.by_row([pick.paper for pick in listed.picks], call.visit)
    return {"learned": len(taught.told), "items": [
        {"paper": made[pick.paper], "reason": pick.reason} for pick in listed.picks if pick.paper in made]}


def learned(call: Call) -> dict[str, Any]:
    """Terms with their weights, the acts behind them, and what was struck out."""
    reader = call.known
    taught = own.taste_of(reader)
    told = taste.said(reader)
    keys = {row: one["key"] for row, one in forms.by_row([one.paper for one in told[:SHOWN]], call.visit).items()}
    return {
        "lines": [{"line": term, "weight": float(weight)} for term, weight in taught.taste.learned()] if taught else [],
        "acts": [{"paper": keys[one.paper], "kinds": list(one.kinds), "liked": one.target > 0,
                  "at": one.made_at.isoformat()} for one in told[:SHOWN] if one.paper in keys],
        "struck": [{"line": line, "at": at.isoformat()} for line, at in taste.removed(reader)] if reader else []}


def strike(call: Call) -> dict[str, Any]:
    """Strike out a line or put it back."""
    if call.body["do"] == "restore":
        return {"done": taste.restore(call.reader, call.body["line"], call.now)}
    taste.strike(call.reader, call.body["line"], call.now)
    return {"done": True}
