"""Streams: the list, the page of each, and the editor with its preview of the last seven days."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from broadsheet.catalogue import papers
from broadsheet.catalogue.models import Paper
from broadsheet.editions import calendar
from broadsheet.errors import UsageError
from broadsheet.readers import naming
from broadsheet.readers import service as readers
from broadsheet.readers import streams as streaming
from broadsheet.readers.models import Stream
from broadsheet.readers.settings import lines
from broadsheet.text import identifiers
from broadsheet.web import by_mail, mine
from broadsheet.web.frontpage import parse_day
from broadsheet.web.rendering import has_feed, render
from broadsheet.web.shown import Shown
from broadsheet.web.visits import visit_of

SHOWN = 60  # papers of a preview


@dataclass
class Typed:
    """The editor's fields as texts, and what is wrong with them."""

    name: str = ""
    wanted: str = ""
    unwanted: str = ""
    categories: str = ""
    seeds: str = ""
    cap: str = "20"
    shared: bool = False
    faults: dict[str, str] = field(default_factory=dict)
    found: list[Shown] = field(default_factory=list)  # the seeds as papers
    wish: streaming.Wish = field(default_factory=streaming.Wish)

    def check(self) -> None:
        """Read the fields into a wish; what is wrong goes to ``faults``."""
        seeds, unknown = _seeds(lines(self.seeds))
        self.found = [Shown(paper) for paper in seeds]
        self.wish, self.faults = streaming.read(
            lines(self.wanted), lines(self.unwanted), lines(self.categories), [paper.key for paper in seeds], self.cap)
        if unknown:
            self.faults.setdefault("seeds", _("“{given}” names no paper that is here.").format(given=unknown[0][:80]))


def typed_of(given: QueryDict) -> Typed:
    """The fields as they came."""
    return Typed(given.get("name", "")[:400], given.get("wanted", "")[:8000], given.get("unwanted", "")[:8000],
                 given.get("categories", "")[:4000], given.get("seeds", "")[:4000], given.get("cap", "20")[:10],
                 "shared" in given)


def _seeds(texts: list[str]) -> tuple[list[Paper], list[str]]:
    """The live papers that identifiers, addresses or keys name, and the texts that name none."""
    found: dict[int, Paper] = {}
    unknown = []
    for text in texts[:streaming.MOST_SEEDS + 1]:
        named = identifiers.recognise(text)
        paper = papers.by_identifier(*named) if named else None
        if paper is None and len(text) == 10 and text.isalnum():
            paper = papers.by_key(text)
        if paper is None or paper.state != Paper.State.LIVE:
            unknown.append(text)
        else:
            found[paper.pk] = paper
    return list(found.values()), unknown


def _as_typed(stream: Stream) -> Typed:
    seeds = papers.by_ids(list(Paper.objects.filter(key__in=stream.seeds).values_list("id", flat=True))).values()
    return Typed(stream.name, "\n".join(stream.wanted), "\n".join(stream.unwanted), "\n".join(stream.categories),
                 "\n".join(_name_of(paper) for paper in seeds), str(stream.cap), stream.shared)


def _name_of(paper: Paper) -> str:
    """What names the paper in the editor: its identifier where it can be read back, else its key."""
    text = ":".join(paper.identifiers[0]) if paper.identifiers else ""
    return text if text and "," not in text and identifiers.recognise(text) else paper.key


_PART = re.compile(r'(-?)(?:(\w+):)?(?:"([^"]*)"|(\S+))')


def of_query(text: str) -> Typed:
    """A stream that begins as a search: its words together, what it excludes, its categories."""
    words: list[str] = []
    without: list[str] = []
    categories: list[str] = []
    for minus, operator, phrase, word in _PART.findall(text[:1000]):
        value = (phrase or word).replace(",", " ").strip()
        if operator.lower() == "cat":
            categories.append(value)
        elif not operator and value:
            (without if minus else words).append(value)
    return Typed(name=" ".join(text.split())[:120], wanted=" + ".join(words), unwanted="\n".join(without),
                 categories="\n".join(categories))


