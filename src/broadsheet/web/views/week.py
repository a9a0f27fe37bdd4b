"""The edition of a week: chosen as the weekly mail is, in the zones of a front page; it ends, and says its minutes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ...digest import weekly, weeks
from ...digest.choice import Item
from ...editions.candidates import Candidate, narrow
from ...readers import service as readers
from ...readers import tallies
from ...text import latex
from .. import by_mail, near, page_cache, rendering
from ..frontpage import Control, Printer, control_of, now, read_of, site_of
from ..visits import visit_of
from .archive import week_link, week_list

SECONDS, ZONE = 4, 5


def parsed(text: str) -> weeks.Week:
    """``2026-W20`` as year and number. Raises Http404 for what is no week."""
    year, mark, number = text.partition("-W")
    try:
        if not (mark and year.isdigit() and number.isdigit() and text.isascii()):
            raise ValueError(text)
        weeks.days((int(year), int(number)))
    except ValueError as problem:
        raise Http404(f"“{text[:40]}” is not a week; write it as 2026-W20.") from problem
    return int(year), int(number)


@require_safe
def week(request: HttpRequest, week: str) -> HttpResponse:
    """A week's edition; all its papers where the address asks for an order, or where there is nothing to choose."""
    asked, today = parsed(week), now().date()

    def build() -> HttpResponse:
        control = control_of(request.GET, visit_of(request))
        made = None
        if not control.shared and control.narrowing.order == "chosen":
            made = weekly.of_week(asked, today, site_of(request), _keep(request, control))
        if made is None or not made.items:
            return week_list(request, weeks.days(asked)[0], today)
        return _page(request, asked, made, today)

    lasting = 60.0 if site_of(request).near is not None or near.anything_said() else 86_400.0
    return page_cache.page(request, today, build, ground=tallies.position, seconds=lambda: lasting)


def _keep(request: HttpRequest, control: Control) -> weekly.Keep | None:
    """The reader's own control, where it leaves anything out."""
    gone = read_of(control, visit_of(request))
    if control.narrowing.plain and not gone:
        return None

    def keep(candidates: Sequence[Candidate]) -> set[int]:
        return {one.id for one in narrow(candidates, control.narrowing, gone)}

    return keep


def _page(request: HttpRequest, asked: weeks.Week, made: weekly.Chosen, today: date) -> HttpResponse:
    visit, found = visit_of(request), made.found
    lines = made.lines(member=visit.member)
    words = sum(map(weekly.words_in, lines))
    first, *_between, last = weeks.days(asked)
    marks = readers.marks_of(visit.reader, list(found.candidates)) if visit.reader else readers.Marks()
    printer = Printer(request, found.candidates, marks)
    top, group = _zones(made)
    talked = found.still_talked({item.paper for item in made.items}, weekly=True)
    lead, seconds, zone, rest, still = printer.print([
        ("lead", _pairs(top[:1])), ("second", _pairs(top[1:1 + SECONDS])), ("zone", _pairs(group)),
        ("full", _pairs(top[1 + SECONDS:])), ("full", talked)])
    after = last + timedelta(days=1)
    return rendering.render(request, "week.jinja", {
        "heading": weeks.heading((first,)), "first": first, "last": min(last, today), "shown": len(made.items),
        "total": made.total, "minutes": weekly.minutes_of(words), "lead": lead, "seconds": seconds, "zone": zone,
        "rest": rest, "talked": still, "days": _days(made), "before": week_link(first - timedelta(days=7)),
        "after": week_link(after) if after <= today else None, "running": last >= today,
        "mail": by_mail.offer(request, "site", weekly=True), "personal": visit.personal,
        "path": weeks.address(asked),
    })


def _zones(made: weekly.Chosen) -> tuple[list[Item], list[Item]]:
    """What leads and follows, and what the group's interests brought, at most a zone of it."""
    group = [item for item in made.items[1:] if made.found.zone(item.paper)][:ZONE]
    return [item for item in made.items if item not in group], group


def _pairs(items: Sequence[Item]) -> list[tuple[int, str]]:
    return [(item.paper, item.reason) for item in items]


def _days(made: weekly.Chosen) -> list[tuple[date, int, str]]:
    """Each day of the week that has papers, in order: how many, and the headline that led it."""
    found = made.found
    return [(day, found.totals[day], latex.readable(found.candidates[lead].title) if lead else "")
            for day in reversed(found.days) for lead in (made.leads.get(day),)]

