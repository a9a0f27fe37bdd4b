"""What each feed holds: from its name to papers, the page it belongs to, and its neighbours in time."""

from __future__ import annotations

import calendar as months
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from html import escape
from urllib.parse import quote, urlencode

from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest

from ..catalogue import papers
from ..catalogue.models import Paper
from ..editions import calendar, load, service
from ..feeds.model import Entry
from ..feeds.papers import entry_id, paper_entry
from ..readers import comments
from ..text import latex
from .frontpage import site_of
from .views import author, organisation, topic

PAGE = 300  # entries of one document
FRONT_EDITIONS = 7
SPAN = timedelta(days=30)  # what a list's first document covers, at least ``FEWEST`` papers
FEWEST = 25
MOST_TRENDING = 50


@dataclass(slots=True)
class List:
    """One list: ``rows`` are (paper, its day there or None); ``links`` are (relation, name of the feed, page)."""

    id: str
    title: str
    subtitle: str
    page: str
    since: datetime
    rows: Sequence[tuple[Paper, date | None]] = ()
    ready: Sequence[Entry] = ()
    links: list[tuple[str, str, int]] = field(default_factory=list)
    archive: bool = False

    def entries(self, base: str, member: bool) -> list[Entry]:
        """The entries with absolute addresses. ``member``: whether members-only abstracts stand whole."""
        if self.ready:
            return [_absolute(entry, base) for entry in self.ready]
        return [paper_entry(paper, base, member=member, day=day) for paper, day in self.rows]


def _absolute(entry: Entry, base: str) -> Entry:
    return Entry(entry.id, base + entry.url, entry.title, entry.published, entry.updated, entry.text,
                 entry.html.replace('href="/', f'href="{base}/'), entry.authors)


def find(name: str, request: HttpRequest, moment: datetime) -> List:
    """The list of a feed's name, without its ending. Raises Http404 for a name that leads nowhere."""
    kind, _, rest = name.partition("/")
    maker = _MAKERS.get(kind)
    if maker is None:
        raise Http404("No feed has this name; see /feeds.")
    return maker(rest, request, moment)


def standing(moment: datetime) -> list[tuple[str, str, str]]:
    """Feeds that stand for the whole site: name, title, page."""
    rows = [("front", "The front page: what was chosen", "/"), ("all", "Everything, day by day", "/"),
            ("trending", "Trending", "/trending"), ("comments", "Comments", "/comments")]
    week = moment.date().isocalendar()
    rows.append((f"week/{week.year}-W{week.week:02d}", "This week", f"/papers/week/{week.year}-W{week.week:02d}"))
    return rows


def _page(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= 10_000):
        raise Http404("page: a number from 1")
    return int(text)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _rows(ids: Sequence[int], days: dict[int, date | None] | None = None) -> list[tuple[Paper, date | None]]:
    found: dict[int, Paper] = {}
    for start in range(0, len(ids), 500):
        found.update(papers.by_ids(ids[start:start + 500]))
    return [(found[one], (days or {}).get(one)) for one in ids if one in found]


def _front(rest: str, request: HttpRequest, moment: datetime) -> List:
    """The chosen papers of the newest editions."""
    _nothing(rest)
    today, site = moment.date(), site_of(request)
    ids: dict[int, None] = {}
    day = calendar.newest_day(today)
    first = day or today
    for _ in range(FRONT_EDITIONS):
        if day is None:
            break
        front = service.edition((day,), today, site).front
        chosen = [front.lead] if front.lead else []
        chosen += [*front.seconds, *front.group.picks, *(pick for row in front.sections for pick in row.full)]
        ids.update(dict.fromkeys(pick.paper for pick in chosen))
        first, day = day, calendar.day_before(day)
    return List(entry_id("feed", "front"), "Front page", "The papers that were chosen for the front page, each morning",
                "/", _start(first), _rows(list(ids)))


def _all(rest: str, request: HttpRequest, moment: datetime) -> List:
    """Everything: the newest day, and the archives of the days before (RFC 5005, section 4)."""
    _nothing(rest)
    newest = calendar.newest_day(moment.date())
    if newest is None:
        return List(entry_id("feed", "all"), "Everything", "Every paper", "/", moment)
    made = _of_day(newest, request, moment, whole=False)
    made.id, made.title, made.subtitle, made.archive = entry_id("feed", "all"), "Everything", "Every paper", False
    made.links = [link for link in made.links if link[0] == "prev-archive"]
    return made


