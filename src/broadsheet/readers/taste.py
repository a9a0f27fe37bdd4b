"""What readers' acts teach "my order": the acts themselves, what was struck out, the lessons that follow.

Votes, saves and hidden papers are read where they are kept, so taking one back takes its lesson back and nothing is
told twice; only what is said for the order alone ("more like this", "not for me", the answers to the questions at the
start, an imported library) is a row of its own. What a reader merely opens or reads teaches nothing.

A line that the reader struck out is a row too, and so is a reset: nothing that was learned before it counts. Deleting
the row restores what was, exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from broadsheet.errors import UsageError

from . import journal
from .models import Mark, Reader, TasteAct, TasteRemoved, Vote

MORE, LESS, START, LIBRARY = "more", "less", "start", "library"
VOTE, SAVE, HIDE = "vote", "save", "hide"
# How much an act says, and in which direction; several acts at one paper add up, to 1 at most.
STRENGTH = {MORE: 1.0, LESS: 1.0, START: 0.8, LIBRARY: 0.6, VOTE: 0.8, SAVE: 0.8, HIDE: 0.5}
NOT_CHOSEN = 0.25  # of an answer at the start: the papers beside the chosen one were not refused, only not chosen
OWN = frozenset({MORE, LESS, START, LIBRARY})
_OPPOSITE = {MORE: LESS, LESS: MORE}
ALL, WHOLE_LIBRARY = "all", f"kind:{LIBRARY}"
READERS_BEHIND = 3  # so many readers must stand behind what the group is shown to have learned
MOST_ACTS = 500
_GROUP_ACTS = 3000


@dataclass(frozen=True, slots=True)
class Said:
    """What one reader said of one paper (row id): the ``kinds`` of act, newest first, and their sum, -1 to 1."""

    paper: int
    target: float
    kinds: tuple[str, ...]
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Shared:
    """What readers together said of one paper: ``target`` -1 to 1, and how many readers stand behind it."""

    paper: int
    target: float
    readers: int


def record(reader: Reader, paper_ids: Sequence[int], kind: str, sign: int, now: datetime) -> int:
    """Note an act for the order alone; a repeated one changes nothing. Returns how many rows are new or turned.

    "More like this" and "not for me" take each other's place.
    """
    if kind not in OWN or sign not in (1, -1):
        raise UsageError(f"{kind!r} with {sign!r} is no act that an order learns from. Nothing was changed.")
    kinds = (kind, _OPPOSITE[kind]) if kind in _OPPOSITE else (kind,)
    with transaction.atomic():
        before = _acts(reader, paper_ids, kinds)
        have = {paper: told for paper, of, told, _ in before if of == kind}
        new = [paper for paper in dict.fromkeys(paper_ids) if have.get(paper) != sign]
        if not new:
            return 0
        TasteAct.objects.filter(reader=reader, paper_id__in=new, kind__in=kinds).delete()
        TasteAct.objects.bulk_create([TasteAct(reader=reader, paper_id=paper, kind=kind, sign=sign, made_at=now)
                                      for paper in new], ignore_conflicts=True)
        journal.note(reader, "taste", now, papers=new, kinds=list(kinds), said=kind,
                     before=[row for row in before if row[0] in set(new)])
    return len(new)


def take_back(reader: Reader, paper_ids: Iterable[int], kind: str, now: datetime) -> int:
    """Take acts for the order back; absent ones are no error. Returns how many went."""
    with transaction.atomic():
        before = _acts(reader, list(paper_ids), (kind,))
        papers = [row[0] for row in before]
        if papers:
            TasteAct.objects.filter(reader=reader, kind=kind, paper_id__in=papers).delete()
            journal.note(reader, "taste", now, papers=papers, kinds=[kind], said=f"un{kind}", before=before)
    return len(papers)


def put_back(reader: Reader, how: dict[str, Any], there: Collection[int]) -> str:
    """Undo what the journal noted of acts or strikes (``how``), for papers still ``there``. Returns the act it is."""
    if "feature" in how:
        TasteRemoved.objects.filter(reader=reader, feature=how["feature"]).delete()
        if how["at"]:
            made = datetime.fromisoformat(how["at"])
            TasteRemoved.objects.create(reader=reader, feature=how["feature"], made_at=made)
        return ""
    TasteAct.objects.filter(reader=reader, paper_id__in=how["papers"], kind__in=how["kinds"]).delete()
    TasteAct.objects.bulk_create(
        [TasteAct(reader=reader, paper_id=paper, kind=kind, sign=sign, made_at=datetime.fromisoformat(at))
         for paper, kind, sign, at in how["before"] if paper in there], ignore_conflicts=True)
    was = how["said"]
    return "" if was == START else was[2:] if was.startswith("un") else f"un{was}"


def _acts(reader: Reader, paper_ids: Collection[int], kinds: Sequence[str]) -> list[tuple[int, str, int, str]]:
    rows = TasteAct.objects.filter(reader=reader, paper_id__in=list(paper_ids), kind__in=kinds)
    return [(paper, kind, sign, made.isoformat())
            for paper, kind, sign, made in rows.values_list("paper_id", "kind", "sign", "made_at")]


def given(reader: Reader | None, paper_ids: Collection[int] | None = None) -> dict[int, str]:
    """``more`` or ``less`` for those of these papers (all when None) of which the reader said it: one query."""
    if reader is None:
        return {}
    rows = TasteAct.objects.filter(reader_id=reader.pk, kind__in=(MORE, LESS))
    if paper_ids is not None:
        rows = rows.filter(paper_id__in=list(paper_ids)[:2000])
    return dict(rows.values_list("paper_id", "kind"))


def said(reader: Reader | None) -> list[Said]:
    """What the reader's acts teach now, newest first, at most ``MOST_ACTS`` papers; live papers only."""
    if reader is None:
        return []
    rows = _rows([reader.pk], MOST_ACTS * 2)
    removed = _moments(reader)
    return _told(rows, removed)[:MOST_ACTS]


