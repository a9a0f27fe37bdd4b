"""What a day consists of, kept in this process as long as nothing of it changed, and brought up to date act by act.

Three things change a day: its papers (the change log), what editors did (``curation``), and what readers and vectors
say of its papers. The last two come as values from the caller, each with a mark; where only they moved, nothing is
read from the catalogue again, and the day is chosen anew only if a number of one of its papers changed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from datetime import date
from threading import Lock
from typing import Protocol

from ..catalogue import changes
from ..text import dates
from . import calendar, curation, load, snapshots
from .candidates import Candidate, Interests
from .choose import AUTOMATIC, EMPTY, Curated, Front, arrange, points_of
from .fields import FIELDS, Table
from .formulas import TALKED_COMMENT, Points, acts_points

TALKED_DAYS = 7
TALKED_READ = 60  # papers of these days that may be shown as still talked about
_KEPT_DAYS = 12
_KEPT_CHOICES = 64  # of a day, each without other papers
NO_INTERESTS = Interests()


class Nearness(Protocol):
    """Nearness in meaning to the declared interests, as the caller knows it (this room knows no vectors)."""

    def mark(self) -> object:
        """Differs whenever the answers of :meth:`of` may differ; cheap."""
        ...

    def of(self, ids: Sequence[int]) -> Mapping[int, tuple[float, str]]:
        """For row ids: nearness above 0, at most 1, and the interest it is to; those near to nothing are left out."""
        ...


class Acts(Protocol):
    """What this site's own readers did, as the caller knows it (this room knows no readers)."""

    def mark(self) -> object:
        """Differs whenever the answers of :meth:`all_of` may differ; cheap."""
        ...

    def all_of(self) -> Mapping[int, tuple[int, int, int]]:
        """By row id of papers with any: votes given, votes that weigh, comments that show. Not to be changed."""
        ...


@dataclass(frozen=True, slots=True)
class Site:
    """What the site chose and the choice depends on: interests, the table of fields, the group's own fields (slugs).

    ``near`` goes with ``interests``: sites of equal interests have equal nearness. ``acts``: None where nobody votes.
    ``liking``: what readers' acts together speak for, 0 to 1, each with its cause in a line.
    """

    interests: Interests = NO_INTERESTS
    table: Table = FIELDS
    first_fields: tuple[str, ...] = ()
    near: Nearness | None = attribute(default=None, compare=False)
    acts: Acts | None = attribute(default=None, compare=False)
    liking: Nearness | None = attribute(default=None, compare=False)


@dataclass(slots=True, eq=False)
class DayData:
    """The papers of one page's days, ready for choosing; kept while nothing of them changes.

    ``number`` is that of the edition when the day was read; counting days anew for each page would cost more than
    the page (10 ms at 200,000 papers), and it changes only when a day before this one appears. ``before``: row ids
    of all papers of the seven days before, read when first needed; ``earlier`` are those of them that somebody voted
    on or talked about. ``narrowed``: the choice without some papers, by what is left out of the day and of the days
    before; ``edges``: the editions before and after, with the mark under which they were looked up.
    """

    days: tuple[date, ...]
    mark: tuple[object, ...]
    position: object
    candidates: list[Candidate]
    earlier: list[Candidate]
    curated: Curated
    number: int
    by_id: dict[int, Candidate] = attribute(default_factory=dict)
    points: dict[int, Points] = attribute(default_factory=dict)
    before: frozenset[int] | None = None
    front: Front = EMPTY
    narrowed: OrderedDict[tuple[frozenset[int], frozenset[int]], Front] = attribute(default_factory=OrderedDict)
    edges: tuple[object, date | None, date | None] | None = None
    near_mark: object = None
    liking_mark: object = None
    acts_mark: object = None


_days: OrderedDict[tuple[tuple[date, ...], Site], DayData] = OrderedDict()
_lock = Lock()


def forget() -> None:
    """Drop what this process keeps of days (tests; after a restored backup)."""
    snapshots.forget()
    with _lock:
        _days.clear()


def day_data(days: tuple[date, ...], site: Site) -> DayData:
    """The papers of ``days``, read again only when the change log moved and something of these days changed."""
    place = (days, site)
    position = (changes.total(), curation.mark())
    with _lock:
        known = _days.get(place)
        if known is not None:
            _days.move_to_end(place)
    if known is not None and known.position == position:
        return _up_to_date(known, site)
    last = days[0]
    curated = curation.of(days) if position[1] != curation.NEVER else AUTOMATIC
    mark = (load.fingerprint(days), load.fingerprint(_before(last)), curated)
    if known is not None and known.mark == mark:
        known.position = position
        return _up_to_date(known, site)
    data = _read(days, site, mark, position, curated)
    with _lock:
        _days[place] = data
        while len(_days) > _KEPT_DAYS:
            _days.popitem(last=False)
    return data


def _before(day: date) -> list[date]:
    return [dates.back(day, n) for n in range(1, TALKED_DAYS + 1)]


def _read(
    days: tuple[date, ...], site: Site, mark: tuple[object, ...], position: object,
    curated: Curated,
) -> DayData:
    data = DayData(
        days, mark, position,
        candidates=load.of_days(days, site.table),
        earlier=load.earlier(days[0], site.table),
        curated=curated, number=calendar.number_of(days[0]),
    )
    own = {one.id for one in data.candidates}
    data.earlier = [one for one in data.earlier if one.id not in own]
    _set_acts(data, site)
    data.near_mark = set_nearness(data.candidates, site)
    data.liking_mark = set_liking(data.candidates, site)
    data.points = points_of(data.candidates, site.interests)
    _choose(data, site)
    return data


