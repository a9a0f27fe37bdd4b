"""Ground of the pages of what is a reader's own: who may, the papers of a stream, the entries of a list."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Lock

from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from markupsafe import Markup

from ..catalogue import changes
from ..catalogue.models import Paper
from ..editions import calendar, load
from ..editions.candidates import Candidate
from ..editions.fields import Table
from ..errors import BroadsheetError
from ..readers import follows, streams
from ..readers import service as readers
from ..readers.models import Reader
from ..text import latex
from . import notices, rendering
from .allowed import shut
from .frontpage import Printer, now, site_of
from .visits import Visit, visit_of

PREVIEW_DAYS = 7
MOST_DAYS = 28  # days of papers that a process keeps, about 4 MB each
# What stands side by side above all pages of a reader's own.
PLACES = (("/saved", _lazy("Saved")), ("/collections", _lazy("Collections")), ("/notes", _lazy("Notes")),
          ("/streams", _lazy("Streams")), ("/following", _lazy("Following")), ("/alerts", _lazy("Alerts")),
          ("/undo", _lazy("Undo")))


def closed(request: HttpRequest, capability: str) -> HttpResponse | None:
    """None for who may; else the way to the sign-in page and back, or for a blocked account why it may not."""
    return None if visit_of(request).can(capability) else shut(request)


def refused(request: HttpRequest, why: str, status: int = 403) -> HttpResponse:
    """A page that says why nothing was done."""
    one = notices.Notice("error", _("That was not done"), (why,), (_("Go back"), back_of(request, "/")))
    return rendering.render(request, "empty.jinja", {"heading": _("Not done"), "notices": [one]}, status=status)


def back_of(request: HttpRequest, otherwise: str) -> str:
    """Where to return: the page of this site that the form or the browser names."""
    for place in (request.POST.get("next", ""), request.headers.get("Referer", "")):
        if place and url_has_allowed_host_and_scheme(place, {request.get_host()}, request.is_secure()):
            return place
    return otherwise


def follow_offer(request: HttpRequest, kind: str, value: str, label: str) -> dict[str, object]:
    """What ``follow_button`` of ``mine.jinja`` shows: whether the visitor may follow, and does."""
    visit = visit_of(request)
    may = visit.can("follow")
    return {"kind": kind, "value": value, "label": label, "may": may, "door": not may and visit.account is None,
            "on": may and follows.follows(visit.reader, kind, value)}


def owner(visit: Visit) -> Reader | None:
    """Whose things the visitor is shown as the visitor's own: nobody's for a program on the secret path."""
    return visit.reader if visit.can("keep") else None


# -- papers of a stream -------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Day:
    """One day of a stream: finished entries."""

    day: date | None
    entries: list[Markup]


@dataclass(frozen=True)
class Taken:
    """What a stream took of some days: rows with reasons, and the papers it looked at."""

    items: list[tuple[int, str]]
    candidates: dict[int, Candidate]
    looked_at: int


def take(request: HttpRequest, wish: streams.Wish, last: date, days: int = PREVIEW_DAYS,
         hidden: frozenset[int] = frozenset()) -> Taken:
    """What the stream takes of the ``days`` days that end with ``last``."""
    table = site_of(request).table
    candidates: dict[int, Candidate] = {}
    for number in range(days):
        day = last - timedelta(days=number)
        candidates.update(_of_day(day, table))
    near = nearness(wish.seeds, list(candidates))
    items = streams.matches(wish, candidates.values(), near, hidden)
    return Taken(items, candidates, len(candidates))


Read = tuple[int, object, dict[int, Candidate]]  # position of the log, fingerprint of the day, its papers
_days: OrderedDict[tuple[date, Table | None], Read] = OrderedDict()
_lock = Lock()


def _of_day(day: date, table: Table | None) -> dict[int, Candidate]:
    """The papers of a day, none that were retracted; kept in this process until something of the day changes."""
    place, position = (day, table), changes.total()
    with _lock:
        kept = _days.get(place)
    if kept is not None and kept[0] == position:
        return kept[2]
    mark = load.fingerprint((day,))
    found = kept[2] if kept is not None and kept[1] == mark else {
        one.id: one for one in load.of_days((day,), table) if not one.retracted}
    with _lock:
        _days[place] = position, mark, found
        _days.move_to_end(place)
        while len(_days) > MOST_DAYS:
            _days.popitem(last=False)
    return found


def newest_day() -> date:
    """The day of the newest edition, today where there is none."""
    today = now().date()
    return calendar.newest_day(today) or today


def forget() -> None:
    """Drop the days that this process keeps (tests)."""
    with _lock:
        _days.clear()


def nearness(seeds: Sequence[str], rows: Sequence[int]) -> streams.Near:
    """How near papers are in meaning to seeds (keys of papers), with the title of the nearest seed."""
    if not seeds:
        return {}
    from ..search import nearness as measure  # loads the index; only streams with seeds pay

    found = dict(Paper.objects.filter(key__in=seeds, state=Paper.State.LIVE).values_list("id", "title"))
    try:
        near = measure.to_papers(list(found), rows)
    except BroadsheetError:
        return {}
    return {row: (value, latex.readable(found[seed])) for row, (value, seed) in near.items() if row not in found}


def by_day(request: HttpRequest, taken: Taken) -> list[Day]:
    """Finished entries by day, newest first."""
    visit = visit_of(request)
    marks = readers.marks_of(visit.reader, [row for row, _ in taken.items]) if visit.reader else readers.Marks()
    printer = Printer(request, taken.candidates, marks)
    days: dict[date | None, list[tuple[int, str]]] = {}
    for row, why in taken.items:
        days.setdefault(taken.candidates[row].day, []).append((row, why))
    if not days:
        return []
    groups = list(days.items())
    made = printer.print([("full", items) for _, items in groups])
    return [Day(day, entries) for (day, _), entries in zip(groups, made, strict=True) if entries]
