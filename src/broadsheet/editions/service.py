"""The public face of the room: editions of days, lists of weeks, months, fields and two weeks' trending.

What a day consists of is kept in this process as long as nothing of the day changed; every answer costs a constant
number of queries. ``today`` and ``now`` are arguments.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date, datetime, timedelta
from threading import Lock
from typing import Protocol

from ..catalogue import changes
from ..catalogue.models import Paper
from . import calendar, load, places, snapshots
from .candidates import Candidate, Interests, Narrowing, narrow, newest_first
from .choose import FRONT_PAPERS, Front, arrange, points_of, ranked, without
from .fields import FIELDS, OTHER, Field, Table, within_any
from .formulas import Points, trend_points
from .months import ArchiveDay as ArchiveDay
from .months import month_counts as month_counts
from .months import month_days as month_days
from .months import newest_list_day as newest_list_day

TREND_DAYS = 14
TREND_SHOWN = 100
LOOKED_AT = 3000  # papers of a week or month that a reader's own narrowing is tested on
CLOSE_AFTER = timedelta(hours=6)  # a past day is closed when nothing of it changed for so long
CLOSE_DAYS = 14
_KEPT_DAYS = 12
NO_INTERESTS = Interests()


class Nearness(Protocol):
    """Nearness in meaning to the declared interests, as the caller knows it (this room knows no vectors)."""

    def mark(self) -> object:
        """Differs whenever the answers of :meth:`of` may differ; cheap."""
        ...

    def of(self, ids: Sequence[int]) -> Mapping[int, tuple[float, str]]:
        """For row ids: nearness above 0, at most 1, and the interest it is to; those near to nothing are left out."""
        ...


@dataclass(frozen=True, slots=True)
class Site:
    """What the site chose and the choice depends on: interests, the table of fields, the group's own fields (slugs).

    ``near`` goes with ``interests``: sites of equal interests have equal nearness.
    """

    interests: Interests = NO_INTERESTS
    table: Table = FIELDS
    first_fields: tuple[str, ...] = ()
    near: Nearness | None = attribute(default=None, compare=False)


@dataclass(slots=True, eq=False)
class DayData:
    """The papers of one page's days, ready for choosing; kept while nothing of them changes.

    ``number`` is that of the edition when the day was read; counting days anew for each page would cost more than
    the page (10 ms at 200,000 papers), and it changes only when a day before this one appears.
    """

    days: tuple[date, ...]
    mark: tuple[object, ...]
    position: int
    candidates: list[Candidate]
    by_id: dict[int, Candidate]
    points: dict[int, Points]
    earlier: list[Candidate]
    front: Front
    number: int
    near_mark: object = None


@dataclass(frozen=True, slots=True)
class Edition:
    """One front page. ``days``: newest first, more than one where a thin day shares the page.

    ``candidates`` by row id hold what the page prints of each paper's place; ``ordered`` is set where the reader
    asked for newest first. ``hidden``: how many papers the reader's own control left out.
    """

    day: date
    days: tuple[date, ...]
    number: int
    front: Front
    candidates: dict[int, Candidate]
    ordered: tuple[int, ...]
    hidden: int
    total: int
    closed: bool
    before: date | None
    after: date | None


_days: OrderedDict[tuple[tuple[date, ...], Site], DayData] = OrderedDict()
_lock = Lock()
_front: tuple[tuple[int, date], tuple[date, ...]] | None = None


def forget() -> None:
    """Drop what this process keeps of days (tests; after a restored backup)."""
    global _front
    snapshots.forget()
    with _lock:
        _days.clear()
        _front = None


def _day_data(days: tuple[date, ...], site: Site) -> DayData:
    """The papers of ``days``, read again only when the change log moved and something of these days changed."""
    place = (days, site)
    position = changes.total()
    with _lock:
        known = _days.get(place)
        if known is not None:
            _days.move_to_end(place)
    if known is not None and known.position == position:
        return _with_nearness(known, site)
    last = days[0]
    mark = (load.fingerprint(days), load.fingerprint([last - timedelta(days=n) for n in range(1, 8)]))
    if known is not None and known.mark == mark:
        known.position = position
        return _with_nearness(known, site)
    candidates = load.of_days(days, site.table)
    earlier = [one for one in load.earlier(last, site.table) if one.day not in days]
    near_mark = _set_nearness(candidates, site)
    points = points_of(candidates, site.interests)
    front = arrange(candidates, earlier, site.interests, points=points, first_fields=site.first_fields)
    by_id = {one.id: one for one in (*earlier, *candidates)}
    data = DayData(days, mark, position, candidates, by_id, points, earlier, front,
                   calendar.number_of(last), near_mark)
    with _lock:
        _days[place] = data
        while len(_days) > _KEPT_DAYS:
            _days.popitem(last=False)
    return data


def _set_nearness(candidates: Sequence[Candidate], site: Site) -> object:
    """Give each candidate its nearness; returns the mark of what was known then."""
    if site.near is None:
        return None
    mark = site.near.mark()
    found = site.near.of([one.id for one in candidates])
    for one in candidates:
        one.nearness, one.near = found.get(one.id, (0.0, ""))
    return mark


def _with_nearness(data: DayData, site: Site) -> DayData:
    """The same day, chosen anew where vectors came or changed since: a paper is shown before it has one."""
    if site.near is None or site.near.mark() == data.near_mark:
        return data
    before = [(one.nearness, one.near) for one in data.candidates]
    data.near_mark = _set_nearness(data.candidates, site)
    if before != [(one.nearness, one.near) for one in data.candidates]:
        data.points = points_of(data.candidates, site.interests)
        data.front = arrange(data.candidates, data.earlier, site.interests, points=data.points,
                             first_fields=site.first_fields)
    return data


def front_days(today: date) -> tuple[date, ...]:
    """The days on the front page: the newest closed or arriving edition, a thin one with the last full one."""
    global _front
    place = (changes.total(), today)
    if _front is None or _front[0] != place:
        newest = calendar.newest_day(today)
        days: tuple[date, ...] = ()
        if newest is not None:
            counts = calendar.rough_counts(newest - timedelta(weeks=calendar.USUAL_WEEKS + 1), newest)
            days = calendar.shown_days(counts, newest)
        if today not in days and load.raised((today,)):
            days = (today, *days)  # what readers raise on a day without an edition stands with the last one
        _front = place, days
    return _front[1]


def edition(
    days: tuple[date, ...], today: date, site: Site, narrowing: Narrowing | None = None, gone: Collection[int] = (),
    *, newest: bool = False,
) -> Edition:
    """The edition of ``days`` (from :func:`front_days`, or one day), as ``narrowing`` wants it.

    ``gone``: row ids left out, such as what was read where the reader hides that. A closed day shows its stored
    morning, unless the reader narrows it. Papers that are no longer live never show. ``newest``: this is the front
    page itself, on which nothing that was retracted since may lead or be chosen.
    """
    narrowing = narrowing or Narrowing()
    data = _day_data(days, site)
    plain = narrowing.plain and not gone
    stored = snapshots.of(days[0]) if plain and len(days) == 1 else None
    by_id = data.by_id
    kept = data.candidates
    ordered: tuple[int, ...] = ()
    if stored is not None:
        front = snapshots.from_json(stored.choice)
        missing = [one for one in front.papers() if one not in by_id]
        if missing:
            by_id = {**by_id, **{one.id: one for one in load.by_ids(missing, site.table)}}
        if newest:
            front = without(front, [one for one in front.papers() if one not in by_id or by_id[one].retracted])
    elif plain:
        front = data.front
    else:
        kept = narrow(data.candidates, narrowing, gone)
        earlier = narrow(data.earlier, narrowing, gone)
        front = arrange(kept, earlier, site.interests, points=data.points, first_fields=site.first_fields)
        if narrowing.order == "newest":
            ordered = tuple(one.id for one in newest_first(kept)[:FRONT_PAPERS])
    return Edition(
        day=days[0], days=days, number=stored.number if stored else data.number, front=front,
        candidates=by_id, ordered=ordered, hidden=len(data.candidates) - len(kept), total=len(data.candidates),
        closed=stored is not None, before=calendar.day_before(days[-1]), after=calendar.day_after(days[0], today),
    )


@dataclass(frozen=True, slots=True)
class Listing:
    """A plain list of papers in order, one page of it. ``total``: of all pages."""

    papers: tuple[Candidate, ...]
    total: int
    before: date | None = None
    after: date | None = None
    whole: int = 0


def _by_votes(candidates: Sequence[Candidate]) -> list[Candidate]:
    return sorted(newest_first(candidates), key=lambda one: -one.votes)


def day_list(
    name: str, day: date, site: Site, narrowing: Narrowing | None = None, gone: Collection[int] = (),
) -> Listing:
    """Exactly the members of the list's ``day``, with the votes they had there, most votes first."""
    members = load.of_list(name, day, site.table)
    whole = len(members)
    if narrowing is not None:
        members = narrow(members, narrowing, gone)
    order = newest_first(members) if narrowing and narrowing.order == "newest" else _by_votes(members)
    before, after = load.list_days(name, day)
    return Listing(tuple(order), len(order), before, after, whole)


