"""My order: papers for one reader, what was learned with every line removable, three questions at the start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from ...catalogue import papers
from ...catalogue.models import Paper
from ...editions import load, service
from ...editions.candidates import Candidate, narrow
from ...errors import UsageError
from ...readers import service as readers
from ...readers import taste as tastes
from ...readers.taste_places import extremes
from ...search import cloud
from .. import by_mail, page_cache, rendering, tasting
from .. import for_you as own
from ..frontpage import Printer, control_of, now, read_of, site_of
from ..shown import Shown
from ..visits import Visit, visit_of

WEEK = 7
LISTED = 60
LINES = 60  # of what was learned, on its page
ACTS = 100
ASKED, QUESTIONS = 24, 3
LOOKED_AT = 1500  # newest papers among which the questions are picked
KINDS = {"author": _lazy("Author"), "topic": _lazy("Topic"), "category": _lazy("Category"), "word": _lazy("Words"),
         "interest": _lazy("Followed")}
SAID = {"more": _lazy("more like this"), "less": _lazy("not for me"), "vote": _lazy("your vote"),
        "save": _lazy("saved"), "hide": _lazy("hidden"), "start": _lazy("answered at the start"),
        "library": _lazy("of your library")}
_DONE = {"start": _lazy("Your answers count already: this is your order of today."),
         "strike": _lazy("The line is struck out. It can be put back below."),
         "restore": _lazy("The line counts again."),
         "reset": _lazy("Everything learned until now is set aside. It can be put back below.")}


@require_safe
def for_you(request: HttpRequest) -> HttpResponse:
    """The papers of today's edition (``?days=7``: of a week) in the reader's order."""
    today = now().date()
    return page_cache.page(request, today, lambda: _for_you(request, today), seconds=lambda: 60.0)


def _for_you(request: HttpRequest, today: date) -> HttpResponse:
    visit, site = visit_of(request), site_of(request)
    mine = own.taste_of(visit.reader)
    week = request.GET.get("days") == str(WEEK)
    days = service.front_days(today)
    if week and days:
        days = tuple(days[0] - timedelta(days=n) for n in range(WEEK))
    context: dict[str, Any] = {
        "week": week, "personal": visit.personal, "day": days[0] if days else None, "every": tasting.EVERY,
        "done": _DONE.get(request.GET.get("done", ""), ""), "learned": len(mine.told) if mine else 0,
        "path": request.get_full_path(), "mail": by_mail.offer(request, "foryou"),
    }
    if mine and days:
        control = control_of(request.GET, visit)
        found = [one for one in load.of_days(days, site.table) if not one.retracted]
        marks = readers.marks_of(visit.reader, [one.id for one in found])
        gone = read_of(control, visit) | marks.hidden
        kept = narrow([one for one in found if one.id not in mine.told], control.narrowing, gone)
        listed = own.places(mine, kept, LISTED)
        printer = Printer(request, {one.id: one for one in kept}, marks)
        full, short = printer.print([("full", listed.pairs[:24]), ("short", listed.pairs[24:])])
        context |= {"rows": {"full": full, "short": short, "lines": []}, "total": len(kept), "open": listed.open,
                    "shown": len(listed.picks)}
    return rendering.render(request, "for_you.jinja", context)


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def taste(request: HttpRequest) -> HttpResponse:
    """What was learned; ``do`` (strike, restore or reset) with ``line`` changes it."""
    visit = visit_of(request)
    if request.method != "POST":
        return rendering.render(request, "taste.jinja", _learned(visit, request.GET.get("done", "")))
    if visit.reader is None:
        return HttpResponseRedirect("/taste")
    do, line = request.POST.get("do", ""), request.POST.get("line", "")[:300]
    try:
        if do == "restore":
            tastes.restore(visit.reader, line, now())
        elif do in {"strike", "reset"}:
            tastes.strike(visit.reader, tastes.ALL if do == "reset" else line, now())
        else:
            raise UsageError(_("Nothing was asked for. Nothing was changed."))
    except UsageError as problem:
        return rendering.render(request, "taste.jinja", {**_learned(visit, ""), "fault": str(problem)}, status=422)
    return HttpResponseRedirect(f"/taste?done={do}")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of what was learned. ``behind``: papers with acts that have the term."""

    term: str
    kind: str
    label: str
    weight: float
    behind: int


