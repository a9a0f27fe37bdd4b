"""The public face of the room: editions of days, lists of weeks, months and fields; trending; what editors did.

What a day consists of is kept in this process as long as nothing of the day changed; every answer costs a constant
number of queries. ``today`` and ``now`` are arguments.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ..catalogue import changes
from ..catalogue.models import Paper
from . import calendar, curation, load, places, snapshots
from .candidates import Candidate, Narrowing, narrow, newest_first
from .choose import FRONT_PAPERS, Front, points_of, ranked
from .choose import without as without
from .days import NO_INTERESTS as NO_INTERESTS
from .days import Acts as Acts
from .days import DayData as DayData
from .days import Nearness as Nearness
from .days import Site as Site
from .days import at_hand, edges, narrowed, set_liking, set_nearness
from .days import day_data as _day_data
from .days import forget as _forget_days
from .days import set_acts as set_acts
from .fields import FOR_GROUP, OTHER, OTHERS, Field, within_any
from .models import DayNote
from .months import ArchiveDay as ArchiveDay
from .months import month_counts as month_counts
from .months import month_days as month_days
from .months import newest_list_day as newest_list_day
from .spans import of_span
from .trending import WINDOW as WINDOW
from .trending import forget as _forget_trending
from .trending import trending as trending

LOOKED_AT = 3000  # papers of a week or month that a reader's own narrowing is tested on
CLOSE_AFTER = timedelta(hours=6)  # a past day is closed when nothing of it changed for so long
CLOSE_DAYS = 14


@dataclass(frozen=True, slots=True)
class Edition:
    """One front page. ``days``: newest first, more than one where a thin day shares the page.

    ``candidates`` by row id hold what the page prints of each paper's place; ``ordered`` is set where the reader
    asked for newest first. ``hidden``: how many papers the reader's own control left out. ``note``: what editors wrote.
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
    note: DayNote | None = None


_front: tuple[tuple[int, date], tuple[date, ...]] | None = None


def forget() -> None:
    """Drop what this process keeps of days (tests; after a restored backup)."""
    global _front
    _forget_days()
    _forget_trending()
    _front = None


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
        front = narrowed(data, kept, earlier, site)
        if narrowing.order == "newest":
            ordered = tuple(one.id for one in newest_first(kept)[:FRONT_PAPERS])
    before, after = edges(data, today)
    return Edition(
        day=days[0], days=days, number=stored.number if stored else data.number, front=front,
        candidates=by_id, ordered=ordered, hidden=len(data.candidates) - len(kept), total=len(data.candidates),
        closed=stored is not None, before=before, after=after,
        note=curation.note_of(days[0]),
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
        field = FOR_GROUP
        papers = [one for one in data.candidates if data.points[one.id].interest > 0]
    elif slug == "other":
        field = OTHERS
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
    """The papers of a week or month by the formula ``span``, at most ``limit``; ``total`` counts all.

    ``narrowing`` and ``gone`` (row ids left out) are tested on the first ``LOOKED_AT`` papers of the span.
    """
    total = sum(one.papers for one in calendar.day_counts(first, last))
    if (narrowing is None or narrowing.plain) and not gone:
        return Listing(tuple(of_span(first, last, site, limit=limit)), total)
    narrowing = narrowing or Narrowing()
    if narrowing.order == "newest":
        found = load.of_span(first, last, limit=LOOKED_AT, table=site.table, newest=True,
                             categories=narrowing.categories)
    else:
        found = of_span(first, last, site, limit=LOOKED_AT, categories=narrowing.categories)
    kept = narrow(found, narrowing, gone)
    return Listing(tuple(kept[:limit]), total)


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
    data = _day_data((day,), site) if whole else at_hand(day, site)
    if data is not None and paper.id in data.points:
        return places.live(data.front, data.points, day_order(data), paper.id)
    candidate = load.of_paper(paper, site.table)
    set_acts([candidate], site)
    set_nearness([candidate], site)
    set_liking([candidate], site)
    return places.alone(candidate, points_of([candidate], site.interests)[paper.id])


def meets(candidate: Candidate, categories: Sequence[str]) -> str:
    """The first category of the paper that lies in one of ``categories``."""
    return within_any(candidate.categories, categories)


def day_ids(days: tuple[date, ...], site: Site) -> list[int]:
    """Row ids of all papers that a page of ``days`` may show."""
    return list(_day_data(days, site).by_id)
