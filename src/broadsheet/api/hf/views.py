"""The views of Hugging Face's addresses: what is asked, checked, and answered with a bare list or object."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from ...errors import BroadsheetError
from ...web.frontpage import now, site_of
from ...web.views.paper import look_up
from ...web.visits import visit_of
from .. import problems
from . import answers, lists, markdown

MOST = 100  # entries of one answer
LAST_PAGE = 10_000
LONGEST_QUERY = 1000
View = Callable[..., HttpResponse]


def _guarded(view: View) -> View:
    """Problems become answers; 404 where the visitor may not read at all is the gate's."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
        try:
            response = view(request, *given, **named)
        except problems.Problem as problem:
            problem.more["error"] = problem.detail
            response = problems.response_of(problem)
        patch_vary_headers(response, ("Authorization",))
        return response

    return require_safe(guarded)


@_guarded
def daily(request: HttpRequest) -> HttpResponse:
    """``/api/daily_papers?date=|week=|month=&sort=publishedAt|trending&p=&limit=&submitter=[&list=]``."""
    limit, page = _number(request, "limit", 50, MOST), _number(request, "p", 0, LAST_PAGE)
    sort = request.GET.get("sort", "publishedAt")
    if sort not in lists.SORTS:
        raise problems.parameter("sort", f"one of {', '.join(lists.SORTS)}")
    found = lists.daily(
        _span(request), now(), site_of(request), sort=sort, start=page * limit, limit=limit + 1,
        submitter=_text(request, "submitter", 200), name=_text(request, "list", 40))
    response = _json(answers.entries(found[:limit], visit_of(request).member))
    if len(found) > limit and limit and page < LAST_PAGE:
        given = {name: request.GET[name] for name in ("date", "week", "month", "sort", "submitter", "list")
                 if name in request.GET}
        following = urlencode({**given, "p": page + 1, "limit": limit})
        response["Link"] = f'<{request.build_absolute_uri(request.path)}?{following}>; rel="next"'
    return response


@_guarded
def search(request: HttpRequest) -> HttpResponse:
    """``/api/papers/search?q=&limit=``: hits by relevance; without words the newest papers."""
    text = _text(request, "q", LONGEST_QUERY)
    limit = _number(request, "limit", 20, MOST)
    if not text:
        found = lists.daily(None, now(), site_of(request), limit=limit)
    else:
        from ...search import service  # loads the index

        try:
            result = service.search(text, limit=limit, today=now().date())
        except BroadsheetError as problem:
            raise problems.Problem(503, "unavailable", str(problem), retry_after=10) from problem
        found = [hit.row for hit in result.hits]
    return _json(answers.entries(found, visit_of(request).member))


@_guarded
def paper(request: HttpRequest, path: str) -> HttpResponse:
    """``/api/papers/ID``: one paper by arXiv id, any other name, or key."""
    return _json(answers.one(_named(path), visit_of(request).member))


@_guarded
def read(request: HttpRequest, path: str) -> HttpResponse:
    """``/papers/ID.md``: the paper's page as Markdown, for ``read_paper`` and ``hf papers read``."""
    try:
        found, _ = look_up(f"{path}.md")  # an identifier may end so itself
    except Http404:
        found = _named(path)
    text = markdown.page(found, visit_of(request).member)
    response = HttpResponse(text, content_type="text/markdown; charset=utf-8")
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _named(path: str) -> Any:
    try:
        return look_up(path)[0]
    except Http404 as missing:
        raise problems.not_found(f"No paper is called {path[:200]!r} here.") from missing


def _json(answer: Any) -> HttpResponse:
    return HttpResponse(orjson.dumps(answer), content_type="application/json; charset=utf-8")


def _text(request: HttpRequest, name: str, most: int) -> str:
    return " ".join(request.GET.get(name, "").replace("\0", " ").split())[:most]


def _number(request: HttpRequest, name: str, default: int, most: int) -> int:
    text = request.GET.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise problems.parameter(name, f"a number from 0 to {most}")
    if int(text) > most and name != "limit":
        raise problems.parameter(name, f"a number from 0 to {most}")
    return min(int(text), most)


def _span(request: HttpRequest) -> tuple[date, date] | None:
    """First and last day asked for; None for the most recent papers, of whatever day."""
    day, week, month = (request.GET.get(name, "").strip() for name in ("date", "week", "month"))
    if day:
        try:
            asked = date.fromisoformat(day)
        except ValueError as wrong:
            raise problems.parameter("date", "a day, as in 2026-05-12") from wrong
        return asked, asked
    try:
        if week:
            year, _, number = week.partition("-W")
            first = date.fromisocalendar(int(year), int(number), 1)
            return first, first + timedelta(days=6)
        if month:
            first = date.fromisoformat(f"{month}-01")
            return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    except (ValueError, OverflowError) as wrong:
        raise problems.parameter(*(("week", "a week, as in 2026-W20") if week else ("month", "a month, as in 2026-05"))
                                 ) from wrong
    return None
