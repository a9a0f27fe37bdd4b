"""What readers are told of papers: something new by what they follow, and what became of papers they kept.

A loop of the worker reads the change log from a kept position; what is told and the position are written in one
transaction, and every telling has a name of its own, so that nothing is told twice and nothing is lost, whatever is
killed when. New papers are bundled: one line for each name that is followed and each day, which grows with the day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from broadsheet.catalogue import changes
from broadsheet.catalogue.models import Paper, PaperAuthor, PaperTerm
from broadsheet.text.folding import slug

from .. import languages
from ..spoken import sentence
from . import follows, notifications, service
from .models import Follow, Mark, Position, Submission, Vote, Watched

BATCH = 400  # changes read at once: their papers fit into one query on either database
RECENT = timedelta(days=3)  # a paper of an older day is no news, whenever it comes in
Search = Callable[[str], Iterable[int]]  # words of a followed search -> row ids of its newest papers


@dataclass(slots=True)
class Outcome:
    """How many changes were read, and how many lines were written or grew."""

    read: int = 0
    told: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to tell: readers' row ids, kind, name, paper, words; ``grows``: the name's line says more each time."""

    readers: tuple[int, ...]
    kind: str
    once: str
    paper: int
    text: str
    grows: bool = False


def step(now: datetime, today: date, search: Search | None = None) -> Outcome:
    """Read one batch of each lane and tell what follows from it. ``search``: for followed searches, None: not now."""
    outcome = Outcome()
    for lane in changes.LANES:
        name = f"news:{lane}"
        position = Position.objects.filter(name=name).values_list("seq", flat=True).first()
        if position is None:  # what was there before the first look is not news
            Position.objects.get_or_create(name=name, defaults={"seq": changes.newest(lane)})
            continue
        found = changes.read(lane, position, BATCH)
        if not found:
            continue
        ids = list(dict.fromkeys(one.paper_id for one in found if one.kind == changes.PUT))
        lines, seen = _of_papers(ids, today)
        with transaction.atomic():
            # Whoever moves the position tells; another worker that read the same batch tells nothing.
            if not Position.objects.filter(name=name, seq=position).update(seq=found[-1].seq):
                continue
            for row in seen:
                row.save(update_fields=["versions", "links", "retraction"])
            outcome.told += _tell(lines, now)
        outcome.read += len(found)
    if search is not None:
        lines = _of_searches(search, today)
        with transaction.atomic():
            outcome.told += _tell(lines, now)
    return outcome


def _tell(lines: Sequence[Line], now: datetime) -> int:
    told = 0
    for line in lines:
        if line.grows:
            told += notifications.bundle(line.readers, line.kind, line.once, now, paper=line.paper, text=line.text)
        else:
            told += notifications.tell(line.readers, line.kind, line.once, now, paper=line.paper, text=line.text)
    return told


def _of_papers(ids: Sequence[int], today: date) -> tuple[list[Line], list[Watched]]:
    if not ids:
        return [], []
    live = {paper.pk: paper for paper in Paper.objects.filter(id__in=ids, state=Paper.State.LIVE).only(
        "id", "key", "title", "versions", "links", "retraction", "organisation", "edition_day", "added_at",
        "changed_at")}
    lines, seen = _of_watched(live)
    return lines + _of_followed(live, today), seen


# -- papers that were voted for or saved --------------------------------------------------------------------------

def _of_watched(live: Mapping[int, Paper]) -> tuple[list[Line], list[Watched]]:
    """What became of watched papers since they were last looked at, and the rows that now say so."""
    lines, seen = [], []
    for row in Watched.objects.filter(paper_id__in=list(live)):
        paper = live[row.paper_id]
        if (row.versions, row.links, row.retraction) == (paper.versions, paper.links, paper.retraction):
            continue
        news = _news(row, paper)
        keepers = _keepers(paper) if news else ()
        lines += [Line(keepers, kind, once, paper.pk, text) for kind, once, text in news if keepers]
        row.versions, row.links, row.retraction = paper.versions, paper.links, paper.retraction
        seen.append(row)
    return lines, seen


def _news(before: Watched, paper: Paper) -> list[tuple[str, str, str]]:
    """(kind, name, words) of what is new in the paper."""
    out: list[tuple[str, str, str]] = []
    number = len(paper.versions)
    if number > len(before.versions):
        out.append(("version", f"version:{paper.key}:{number}", _version(number)))
    code = _code(paper.links)
    if code and not _code(before.links):
        out.append(("code", f"code:{paper.key}", code))
    if paper.retraction is not None and before.retraction is None:
        out.append(("retracted", f"retracted:{paper.key}", str(paper.retraction.get("reason") or "")[:400]))
    return out


def _code(links: Sequence[Mapping[str, Any]]) -> str:
    return next((str(link.get("url", "")) for link in links if link.get("kind") == "code"), "")