def field_page(
    slug: str, days: tuple[date, ...], site: Site, narrowing: Narrowing | None = None, gone: Collection[int] = (),
) -> tuple[Field, Listing] | None:
    """All papers of one field on ``days``; ``for-group`` is what meets the interests. None: no such field.

    ``total`` counts what is listed, ``whole`` also what the reader's control left out.
    """
    data = _day_data(days, site)
    known = {field.slug: field for field in site.table}
    named = {one.field.slug: one.field for one in data.candidates}
    if slug == "for-group":
        field = Field("for-group", "For this group", ())
        papers = [one for one in data.candidates if data.points[one.id].interest > 0]
    elif slug == "other":
        field = Field("other", "Other fields", ())
        row = next((row for row in data.front.sections if row.slug == "other"), None)
        small = {one for one in named if one not in {row.slug for row in data.front.sections}}
        papers = [one for one in data.candidates if row and (one.field.slug in small or one.field.slug == OTHER.slug)]
    elif slug in known or slug in named:
        field = known.get(slug) or named[slug]
        papers = [one for one in data.candidates if one.field.slug == slug]
    else:
        return None
    whole = len(papers)
    if narrowing is not None:
        papers = narrow(papers, narrowing, gone)
    order = newest_first(papers)
    if narrowing is None or narrowing.order != "newest":
        order.sort(key=lambda one: -data.points[one.id].total)
    return field, Listing(tuple(order), len(order), whole=whole)


