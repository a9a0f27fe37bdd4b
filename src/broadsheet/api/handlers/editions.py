"""Days: front pages with their zones and reasons, fields, the days of a month."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Any

from ...editions import curation, service
from ...editions.candidates import Narrowing
from ...editions.choose import Pick
from ...readers import service as readers
from ...readers.settings import MOST, lines
from ...text.dates import edition_day
from .. import problems
from ..call import Call
from . import forms

_DEEPEST = 5000


def read_day(text: str) -> date:
    """A day of a path; raises Problem 404."""
    try:
        if len(text) != 10:
            raise ValueError
        return edition_day(text)
    except ValueError as wrong:
        raise problems.not_found(f"{text[:40]!r} is not a day; write it as 2026-05-12, or newest.") from wrong


def _narrowing(call: Call) -> Narrowing:
    """The control that the address asks for; nothing of the reader's own settings, so that an answer is one for all."""
    given = call.given
    return Narrowing(given["order"], tuple(lines(given["categories"])[:MOST]),
                     tuple(word[:80] for word in lines(given["without"])[:MOST]))


def days(call: Call) -> dict[str, Any]:
    """The days of a month that have an edition, with how many papers."""
    text = call.given["month"] or f"{call.today:%Y-%m}"
    try:
        first = edition_day(f"{text}-01")
    except ValueError as wrong:
        raise problems.parameter("month", "a month, as in 2026-05") from wrong
    last = min(first.replace(day=monthrange(first.year, first.month)[1]), call.today)
    return {"items": [{"day": one.day.isoformat(), "papers": one.papers}
                      for one in service.month_days(first, last)]}


def edition(call: Call) -> dict[str, Any]:
    """One front page: each chosen paper with the reason why it stands there; the rest of each field by key."""
    asked = call.given["day"]
    shown = service.front_days(call.today) if asked == "newest" else (read_day(asked),)
    if not shown or shown[0] > call.today or not service.day_ids(shown, call.site):
        raise problems.not_found("No paper belongs to this day.")
    found = service.edition(shown, call.today, call.site, _narrowing(call), newest=asked == "newest")
    front, note = found.front, curation.note_of(found.day)
    chosen = [pick.paper for pick in _chosen(found)]
    made = forms.by_row(chosen, call.visit)

    def told(picks: tuple[Pick, ...]) -> list[dict[str, Any]]:
        return [{"paper": made[pick.paper], "reason": pick.reason} for pick in picks if pick.paper in made]

    zones = [{"zone": "newest", "title": "Newest first", "papers": told(tuple(Pick(row, "") for row in found.ordered))}
             ] if found.ordered else [
        {"zone": "lead", "title": "Leads the edition", "papers": told((front.lead,) if front.lead else ())},
        {"zone": "second", "title": "Among the first five", "papers": told(front.seconds)},
        *({"zone": zone.slug, "title": zone.title, "papers": told(zone.picks)} for zone in (front.group, front.talked))]
    return {
        "day": found.day.isoformat(), "days": [one.isoformat() for one in found.days], "number": found.number,
        "closed": found.closed, "total": found.total, "left_out": found.hidden,
        "before": found.before.isoformat() if found.before else None,
        "after": found.after.isoformat() if found.after else None,
        "headline": note.headline if note else "", "note": note.text if note else "", "zones": zones,
        "sections": [] if found.ordered else [{
            "field": row.slug, "name": row.name, "count": row.count, "more": row.more, "papers": told(row.full),
            "rest": _keys((*row.short, *row.lines), found.candidates)} for row in front.sections]}


def _chosen(found: service.Edition) -> list[Pick]:
    if found.ordered:
        return [Pick(row, "") for row in found.ordered]
    front = found.front
    picks = [*((front.lead,) if front.lead else ()), *front.seconds, *front.group.picks, *front.talked.picks]
    return picks + [pick for row in front.sections for pick in row.full]


def _keys(rows: tuple[int, ...], known: Mapping[int, Any]) -> list[str]:
    return [known[row].key for row in rows if row in known]


def fields(call: Call) -> dict[str, Any]:
    """The table of fields that divides a day."""
    return {"items": [{"field": one.slug, "name": one.name, "categories": list(one.categories)}
                      for one in call.site.table]}


def field(call: Call) -> dict[str, Any]:
    """The papers of one field on a day, in the order of its page."""
    asked = call.given["date"]
    shown = (read_day(asked),) if asked else service.front_days(call.today)
    narrowing = _narrowing(call)
    found = service.field_page(call.given["field"][:80], shown, call.site, narrowing, readers.Marks().read) \
        if shown and shown[0] <= call.today else None
    if found is None:
        raise problems.not_found("There is no field of this name, or no paper on this day.")
    about, listing = found
    start = call.offset(_DEEPEST)
    end = start + call.limit
    ids = [one.id for one in listing.papers[start:end]]
    return {"field": about.slug, "name": about.name, "days": [one.isoformat() for one in shown],
            "total": listing.total, "papers": forms.listed(ids, call.visit),
            "next": call.next(end) if end < min(len(listing.papers), _DEEPEST) else None}
