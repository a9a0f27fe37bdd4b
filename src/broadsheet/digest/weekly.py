"""The edition of a week, and a few minutes of one day: chosen as the mail is, for pages that end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from ..editions import calendar
from ..editions.candidates import Candidate
from ..editions.service import Site
from . import weeks
from .choice import Item
from .letter import Line
from .models import Subscription
from .pools import LEAD, Pool, items_of, pool
from .prepare import WEEKLY_MOST, best

# Silent reading of English non-fiction: Brysbaert, "How many words do we read per minute?", 2019 (190 studies).
WORDS_A_MINUTE = 238
DAY_MOST = 40  # papers that a few minutes may be filled from
Keep = Callable[[Sequence[Candidate]], Collection[int]]  # row ids that a reader's own control lets through


@dataclass(frozen=True, slots=True)
class Chosen:
    """Papers in the order of the page, best first. ``total``: of all papers there were; ``leads``: of each day."""

    found: Pool
    items: tuple[Item, ...]
    total: int
    leads: dict[date, int]

    def lines(self, *, member: bool) -> list[Line]:
        """The papers as plain texts, in order; ``member``: members-only abstracts too."""
        self.found.read([item.paper for item in self.items])
        made = (self.found.line(item.paper, item.reason, member=member) for item in self.items)
        return [line for line in made if line is not None]


def words_in(line: Line) -> int:
    """How many words of a paper are read: headline, claim, names, reason."""
    return sum(len(text.split()) for text in (line.title, line.claim, line.byline, line.reason))


def minutes_of(words: int) -> int:
    """How many minutes words take, rounded up; never none."""
    return max(1, ceil(words / WORDS_A_MINUTE))


def of_week(week: weeks.Week, today: date, site: Site, keep: Keep | None = None) -> Chosen | None:
    """The week's edition: the very choice of the weekly mail that covers these days. None: a week without papers."""
    first, *_rest, last = weeks.days(week)
    days = tuple(one.day for one in reversed(calendar.rough_counts(first, min(last, today))))
    return _chosen(days, today, site, WEEKLY_MOST, keep) if days else None


def of_day(day: date, today: date, site: Site) -> Chosen | None:
    """The papers of a day that a few minutes may hold, best first. None: a day without papers."""
    made = _chosen((day,), today, site, DAY_MOST, None)
    return made if made.total else None


def within(lines: Sequence[Line], minutes: int) -> int:
    """How many of ``lines``, from the first, can be read in ``minutes``; one at least."""
    words = 0
    for number, line in enumerate(lines):
        words += words_in(line)
        if words > minutes * WORDS_A_MINUTE:
            return max(1, number)
    return len(lines)


def _chosen(days: tuple[date, ...], today: date, site: Site, most: int, keep: Keep | None) -> Chosen:
    found = pool(days, today, site, "")
    leads = {found.candidates[paper].day or days[0]: paper
             for paper, (_zone, _reason, bonus) in found.chosen.items() if bonus == LEAD}
    items = items_of(Subscription(kind="site"), found)
    if keep is not None:
        kept = keep(list(found.candidates.values()))
        items = [item for item in items if item.paper in kept]
    ranked = sorted(best("site", items, most), key=lambda item: (-item.want, item.paper))
    return Chosen(found, tuple(ranked), sum(found.totals.values()), leads)