def span(
    first: date, last: date, site: Site, *, limit: int = FRONT_PAPERS, narrowing: Narrowing | None = None,
    gone: Collection[int] = (),
) -> Listing:
    """The papers of a week or month with most imported votes, at most ``limit``; ``total`` counts all.

    ``narrowing`` and ``gone`` (row ids left out) are tested on the first ``LOOKED_AT`` papers of the span.
    """
    total = sum(one.papers for one in calendar.day_counts(first, last))
    if (narrowing is None or narrowing.plain) and not gone:
        return Listing(tuple(load.of_span(first, last, limit=limit, table=site.table)), total)
    narrowing = narrowing or Narrowing()
    found = load.of_span(first, last, limit=LOOKED_AT, table=site.table, newest=narrowing.order == "newest",
                         categories=narrowing.categories)
    kept = narrow(found, narrowing, gone)
    return Listing(tuple(kept[:limit]), total)


def trending(
    today: date, site: Site, narrowing: Narrowing | None = None, gone: Collection[int] = (),
) -> list[tuple[Candidate, float]]:
    """Papers of the last fourteen days by the formula ``trending``, each with its points; ``gone``: ids left out."""
    first = today - timedelta(days=TREND_DAYS - 1)
    papers = [one for one in load.voted(first, today, limit=600, table=site.table) if not one.retracted]
    papers = narrow(papers, narrowing or Narrowing(), gone)
    scored = [(one, trend_points(one.votes, (today - one.day).days)) for one in papers if one.day and one.votes]
    if narrowing is not None and narrowing.order == "newest":
        scored.sort(key=lambda pair: (pair[0].published, pair[0].id), reverse=True)
    else:
        scored.sort(key=lambda pair: (-pair[1], -pair[0].id))
    return scored[:TREND_SHOWN]


def close_due(now: datetime, today: date, site: Site) -> list[date]:
    """Close the past days of the last two weeks of which nothing changed for six hours. Returns the days closed."""
    counts = calendar.day_counts(today - timedelta(days=CLOSE_DAYS), today - timedelta(days=1))
    days = [one.day for one in counts]
    done = snapshots.closed(days)
    made = []
    for day in days:
        if day in done:
            continue
        recent = Paper.objects.filter(edition_day=day, changed_at__gt=now - CLOSE_AFTER).exists()
        if recent:
            continue
        data = _day_data((day,), site)
        snapshots.close(day, data.front, data.number, now, places.inputs(data.front, data.points, day_order(data)))
        made.append(day)
    return made


def day_order(data: DayData) -> list[int]:
    """Row ids of the day's papers by points, as its formula orders them before the spread over fields."""
    return [one.id for one in ranked(data.candidates, data.points)]


def _at_hand(day: date, site: Site) -> DayData | None:
    """What this process keeps of a day, if nothing was written since; reading the day would cost more than a page."""
    with _lock:
        known = next((data for (days, of), data in reversed(_days.items()) if day in days and of == site), None)
    return known if known is not None and known.position == changes.total() else None


def place_of(paper: Paper, site: Site, *, whole: bool = False) -> places.Place | None:
    """Where a paper stands in its day, and why; None when it has no day.

    A closed day says what it said that morning. An open day is read anew only with ``whole``: where it is not at
    hand the place has the paper's own points and no rank.
    """
    day = paper.edition_day
    if day is None:
        return None
    stored = snapshots.kept(day)
    if stored is not None and (place := places.from_snapshot(stored.choice, paper.id)) is not None:
        return place
    data = _day_data((day,), site) if whole else _at_hand(day, site)
    if data is not None and paper.id in data.points:
        return places.live(data.front, data.points, day_order(data), paper.id)
    candidate = load.of_paper(paper, site.table)
    _set_nearness([candidate], site)
    return places.alone(candidate, points_of([candidate], site.interests)[paper.id])


def meets(candidate: Candidate, categories: Sequence[str]) -> str:
    """The first category of the paper that lies in one of ``categories``."""
    return within_any(candidate.categories, categories)


def day_ids(days: tuple[date, ...], site: Site) -> list[int]:
    """Row ids of all papers that a page of ``days`` may show."""
    return list(_day_data(days, site).by_id)