def narrowed(data: DayData, kept: Sequence[Candidate], earlier: Sequence[Candidate], site: Site) -> Front:
    """The choice among the ``kept`` papers of the day and of the days before: made once for what is left out.

    Readers narrow by many words that leave out the same few papers or none, and ask again after each of their acts.
    """
    out = (frozenset(data.by_id).difference(one.id for one in kept).difference(one.id for one in data.earlier),
           frozenset(one.id for one in data.earlier).difference(one.id for one in earlier))
    if not out[0] and not out[1]:
        return data.front
    with _lock:
        choices = data.narrowed
        front = choices.get(out)
        if front is not None:
            choices.move_to_end(out)
            return front
    front = arrange(kept, earlier, site.interests, points=data.points, first_fields=site.first_fields,
                    curated=data.curated)
    with _lock:
        choices[out] = front
        while len(choices) > _KEPT_CHOICES:
            choices.popitem(last=False)
    return front


def edges(data: DayData, today: date) -> tuple[date | None, date | None]:
    """The editions before and after these days, the latter not after ``today``."""
    mark = (data.position, today)
    known = data.edges
    if known is None or known[0] != mark:
        known = data.edges = (mark, calendar.day_before(data.days[-1]), calendar.day_after(data.days[0], today))
    return known[1], known[2]


def _choose(data: DayData, site: Site) -> None:
    data.narrowed = OrderedDict()
    data.by_id = {one.id: one for one in (*data.earlier, *data.candidates)}
    data.front = arrange(data.candidates, data.earlier, site.interests, points=data.points,
                         first_fields=site.first_fields, curated=data.curated)


def _up_to_date(data: DayData, site: Site) -> DayData:
    """The same day, chosen anew where votes, comments or vectors came since: a paper is shown before it has any."""
    changed = _set_acts(data, site)
    if site.near is not None and site.near.mark() != data.near_mark:
        before = [(one.nearness, one.near) for one in data.candidates]
        data.near_mark = set_nearness(data.candidates, site)
        if before != [(one.nearness, one.near) for one in data.candidates]:
            data.points = points_of(data.candidates, site.interests)
            changed = True
    if site.liking is not None and site.liking.mark() != data.liking_mark:
        liked = [(one.liking, one.liked) for one in data.candidates]
        data.liking_mark = set_liking(data.candidates, site)
        if liked != [(one.liking, one.liked) for one in data.candidates]:
            for one in data.candidates:
                data.points[one.id] = replace(data.points[one.id], liking=one.liking, liked=one.liked)
            changed = True
    if changed:
        _choose(data, site)
    return data


def set_liking(candidates: Sequence[Candidate], site: Site) -> object:
    """Give each candidate what readers' acts together speak for it; returns the mark of what was known then."""
    if site.liking is None:
        return None
    mark = site.liking.mark()
    found = site.liking.of([one.id for one in candidates])
    for one in candidates:
        one.liking, one.liked = found.get(one.id, (0.0, ""))
    return mark


def set_nearness(candidates: Sequence[Candidate], site: Site) -> object:
    """Give each candidate its nearness; returns the mark of what was known then."""
    if site.near is None:
        return None
    mark = site.near.mark()
    found = site.near.of([one.id for one in candidates])
    for one in candidates:
        one.nearness, one.near = found.get(one.id, (0.0, ""))
    return mark


def set_acts(candidates: Iterable[Candidate], site: Site) -> list[Candidate]:
    """Give each candidate the counts of this site's votes and comments; returns those whose counts changed."""
    if site.acts is None:
        return []
    counts = site.acts.all_of()
    changed = []
    for one in candidates:
        given = tuple(counts.get(one.id, (0, 0, 0)))
        if given != (one.own_votes, one.weighing, one.own_comments):
            one.own_votes, one.weighing, one.own_comments = given
            changed.append(one)
    return changed


def _set_acts(data: DayData, site: Site) -> bool:
    """Bring votes and comments of the day, and of the days before it, up to date; whether a number changed."""
    if site.acts is None or (mark := site.acts.mark()) == data.acts_mark:
        return False
    counts = site.acts.all_of()
    data.acts_mark = mark
    if data.before is None and counts:
        own = {one.id for one in data.candidates}
        ids = load.ids_of_days([one for one in _before(data.days[0]) if one not in data.days])
        data.before = frozenset(ids) - own
    known = {one.id for one in data.earlier}
    said = [id_ for id_ in (data.before or frozenset()) & counts.keys()
            if id_ not in known and any(counts[id_][1:])]
    said.sort(key=lambda id_: (-acts_points(*counts[id_][1:], 0, 0, TALKED_COMMENT), id_))
    if said:
        data.earlier = [*data.earlier, *load.by_ids(said[:TALKED_READ], site.table)]
    changed = set_acts((*data.candidates, *data.earlier), site)
    for one in changed:
        if one.id in data.points:
            data.points[one.id] = replace(data.points[one.id], own_votes=one.weighing, own_comments=one.own_comments)
    return bool(changed or said)


def at_hand(day: date, site: Site) -> DayData | None:
    """What this process keeps of a day, if nothing was written since; reading the day would cost more than a page."""
    with _lock:
        known = next((data for (days, of), data in reversed(_days.items()) if day in days and of == site), None)
    if known is None or known.position != (changes.total(), curation.mark()):
        return None
    return _up_to_date(known, site)
