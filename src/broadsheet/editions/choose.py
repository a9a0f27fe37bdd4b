"""Choosing the front page: pure functions from the papers of a day to zones and sections, each choice with its reason.

Nothing here asks the clock or the database. The formulas stand in ``formulas.py``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from . import reasons as said
from .candidates import Candidate, Interests, newest_first
from .fields import OTHERS
from .formulas import CAUSES, OF_INTEREST, SPREAD, Points, day_points, talked_points

SECONDS, GROUP, TALKED = 4, 5, 6
FULL, SHORT = 3, 9
FRONT_PAPERS = 300  # papers on the front page, ART.md: 94 KB, 22 KB compressed


@dataclass(frozen=True, slots=True)
class Pick:
    """One chosen paper (row id) and the true reason why it stands there, one short line."""

    paper: int
    reason: str


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone of the front page beside the lead. ``total``: how many papers could stand here."""

    slug: str
    title: str
    picks: tuple[Pick, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Section:
    """One field of the day: papers by tier (row ids), ``count`` of the day, ``more`` that stand on the field's page."""

    slug: str
    name: str
    count: int
    full: tuple[Pick, ...]
    short: tuple[int, ...]
    lines: tuple[int, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Front:
    """A whole front page. ``total`` papers of the day, ``shown`` on the page, ``chosen`` in zones and upper tiers."""

    lead: Pick | None
    seconds: tuple[Pick, ...]
    group: Zone
    talked: Zone
    sections: tuple[Section, ...]
    total: int
    shown: int

    @property
    def chosen(self) -> int:
        """Papers with more than a line."""
        zones = bool(self.lead) + len(self.seconds) + len(self.group.picks)
        return zones + sum(len(section.full) + len(section.short) for section in self.sections)

    def papers(self) -> list[int]:
        """Row ids of all papers on the page, in reading order."""
        ids = [self.lead.paper] if self.lead else []
        for picks in (self.seconds, self.group.picks, self.talked.picks):
            ids += [pick.paper for pick in picks]
        for section in self.sections:
            ids += [pick.paper for pick in section.full]
            ids += [*section.short, *section.lines]
        return ids


EMPTY = Front(None, (), Zone("group", "", (), 0), Zone("talked", "", (), 0), (), 0, 0)


@dataclass(frozen=True, slots=True)
class Curated:
    """What editors did to the papers of a page (row ids): ``pins`` with their places among the first five (0 leads),
    ``dropped`` from the front page, ``moved`` here from another day."""

    pins: tuple[tuple[int, int], ...] = ()
    dropped: frozenset[int] = frozenset()
    moved: frozenset[int] = frozenset()


AUTOMATIC = Curated()


def without(front: Front, gone: Collection[int]) -> Front:
    """The front page without ``gone`` in its chosen zones: the next paper leads; they stay in their fields, marked."""
    def kept(picks: tuple[Pick, ...]) -> tuple[Pick, ...]:
        return tuple(pick for pick in picks if pick.paper not in gone)

    first = kept((*((front.lead,) if front.lead else ()), *front.seconds))
    zones = (replace(zone, picks=kept(zone.picks)) for zone in (front.group, front.talked))
    group, talked = zones
    return replace(front, lead=first[0] if first else None, seconds=first[1:], group=group, talked=talked)


def points_of(candidates: Sequence[Candidate], interests: Interests) -> dict[int, Points]:
    """Points of each paper by row id."""
    return {candidate.id: day_points(candidate, interests) for candidate in candidates}


def ranked(candidates: Sequence[Candidate], points: Mapping[int, Points]) -> list[Candidate]:
    """Most points first; equal ones newest first."""
    return sorted(newest_first(candidates), key=lambda one: -points[one.id].total)


class _Reasons:
    """Says why a paper stands where it stands, from the largest part of its points; never more than is true."""

    def __init__(
        self, candidates: Sequence[Candidate], points: Mapping[int, Points], curated: Curated = AUTOMATIC
    ) -> None:
        votes = Counter(candidate.votes for candidate in candidates)
        self.most = max(votes, default=0)
        self.alone = votes[self.most] == 1
        here = Counter(candidate.weighing for candidate in candidates)
        self.most_here = max(here, default=0)
        self.alone_here = here[self.most_here] == 1
        self.points = points
        self.curated = curated
        self.counts = Counter(candidate.field.slug for candidate in candidates)
        self.largest = self.counts.most_common(1)[0][0] if self.counts else ""

    def of(self, candidate: Candidate, among: tuple[str, ...] = CAUSES) -> str:
        """The reason in one line: the largest part of the points ``among`` these, else the place in the field."""
        points = self.points[candidate.id]
        if candidate.raised:
            return said.raised()
        cause = points.cause(among)
        if cause == "own votes":
            alone = candidate.weighing == self.most_here and self.alone_here
            return said.said_here(candidate.own_votes, candidate.weighing, 0, alone)
        if cause == "own comments":
            return said.said_here(0, 0, candidate.own_comments)
        if cause == "votes":
            alone = candidate.votes == self.most and self.alone
            return said.said_there(candidate.votes, 0, candidate.vote_site, alone)
        if cause == "comments":
            return said.said_there(0, candidate.comments, candidate.vote_site)
        if cause == "words":
            return said.words(points.words)
        if cause == "nearness":
            return said.nearness(points.near)
        if cause == "liking":
            return points.liked
        if cause == "category":
            return said.category(points.within)
        return self.place(candidate)

    def place(self, candidate: Candidate) -> str:
        """For a paper that nothing but the spread over fields chose, or the editors for this day."""
        if candidate.id in self.curated.moved:
            return said.moved()
        number, name = self.counts[candidate.field.slug], candidate.field.name
        if number == 1:
            return said.only_of_field(name)
        if candidate.field.slug == self.largest:
            return said.of_largest_field(name)
        return said.among_newest(name)


def _spread(order: Sequence[Candidate], points: Mapping[int, Points], number: int) -> list[Candidate]:
    """Take ``number`` papers one by one; each taken one lowers the rest of its field (formula ``edition``)."""
    taken: list[Candidate] = []
    used: Counter[str] = Counter()
    # Only the best few of each field can be taken, so the rest need not be compared each time.
    heads: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in order:
        if len(heads[candidate.field.slug]) < number:
            heads[candidate.field.slug].append(candidate)
    sizes = Counter(candidate.field.slug for candidate in order)
    while len(taken) < number and any(heads.values()):
        best = max(
            (queue[0] for queue in heads.values() if queue),
            key=lambda one: (points[one.id].total * SPREAD ** used[one.field.slug], -used[one.field.slug],
                             sizes[one.field.slug]),
        )
        taken.append(best)
        heads[best.field.slug].pop(0)
        used[best.field.slug] += 1
    return taken


def said_of(candidate: Candidate) -> str:
    """What was said of a paper, here first, then elsewhere."""
    here = said.said_here(candidate.own_votes, candidate.weighing, candidate.own_comments)
    if not candidate.votes and not candidate.comments:
        return here
    there = said.said_there(candidate.votes, candidate.comments, candidate.vote_site)
    return said.said_everywhere(here, there) if here else there


def _pinned(chosen: Sequence[Candidate], fit: Sequence[Candidate], pins: Sequence[tuple[int, int]]) -> list[Candidate]:
    """The first papers with the pinned ones at their places, the others in their order around them."""
    by_id = {one.id: one for one in fit}
    places: dict[int, Candidate] = {}
    for paper, place in pins:
        if paper in by_id:
            free = [one for one in range(1 + SECONDS) if one not in places]
            if free:
                places[next((one for one in free if one >= place), free[-1])] = by_id[paper]
    rest = iter(one for one in chosen if one not in places.values())
    made = [places.get(place) or next(rest, None) for place in range(1 + SECONDS)]
    return [one for one in made if one is not None]


def _talked(earlier: Sequence[Candidate], taken: set[int]) -> Zone:
    order = [one for one in earlier if not one.retracted and one.id not in taken and one.said]
    order.sort(key=lambda one: (-talked_points(one), one.id))
    picks = [Pick(one.id, said_of(one)) for one in order[:TALKED]]
    return Zone("talked", said.zone_title("talked"), tuple(picks), len(order))


def _sizes(counts: Mapping[str, int], room: int) -> dict[str, int]:
    """How many papers of each field the front page shows: upper tiers for all, lines in proportion to the rest."""
    base = {slug: min(count, FULL + SHORT) for slug, count in counts.items()}
    while sum(base.values()) > room and max(base.values()) > FULL:
        largest = max(base, key=lambda slug: base[slug])
        base[largest] -= 3
    rest = {slug: counts[slug] - base[slug] for slug in counts}
    left, open_ = max(0, room - sum(base.values())), sum(rest.values())
    if not open_:
        return base
    share = min(1.0, left / open_)
    # Lines come in threes, so that the last row is full.
    return {slug: base[slug] + (rest[slug] if share >= 1 else int(rest[slug] * share) // 3 * 3) for slug in counts}


def _has_reason(one: Candidate, points: Mapping[int, Points], reasons: _Reasons) -> bool:
    return points[one.id].total > 0 or one.raised or one.id in reasons.curated.moved


def sections(
    candidates: Sequence[Candidate], taken: set[int], points: Mapping[int, Points], reasons: _Reasons,
    room: int, first: Sequence[str], dropped: Collection[int] = (),
) -> tuple[Section, ...]:
    """The fields in rows, without papers ``taken`` by zones and ``dropped`` by editors: those in ``first`` (slugs)
    lead, then by size; fields of one or two papers share the last."""
    by_field: dict[str, list[Candidate]] = defaultdict(list)
    names: dict[str, str] = {}
    counts: Counter[str] = Counter(candidate.field.slug for candidate in candidates)
    small = {slug for slug, count in counts.items() if count < FULL and slug not in first}
    several = len(small) > 1
    total: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    for candidate in candidates:
        slug = "other" if several and candidate.field.slug in small else candidate.field.slug
        names[slug] = OTHERS.name if slug == "other" and several else candidate.field.name
        total[slug] += 1
        if candidate.id in dropped:
            left_out[slug] += 1
        elif candidate.id not in taken:
            by_field[slug].append(candidate)
    order = sorted(by_field, key=lambda slug: (
        slug == "other", first.index(slug) if slug in first else len(first), -total[slug], slug))
    sizes = _sizes({slug: len(by_field[slug]) for slug in order}, room) if order else {}
    made = []
    for slug in order:
        order_of_field = sorted(ranked(by_field[slug], points), key=lambda one: not one.raised)
        fit = [one for one in order_of_field if not one.retracted][:FULL]
        upper = {one.id for one in fit}
        rest = [one.id for one in order_of_field if one.id not in upper]
        cut = max(0, sizes[slug] - len(fit))
        full = tuple(Pick(one.id, reasons.of(one) if _has_reason(one, points, reasons) else "") for one in fit)
        made.append(Section(
            slug, names[slug], total[slug], full, tuple(rest[:min(SHORT, cut)]),
            tuple(rest[SHORT:cut]), len(rest) - min(cut, len(rest)) + left_out[slug]))
    return tuple(made)


def arrange(
    candidates: Sequence[Candidate], earlier: Sequence[Candidate], interests: Interests, *,
    points: Mapping[int, Points] | None = None, first_fields: Sequence[str] = (), room: int = FRONT_PAPERS,
    curated: Curated = AUTOMATIC,
) -> Front:
    """The front page of a day from its papers, the papers of the seven days before and the group's interests.

    ``points`` may be handed in when they are known already (``points_of``). Each paper stands once. What editors did
    (``curated``) comes before the formula; a retracted paper is not chosen even if it was pinned.
    """
    points = points_of(candidates, interests) if points is None else points
    reasons = _Reasons(candidates, points, curated)
    fit = ranked([one for one in candidates if not one.retracted and one.id not in curated.dropped], points)
    pins = dict(curated.pins)
    top = _pinned(_spread([one for one in fit if one.id not in pins], points, 1 + SECONDS), fit, curated.pins)
    taken = {one.id for one in top}
    first = [Pick(one.id, said.pinned() if one.id in pins else reasons.of(one)) for one in top]
    lead, seconds = (first[0] if first else None), tuple(first[1:])
    group = _group(fit, taken, points, interests, reasons)
    taken |= {pick.paper for pick in group.picks}
    talked = _talked(earlier, taken)
    if not talked.picks:
        left = [one for one in fit if one.id not in taken]
        also = _spread(left, points, TALKED)
        talked = Zone("also", said.zone_title("also"), tuple(Pick(one.id, reasons.of(one)) for one in also), len(left))
        taken |= {one.id for one in also}
    rows = sections(candidates, taken, points, reasons, room - len(taken), first_fields, curated.dropped)
    shown = len(taken) + sum(len(row.full) + len(row.short) + len(row.lines) for row in rows)
    return Front(lead, seconds, group, talked, rows, len(candidates), shown)


def _group(
    fit: Sequence[Candidate], taken: set[int], points: Mapping[int, Points], interests: Interests, reasons: _Reasons
) -> Zone:
    """The zone for the group: what meets its interests; without declared interests, the spread over the fields."""
    near = [one for one in fit if points[one.id].interest > 0]
    if near:
        order = sorted(near, key=lambda one: -points[one.id].interest)
        open_ = [one for one in order if one.id not in taken][:GROUP]
        picks = tuple(Pick(one.id, reasons.of(one, OF_INTEREST)) for one in open_)
        return Zone("group", said.zone_title("group"), picks, len(near))
    left = [one for one in fit if one.id not in taken]
    seen = {one.field.slug for one in fit if one.id in taken}
    fresh = [one for one in left if one.field.slug not in seen]
    taken_here = _spread(fresh or left, points, GROUP)
    if len(taken_here) < GROUP:
        have = {one.id for one in taken_here}
        taken_here += _spread([one for one in left if one.id not in have], points, GROUP - len(taken_here))
    picks = tuple(Pick(one.id, reasons.of(one)) for one in taken_here)
    return Zone("across", said.zone_title("across"), picks, len(left))
