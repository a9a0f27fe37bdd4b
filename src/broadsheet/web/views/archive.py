"""Weeks, months, all editions, trending."""

from __future__ import annotations

import calendar as months
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from ... import languages
from ...editions import calendar, service
from ...editions.candidates import Candidate
from ...editions.choose import said_of
from ...readers import service as readers
from ...readers import tallies
from .. import notices, page_cache, rendering
from ..frontpage import Control, Printer, control_of, now, plain, read_of, site_of
from ..visits import visit_of

WEEK_SHOWN = 150
MONTH_SHOWN = 60
WINDOWS = {"day": "the last day", "week": "the last week", "fortnight": "the last two weeks",
           "month": "the last month"}
TREND_SECONDS = 60.0  # papers grow older without a write


def _printer(request: HttpRequest, candidates: dict[int, Candidate]) -> Printer:
    reader = visit_of(request).reader
    marks = readers.marks_of(reader, list(candidates)) if reader else readers.Marks()
    return Printer(request, candidates, marks)


@require_safe
def week(request: HttpRequest, week: str) -> HttpResponse:
    """A week by its ISO number (2026-W20): its editions, and the papers most voted on elsewhere."""
    try:
        year, number = week.split("-W")
        first = date.fromisocalendar(int(year), int(number), 1)
    except ValueError as problem:
        raise Http404(f"“{week[:40]}” is not a week; write it as 2026-W20.") from problem
    today = now().date()

    def build() -> HttpResponse:
        last = first + timedelta(days=6)
        control = control_of(request.GET, visit_of(request))
        found = _of_span(request, control, first, min(last, today), WEEK_SHOWN)
        heading = f"Week {int(number)} of {first.isocalendar().year}"
        span = f"{languages.day_short(first)} to {languages.day_short(last)}"
        before, after = first - timedelta(days=7), first + timedelta(days=7)
        return _span_page(request, heading, span, found, control, _week_link(before),
                          _week_link(after) if after <= today else None)

    return page_cache.page(request, today, build, ground=tallies.position)


def _of_span(request: HttpRequest, control: Control, first: date, last: date, limit: int) -> service.Listing:
    return service.span(first, last, site_of(request), limit=limit, narrowing=control.narrowing,
                        gone=read_of(control, visit_of(request)))


def _week_link(first: date) -> tuple[str, str]:
    year, number, _ = first.isocalendar()
    return f"Week {number}", f"/papers/week/{year}-W{number:02d}"


def _span_page(
    request: HttpRequest, heading: str, span: str, found: service.Listing, control: Control,
    before: tuple[str, str] | None, after: tuple[str, str] | None,
) -> HttpResponse:
    candidates = {one.id: one for one in found.papers}
    ids = tuple(candidates)
    full, short = _printer(request, candidates).print([("full", plain(ids[:30])), ("short", plain(ids[30:]))])
    rest = found.total - len(ids)
    intro = f"{span}. {languages.count(found.total, 'paper')}."
    if rest > 0 and not control.words:
        intro += f" The {len(ids)} with most votes elsewhere stand here, the others on their days."
    elif rest > 0:
        intro += f" {len(ids)} that pass what you set stand here."
    return rendering.render(request, "listing.jinja", {
        "heading": heading, "intro": intro, "entries": full, "short": short,
        "before": before, "after": after, "formula": None, "notes": [], "control": control, "others": [], "hidden": 0,
        "order": "Newest first." if control.narrowing.order == "newest"
        else "Most votes counted at other sites first, then newest.",
    })


