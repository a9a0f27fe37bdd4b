"""Weeks, months, all editions, trending."""

from __future__ import annotations

import calendar as months
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe

from ... import languages
from ...digest import weeks
from ...editions import calendar, service
from ...editions.candidates import Candidate
from ...editions.choose import said_of
from ...readers import service as readers
from ...readers import tallies
from ...spoken import sentence, spoken
from ...text.dates import edition_day
from .. import notices, page_cache, rendering
from ..frontpage import Control, Printer, control_of, now, plain, read_of, site_of
from ..visits import visit_of

WEEK_SHOWN = 150
MONTH_SHOWN = 60
# Of trending: as a choice, and in the sentence that says what is shown.
WINDOWS = {"day": _lazy("day"), "week": _lazy("week"), "fortnight": _lazy("two weeks"), "month": _lazy("month")}
WITHIN = {
    "day": _lazy("What appeared within the last day, by votes and comments; newer papers need fewer."),
    "week": _lazy("What appeared within the last week, by votes and comments; newer papers need fewer."),
    "fortnight": _lazy("What appeared within the last two weeks, by votes and comments; newer papers need fewer."),
    "month": _lazy("What appeared within the last month, by votes and comments; newer papers need fewer."),
}
TREND_SECONDS = 60.0  # papers grow older without a write


def _printer(request: HttpRequest, candidates: dict[int, Candidate]) -> Printer:
    reader = visit_of(request).reader
    marks = readers.marks_of(reader, list(candidates)) if reader else readers.Marks()
    return Printer(request, candidates, marks)


def week_list(request: HttpRequest, first: date, today: date) -> HttpResponse:
    """All papers of the week that begins with ``first``, those that readers say most of first."""
    last = first + timedelta(days=6)
    control = control_of(request.GET, visit_of(request))
    found = _of_span(request, control, first, min(last, today), WEEK_SHOWN)
    span = _("{first} to {last}").format(first=languages.day_short(first), last=languages.day_short(last))
    before, after = first - timedelta(days=7), first + timedelta(days=7)
    return _span_page(request, weeks.heading((first,)), span, found, control, week_link(before),
                      week_link(after) if after <= today else None)


def _of_span(request: HttpRequest, control: Control, first: date, last: date, limit: int) -> service.Listing:
    return service.span(first, last, site_of(request), limit=limit, narrowing=control.narrowing,
                        gone=read_of(control, visit_of(request)))


def week_link(first: date) -> tuple[str, str]:
    """Name and address of the page of a week."""
    week = weeks.of(first)
    return _("Week {number}").format(number=week[1]), weeks.address(week)


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
        intro = _("{intro} The {number} with most points stand here, the others on their days.").format(
            intro=intro, number=len(ids))
    elif rest > 0:
        intro = _("{intro} {number} that pass what you set stand here.").format(intro=intro, number=len(ids))
    return rendering.render(request, "listing.jinja", {
        "heading": heading, "intro": intro, "entries": full, "short": short,
        "before": before, "after": after, "formula": None if control.narrowing.order == "newest" else "span",
        "notes": [], "control": control, "others": [], "hidden": 0,
        "order": _("Newest first.") if control.narrowing.order == "newest"
        else _("By votes and comments, here and elsewhere; then newest."),
    })


@require_safe
def month(request: HttpRequest, month: str) -> HttpResponse:
    """A month as a table of editions."""
    try:
        first = edition_day(f"{month}-01")
    except ValueError as problem:
        raise Http404(_("“{given}” is not a month; write it as 2026-05.").format(given=month[:40])) from problem
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
        raise Http404(_("“{given}” is no window of trending; there are {windows}.").format(
            given=window[:40], windows=", ".join(WINDOWS)))

    def build() -> HttpResponse:
        control = control_of(request.GET, visit_of(request))
        gone = read_of(control, visit_of(request))
        scored = service.trending(moment, site_of(request), control.narrowing, gone, window)
        candidates = {one.id: one for one, points in scored}
        items = [(one.id, _why(one, points)) for one, points in scored]
        full, short = _printer(request, candidates).print([("full", items[:30]), ("short", items[30:])])
        carry = f"&{control.query()}" if control.shared else ""
        return rendering.render(request, "listing.jinja", {
            "heading": _("Trending"), "entries": full, "short": short, "before": None, "after": None,
            "intro": WITHIN[window],
            "windows": [(said, f"/trending?window={name}{carry}", name == window)
                        for name, said in WINDOWS.items()],
            "formula": "trending", "notes": [], "order": "", "control": control, "others": [("window", window)],
            "hidden": 0, "empty": None if items or control.words else notices.no_votes(window),
        })

    return page_cache.page(request, moment.date(), build, ground=tallies.position, seconds=lambda: TREND_SECONDS)


def _why(one: Candidate, points: float) -> str:
    return _trending(said_of(one), one.day.isoformat() if one.day else "", round(points, 1))


@sentence("trending")
def _trending(said: str, day: str, points: float) -> str:
    """What was said of a paper, its day, and its points."""
    given = {"said": spoken(said), "points": languages.number(points, 1)}
    if not day:
        return _("{said}: {points} points").format(**given)
    return _("{said}, {day}: {points} points").format(day=languages.day_short(day), **given)
