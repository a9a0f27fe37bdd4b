"""What papers there are for a mail: read once for all subscriptions that look at the same days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from ..catalogue import papers
from ..catalogue.models import Paper, PaperAuthor, PaperTerm
from ..editions import service
from ..editions.candidates import Candidate
from ..editions.formulas import day_points
from ..text.folding import slug
from .choice import Item
from .letter import Line, line_of
from .models import Subscription

LEAD, SECOND, GROUP = 3.0, 1.5, 1.0  # what standing in a zone of the front page adds to a paper's want
TALKED = "Still talked about"
FOR_GROUP = "For this group"


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
    _lines: dict[tuple[int, bool], Line | None] = field(default_factory=dict)

    def since(self, through: date | None) -> int:
        """How many papers the days after ``through`` have (of all days when None)."""
        return sum(papers for day, papers in self.totals.items() if through is None or day > through)

    def want(self, paper: int) -> float:
        """How much the day's own order wants a paper: its points, and what its zone adds."""
        points = day_points(self.candidates[paper], self.site.interests).total
        return 1.0 + points + self.chosen.get(paper, ("", "", 0.0))[2]

    def item(self, paper: int, reason: str = "", more: float = 0.0, streams: frozenset[str] = frozenset()) -> Item:
        """The paper as something to choose; ``more`` is added to its want."""
        candidate = self.candidates[paper]
        about = {candidate.field.slug: 1.0}
        about.update(dict.fromkeys(candidate.categories[:3], 0.5))
        return Item(paper, self.want(paper) + more, about, streams, reason=reason)

    def line(self, paper: int, reason: str, *, member: bool) -> Line | None:
        """The paper's line, made once; None for a paper that went, or that cannot be printed."""
        place = (paper, member)
        if place not in self._lines:
            row = self._rows.get(paper) or papers.by_ids([paper]).get(paper)
            self._lines[place] = (
                line_of(row, self.base, "", member=member, year=self.days[0].year) if row is not None else None)
        made = self._lines[place]
        return None if made is None else Line(made.title, made.url, made.claim, made.byline, reason, flag=made.flag)

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
        picks += [(FOR_GROUP if front.group.slug == "group" else "", pick, GROUP) for pick in front.group.picks]
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


def items_of(subscription: Subscription, found: Pool) -> list[Item]:
    """What a subscription may choose from, each paper with its true reason."""
    kind, value, label = subscription.kind, subscription.value, subscription.label or subscription.value
    if kind == "site":
        return [found.item(paper, reason) for paper, (_, reason, _) in found.chosen.items()]
    return [found.item(paper, reason) for paper, reason in _followed(kind, value, label, found.days)
            if paper in found.candidates]


def _followed(kind: str, value: str, label: str, days: tuple[date, ...]) -> list[tuple[int, str]]:
    """Papers of ``days`` that carry the followed name, each with the reason."""
    if kind in {"topic", "category"}:
        folded = value.lower() if kind == "category" else slug(value)
        terms = PaperTerm.objects.filter(kind=kind, slug=folded, paper__edition_day__in=days)
        return [(paper, f"On a topic you follow: {label}") for paper in terms.values_list("paper_id", flat=True)]
    if kind == "author":
        names = PaperAuthor.objects.filter(folded=slug(value), paper__edition_day__in=days)
        return [(paper, f"By {label}, a name you follow") for paper in names.values_list("paper_id", flat=True)]
    if kind == "organisation":
        rows = Paper.objects.filter(organisation=value, edition_day__in=days)
        return [(paper, f"From {label}, which you follow") for paper in rows.values_list("id", flat=True)]
    return []
