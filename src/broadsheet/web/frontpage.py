"""What the pages of editions share: the site's choices, the reader's plain control, entries with marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from markupsafe import Markup

from .. import config, languages
from ..editions.candidates import Candidate, Interests, Narrowing
from ..editions.choose import Pick
from ..editions.fields import FIELDS, Field, table_of
from ..editions.service import Site
from ..readers import service as readers
from ..readers import settings as reading
from ..readers import taste
from ..readers.submissions import Raised
from ..readers.votes import NONE
from ..text.dates import edition_day
from . import fragments, rendering, voting
from .near import GroupTaste, Near, OwnActs, words_of
from .visits import Visit, visit_of


def now() -> datetime:
    """This moment, with the site's time zone."""
    return timezone.now().astimezone(ZoneInfo(config.current().timezone))


def _words(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(reading.lines(value))
    return tuple(str(item) for item in value) if isinstance(value, list | tuple) else ()


def site_of(request: HttpRequest) -> Site:
    """The site's interests and fields, read once a request."""
    return site_from(rendering.site(request))


def site_from(chosen: Mapping[str, Any]) -> Site:
    """The site's interests and sections, from its choices.

    ``interests``: ``{"words": [...], "categories": [...]}`` or a list of words; ``categories``: a list, those of the
    first question; ``sections``: the site's own table, ``[{"name", "categories"}]``, which then leads the page.
    """
    interests = chosen.get("interests") or {}
    words = words_of(chosen)
    categories = _words(interests.get("categories")) if isinstance(interests, dict) else ()
    categories = tuple(dict.fromkeys(categories + _words(chosen.get("categories"))))
    table = table_of(chosen.get("sections") or ())
    first = _first_fields(categories) if table is FIELDS else tuple(field.slug for field in table)
    return Site(Interests(words, categories), table, first, Near(words) if words else None, OwnActs(), GroupTaste())


def _first_fields(categories: Sequence[str]) -> tuple[str, ...]:
    """The fields that hold one of the declared categories by name, in the table's order."""
    named: list[Field] = [field for field in FIELDS if any(one in field.categories for one in categories)]
    return tuple(field.slug for field in named)


@dataclass(frozen=True, slots=True)
class Control:
    """The plain control in force. ``shared``: it comes from the address, not from the reader's settings."""

    narrowing: Narrowing
    hide_read: bool
    shared: bool
    mine_offered: bool = False

    @property
    def words(self) -> list[str]:
        """What is in force, for the closed bar; empty when nothing is."""
        said = []
        if self.narrowing.order == "newest":
            said.append(_("newest first"))
        elif self.narrowing.order == "mine":
            said.append(_("in my order"))
        if self.narrowing.categories:
            said.append(_("only {categories}").format(categories=", ".join(self.narrowing.categories)))
        if self.narrowing.without:
            said.append(_("without {words}").format(words=", ".join(self.narrowing.without)))
        if self.hide_read:
            said.append(_("read papers hidden"))
        return said

    def query(self) -> str:
        """The control as an address holds it, without the question mark."""
        pairs = [("order", self.narrowing.order)]
        pairs += [("cat", ",".join(self.narrowing.categories))] if self.narrowing.categories else []
        pairs += [("without", ",".join(self.narrowing.without))] if self.narrowing.without else []
        pairs += [("hide", "read")] if self.hide_read else []
        return urlencode(pairs)


CONTROLS = ("order", "cat", "without", "hide")


def control_of(given: QueryDict, visit: Visit) -> Control:
    """The address decides where it says anything of the control; else the reader's settings do."""
    if not any(name in given for name in CONTROLS):
        own = visit.settings
        return Control(Narrowing(own.order, own.categories, own.without), own.hide_read, False)
    order = given.get("order", "chosen")
    categories = tuple(reading.lines(",".join(given.getlist("cat")))[:reading.MOST])
    without = tuple(word[:80] for word in reading.lines(",".join(given.getlist("without")))[:reading.MOST])
    narrowing = Narrowing(order if order in reading.ORDERS else "chosen", categories, without)
    return Control(narrowing, given.get("hide") == "read", True)


def read_of(control: Control, visit: Visit) -> frozenset[int]:
    """Row ids that the control leaves out because the reader read them; no query where nothing is hidden so."""
    return readers.marks_of(visit.reader).read if control.hide_read and visit.reader is not None else frozenset()


class Printer:
    """Prints entries for one visitor: one query for the votes of the page, at most a few for new entries."""

    def __init__(self, request: HttpRequest, candidates: dict[int, Candidate], marks: readers.Marks) -> None:
        self.visit = visit_of(request)
        self.candidates = candidates
        self.marks = marks
        self.since = readers.new_since(self.visit.reader, now()) if self.visit.personal else None
        self.tallies = voting.counts()
        self.voted = voting.voted(self.visit)
        self.told = taste.given(self.visit.reader)
        self.raised: Mapping[int, Raised] = {}  # into the days that the page shows

    def is_new(self, candidate: Candidate) -> bool:
        """Whether the paper arrived after the reader's last visit."""
        return self.since is not None and candidate.added_at is not None and candidate.added_at > self.since

    def print(self, groups: Iterable[tuple[str, Sequence[tuple[int, str]]]]) -> list[list[Markup]]:
        """For each (tier, [(row id, reason)]) the entries; hidden papers and those that are gone are left out."""
        shown: list[fragments.Shown] = []
        ends = []
        for tier, items in groups:
            for paper, reason in items:
                candidate = self.candidates.get(paper)
                if candidate is None or paper in self.marks.hidden:
                    continue
                by = self.raised.get(paper)
                shown.append(fragments.Shown(
                    candidate, tier, by.line if by is not None else reason,
                    read=paper in self.marks.read, saved=paper in self.marks.saved,
                    new=self.is_new(candidate), tally=self.tallies.get(paper, NONE), voted=paper in self.voted,
                    told=self.told.get(paper, "")))
            ends.append(len(shown))
        made = fragments.entries(shown, member=self.visit.member)
        if len(made) != len(shown):  # a paper went between two queries; the page is built from what is there
            return self._one_by_one(shown, ends)
        starts = [0, *ends[:-1]]
        return [made[start:end] for start, end in zip(starts, ends, strict=True)]

    def _one_by_one(self, shown: Sequence[fragments.Shown], ends: Sequence[int]) -> list[list[Markup]]:
        starts = [0, *ends[:-1]]
        return [fragments.entries(shown[start:end], member=self.visit.member)
                for start, end in zip(starts, ends, strict=True)]


def picks(items: Iterable[Pick]) -> list[tuple[int, str]]:
    """Picks as pairs of row id and reason."""
    return [(item.paper, item.reason) for item in items]


def plain(ids: Iterable[int]) -> list[tuple[int, str]]:
    """Papers without a reason."""
    return [(paper, "") for paper in ids]


def next_look(due: datetime | None, moment: datetime) -> str:
    """When the sources are asked next: ``06:00``, ``tomorrow 06:00`` or ``Monday 06:00``; empty when unknown."""
    if due is None:
        return ""
    local = due.astimezone(moment.tzinfo)
    days = (local.date() - moment.date()).days
    clock = f"{local:%H:%M}"
    if days <= 0:
        return clock if local > moment else _("in a moment")
    if days == 1:
        return _("tomorrow {clock}").format(clock=clock)
    return f"{languages.weekday(local)} {clock}"


def parse_day(text: str) -> date | None:
    """A day of the form 2026-05-12, None when it is no day."""
    try:
        return edition_day(text) if len(text) == 10 else None
    except ValueError:
        return None
