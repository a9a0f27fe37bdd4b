"""JSON for programs: search, one paper, the papers of a day. The same functions as the pages, the same rights."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from broadsheet.catalogue import papers
from broadsheet.catalogue.models import Announcement, Paper
from broadsheet.errors import BroadsheetError
from broadsheet.web.shown import Shown
from broadsheet.web.visits import visit_of

from .paper import look_up
from .search import LONGEST, MODES, ORDERS

MOST = 100  # hits or papers in one answer
DEEPEST = 1000


class Wrong(Exception):
    """A parameter that cannot be used: name and what would be right."""


def _number(request: HttpRequest, name: str, default: int, most: int) -> int:
    text = request.GET.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and int(text) <= most):
        raise Wrong(f"{name}: a number from 0 to {most}")
    return int(text)


def _one_of(request: HttpRequest, name: str, known: tuple[str, ...]) -> str:
    text = request.GET.get(name, known[0])
    if text not in known:
        raise Wrong(f"{name}: one of {', '.join(known)}")
    return text


def _error(status: int, what: str) -> JsonResponse:
    return JsonResponse({"error": {"status": status, "what": what}}, status=status)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """``/api/v1/search?q=&mode=&order=&limit=&offset=``: the same object as ``broadsheet search --json``."""
    from broadsheet.search import service

    text = request.GET.get("q", "").replace("\0", " ")[:LONGEST]
    try:
        result = service.search(
            text, mode=_one_of(request, "mode", MODES), order=_one_of(request, "order", ORDERS),
            limit=_number(request, "limit", 25, MOST), offset=_number(request, "offset", 0, DEEPEST),
            today=timezone.localdate())
    except Wrong as wrong:
        return _error(400, str(wrong))
    except BroadsheetError as problem:
        return _error(503, str(problem))
    gone = papers.retractions([hit.row for hit in result.hits])
    hits = [{name: getattr(hit, name) for name in (
        "key", "id", "title", "authors", "organisation", "published", "votes", "comments", "score", "sure", "why")}
        | {"retraction": gone.get(hit.row)} for hit in result.hits]
    return JsonResponse({
        "total": result.total, "took_ms": result.took_ms, "hits": hits,
        "problems": [{"position": one.position, "message": one.message} for one in result.problems],
        "suggestions": list(result.suggestions),
        "facets": {name: [{"value": value, "count": count} for value, count in pairs]
                   for name, pairs in result.facets.items()}})


@require_safe
def paper(request: HttpRequest, path: str) -> HttpResponse:
    """``/api/v1/papers/ID``: one paper by any of its names."""
    try:
        found, _ = look_up(path)
    except Http404:
        return _error(404, f"No paper is called {path[:200]!r} here.")
    return JsonResponse(_plain(found, visit_of(request).member))


@require_safe
def day(request: HttpRequest) -> HttpResponse:
    """``/api/v1/papers?date=2026-05-12[&list=hf_daily][&offset=]``: the papers of a day, 100 at a time."""
    text, name = request.GET.get("date", ""), request.GET.get("list", "")[:40].replace("\0", "")
    try:
        offset = _number(request, "offset", 0, 100_000)
        asked = date.fromisoformat(text) if text else None
    except (Wrong, ValueError) as wrong:
        return _error(400, str(wrong) if isinstance(wrong, Wrong) else "date: a day, as in 2026-05-12")
    rows = Paper.objects.filter(state=Paper.State.LIVE)
    if asked is None:
        asked = rows.filter(edition_day__lte=timezone.localdate()).order_by("-edition_day").values_list(
            "edition_day", flat=True).first()
    if asked is None:
        rows = rows.none()
    elif name:
        rows = rows.filter(pk__in=Announcement.objects.filter(list=name, day=asked).values("paper_id"))
    else:
        rows = rows.filter(edition_day=asked)
    ids = list(rows.order_by("id").values_list("id", flat=True)[offset:offset + MOST])
    found = papers.by_ids(ids)
    whole = visit_of(request).member
    return JsonResponse({"date": asked.isoformat() if asked else None, "list": name, "total": rows.count(),
                         "offset": offset, "papers": [_plain(found[row], whole) for row in ids if row in found]})


def _plain(found: Paper, whole: bool) -> dict[str, Any]:
    shown = Shown(found, whole)
    return {
        "key": found.key, "id": ":".join(found.identifiers[0]) if found.identifiers else found.key,
        "url": shown.url, "identifiers": [":".join(name) for name in found.identifiers], "title": found.title,
        "abstract": shown.abstract, "abstract_is_excerpt": shown.excerpt_only, "summary_by": found.summary_by,
        "authors": found.authors, "organisation": found.organisation, "published": found.published,
        "categories": found.categories, "topics": found.topics, "venue": found.venue, "licence": found.licence,
        "links": found.links, "versions": found.versions, "retraction": found.retraction,
        "edition": found.edition_day.isoformat() if found.edition_day else None,
        "votes_elsewhere": found.imported_votes, "vote_site": found.vote_site,
    }


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """``/healthz``: 200 when pages can be made, 503 when the database does not answer."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("the database does not answer\n", status=503, content_type="text/plain")
    response = HttpResponse("ok\n", content_type="text/plain")
    response["Cache-Control"] = "no-store"
    return response