def _told(rows: Iterable[_Row], removed: dict[str, datetime]) -> list[Said]:
    by_paper: dict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        moments = (removed.get(line) for line in (ALL, f"paper:{row.key}", f"kind:{row.kind}"))
        if all(struck is None or row.made_at > struck for struck in moments):
            by_paper[row.paper].append(row)
    made = []
    for paper, acts in by_paper.items():
        acts.sort(key=lambda row: (row.made_at, row.kind), reverse=True)
        total = sum(row.strength for row in acts)
        made.append(Said(paper, max(-1.0, min(1.0, total)), tuple(row.kind for row in acts), acts[0].made_at))
    return sorted(made, key=lambda one: (one.made_at, one.paper), reverse=True)


@dataclass(frozen=True, slots=True)
class _Row:
    reader: int
    paper: int
    key: str
    kind: str
    strength: float
    made_at: datetime


def _rows(readers: Sequence[int] | None, limit: int) -> list[_Row]:
    """Acts that teach, of these readers (all when None), the newest ``limit`` of each sort."""
    live = {"paper__state": "live"}
    whose = {} if readers is None else {"reader_id__in": list(readers)}
    columns = ("reader_id", "paper_id", "paper__key", "made_at")
    found: list[_Row] = []
    acts = TasteAct.objects.filter(**live, **whose).order_by("-made_at").values_list(*columns, "kind", "sign")
    for reader, paper, key, made, kind, sign in acts[:limit]:
        weight = NOT_CHOSEN if kind == START and sign < 0 else STRENGTH.get(kind, 0.0)
        found.append(_Row(reader, paper, key, kind, sign * weight, made))
    for reader, paper, key, made in (Vote.objects.filter(reader_id__isnull=False, flagged=False, **live, **whose)
                                     .order_by("-made_at").values_list(*columns)[:limit]):
        found.append(_Row(reader, paper, key, VOTE, STRENGTH[VOTE], made))
    marks = Mark.objects.filter(kind__in=("saved", "hidden"), **live, **whose).order_by("-made_at")
    for reader, paper, key, made, mark in marks.values_list(*columns, "kind")[:limit]:
        kind = SAVE if mark == "saved" else HIDE
        found.append(_Row(reader, paper, key, kind, STRENGTH[kind] * (1 if kind == SAVE else -1), made))
    return found


def _moments(reader: Reader) -> dict[str, datetime]:
    return dict(TasteRemoved.objects.filter(reader_id=reader.pk).values_list("feature", "made_at"))


def struck(reader: Reader | None) -> frozenset[str]:
    """Terms (``author:…``, ``topic:…``, ``interest:…``) that the reader struck out of what was learned."""
    if reader is None:
        return frozenset()
    return frozenset(feature for feature in _moments(reader) if feature.partition(":")[0] in _TERMS)


_TERMS = frozenset({"author", "topic", "category", "word", "interest"})


