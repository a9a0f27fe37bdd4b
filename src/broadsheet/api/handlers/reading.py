"""Lists of papers: of days, of names, of a search, what is trending."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any

import orjson
from django.db.models import F, Q, QuerySet

from ...catalogue import papers, site
from ...catalogue.models import Announcement, Paper
from ...config import current
from ...editions import calendar
from ...editions import trending as hot
from ...web.views import author, organisation, topic
from ...web.views.search import LONGEST
from .. import problems
from ..call import Call, Reply
from . import forms

DEEPEST = 1000  # lists by relevance end here


def this_site(call: Call) -> dict[str, Any]:
    """The site as programs need to know it."""
    chosen, settings = site.choices(), current()
    newest = calendar.newest_day(call.today)
    return {"name": str(chosen.get("name") or "Broadsheet"), "group": str(chosen.get("group") or ""),
            "privacy": settings.privacy, "registration": settings.registration, "today": call.today.isoformat(),
            "timezone": settings.timezone, "newest": newest.isoformat() if newest else None,
            "machine_text": bool(chosen.get("machine_text")), "vote_names": chosen.get("vote_names") is True}


def papers_of(call: Call) -> dict[str, Any]:
    """Papers of a day, a week, a month, or of a list on those days."""
    name, given = call.given["list"], call.given
    rows = Paper.objects.filter(state=Paper.State.LIVE)
    span = _span(given)
    day = None
    if span is None:
        newest = rows.filter(edition_day__lte=call.today).order_by("-edition_day").values_list(
            "edition_day", flat=True).first() if not name else Announcement.objects.filter(
            list=name, day__lte=call.today, paper__state=Paper.State.LIVE).order_by("-day").values_list(
            "day", flat=True).first()
        span = (newest, newest) if newest is not None else None
    if span is None:
        rows = rows.none()
    elif name:
        rows = rows.filter(pk__in=Announcement.objects.filter(list=name, day__range=span).values("paper_id"))
    else:
        rows = rows.filter(edition_day__range=span)
    if span is not None and span[0] == span[1]:
        day = span[0]
    total, offset = rows.count(), given["offset"]
    ids, following = _arrived(call, rows, offset) if given["order"] == "arrival" else newest_first(call, rows, offset)
    return {"date": day.isoformat() if day else None, "list": name, "total": total, "offset": offset,
            "papers": forms.listed(ids, call.visit), "next": following}


def _span(given: dict[str, Any]) -> tuple[date, date] | None:
    try:
        if given["date"]:
            day = date.fromisoformat(given["date"])
            return day, day
        if given["week"]:
            first = date.fromisocalendar(int(given["week"][:4]), int(given["week"][6:]), 1)
            return first, first + timedelta(days=6)
        if given["month"]:
            first = date.fromisoformat(f"{given['month']}-01")
            return first, first.replace(day=monthrange(first.year, first.month)[1])
    except (ValueError, OverflowError) as wrong:
        raise problems.parameter("week" if given["week"] else "month", "there is no such one") from wrong
    return None


def _arrived(call: Call, rows: QuerySet[Paper], offset: int) -> tuple[list[int], str | None]:
    after = call.cursor(int)
    if after:
        rows = rows.filter(id__gt=after[0])
    ids = list(rows.order_by("id").values_list("id", flat=True)[offset:offset + call.limit + 1])
    more = len(ids) > call.limit
    ids = ids[:call.limit]
    return ids, call.next(ids[-1]) if more else None


def newest_first(call: Call, rows: QuerySet[Paper], offset: int = 0) -> tuple[list[int], str | None]:
    """One page of papers, newest edition, then newest publication first; goes on after a paper, whatever came since."""
    after = call.cursor(str, str, int)
    if after:
        day, published, row = after
        older = Q(published__lt=published) | Q(published=published, id__lt=row)
        if day:
            try:
                at = date.fromisoformat(day)
            except ValueError as wrong:
                raise problems.parameter("cursor", "one that this list gave; begin again without it") from wrong
            rows = rows.filter(Q(edition_day__lt=at) | Q(edition_day=None) | (Q(edition_day=at) & older))
        else:
            rows = rows.filter(Q(edition_day=None) & older)
    found = list(rows.order_by(F("edition_day").desc(nulls_last=True), "-published", "-id").values_list(
        "id", "edition_day", "published")[offset:offset + call.limit + 1])
    more = len(found) > call.limit
    found = found[:call.limit]
    if not more:
        return [row for row, *_ in found], None
    row, day, published = found[-1]
    return [one for one, *_ in found], call.next(day.isoformat() if day else "", published, row)


def _named(call: Call, kind: str, name: str, rows: QuerySet[Paper]) -> dict[str, Any]:
    rows = rows.filter(state=Paper.State.LIVE)
    ids, following = newest_first(call, rows)
    return {"kind": kind, "name": name, "total": rows.count(), "items": forms.listed(ids, call.visit),
            "next": following}


def of_topic(call: Call) -> dict[str, Any]:
    """Papers of a topic or a category."""
    return _named(call, *topic.rows_of(call.given["topic"]))


def of_author(call: Call) -> dict[str, Any]:
    """Papers that carry a name."""
    return _named(call, "author", *author.rows_of(call.given["author"]))


def of_organisation(call: Call) -> dict[str, Any]:
    """Papers of an organisation."""
    return _named(call, "organisation", *organisation.rows_of(call.given["organisation"]))


def search(call: Call) -> Reply:
    """The same object as ``broadsheet search --json``. Its ETag leaves out how long it took."""
    from ...search import service

    given = call.given
    offset = call.offset(DEEPEST) or given["offset"]
    result = service.search(given["q"].replace("\0", " ")[:LONGEST], mode=given["mode"], order=given["order"],
                            limit=call.limit, offset=offset, today=call.today)
    gone = papers.retractions([hit.row for hit in result.hits])
    hits = [{name: getattr(hit, name) for name in (
        "key", "id", "title", "authors", "organisation", "published", "votes", "comments", "score", "sure", "why")}
        | {"retraction": gone.get(hit.row)} for hit in result.hits]
    after = offset + call.limit
    told = {
        "total": result.total, "hits": hits,
        "problems": [{"position": one.position, "message": one.message} for one in result.problems],
        "suggestions": list(result.suggestions),
        "facets": {name: [{"value": value, "count": count} for value, count in pairs]
                   for name, pairs in result.facets.items()},
        "next": call.next(after) if after < min(result.listed, DEEPEST) else None}
    tag = blake2b(orjson.dumps(told), digest_size=10).hexdigest()
    return Reply({**told, "took_ms": result.took_ms}, headers={"ETag": f'W/"{tag}"'})


def trending(call: Call) -> dict[str, Any]:
    """Papers by the formula ``trending``, with their points."""
    scored = [(one.id, points) for one, points in hot.trending(call.now, call.site, window=call.given["window"])]
    start = call.offset(DEEPEST)
    part = scored[start:start + call.limit]
    made = forms.by_row([row for row, _ in part], call.visit)
    end = start + call.limit
    return {"items": [{"paper": made[row], "points": points} for row, points in part if row in made],
            "next": call.next(end) if end < len(scored) else None}
