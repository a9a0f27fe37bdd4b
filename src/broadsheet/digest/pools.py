"""What papers there are for a mail: read once for all subscriptions that look at the same days."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from .. import languages
from ..catalogue import papers
from ..catalogue.models import Paper, PaperAuthor, PaperTerm
from ..editions import load, service
from ..editions.candidates import Candidate
from ..editions.formulas import day_points
from ..errors import BroadsheetError
from ..readers import collections, follows, streams
from ..readers.models import Kept, Reader, Stream
from ..search import nearness
from ..search import service as searching
from ..spoken import spoken
from ..text import latex
from ..text.folding import slug
from . import reasons
from .choice import Item
from .letter import Line, line_of
from .liking import Taste, TasteOf, liked
from .models import Subscription

log = logging.getLogger("broadsheet.digest")
LEAD, SECOND, GROUP = 3.0, 1.5, 1.0  # what standing in a zone of the front page adds to a paper's want
LEARNED = 4.0  # what the reader's acts add at most, beside what a follow adds
FOLLOWED = 2.0  # what being in a stream, or on what is followed, adds
TALKED_SHOWN = 3
SEARCHED = 200  # newest hits of a search that a mail looks at
OF_READERS = ("stream", "collection", "foryou")


@dataclass(slots=True)
class Pool:
    """The papers of ``days`` (newest first): candidates by row id, where the front page put them and why.

    ``totals``: papers by day. ``number``: that of the newest edition, 0 without one.
    """

    days: tuple[date, ...]
    site: service.Site
    base: str
    candidates: dict[int, Candidate] = field(default_factory=dict)
    chosen: dict[int, tuple[str, str, float]] = field(default_factory=dict)  # zone, reason, bonus
    talked: dict[int, str] = field(default_factory=dict)
    totals: dict[date, int] = field(default_factory=dict)
    number: int = 0
    _rows: dict[int, Paper] = field(default_factory=dict)
    _items: dict[tuple[str, str, str], list[Item]] = field(default_factory=dict)
    _lines: dict[tuple[int, bool, str], Line | None] = field(default_factory=dict)

    def since(self, through: date | None) -> int:
        """How many papers the days after ``through`` have (of all days when None)."""
        return sum(papers for day, papers in self.totals.items() if through is None or day > through)

    def want(self, paper: int) -> float:
        """How much the day's own order wants a paper: its points, and what its zone adds."""
        points = day_points(self.candidates[paper], self.site.interests).total
        return 1.0 + points + self.chosen.get(paper, ("", "", 0.0))[2]

    def still_talked(self, shown: Collection[int], *, weekly: bool) -> list[tuple[int, str]]:
        """Papers that are still talked about, with their reasons, without those shown; in a week's edition only such
        as are older than the week."""
        return [(paper, reason) for paper, reason in self.talked.items() if paper not in shown
                and not (weekly and self.candidates[paper].day in self.days)][:TALKED_SHOWN]

    def zone(self, paper: int) -> str:
        """The heading under which the front page put it; empty for what leads, and for what it did not choose."""
        return self.chosen.get(paper, ("", "", 0.0))[0]

    def breadth(self, paper: int) -> str:
        """Why a paper is chosen that nothing else speaks for: the mail covers several fields."""
        return reasons.breadth(self.candidates[paper].field.name)

    def front_reason(self, paper: int) -> str:
        """Why the front page chose it, with the day where there are several; else that the mail covers all fields."""
        reason, day = self.chosen.get(paper, ("", "", 0.0))[1], self.candidates[paper].day
        if not reason:
            return self.breadth(paper)
        return reasons.on_day(day.isoformat(), reason) if len(self.days) > 1 and day is not None else reason

    def item(self, paper: int, reason: str = "", more: float = 0.0, streams: frozenset[str] = frozenset()) -> Item:
        """The paper as something to choose; ``more`` is added to its want."""
        candidate = self.candidates[paper]
        about = {candidate.field.slug: 1.0}
        about.update(dict.fromkeys(candidate.categories[:3], 0.5))
        return Item(paper, self.want(paper) + more, about, streams, reason=reason)

    def line(self, paper: int, reason: str, *, member: bool) -> Line | None:
        """The paper's line, made once for each language; None for a paper that went, or that cannot be printed."""
        place = (paper, member, languages.active())
        if place not in self._lines:
            row = self._rows.get(paper) or papers.by_ids([paper]).get(paper)
            self._lines[place] = (
                line_of(row, self.base, "", member=member, year=self.days[0].year) if row is not None else None)
        made = self._lines[place]
        return None if made is None else replace(made, reason=spoken(reason))

    def papers(self, wanted: Sequence[int]) -> list[Paper]:
        """These papers in order; those that went are left out."""
        self.read(wanted)
        return [self._rows[one] for one in wanted if one in self._rows]

    def read(self, wanted: Sequence[int]) -> None:
        """Read these papers at once, so that :meth:`line` asks for none of them alone."""
        missing = [one for one in wanted if one not in self._rows]
        for start in range(0, len(missing), 500):
            self._rows.update(papers.by_ids(missing[start:start + 500]))