def _learned(visit: Visit, done: str) -> dict[str, Any]:
    told = tastes.said(visit.reader)
    mine = own.taste_of(visit.reader)
    shown = papers.by_ids([one.paper for one in told[:ACTS]])
    struck = tastes.removed(visit.reader) if visit.reader is not None else []
    return {
        "library": sum(tastes.LIBRARY in one.kinds for one in told), "whole_library": tastes.WHOLE_LIBRARY,
        "likes": _lines(mine, 1), "dislikes": _lines(mine, -1), "total": len(told),
        "acts": [{"shown": Shown(shown[one.paper], visit.member), "kinds": [SAID[kind] for kind in one.kinds],
                  "liked": one.target > 0, "at": one.made_at} for one in told[:ACTS] if one.paper in shown],
        "struck": [{"line": line, "label": _label(line), "at": at} for line, at in struck],
        "done": _DONE.get(done, ""), "personal": visit.personal, "fault": "",
    }


def _lines(mine: Any, sign: int) -> dict[str, list[Line]]:
    """Lines that speak for (``sign`` 1) or against papers: the strong ones, and those of little weight."""
    if not mine:
        return {"strong": [], "weak": []}
    behind = mine.taste.behind()
    found = [(term, weight) for term, weight in mine.taste.learned() if weight * sign > 0]
    lines = [Line(term, str(KINDS[term.partition(":")[0]]), tasting.label(term), weight, behind[term])
             for term, weight in found]
    # A lone act gives every author of its paper a line; they stand folded away until a second paper says the same.
    most = max((abs(weight) for term, weight in mine.taste.learned() if not term.startswith("interest:")), default=0.0)
    strong = [one for one in lines if abs(one.weight) >= most / 5
              and (one.behind > 1 or not one.term.startswith("author:"))]
    weak = [one for one in lines if one not in strong]
    return {"strong": strong[:LINES], "weak": weak[:LINES]}


def _label(line: str) -> str:
    kind, rest = [*line.split(":", 1), ""][:2]
    if line == tastes.ALL:
        return _("Everything learned before")
    if line == tastes.WHOLE_LIBRARY:
        return _("Your library")
    if kind == "paper":
        title = Paper.objects.filter(key=rest).values_list("title", flat=True).first()
        if not title:
            return _("Acts at a paper that is gone")
        return _("Acts at “{title}”").format(title=tasting.short_title(title))
    return f"{KINDS.get(kind, kind)}: {tasting.label(line)}"


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def start(request: HttpRequest) -> HttpResponse:
    """Three questions: which of these papers would you open first?"""
    if request.method == "POST":
        return _answered(request)
    today = now().date()
    asked = _questions(today, site_of(request))
    found = papers.by_ids([paper for group in asked for paper in group])
    visit = visit_of(request)
    groups = [[Shown(found[paper], visit.member) for paper in group if paper in found] for group in asked]
    return rendering.render(request, "taste_start.jinja", {"groups": groups, "personal": visit.personal})


def _questions(today: date, site: service.Site) -> list[tuple[int, ...]]:
    """Row ids of the papers of each question: the same for everybody on one day's papers."""
    days = service.front_days(today)
    if not days:
        return []
    span = [days[0] - timedelta(days=n) for n in range(WEEK)]
    recent: list[Candidate] = [one for one in load.of_days(span, site.table) if not one.retracted]
    ids = [one.id for one in sorted(recent, key=lambda one: (one.published, one.id), reverse=True)[:LOOKED_AT]]
    vectors = cloud.vectors(ids)
    have = [row for row in range(len(ids)) if vectors[row].any()]
    if len(have) < ASKED:
        return [tuple(ids[at::QUESTIONS][:ASKED // QUESTIONS]) for at in range(QUESTIONS) if ids[at::QUESTIONS]]
    placed = tasting.the_ground().place(vectors[have])
    return [tuple(ids[have[row]] for row in group) for group in extremes(placed, ASKED, QUESTIONS)]


def _answered(request: HttpRequest) -> HttpResponse:
    response = HttpResponseRedirect("/for-you?done=start")
    chosen, beside = [], []
    for at in range(QUESTIONS):
        asked = [key[:10] for key in request.POST.getlist(f"asked{at}")][:ASKED]
        ticked = [key for key in request.POST.getlist(f"q{at}")[:ASKED] if key in asked]
        chosen += ticked
        if ticked:  # who ticks nothing of a question said nothing of its papers
            beside += [key for key in asked if key not in ticked]
    rows = dict(Paper.objects.filter(key__in=[*chosen, *beside], state=Paper.State.LIVE).values_list("key", "id"))
    if not chosen:
        return HttpResponseRedirect("/for-you")
    reader = visit_of(request).ensure_reader(response, now())
    tastes.record(reader, [rows[key] for key in chosen if key in rows], tastes.START, 1, now())
    tastes.record(reader, [rows[key] for key in beside if key in rows], tastes.START, -1, now())
    return response