@require_safe
def month(request: HttpRequest, month: str) -> HttpResponse:
    """A month as a table of editions."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError as problem:
        raise Http404(f"“{month[:40]}” is not a month; write it as 2026-05.") from problem
    today = now().date()
    return page_cache.page(request, today, lambda: _month_page(request, first, today), ground=tallies.position)


def _month_page(request: HttpRequest, first: date, today: date) -> HttpResponse:
    last = first.replace(day=months.monthrange(first.year, first.month)[1])
    found = {one.day: one for one in service.month_days(first, min(last, today))}
    weeks: list[list[dict[str, Any]]] = []
    for row in months.Calendar().monthdatescalendar(first.year, first.month):
        cells: list[dict[str, Any]] = []
        for one in row:
            cells.append({"day": one, "inside": one.month == first.month, "edition": found.get(one),
                          "later": one > today, "weekday": languages.weekday(one)})
        weeks.append(cells)
    control = control_of(request.GET, visit_of(request))
    listing = _of_span(request, control, first, min(last, today), MONTH_SHOWN)
    candidates = {one.id: one for one in listing.papers}
    full, short = _printer(request, candidates).print(
        [("full", plain(list(candidates)[:12])), ("short", plain(list(candidates)[12:]))])
    before = (first - timedelta(days=1)).replace(day=1)
    after = last + timedelta(days=1)
    return rendering.render(request, "month.jinja", {
        "heading": languages.month_and_year(first), "weeks": weeks,
        "editions": len(found), "papers": sum(one.papers for one in found.values()), "today": today,
        "before": (_month_name(before), f"/papers/month/{before:%Y-%m}"),
        "after": (_month_name(after), f"/papers/month/{after:%Y-%m}") if after <= today else None,
        "weekdays": languages.weekdays(), "rows": {"full": full, "short": short}, "control": control,
        "listed": len(full) + len(short), "carry": f"?{control.query()}" if control.shared else "",
    })


def _month_name(first: date) -> str:
    return languages.month_and_year(first)


@require_safe
def archive(request: HttpRequest) -> HttpResponse:
    """All editions: years and months that have one; ``?month=`` leads to that month."""
    today = now().date()

    def build() -> HttpResponse:
        newest = calendar.newest_day(today)
        if newest is None:
            return HttpResponseRedirect("/")
        counts = service.month_counts(today)
        years: dict[int, list[tuple[str, str, int]]] = {}
        for first, papers in counts:
            years.setdefault(first.year, []).append(
                (languages.month(first.month), f"/papers/month/{first:%Y-%m}", papers))
        return rendering.render(request, "archive.jinja", {"years": years, "newest": newest})

    return page_cache.page(request, today, build, ground=tallies.position)


@require_safe
def trending(request: HttpRequest) -> HttpResponse:
    """What readers vote on and talk about, here and elsewhere; ``?window=`` day, week, fortnight or month."""
    moment = now()
    window = request.GET.get("window", service.WINDOW)
    if window not in WINDOWS:
        raise Http404(f"“{window[:40]}” is no window of trending; there are {', '.join(WINDOWS)}.")

    def build() -> HttpResponse:
        control = control_of(request.GET, visit_of(request))
        gone = read_of(control, visit_of(request))
        scored = service.trending(moment, site_of(request), control.narrowing, gone, window)
        candidates = {one.id: one for one, _ in scored}
        items = [(one.id, _why(one, points)) for one, points in scored]
        full, short = _printer(request, candidates).print([("full", items[:30]), ("short", items[30:])])
        carry = f"&{control.query()}" if control.shared else ""
        return rendering.render(request, "listing.jinja", {
            "heading": "Trending", "entries": full, "short": short, "before": None, "after": None,
            "intro": f"What appeared within {WINDOWS[window]}, by votes and comments; newer papers need fewer.",
            "windows": [(said.removeprefix("the last "), f"/trending?window={name}{carry}", name == window)
                        for name, said in WINDOWS.items()],
            "formula": "trending", "notes": [], "order": "", "control": control, "others": [("window", window)],
            "hidden": 0, "empty": None if items or control.words else notices.no_votes(WINDOWS[window]),
        })

    return page_cache.page(request, moment.date(), build, ground=tallies.position, seconds=lambda: TREND_SECONDS)


def _why(one: Candidate, points: float) -> str:
    day = f", {languages.day_short(one.day)}" if one.day else ""
    return f"{said_of(one)}{day}: {points:.1f} points"