def pool(days: tuple[date, ...], today: date, site: service.Site, base: str) -> Pool:
    """The papers of ``days`` with the choice of each day's front page."""
    made = Pool(days, site, base)
    for place, day in enumerate(days):
        edition = service.edition((day,), today, site)
        own = {id_: one for id_, one in edition.candidates.items() if one.day == day and not one.retracted}
        made.candidates.update(own)
        made.totals[day] = edition.total
        made.number = made.number or (edition.number if edition.total else 0)
        front = edition.front
        picks = [("", pick, LEAD) for pick in ([front.lead] if front.lead else [])]
        picks += [("", pick, SECOND) for pick in front.seconds]
        picks += [(front.group.title if front.group.slug == "group" else "", pick, GROUP) for pick in front.group.picks]
        picks += [("", pick, 0.0) for row in front.sections for pick in row.full]
        for zone, pick, bonus in picks:
            if pick.paper in own:
                made.chosen.setdefault(pick.paper, (zone, pick.reason, bonus))
        if place == 0 and front.talked.slug == "talked":
            for pick in front.talked.picks:
                made.talked[pick.paper] = pick.reason
                made.candidates.setdefault(pick.paper, edition.candidates[pick.paper])
    made.read(list(made.chosen))
    return made


def items_of(subscription: Subscription, found: Pool, taste_of: TasteOf | None = None) -> list[Item]:
    """What a subscription may choose from, each paper with its true reason. ``taste_of``: what readers' acts taught."""
    kind, value, label = subscription.kind, subscription.value, subscription.label or subscription.value
    reader = subscription.reader
    if kind == "collection":
        return _collected(value, reader, found)
    if kind == "stream":
        stream = streams.visible(reader, value)
        return _streamed([stream], found, reader) if stream is not None else []
    if kind == "foryou":
        taste = taste_of(reader) if taste_of is not None and reader is not None else None
        return _for_reader(reader, found, taste) if reader is not None else []
    place = (kind, value, label)
    if place not in found._items:
        found._items[place] = _shared(kind, value, label, found)
    return found._items[place]


def _shared(kind: str, value: str, label: str, found: Pool) -> list[Item]:
    """Items that are the same for all who follow the same."""
    if kind == "site":
        return [found.item(paper, found.front_reason(paper)) for paper in found.chosen]
    if kind == "search":
        return _searched(value, found)
    return [found.item(paper, reason) for paper, reason in _followed(kind, value, label, found.days)
            if paper in found.candidates]


def _followed(kind: str, value: str, label: str, days: tuple[date, ...]) -> list[tuple[int, str]]:
    """Papers of ``days`` that carry the followed name, each with the reason."""
    if kind in {"topic", "category"}:
        folded = value.lower() if kind == "category" else slug(value)
        terms = PaperTerm.objects.filter(kind=kind, slug=folded, paper__edition_day__in=days)
        return [(paper, reasons.topic(label)) for paper in terms.values_list("paper_id", flat=True)]
    if kind == "author":
        names = PaperAuthor.objects.filter(folded=slug(value), paper__edition_day__in=days)
        return [(paper, reasons.author(label)) for paper in names.values_list("paper_id", flat=True)]
    if kind == "organisation":
        rows = Paper.objects.filter(edition_day__in=days).exclude(organisation="").values_list("id", "organisation")
        wanted = slug(value)  # a follow keeps the folded name, a subscription the printed one
        return [(paper, reasons.organisation(label)) for paper, name in rows if slug(name) == wanted]
    return []


