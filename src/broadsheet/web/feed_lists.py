"""What each feed holds: from its name to papers, the page it belongs to, and its neighbours in time."""

from __future__ import annotations

import calendar as months
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from html import escape
from urllib.parse import quote, urlencode

from django.db.models import Count, F, Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from ..catalogue import papers
from ..catalogue.models import Paper
from ..digest import weeks
from ..editions import calendar, load, service
from ..feeds.model import Entry
from ..feeds.papers import entry_id, paper_entry
from ..languages import NBSP, day_short, month_and_year
from ..readers import dated
from ..text import latex
from ..text.dates import edition_day
from . import feed_paging as paging
from .feed_paging import SPAN
from .frontpage import site_of
from .views import author, organisation, topic

FRONT_EDITIONS = 7


@dataclass(slots=True)
class List:
    """One list. ``rows`` are (paper, its day there or None); ``ready`` are entries without host.

    ``since`` dates the list while it is empty, ``changed`` says when it itself was last changed, where that is known.
    """

    id: str
    title: str
    subtitle: str
    page: str
    since: datetime
    rows: Sequence[tuple[Paper, date | None]] = ()
    ready: Sequence[Entry] = ()
    links: list[paging.Link] = field(default_factory=list)
    archive: bool = False
    changed: datetime | None = None

    def entries(self, base: str, member: bool) -> list[Entry]:
        """The entries with absolute addresses. ``member``: whether members-only abstracts stand whole."""
        if self.ready:
            return [_absolute(entry, base) for entry in self.ready]
        return [paper_entry(paper, base, member=member, day=day) for paper, day in self.rows]


def _absolute(entry: Entry, base: str) -> Entry:
    return replace(entry, url=base + entry.url, html=entry.html.replace('href="/', f'href="{base}/'),
                   comments_url=base + entry.comments_url if entry.comments_url else "")


def find(name: str, request: HttpRequest, moment: datetime) -> List:
    """The list of a feed's name, without its ending. Raises Http404 for a name that leads nowhere."""
    kind, _, rest = name.partition("/")
    maker = _MAKERS.get(kind)
    if maker is None:
        raise Http404("No feed has this name; see /feeds.")
    return maker(rest, request, moment)


def standing(moment: datetime) -> list[tuple[str, str, str]]:
    """Feeds that stand for the whole site: name, title, page."""
    week = moment.date().isocalendar()
    name = f"{week.year}-W{week.week:02d}"
    return [("front", _("The front page: what was chosen"), "/"), ("all", _("Everything, day by day"), "/"),
            ("trending", _("Trending"), "/trending"), ("comments", _("Comments"), "/comments"),
            (f"week/{name}", _("This week"), f"/papers/week/{name}")]


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _rows(ids: Sequence[int], days: dict[int, date | None] | None = None) -> list[tuple[Paper, date | None]]:
    found: dict[int, Paper] = {}
    for start in range(0, len(ids), 500):
        found.update(papers.by_ids(ids[start:start + 500]))
    return [(found[one], (days or {}).get(one)) for one in ids if one in found]


def _front(rest: str, request: HttpRequest, moment: datetime) -> List:
    """The chosen papers of the newest editions; the editions before them follow."""
    _nothing(rest)
    today, site, before = moment.date(), site_of(request), paging.before_of(request)
    ids: dict[int, None] = {}
    day = calendar.day_before(before) if before else calendar.newest_day(today)
    first = day or today
    for _number in range(FRONT_EDITIONS):
        if day is None:
            break
        front = service.edition((day,), today, site).front
        chosen = [front.lead] if front.lead else []
        chosen += [*front.seconds, *front.group.picks, *(pick for row in front.sections for pick in row.full)]
        ids.update(dict.fromkeys(pick.paper for pick in chosen))
        first, day = day, calendar.day_before(day)
    links: list[paging.Link] = [("next", "front", first)] if day is not None else []
    return List(entry_id("feed", "front"), _("Front page"),
                _("The papers that were chosen for the front page, each morning"), "/", _start(first),
                _rows(list(ids)), links=links)


def _all(rest: str, request: HttpRequest, moment: datetime) -> List:
    """Everything: the newest day, and the archives of the days before (RFC 5005, section 4)."""
    _nothing(rest)
    newest = calendar.newest_day(moment.date())
    if newest is None:
        return List(entry_id("feed", "all"), _("Everything"), _("Every paper"), "/", _start(moment.date()))
    made = _of_day(newest, request, moment, whole=False)
    made.id, made.title, made.subtitle, made.archive = entry_id("feed", "all"), _("Everything"), _("Every paper"), False
    made.links = [link for link in made.links if link[0] == "prev-archive"]
    return made