@require_http_methods(["GET", "HEAD"])
def streams(request: HttpRequest) -> HttpResponse:
    """The reader's streams."""
    if (no := mine.closed(request, "follow")) is not None:
        return no
    return render(request, "streams.jinja", {"places": mine.PLACES, "own": streaming.of(visit_of(request).reader)})


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def new(request: HttpRequest) -> HttpResponse:
    """Write a stream. POST ``do=preview`` shows it as it would be, ``do=make`` makes it."""
    if (no := mine.closed(request, "follow")) is not None:
        return no
    if request.method != "POST":
        typed = of_query(request.GET["q"]) if request.GET.get("q") else typed_of(request.GET)
        return _editor(request, typed, None, show=bool(request.GET))
    typed = typed_of(request.POST)
    typed.check()
    if typed.faults or request.POST.get("do") != "make":
        return _editor(request, typed, None, checked=True)
    typed.name = typed.name.strip() or ", ".join((*typed.wish.wanted, *typed.wish.categories))[:100] or _("Stream")
    response = HttpResponseRedirect("/streams")
    try:
        made = streaming.make(visit_of(request).ensure_reader(response, timezone.now()), typed.name, typed.wish,
                              timezone.now(), shared=typed.shared)
    except UsageError as problem:
        typed.faults["name"] = str(problem)
        return _editor(request, typed, None, checked=True)
    response["Location"] = f"/streams/{made.key}"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change or remove one of the reader's own streams."""
    if (no := mine.closed(request, "follow")) is not None:
        return no
    visit = visit_of(request)
    found = streaming.find(visit.reader, key[:20]) if visit.reader is not None else None
    if found is None or visit.reader is None:
        raise Http404(_("No stream of yours has this address."))
    if request.method != "POST":
        return _editor(request, _as_typed(found), found, show=True)
    if request.POST.get("do") == "remove":
        streaming.remove(visit.reader, found, timezone.now())
        return HttpResponseRedirect("/streams")
    typed = typed_of(request.POST)
    typed.check()
    if typed.faults or request.POST.get("do") != "make":
        return _editor(request, typed, found, checked=True)
    try:
        streaming.change(visit.reader, found, typed.name.strip() or found.name, typed.wish, timezone.now(),
                         shared=typed.shared)
    except UsageError as problem:
        typed.faults["name"] = str(problem)
        return _editor(request, typed, found, checked=True)
    return HttpResponseRedirect(f"/streams/{found.key}")


@require_POST
@csrf_protect
def preview(request: HttpRequest) -> HttpResponse:
    """The last seven days of what is typed, as a piece of a page for the script of the editor."""
    if (no := mine.closed(request, "follow")) is not None:
        return no
    typed = typed_of(request.POST)
    typed.check()
    return render(request, "stream_preview.jinja", _previewed(request, typed))


def _editor(request: HttpRequest, typed: Typed, found: Stream | None, *, show: bool = False,
            checked: bool = False) -> HttpResponse:
    if not checked:
        typed.check()
        if not show or (found is None and not typed.wish):
            typed.faults = {}
    status = 422 if checked and typed.faults and request.POST.get("do") == "make" else 200
    return render(request, "stream_edit.jinja", {
        "places": mine.PLACES, "typed": typed, "stream": found, "failed": status == 422,
        **_previewed(request, typed)}, status=status)


def _previewed(request: HttpRequest, typed: Typed) -> dict[str, object]:
    """The papers of the last seven days that the stream would take; none while it is not right."""
    if not typed.wish:
        return {"typed": typed, "days": [], "total": 0, "taken": None}
    taken = mine.take(request, typed.wish, mine.newest_day())
    total = len(taken.items)
    taken.items[SHOWN:] = []
    return {"typed": typed, "days": mine.by_day(request, taken), "total": total, "taken": taken}


@require_http_methods(["GET", "HEAD"])
def stream(request: HttpRequest, key: str) -> HttpResponse:
    """A stream day by day, seven days a page; a private one is not there for others. ``?until=`` shows earlier days."""
    visit = visit_of(request)
    found = streaming.visible(mine.owner(visit), key[:20])
    if found is None:
        raise Http404(_("No stream has this address."))
    if found.shared:
        has_feed(request, f"streams/{found.key}")
    newest = mine.newest_day()
    last = parse_day(request.GET["until"]) if "until" in request.GET else newest
    if last is None or last > newest or last.year < 1980:
        raise Http404(_("until: a day such as 2026-05-12"))
    taken = mine.take(request, streaming.wish_of(found), last, hidden=readers.hidden_of(visit.reader))
    earlier = calendar.day_before(last - timedelta(days=mine.PREVIEW_DAYS - 1))
    own = mine.owner(visit)
    is_mine = own is not None and own.pk == found.reader_id
    return render(request, "stream.jinja", {
        "places": mine.PLACES, "stream": found, "days": mine.by_day(request, taken), "total": len(taken.items),
        "first": last - timedelta(days=mine.PREVIEW_DAYS - 1), "last": last, "newest": last == newest,
        "earlier": f"/streams/{found.key}?" + urlencode({"until": str(earlier)}) if earlier else "",
        "mine": is_mine, "by": naming.shown(found.reader), "personal": visit.personal,
        "mail": by_mail.offer(request, "stream", found.key, found.name),
        "seeds": [Shown(one) for one in Paper.objects.filter(key__in=found.seeds, state=Paper.State.LIVE)]})