def newest_with(kind: str, value: str, today: date) -> date | None:
    """The newest day with a paper that carries the followed name; with any paper for all other kinds."""
    rows = Paper.objects.filter(state=Paper.State.LIVE, edition_day__lte=today)
    if kind in {"topic", "category"}:
        rows = rows.filter(term_rows__kind=kind, term_rows__slug=value.lower() if kind == "category" else slug(value))
    elif kind == "author":
        rows = rows.filter(pk__in=PaperAuthor.objects.filter(folded=slug(value)).values("paper_id"))
    elif kind == "organisation":
        names = Paper.objects.exclude(organisation="").order_by().values_list("organisation", flat=True).distinct()
        rows = rows.filter(organisation__in=[name for name in names if slug(name) == slug(value)])
    elif kind == "search":
        hits = searching.search(value, mode="words", order="newest", limit=1, today=today).hits
        rows = rows.filter(pk__in=[hit.row for hit in hits if hit.sure])
    return rows.order_by("-edition_day").values_list("edition_day", flat=True).first()


def _searched(text: str, found: Pool) -> list[Item]:
    """What surely matches a search, by words. Raises SearchError while there is no index: the mail waits."""
    result = searching.search(text, mode="words", order="newest", limit=SEARCHED, today=found.days[0])
    return [found.item(hit.row, reasons.search(text)) for hit in result.hits
            if hit.sure and hit.row in found.candidates]


def _for_reader(reader: Reader, found: Pool, taste: Taste | None) -> list[Item]:
    """Everything that is for one reader: streams, follows, what was learned, and what the front page has."""
    items = {item.paper: item for item in _streamed(streams.of(reader), found, reader)}
    for follow in follows.of(reader):
        for paper, reason in _followed(follow.kind, follow.value, follow.label, found.days):
            if paper in found.candidates and paper not in items:
                items[paper] = found.item(paper, reason, FOLLOWED, frozenset({f"{follow.kind}:{follow.value}"}))
    far = _learn(items, taste, found) if taste is not None else ()
    for paper in found.chosen:  # and what the front page has, which wants less
        if paper not in far:
            items.setdefault(paper, found.item(paper, found.front_reason(paper)))
    return list(items.values())


def _learn(items: dict[int, Item], taste: Taste, found: Pool) -> Collection[int]:
    """Add what the reader's acts speak for to ``items``; returns the papers that they speak against.

    What the reader said something of is known already, and is in no mail. A paper of a stream keeps its reason.
    """
    liking, far = liked(taste, [one for one in found.candidates if one not in found.talked])
    for paper in [one for one in items if one in taste.told]:
        del items[paper]
    for paper, (much, reason) in liking.items():
        have = items.get(paper)
        items[paper] = (replace(have, want=have.want + LEARNED * much, learned=True) if have is not None
                        else replace(found.item(paper, reason, FOLLOWED + LEARNED * much), learned=True))
    return {*far, *taste.told}


def _streamed(wanted: Sequence[Stream], found: Pool, reader: Reader | None) -> list[Item]:
    """Papers of the days that these streams take; a paper of several belongs to all of them."""
    taken: dict[int, tuple[str, set[str]]] = {}
    for stream in wanted:
        near = _near(stream, found) if stream.seeds else {}
        for paper, reason in streams.matches(stream, found.candidates.values(), near):
            own = reader is not None and stream.reader_id == reader.pk
            known = taken.setdefault(paper, (reasons.stream(stream.name, reason, own), set()))
            known[1].add(f"stream:{stream.key}")
    return [found.item(paper, reason, FOLLOWED, frozenset(names)) for paper, (reason, names) in taken.items()]


def _near(stream: Stream, found: Pool) -> streams.Near:
    """How near the papers of the days are to the stream's own papers; nothing while there is no index."""
    seeds = dict(Paper.objects.filter(key__in=stream.seeds, state=Paper.State.LIVE).values_list("id", "title"))
    try:
        near = nearness.to_papers(list(seeds), list(found.candidates))
    except BroadsheetError as problem:
        log.warning("the stream %s is matched by words alone: %s", stream.key, problem)
        return {}
    return {row: (value, latex.readable(seeds[seed])) for row, (value, seed) in near.items() if row not in seeds}


def _collected(key: str, reader: Reader | None, found: Pool) -> list[Item]:
    """The newest papers of a collection, whatever their day; new is what was put there since the last mail."""
    collection = collections.visible(reader, key)
    if collection is None:
        return []
    newest = Kept.objects.filter(collection=collection).order_by("-added_at")
    kept = dict(newest.values_list("paper_id", "added_at")[:100])
    missing = [paper for paper in kept if paper not in found.candidates]
    found.candidates.update({one.id: one for one in load.by_ids(missing, found.site.table) if not one.retracted})
    said = reasons.collection(collection.name)
    return [replace(found.item(paper, said), since=added) for paper, added in kept.items() if paper in found.candidates]
