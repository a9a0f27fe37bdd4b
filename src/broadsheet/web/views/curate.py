"""The editors' page of a day: what stands first and why, what editors did, the headline and note; all undoable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from broadsheet.catalogue.models import Paper
from broadsheet.editions import curation, service, snapshots
from broadsheet.editions.candidates import Candidate
from broadsheet.editions.models import Curation
from broadsheet.errors import UsageError
from broadsheet.languages import day_short
from broadsheet.readers import naming
from broadsheet.readers.models import Reader
from broadsheet.text import latex
from broadsheet.web import curating
from broadsheet.web.frontpage import now, parse_day, site_of
from broadsheet.web.rendering import render
from broadsheet.web.visits import visit_of

LISTED = 40  # papers of the day with buttons, without a search
FOUND = 100
ORDINALS = (_lazy("first"), _lazy("second"), _lazy("third"), _lazy("fourth"), _lazy("fifth"))  # to be pinned there
PLACES = (_lazy("First"), _lazy("Second"), _lazy("Third"), _lazy("Fourth"), _lazy("Fifth"))  # where a paper stands
PINNED = (_lazy("Pinned first"), _lazy("Pinned second"), _lazy("Pinned third"), _lazy("Pinned fourth"),
          _lazy("Pinned fifth"))


@dataclass(frozen=True, slots=True)
class Row:
    """One paper of the day: where it stands and why; ``place`` and ``dropped`` are editors' doing."""

    key: str
    title: str
    zone: str
    reason: str
    place: int | None
    dropped: bool
    moved: bool
    retracted: bool


@dataclass(frozen=True, slots=True)
class Done:
    """An act that stands, as a line: what was done to which paper, by whom and when; ``undo`` is its button's value."""

    said: str
    title: str
    key: str
    by: str
    when: str
    undo: str


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def curate(request: HttpRequest, day: str) -> HttpResponse:
    """A day for its editors. POST ``act``: pin, drop, release, move, back (each ``:KEY``), automatic, note."""
    visit = visit_of(request)
    if not visit.can("curate"):
        raise Http404
    asked, today = parse_day(day), now().date()
    if asked is None or asked > today + curation.REACH:
        raise Http404(_("“{given}” is not a day that can be edited; write it as 2026-05-12.").format(given=day[:40]))
    if request.method != "POST":
        return _page(request, asked, today)
    try:
        _act(request, asked, visit.ensure_reader(None, now()))
    except UsageError as problem:
        return _page(request, asked, today, str(problem))
    query = urlencode({"q": request.POST["q"][:200]}) if request.POST.get("q") else ""
    return HttpResponseRedirect(f"/curate/{asked}{'?' if query else ''}{query}")


def _act(request: HttpRequest, day: date, editor: Reader) -> None:
    """Do one act; raises UsageError where it cannot be done, Http404 for what is no act."""
    verb, key = [*request.POST.get("act", "").split(":", 1), ""][:2]
    moment = now()
    if verb == "note":
        curating.write(editor, day, request.POST.get("headline", ""), request.POST.get("text", ""), moment)
        return
    if verb == "automatic":
        curating.automatic(editor, day, moment)
        return
    paper = Paper.objects.filter(key=key[:10], state=Paper.State.LIVE).first()
    if paper is None:
        raise Http404
    if verb == "pin":
        place = request.POST.get("place", "")
        curating.pin(editor, paper, day, int(place) - 1 if place.isascii() and place.isdecimal() else 0, moment)
    elif verb == "drop":
        curating.drop(editor, paper, day, moment)
    elif verb == "release":
        curating.release(editor, paper, day, moment)
    elif verb == "move":
        to_day = parse_day(request.POST.get("to", ""))
        if to_day is None:
            raise UsageError(_("Say the day as 2026-05-12. Nothing was moved."))
        curating.move(editor, paper, to_day, moment)
    elif verb == "back":
        curating.send_back(editor, paper, moment)
    else:
        raise Http404


def _page(request: HttpRequest, day: date, today: date, fault: str = "") -> HttpResponse:
    site = site_of(request)
    closed = snapshots.of(day) is not None
    found = service.edition((day,), today, site) if not closed else None
    rows = _rows(found) if found is not None else []
    query = " ".join(request.GET.get("q", "").split())[:200]
    wanted = request.GET.get("paper", "")[:10]
    picked = next((one for one in rows if one.key == wanted), None)
    note = curation.note_of(day)
    listed = [one for one in rows if query.casefold() in one.title.casefold()][:FOUND] if query else rows[:LISTED]
    return render(request, "curate.jinja", {
        "day": day, "closed": closed, "fault": fault, "total": len(rows), "rows": listed, "query": query,
        "picked": picked, "wanted": wanted, "ordinals": ORDINALS, "done": _done(day), "edited": bool(found),
        "headline": request.POST.get("headline", note.headline if note else ""),
        "text": request.POST.get("text", note.text if note else ""),
        "longest": (curation.HEADLINE, curation.NOTE), "note": note, "to": request.POST.get("to", str(today)),
        "earliest": max(today - curation.REACH, date.min), "latest": today + curation.REACH,
        "before": day - timedelta(days=1), "after": day + timedelta(days=1) if day < today + curation.REACH else None,
    }, status=409 if fault else 200)


def _rows(found: service.Edition) -> list[Row]:
    """The papers of the day in the order of its page, then those that the page leaves out."""
    front, curated = found.front, curation.of(found.days)
    pins = dict(curated.pins)
    named: dict[int, tuple[str, str]] = {}
    first = [*([front.lead] if front.lead else []), *front.seconds]
    for number, pick in enumerate(first):
        named[pick.paper] = (str(PLACES[number]), pick.reason)
    for zone in (front.group, front.talked):
        for pick in zone.picks:
            named.setdefault(pick.paper, (zone.title, pick.reason))
    for section in front.sections:
        for pick in section.full:
            named.setdefault(pick.paper, (section.name, pick.reason))
        for paper in (*section.short, *section.lines):
            named.setdefault(paper, (section.name, ""))
    rest = [one for one, candidate in found.candidates.items() if candidate.day == found.day and one not in named]
    return [_row(found.candidates[one], *named.get(one, ("", "")), pins.get(one), one in curated.dropped,
                 one in curated.moved)
            for one in (*named, *sorted(rest, reverse=True))
            if one in found.candidates and found.candidates[one].day == found.day]


def _row(one: Candidate, zone: str, reason: str, place: int | None, dropped: bool, moved: bool) -> Row:
    return Row(one.key, latex.readable(one.title), zone or _("Not on the front page"), reason, place, dropped, moved,
               one.retracted)


def _done(day: date) -> list[Done]:
    acts = curation.of_day(day)
    editors = Reader.objects.in_bulk([one.by for one in acts if one.by])
    return [Done(
        _said(one, day), latex.readable(one.paper.title), one.paper.key,
        naming.shown(editors[one.by]) if one.by in editors else _("an editor"),
        f"{one.made_at.astimezone(now().tzinfo):%H:%M}", _undo(one, day),
    ) for one in acts]


def _said(act: Curation, day: date) -> str:
    if act.act == Curation.Act.PIN:
        return str(PINNED[min(act.place, len(PINNED) - 1)])
    if act.act == Curation.Act.DROP:
        return _("Dropped from the front page")
    if act.to_day == day:
        return _("Moved here from {day}").format(day=day_short(act.day))
    return _("Moved away to {day}").format(day=day_short(act.to_day or ""))


def _undo(act: Curation, day: date) -> str:
    return f"{'back' if act.act == Curation.Act.MOVE else 'release'}:{act.paper.key}"