def _day(rest: str, request: HttpRequest, moment: datetime) -> List:
    try:
        asked = date.fromisoformat(rest)
    except ValueError as problem:
        raise Http404("A day is written as in /feeds/day/2026-05-12.atom.") from problem
    if asked > moment.date():
        raise Http404("This day has not come yet.")
    return _of_day(asked, request, moment, whole=True)


def _of_day(day: date, request: HttpRequest, moment: datetime, *, whole: bool) -> List:
    page = _page(request)
    rows = Paper.objects.filter(edition_day=day, state=Paper.State.LIVE).order_by("-id")
    ids = list(rows.values_list("id", flat=True))
    if page > max(1, -(-len(ids) // PAGE)):
        raise Http404("This page is past the end.")
    name = f"day/{day}"
    links = [("current", "all", 1)]
    if page * PAGE < len(ids):
        links.append(("prev-archive", name, page + 1))
    elif (before := calendar.day_before(day)) is not None:
        links.append(("prev-archive", f"day/{before}", 1))
    if page > 1:
        links.append(("next-archive", name, page - 1))
    elif (after := calendar.day_after(day, moment.date())) is not None:
        links.append(("next-archive", f"day/{after}", 1))
    return List(entry_id("feed", name), f"{day:%-d %B %Y}", f"All papers of {day:%-d %B %Y}", f"/papers/date/{day}",
                _start(day), _rows(ids[(page - 1) * PAGE:page * PAGE]), links=links,
                archive=whole and day < moment.date())


def _week(rest: str, request: HttpRequest, moment: datetime) -> List:
    try:
        year, number = rest.split("-W")
        first = date.fromisocalendar(int(year), int(number), 1)
    except ValueError as problem:
        raise Http404("A week is written as in /feeds/week/2026-W20.atom.") from problem
    return _span(f"week/{rest}", f"Week {int(number)} of {year}", f"/papers/week/{rest}", first,
                 first + timedelta(days=6), request, moment)


def _month(rest: str, request: HttpRequest, moment: datetime) -> List:
    try:
        first = date.fromisoformat(f"{rest}-01")
    except ValueError as problem:
        raise Http404("A month is written as in /feeds/month/2026-05.atom.") from problem
    last = first.replace(day=months.monthrange(first.year, first.month)[1])
    return _span(f"month/{rest}", f"{first:%B %Y}", f"/papers/month/{rest}", first, last, request, moment)


def _span(name: str, title: str, page: str, first: date, last: date, request: HttpRequest, moment: datetime) -> List:
    rows = Paper.objects.filter(edition_day__gte=first, edition_day__lte=min(last, moment.date()))
    made = _paged(name, title, f"All papers of {title}", page, rows, request, moment, span=None)
    made.archive = last < moment.date() and "page" not in request.GET and not made.links
    return made


def _paged(name: str, title: str, subtitle: str, page: str, rows: QuerySet[Paper], request: HttpRequest,
           moment: datetime, *, span: timedelta | None = SPAN) -> List:
    """A list newest first. The first document covers ``span`` (all when None), the next ones what is older."""
    number = _page(request)
    order = rows.filter(state=Paper.State.LIVE).order_by(F("edition_day").desc(nulls_last=True), "-id")
    first = PAGE
    if span is not None:
        recent = order.filter(edition_day__gte=moment.date() - span)[:PAGE].count()
        first = min(PAGE, max(FEWEST, recent))
    start = 0 if number == 1 else first + (number - 2) * PAGE
    wanted = first if number == 1 else PAGE
    ids = list(order.values_list("id", flat=True)[start:start + wanted + 1])
    if not ids and number > 1:
        raise Http404("This page is past the end.")
    links = [("first", name, 1)] if number > 1 else []
    if len(ids) > wanted:
        links.append(("next", name, number + 1))
    if number > 1:
        links.append(("previous", name, number - 1))
    return List(entry_id("feed", name), title, subtitle, page, moment - (span or SPAN), _rows(ids[:wanted]),
                links=links)


def _topic(rest: str, request: HttpRequest, moment: datetime) -> List:
    _, name, rows = topic.rows_of(rest)
    return _paged(f"topics/{rest}", name, f"Papers in {name}", f"/topics/{quote(rest)}", rows, request, moment)


def _author(rest: str, request: HttpRequest, moment: datetime) -> List:
    name, rows = author.rows_of(rest)
    return _paged(f"authors/{rest}", name, f"Papers whose authors include the name {name}", f"/authors/{quote(rest)}",
                  rows, request, moment)


def _organisation(rest: str, request: HttpRequest, moment: datetime) -> List:
    name, rows = organisation.rows_of(rest)
    return _paged(f"organisations/{rest}", name, f"Papers from {name}", f"/organisations/{quote(rest)}", rows,
                  request, moment)


def _list(rest: str, request: HttpRequest, moment: datetime) -> List:
    """A source's own list, day by day, such as ``list/hf_daily``."""
    day = service.newest_list_day(rest, moment.date()) if rest else None
    if day is None:
        raise Http404("No list has this name.")
    rows: list[tuple[Paper, date | None]] = []
    first = day
    while day is not None and (moment.date() - day < SPAN or len(rows) < FEWEST) and len(rows) < PAGE:
        found = service.day_list(rest, day, site_of(request))
        rows += _rows([one.id for one in found.papers], dict.fromkeys((one.id for one in found.papers), day))
        first, day = day, found.before
    title = load.LISTS.get(rest, rest)
    return List(entry_id("feed", f"list/{rest}"), title, f"The list of {title}, day by day", f"/?list={rest}",
                _start(first), rows)


def _trending(rest: str, request: HttpRequest, moment: datetime) -> List:
    _nothing(rest)
    found = service.trending(moment, site_of(request))[:MOST_TRENDING]
    return List(entry_id("feed", "trending"), "Trending", "What is voted on, newer votes weighing more", "/trending",
                moment - SPAN, _rows([one.id for one, _ in found]))


def _search(rest: str, request: HttpRequest, moment: datetime) -> List:
    """A search, newest first: what surely matches."""
    from ..search import service as searching

    _nothing(rest)
    text = " ".join(request.GET.get("q", "").replace("\0", " ").split())[:1000]
    if not text:
        raise Http404("q: what to search for")
    result = searching.search(text, mode="words", order="newest", limit=100, today=moment.date())
    ids = [hit.row for hit in result.hits if hit.sure]
    return List(entry_id("feed", f"search {text}"), text, f"New papers that match {text}",
                "/search?" + urlencode({"q": text, "order": "newest"}), moment - SPAN, _rows(ids))


def _comments(rest: str, request: HttpRequest, moment: datetime) -> List:
    """The newest comments of the whole site, or of one paper by its key."""
    paper = papers.by_key(rest) if rest else None
    if rest and paper is None:
        raise Http404("No paper has this key.")
    found = comments.newest(100, paper_ids=[paper.id] if paper else None)
    entries = []
    for one in found:
        name = one.reader.name if one.reader is not None and one.reader.name else "A reader"
        title = latex.readable(one.paper.title)
        entries.append(Entry(
            id=entry_id("comment", one.key), url=f"/comments/{one.key}", title=f"{name} on {title}",
            published=one.made_at, updated=one.edited_at or one.made_at, text=one.text,
            html=f"{one.html}\n<p><a href=\"/papers/{one.paper.key}\">{escape(title)}</a></p>", authors=(name,)))
    about = latex.readable(paper.title) if paper else "all papers"
    return List(entry_id("feed", f"comments/{rest}"), f"Comments on {about}", f"What readers say about {about}",
                f"/papers/{rest}#comments" if rest else "/comments", moment, ready=entries)


def _nothing(rest: str) -> None:
    if rest:
        raise Http404("No feed has this name; see /feeds.")


_MAKERS: dict[str, Callable[[str, HttpRequest, datetime], List]] = {
    "front": _front, "all": _all, "day": _day, "week": _week, "month": _month, "list": _list, "trending": _trending,
    "topics": _topic, "authors": _author, "organisations": _organisation, "search": _search, "comments": _comments,
}