def _keepers(paper: Paper) -> tuple[int, ...]:
    """Readers who voted for the paper or saved it before it changed."""
    voted = Vote.objects.filter(paper=paper, reader__isnull=False, made_at__lte=paper.changed_at)
    saved = Mark.objects.filter(paper=paper, kind=service.SAVED, made_at__lte=paper.changed_at)
    return tuple(sorted({*voted.values_list("reader_id", flat=True), *saved.values_list("reader_id", flat=True)}))


# -- new papers by what is followed -------------------------------------------------------------------------------

def _of_followed(live: Mapping[int, Paper], today: date) -> list[Line]:
    """Lines for every follow that one of these papers touches, counted over the whole day of the paper."""
    new = {row: paper for row, paper in live.items()
           if paper.edition_day is not None and today - RECENT <= paper.edition_day <= today}
    if not new or not Follow.objects.exists():
        return []
    touched: set[tuple[str, str, date]] = set()
    ids = list(new)
    for row, name in PaperAuthor.objects.filter(paper_id__in=ids).values_list("paper_id", "folded"):
        touched.add(("author", name, _day(new[row])))
    for row, kind, name in PaperTerm.objects.filter(paper_id__in=ids).values_list("paper_id", "kind", "slug"):
        touched.add((kind, name, _day(new[row])))
    for paper in new.values():
        if paper.organisation:
            touched.add(("organisation", slug(paper.organisation), _day(paper)))
    brought = Submission.objects.filter(paper_id__in=ids, undone_at=None, hidden_at=None, reader__slug__isnull=False)
    for row, of in brought.values_list("paper_id", "reader__slug"):
        touched.add(("reader", str(of), _day(new[row])))
    lines = []
    for kind in {one[0] for one in touched}:
        names = {value: {one[2] for one in touched if one[:2] == (kind, value)}
                 for value in {one[1] for one in touched if one[0] == kind}}
        for follow in follows.by_value(kind, names):
            for day in sorted(names[follow.value]):
                lines += _bundle(follow, day, _rows(kind, follow.value, day))
    return lines


def _day(paper: Paper) -> date:
    assert paper.edition_day is not None
    return paper.edition_day


def _rows(kind: str, value: str, day: date) -> list[tuple[int, datetime]]:
    """(row id, when it came in) of the live papers of one day that carry the name."""
    papers = Paper.objects.filter(state=Paper.State.LIVE, edition_day=day)
    if kind == "author":
        papers = papers.filter(id__in=PaperAuthor.objects.filter(folded=value).values("paper_id"))
    elif kind == "organisation":
        return [(row, at) for row, at, name in papers.exclude(organisation="").values_list(
            "id", "added_at", "organisation") if slug(name) == value]
    elif kind == "reader":
        brought = Submission.objects.filter(reader__slug=value, undone_at=None, hidden_at=None, paper__in=papers)
        return list(brought.values_list("paper_id", "made_at"))
    else:
        papers = papers.filter(id__in=PaperTerm.objects.filter(kind=kind, slug=value).values("paper_id"))
    return list(papers.values_list("id", "added_at"))


def _bundle(follow: Follow, day: date, rows: Iterable[tuple[int, datetime]]) -> list[Line]:
    """The line of one follow and day: papers that came in after the reader began to follow."""
    new = sorted(row for row, at in rows if at > follow.made_at)
    if not new:
        return []
    return [Line((follow.reader_id,), "followed", f"followed:{follow.pk}:{day}", new[-1],
                 _followed(follow.label[:200], len(new), day.isoformat()), grows=True)]


@sentence("followed")
def _followed(label: str, papers: int, day: str) -> str:
    said = ngettext("{name}: {count} paper of {day}", "{name}: {count} papers of {day}", papers)
    return said.format(name=label, count=languages.number(papers), day=languages.day(date.fromisoformat(day)).replace(
        languages.NBSP, " "))


@sentence("version")
def _version(number: int) -> str:
    return _("Version {number}").format(number=number)


def _of_searches(search: Search, today: date) -> list[Line]:
    """Lines for followed searches; each text is searched once, whoever follows it."""
    lines: list[Line] = []
    found: dict[str, dict[date, list[tuple[int, datetime]]]] = {}
    for follow in follows.of_kind("search"):
        if follow.value not in found:
            days: dict[date, list[tuple[int, datetime]]] = {}
            rows = Paper.objects.filter(id__in=list(search(follow.value))[:BATCH], state=Paper.State.LIVE,
                                        edition_day__gte=today - RECENT, edition_day__lte=today)
            for row, at, day in rows.values_list("id", "added_at", "edition_day"):
                if day is not None:
                    days.setdefault(day, []).append((row, at))
            found[follow.value] = days
        for day, rows_of in found[follow.value].items():
            lines += _bundle(follow, day, rows_of)
    return lines