def strike(reader: Reader, feature: str, now: datetime) -> None:
    """Strike out a term, the lesson of a paper (``paper:KEY``), a whole library (``kind:library``), or all that was
    learned until now (``all``)."""
    kind, _, rest = feature.partition(":")
    known = feature in {ALL, WHOLE_LIBRARY} or (kind in {*_TERMS, "paper"} and rest.strip())
    if not known or len(feature) > 300:
        raise UsageError(f"{feature[:60]!r} is no line of what was learned. Nothing was changed.")
    with transaction.atomic():
        before = _moments(reader).get(feature)
        TasteRemoved.objects.update_or_create(reader=reader, feature=feature, defaults={"made_at": now})
        journal.note(reader, "struck", now, feature=feature, at=before.isoformat() if before else "")


def restore(reader: Reader, feature: str, now: datetime) -> bool:
    """Put a struck line back, as it was; False when it was not struck."""
    with transaction.atomic():
        before = _moments(reader).get(feature)
        if before is None:
            return False
        TasteRemoved.objects.filter(reader=reader, feature=feature).delete()
        journal.note(reader, "struck", now, feature=feature, at=before.isoformat())
    return True


def removed(reader: Reader) -> list[tuple[str, datetime]]:
    """Everything struck out, newest first."""
    return sorted(_moments(reader).items(), key=lambda pair: pair[1], reverse=True)


def mark() -> tuple[object, ...]:
    """Changes with every act for the order alone and every strike, by anybody; votes have a log of their own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT COUNT(*) FROM readers_tasteact), (SELECT MAX(id) FROM readers_tasteact),"
            " (SELECT MAX(made_at) FROM readers_tasteact), (SELECT COUNT(*) FROM readers_tasteremoved),"
            " (SELECT MAX(id) FROM readers_tasteremoved), (SELECT MAX(made_at) FROM readers_tasteremoved),"
            " (SELECT MAX(id) FROM readers_mark WHERE kind IN ('saved', 'hidden')), (SELECT MAX(id) FROM readers_vote)")
        row: tuple[object, ...] = cursor.fetchone()
    return row


def anything(mark: object) -> bool:
    """Whether, by a :func:`mark`, any reader has said anything yet."""
    return isinstance(mark, tuple) and any(mark)


def shared() -> list[Shared]:
    """What all readers together say of papers, newest acts first; empty while too few readers stand behind it.

    A reader's own strikes and resets hold here too. Nobody is named, and what fewer than ``READERS_BEHIND`` readers
    said of a paper may teach but is never shown. Where the installation has one reader, that one is the group.
    """
    rows = _rows(None, _GROUP_ACTS)
    by_reader: dict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        by_reader[row.reader].append(row)
    if len(by_reader) < READERS_BEHIND and not _alone(list(by_reader)):
        return []
    moments: dict[int, dict[str, datetime]] = defaultdict(dict)
    for reader, feature, made in TasteRemoved.objects.filter(reader_id__in=list(by_reader)).values_list(
            "reader_id", "feature", "made_at"):
        moments[reader][feature] = made
    together: dict[int, list[Said]] = defaultdict(list)
    for reader, own in by_reader.items():
        for one in _told(own, moments[reader]):
            together[one.paper].append(one)
    made_of = {paper: max(one.made_at for one in some) for paper, some in together.items()}
    order = sorted(together, key=lambda paper: (made_of[paper], paper), reverse=True)[:MOST_ACTS]
    found = []
    for paper in order:
        total = sum(one.target for one in together[paper])
        found.append(Shared(paper, total / (1 + abs(total)), len(together[paper])))
    return found


def _alone(readers: Sequence[int]) -> bool:
    """Whether the only reader with acts is that of local mode, and nobody else has an account."""
    return len(readers) == 1 and not Reader.objects.exclude(joined_at=None).exists() and Reader.objects.filter(
        pk=readers[0], local=True).exists()


def rows_of(reader: Reader) -> Iterable[dict[str, Any]]:
    """Acts and struck lines for the export, oldest first."""
    acts = TasteAct.objects.filter(reader=reader).order_by("made_at").values_list(
        "paper__key", "paper__title", "kind", "sign", "made_at")
    for key, title, kind, sign, made in acts:
        yield {"paper": key, "title": title, "kind": kind, "sign": sign, "at": made.isoformat()}
    for feature, made in sorted(_moments(reader).items(), key=lambda pair: pair[1]):
        yield {"removed": feature, "at": made.isoformat()}
