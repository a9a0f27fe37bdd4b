"""A day in three minutes, for paper: as many of its chosen papers as can be read in that time, on two pages."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from ... import languages
from ...digest import weekly
from ...editions import calendar
from ...editions.standfirst import choose as claim_of
from ...readers import tallies
from .. import near, page_cache, rendering
from ..frontpage import now, parse_day, site_of
from ..shown import Shown
from ..visits import visit_of

MINUTES = 3


@require_safe
def yesterday(request: HttpRequest) -> HttpResponse:
    """To the newest edition before today."""
    day = calendar.newest_day(now().date() - timedelta(days=1))
    return HttpResponseRedirect(f"/papers/date/{day}/print" if day is not None else "/")


@require_safe
def day(request: HttpRequest, day: str) -> HttpResponse:
    """One day in three minutes, black on white."""
    asked, today = parse_day(day), now().date()
    if asked is None or asked > today:
        raise Http404(f"“{day[:40]}” is not a day of ours; write it as 2026-05-12.")

    def build() -> HttpResponse:
        made = weekly.of_day(asked, today, site_of(request))
        if made is None:
            raise Http404("No paper belongs to this day.")
        before = calendar.day_before(asked)
        return rendering.render(request, "printed.jinja", {
            **_sheet(request, made), "day": asked, "number": made.found.number, "before": before,
            "after": calendar.day_after(asked, today)})

    lasting = 60.0 if site_of(request).near is not None or near.anything_said() else 86_400.0
    return page_cache.page(request, today, build, ground=tallies.position, seconds=lambda: lasting)


def _sheet(request: HttpRequest, made: weekly.Chosen) -> dict[str, Any]:
    """The entries that fit, how many words they are, and how many minutes these take."""
    member = visit_of(request).member
    lines = made.lines(member=member)
    lines = lines[:weekly.within(lines, MINUTES)]
    rows = {paper.key: Shown(paper, member) for paper in made.found.papers([item.paper for item in made.items])}
    words = sum(map(weekly.words_in, lines))
    minutes = weekly.minutes_of(words)
    entries = []
    for line in lines:
        shown = rows[line.key]
        claim = claim_of(shown.paper.title, shown.paper.abstract).text if line.claim else ""
        entries.append({"shown": shown, "line": line, "claim": rendering.formula_html(claim),
                        "at": _place(shown, request)})
    return {"lead": entries[:1], "entries": entries[1:], "shown": len(entries), "total": made.total, "words": words,
            "title": _title(made.found.days[0], minutes)}


def _title(day: date, minutes: int) -> str:
    words = {2: _("two"), 3: _("three")}
    return ngettext("{day} in one minute", "{day} in {minutes} minutes", minutes).format(
        day=languages.day_long(day), minutes=words.get(minutes) or languages.number(minutes))


def _place(shown: Shown, request: HttpRequest) -> str:
    """Where the paper is, as one would type it: at its source, else on this site."""
    place = shown.home or f"//{request.get_host()}/papers/{shown.key}"
    return place.partition("//")[2].removeprefix("www.")