def _day(rest: str, request: HttpRequest, moment: datetime) -> List:
    try:
        asked = edition_day(rest)
    except ValueError as problem:
        raise Http404("A day is written as in /feeds/day/2026-05-12.atom.") from problem
    if asked > moment.date():
        raise Http404("This day has not come yet.")
    return _of_day(asked, request, moment, whole=True)


def _of_day(day: date, request: HttpRequest, moment: datetime, *, whole: bool) -> List:
    page, most = paging.page_of(request), paging.MOST
    rows = Paper.objects.filter(edition_day=day, state=Paper.State.LIVE).order_by("-id")
    ids = list(rows.values_list("id", flat=True))
    if page > max(1, -(-len(ids) // most)):
        raise Http404("This page is past the end.")
    name, printed = f"day/{day}", day_short(day).replace(NBSP, " ")
    links: list[paging.Link] = [("current", "all", 1)]
    if page * most < len(ids):
        links.append(("prev-archive", name, page + 1))
    elif (before := calendar.day_before(day)) is not None:
        links.append(("prev-archive", f"day/{before}", 1))
    if page > 1:
        links.append(("next-archive", name, page - 1))
    elif (after := calendar.day_after(day, moment.date())) is not None:
        links.append(("next-archive", f"day/{after}", 1))
    return List(entry_id("feed", name), printed, _("All papers of {day}").format(day=printed), f"/papers/date/{day}",
                _start(day), _rows(ids[(page - 1) * most:page * most]), links=links,
                archive=whole and day < moment.date())


def _week(rest: str, request: HttpRequest, moment: datetime) -> List:
    try:
        year, number = rest.split("-W")
        first, *_between, last = weeks.days((int(year), int(number)))
    except ValueError as problem:
        raise Http404("A week is written as in /feeds/week/2026-W20.atom.") from problem
    return _span(f"week/{rest}", _("Week {number} of {year}").format(number=int(number), year=year),
                 f"/papers/week/{rest}", first, last, request, moment)


def _month(rest: str, request: HttpRequest, moment: datetime) -> List:
    try:
        first = edition_day(f"{rest}-01")
    except ValueError as problem:
        raise Http404("A month is written as in /feeds/month/2026-05.atom.") from problem
    last = first.replace(day=months.monthrange(first.year, first.month)[1])
    return _span(f"month/{rest}", month_and_year(first).replace(NBSP, " "), f"/papers/month/{rest}", first, last,
                 request, moment)


def _span(name: str, title: str, page: str, first: date, last: date, request: HttpRequest, moment: datetime) -> List:
    """All papers of some days: documents of equal size, for a list that will not grow."""
    rows = _newest_first(Paper.objects.filter(edition_day__gte=first, edition_day__lte=min(last, moment.date())))
    number = paging.page_of(request)
    cut = paging.Cut(number, (number - 1) * paging.PAGE, paging.PAGE)
    made = _document(name, title, _("All papers of {span}").format(span=title), page, rows, cut, _start(first))
    made.archive = last < moment.date() and "page" not in request.GET and not made.links
    return made


def _newest_first(rows: QuerySet[Paper]) -> QuerySet[Paper]:
    return rows.filter(state=Paper.State.LIVE).order_by(F("edition_day").desc(nulls_last=True), "-id")


def _document(name: str, title: str, subtitle: str, page: str, rows: QuerySet[Paper], cut: paging.Cut,
              since: datetime) -> List:
    found = list(rows.values_list("id", flat=True)[cut.start:cut.start + cut.wanted + 1])
    ids, links = paging.taken(name, cut, found)
    return List(entry_id("feed", name), title, subtitle, page, since, _rows(ids), links=links)


def _paged(name: str, title: str, subtitle: str, page: str, rows: QuerySet[Paper], request: HttpRequest,
           moment: datetime) -> List:
    """A list newest first, to its end."""
    order, today = _newest_first(rows), moment.date()
    counts = order.aggregate(**{word: Count("id", filter=Q(edition_day__gte=today - span))
                                for word, span in (("span", SPAN), ("whole", paging.WHOLE))})
    cut = paging.cut(paging.page_of(request), lambda span: int(counts["span" if span == SPAN else "whole"]))
    return _document(name, title, subtitle, page, order, cut, _start(moment.date() - SPAN))


def _topic(rest: str, request: HttpRequest, moment: datetime) -> List:
    _kind, name, rows = topic.rows_of(rest)
    return _paged(f"topics/{rest}", name, _("Papers in {topic}").format(topic=name), f"/topics/{quote(rest)}", rows,
                  request, moment)


def _author(rest: str, request: HttpRequest, moment: datetime) -> List:
    name, rows = author.rows_of(rest)
    return _paged(f"authors/{rest}", name, _("Papers whose authors include the name {name}").format(name=name),
                  f"/authors/{quote(rest)}", rows, request, moment)


def _organisation(rest: str, request: HttpRequest, moment: datetime) -> List:
    name, rows = organisation.rows_of(rest)
    return _paged(f"organisations/{rest}", name, _("Papers from {name}").format(name=name),
                  f"/organisations/{quote(rest)}", rows, request, moment)


def _list(rest: str, request: HttpRequest, moment: datetime) -> List:
    """A source's own list, whole days, such as ``list/hf_daily``; the days before follow."""
    before = paging.before_of(request)
    until = min(before - timedelta(days=1), moment.date()) if before else moment.date()
    day = newest = service.newest_list_day(rest, until) if rest else None
    if day is None or newest is None:
        raise Http404("No list has this name, or it has no day so old.")
    rows: list[tuple[Paper, date | None]] = []
    first = day
    while day is not None and (newest - day < paging.WHOLE or len(rows) < paging.FEWEST
                               or (newest - day < SPAN and len(rows) < paging.PAGE)):
        found = service.day_list(rest, day, site_of(request))
        rows += _rows([one.id for one in found.papers], dict.fromkeys((one.id for one in found.papers), day))
        first, day = day, found.before
    title = load.LISTS.get(rest, rest)
    links: list[paging.Link] = [("next", f"list/{rest}", first)] if day is not None else []
    return List(entry_id("feed", f"list/{rest}"), title, _("The list of {source}, day by day").format(source=title),
                f"/?list={rest}", _start(first), rows, links=links)


def _trending(rest: str, request: HttpRequest, moment: datetime) -> List:
    """All that the page of trending shows: papers of its window."""
    _nothing(rest)
    found = service.trending(moment, site_of(request))
    return List(entry_id("feed", "trending"), _("Trending"), _("What is voted on, newer votes weighing more"),
                "/trending", _start(moment.date() - SPAN), _rows([one.id for one, _points in found]))


def _search(rest: str, request: HttpRequest, moment: datetime) -> List:
    """A search, newest first: what surely matches, to the end of what a search lists."""
    from ..search import service as searching

    _nothing(rest)
    text = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:1000]
    if not text:
        raise Http404("q: what to search for")
    ids = searching.sure_rows(text, today=moment.date())
    days = papers.days_of(ids[:paging.MOST])
    cut = paging.cut(paging.page_of(request), lambda span: sum(day >= moment.date() - span for day in days.values()))
    wanted, links = paging.taken("search", cut, ids[cut.start:cut.start + cut.wanted + 1])
    return List(entry_id("feed", f"search {text}"), text, _("New papers that match {search}").format(search=text),
                "/search?" + urlencode({"q": text, "order": "newest"}), _start(moment.date() - SPAN), _rows(wanted),
                links=links)


def _comments(rest: str, request: HttpRequest, moment: datetime) -> List:
    """The comments of the whole site, or of one paper by its key, newest first, to the end."""
    paper = papers.by_key(rest) if rest else None
    if rest and paper is None:
        raise Http404("No paper has this key.")
    said, name = dated.of_comments(paper.id if paper else None), f"comments/{rest}" if rest else "comments"
    cut = paging.cut(paging.page_of(request), lambda span: said.since(moment - span))
    found, links = paging.taken(name, cut, said.rows(cut.start, cut.wanted + 1))
    entries = []
    for one in found:
        who = one.reader.name if one.reader is not None and one.reader.name else _("A reader")
        title = latex.readable(one.paper.title)
        entries.append(Entry(
            id=entry_id("comment", one.key), url=f"/comments/{one.key}",
            title=_("{reader} on {paper}").format(reader=who, paper=title),
            published=one.made_at, updated=one.edited_at or one.made_at, text=one.text,
            html=f"{one.html}\n<p><a href=\"/papers/{one.paper.key}\">{escape(title)}</a></p>", authors=(who,)))
    title = _("Comments on {paper}").format(paper=latex.readable(paper.title)) if paper else _("Comments")
    told = _("What readers say about {paper}").format(paper=latex.readable(paper.title)) if paper else _(
        "What readers say about all papers")
    return List(entry_id("feed", f"comments/{rest}"), title, told, f"/papers/{rest}#comments" if rest else "/comments",
                _start(moment.date() - SPAN), ready=entries, links=links)


def _nothing(rest: str) -> None:
    if rest:
        raise Http404("No feed has this name; see /feeds.")


_MAKERS: dict[str, Callable[[str, HttpRequest, datetime], List]] = {
    "front": _front, "all": _all, "day": _day, "week": _week, "month": _month, "list": _list, "trending": _trending,
    "topics": _topic, "authors": _author, "organisations": _organisation, "search": _search, "comments": _comments,
}
