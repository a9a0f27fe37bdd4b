"""Reading the papers of days and lists: a constant number of queries, whatever the number of papers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet, Sum

from ..catalogue.models import Announcement, Paper, PaperTerm
from ..catalogue.records import SUBMITTED
from ..text import dates
from .candidates import Candidate, make_field
from .fields import Table

_COLUMNS = ("id", "key", "revision", "title", "abstract", "categories", "published", "edition_day", "added_at",
            "imported_votes", "imported_comments", "vote_site", "retraction")
VOTED_AT = {"hf_daily": "Hugging Face"}
LISTS = {"hf_daily": "Hugging Face Daily Papers", "arxiv_daily": "arXiv", "arxiv": "arXiv",
         SUBMITTED: "Raised by readers"}


def _live() -> QuerySet[Paper]:
    return Paper.objects.filter(state=Paper.State.LIVE)


def _candidate(row: tuple[Any, ...], table: Table | None) -> Candidate:
    id_, key, revision, title, abstract, categories, published, day, added, votes, comments, site, retraction = row
    names = tuple(categories)
    return Candidate(
        id=id_, key=key, revision=revision, title=title, text=f"{title}\n{abstract}", categories=names,
        field=make_field(names, table), published=published, day=day, added_at=added, votes=votes or 0,
        comments=comments or 0, vote_site=site, retracted=retraction is not None,
    )


def of_paper(paper: Paper, table: Table | None = None) -> Candidate:
    """The candidate of a paper that was read already."""
    return _candidate(tuple(getattr(paper, name) for name in _COLUMNS), table)


def of_days(days: Sequence[date], table: Table | None = None) -> list[Candidate]:
    """Live papers whose home edition is one of ``days``, and those that readers raised into one of them."""
    found = [_candidate(row, table) for row in _live().filter(edition_day__in=days).values_list(*_COLUMNS)]
    brought = frozenset(raised(days))
    if brought:
        found += by_ids(brought - {one.id for one in found}, table)
        for one in found:
            one.raised = one.id in brought
    return found


def raised(days: Sequence[date]) -> list[int]:
    """Row ids of the live papers that readers raised into one of ``days``, whatever their home edition."""
    rows = Announcement.objects.filter(list=SUBMITTED, day__in=days, paper__state=Paper.State.LIVE).order_by("paper_id")
    return list(rows.values_list("paper_id", flat=True).distinct())


def of_span(
    first: date, last: date, *, limit: int, table: Table | None = None, newest: bool = False,
    categories: Sequence[str] = (),
) -> list[Candidate]:
    """Live papers of the days from ``first`` to ``last``: those with most imported votes (or the newest), at most
    ``limit``; with ``categories`` only papers that have one of them or lie in one."""
    rows = _live().filter(edition_day__gte=first, edition_day__lte=last)
    if categories:
        inside = Q()
        for name in categories:
            slug = name.lower()
            inside |= Q(slug=slug) | Q(slug__startswith=f"{slug}.") | Q(slug__startswith=f"{slug}:")
        rows = rows.filter(id__in=PaperTerm.objects.filter(inside, kind="category").values("paper_id"))
    # Sorting row numbers and reading whole rows after is half the work of sorting whole rows.
    order = ("-published", "-id") if newest else (F("imported_votes").desc(nulls_last=True), "-edition_day", "-id")
    ids = list(rows.order_by(*order).values_list("id", flat=True)[:limit])
    found = {one.id: one for one in by_ids(ids, table)}
    return [found[id_] for id_ in ids if id_ in found]


def voted(first: date, last: date, *, limit: int, table: Table | None = None) -> list[Candidate]:
    """Live papers of the days from ``first`` to ``last`` that have imported votes or comments, most votes first."""
    rows = (
        _live().filter(edition_day__gte=first, edition_day__lte=last)
        .filter(Q(imported_votes__gt=0) | Q(imported_comments__gt=0))
        .order_by(F("imported_votes").desc(nulls_last=True), "-id").values_list(*_COLUMNS)[:limit]
    )
    return [_candidate(row, table) for row in rows]


def earlier(day: date, table: Table | None = None) -> list[Candidate]:
    """Papers of the seven days before ``day`` that were voted on or talked about elsewhere."""
    return voted(dates.back(day, 7), dates.back(day, 1), limit=60, table=table)


def ids_of_days(days: Sequence[date]) -> list[int]:
    """Row ids of all papers of these days, from the index alone; hidden ones too."""
    return list(Paper.objects.filter(edition_day__in=days).values_list("id", flat=True))


Numbers = tuple[int, date | None, datetime | None, int, int]


def numbers(first: date, last: date) -> list[Numbers]:
    """What trending needs of all live papers of the days from ``first`` to ``last`` that are not retracted: row id,
    day, arrival, imported votes and comments. One query."""
    rows = _live().filter(edition_day__gte=first, edition_day__lte=last, retraction__isnull=True)
    found = rows.values_list("id", "edition_day", "added_at", "imported_votes", "imported_comments")
    return [(id_, day, came, votes or 0, comments or 0) for id_, day, came, votes, comments in found]


def of_list(name: str, day: date, table: Table | None = None) -> list[Candidate]:
    """All live members of the list's day, whatever their home edition; their votes are those they had there."""
    members = dict(
        Announcement.objects.filter(list=name, day=day, paper__state=Paper.State.LIVE)
        .exclude(kind="replacement").values_list("paper_id").annotate(most=Max("votes"))
    )
    found = by_ids(members, table)
    for candidate in found:
        there = members[candidate.id]
        if there is not None:
            candidate.votes = there
            candidate.vote_site = VOTED_AT.get(name, candidate.vote_site or name)
    return found


def by_ids(ids: Iterable[int], table: Table | None = None) -> list[Candidate]:
    """Live papers by row id, in no order."""
    wanted = list(ids)
    rows: list[tuple[Any, ...]] = []
    for start in range(0, len(wanted), 2000):  # SQLite's bound on parameters
        rows += _live().filter(id__in=wanted[start:start + 2000]).values_list(*_COLUMNS)
    return [_candidate(row, table) for row in rows]


def list_days(name: str, day: date) -> tuple[date | None, date | None]:
    """The days of the list before and after ``day``."""
    days = Announcement.objects.filter(list=name).order_by("day").values_list("day", flat=True)
    return days.filter(day__lt=day).last(), days.filter(day__gt=day).first()


def fingerprint(days: Sequence[date]) -> tuple[int, int, int, tuple[tuple[int, int], ...]]:
    """Changes with every change of a live paper of these days: number of papers, sums of their row ids (one may take
    another's place) and revisions, and the (row id, revision) of those that readers raised into these days."""
    row = _live().filter(edition_day__in=days).aggregate(
        papers=Count("id"), rows=Sum("id"), revisions=Sum("revision"))
    members = Announcement.objects.filter(list=SUBMITTED, day__in=days).values("paper_id")
    brought = tuple(_live().filter(id__in=members).order_by("id").values_list("id", "revision"))
    return row["papers"], row["rows"] or 0, row["revisions"] or 0, brought


def machine_words(ids: Sequence[int]) -> dict[int, tuple[tuple[str, ...], str]]:
    """Words that a language model gave to papers, with the name of the model; only for pages that a keeper allowed."""
    rows = Paper.objects.filter(id__in=ids).values_list("id", "ai_keywords", "ai_model")
    return {id_: (tuple(words), model) for id_, words, model in rows if words}
