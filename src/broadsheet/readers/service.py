"""What a reader may do: set how to read, mark papers, see what is new, take everything out, erase it.

All writes of the room are here. Each act is one small transaction and idempotent: repeated, it changes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, models, transaction

from broadsheet.catalogue.models import Paper
from broadsheet.errors import UsageError

from . import journal, reading_list, watching
from .models import Mark, Reader
from .settings import DEFAULTS, ReadingSettings, from_json

READ, SAVED, HIDDEN = "read", "saved", "hidden"
KINDS = (READ, SAVED, HIDDEN)
VISIT_GAP = timedelta(minutes=30)  # away for longer than this, and the next page begins a new visit
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32
_NEVER: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Marks:
    """Which of the asked papers (row ids) the reader has read, saved, hidden."""

    read: frozenset[int] = _NEVER
    saved: frozenset[int] = _NEVER
    hidden: frozenset[int] = _NEVER


def find(key: str) -> Reader | None:
    """The browser's reader with this key, None when there is none (erased, or of another installation).

    A reader that an account adopted is reached by signing in only, whatever cookies were kept or copied.
    """
    return Reader.objects.filter(key=key, joined_at=None, local=False).first()


def new_key() -> str:
    """130 random bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(26))


def local_reader() -> Reader | None:
    """The one reader of local mode, None until the first act."""
    return Reader.objects.filter(local=True).order_by("id").first()


def make(now: datetime, *, local: bool = False) -> Reader:
    """Make a reader at the first act. In local mode there is one only, whatever the number of processes."""
    if not local:
        return Reader.objects.create(key=new_key(), created_at=now, last_visit=now)
    try:
        reader, _ = Reader.objects.get_or_create(
            key="local", defaults={"local": True, "created_at": now, "last_visit": now})
    except IntegrityError:
        reader = Reader.objects.get(key="local")
    return reader


def settings_of(reader: Reader | None) -> ReadingSettings:
    """The reader's settings; the defaults for an anonymous one."""
    return from_json(reader.settings) if reader is not None else DEFAULTS


def choose(reader: Reader, settings: ReadingSettings) -> None:
    """Store checked settings. Turning marks off erases no mark that was made: that is ``erase_read``."""
    reader.settings = settings.as_json()
    reader.save(update_fields=["settings"])


def mark(reader: Reader, paper_ids: Sequence[int], kind: str, now: datetime) -> int:
    """Mark papers; those already marked stay as they are. Returns how many marks are new.

    A reader who turned reading marks off gets none of kind ``read``.
    """
    _known(kind)
    if kind == READ and not settings_of(reader).keep_marks:
        return 0
    with transaction.atomic():
        have = set(Mark.objects.filter(reader=reader, kind=kind, paper_id__in=paper_ids)
                   .values_list("paper_id", flat=True))
        new = [paper for paper in dict.fromkeys(paper_ids) if paper not in have]
        Mark.objects.bulk_create(
            [Mark(reader=reader, paper_id=paper, kind=kind, made_at=now) for paper in new], ignore_conflicts=True)
        if new:
            journal.note(reader, "mark", now, papers=new, kind=kind)
            if kind == SAVED:
                watching.watch(new)
    return len(new)


def unmark(reader: Reader, paper_ids: Iterable[int], kind: str, now: datetime | None = None) -> int:
    """Take marks away; absent ones are no error. Returns how many went. With ``now`` it can be undone."""
    _known(kind)
    with transaction.atomic():
        rows = list(Mark.objects.filter(reader=reader, kind=kind, paper_id__in=list(paper_ids))
                    .values_list("id", "paper_id", "made_at", "place"))
        if not rows:
            return 0
        if now is not None:
            journal.note(reader, "unmark", now, papers=[row[1] for row in rows], kind=kind,
                         at=[row[2].isoformat() for row in rows], places=[row[3] for row in rows])
        return Mark.objects.filter(id__in=[row[0] for row in rows]).delete()[0]


def marks_of(reader: Reader | None, paper_ids: Collection[int] | None = None) -> Marks:
    """Marks of the reader at these papers (all marks when None): one query, whatever the number of papers."""
    if reader is None or (paper_ids is not None and not paper_ids):
        return Marks()
    where, wanted = "", None
    if paper_ids is not None:
        if len(paper_ids) <= 20_000:  # written out: binding thousands of numbers takes ten times as long as asking
            where = f" AND paper_id IN ({','.join(str(int(one)) for one in paper_ids)})"
        else:
            wanted = set(paper_ids)
    found: dict[str, set[int]] = {kind: set() for kind in KINDS}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT paper_id, kind FROM readers_mark WHERE reader_id = %s{where}", [reader.pk])  # noqa: S608 - numbers
        for paper, kind in cursor.fetchall():
            if kind in found and (wanted is None or paper in wanted):
                found[kind].add(paper)
    return Marks(*(frozenset(found[kind]) for kind in KINDS))


def hidden_of(reader: Reader | None) -> frozenset[int]:
    """Row ids of all papers that the reader hid for ever."""
    if reader is None:
        return _NEVER
    return frozenset(Mark.objects.filter(reader_id=reader.pk, kind=HIDDEN).values_list("paper_id", flat=True))


def hidden_by(readers: Collection[int]) -> dict[int, set[int]]:
    """What each of these readers (row ids) hid for ever: one query."""
    found: dict[int, set[int]] = {}
    for reader, paper in Mark.objects.filter(reader_id__in=list(readers), kind=HIDDEN).values_list(
            "reader_id", "paper_id"):
        found.setdefault(reader, set()).add(paper)
    return found


def without_hidden(reader: Reader | None, rows: models.QuerySet[Paper]) -> models.QuerySet[Paper]:
    """The papers without those that the reader hid for ever."""
    if reader is None:
        return rows
    return rows.exclude(id__in=Mark.objects.filter(reader_id=reader.pk, kind=HIDDEN).values("paper_id"))


def saved(reader: Reader | None, *, limit: int = 50, offset: int = 0) -> tuple[int, list[int]]:
    """How many live papers the reader saved, and one page of their row ids: in the reader's order, new saves first."""
    if reader is None:
        return 0, []
    rows = reading_list.rows(reader)
    return rows.count(), list(rows.values_list("paper_id", flat=True)[offset:offset + limit])


def count(reader: Reader | None) -> dict[str, int]:
    """Number of marks by kind, for the settings page."""
    numbers = dict.fromkeys(KINDS, 0)
    if reader is not None:
        numbers.update(Mark.objects.filter(reader=reader).values_list("kind").annotate(models.Count("id")))
    return numbers


def erase_read(reader: Reader) -> int:
    """Erase all reading marks (``read`` only; saved and hidden stay). Returns how many went."""
    return Mark.objects.filter(reader=reader, kind=READ).delete()[0]


def erase(reader: Reader) -> None:
    """Erase the reader with everything that is the reader's own. There is no way back."""
    reader.delete()


def export(reader: Reader) -> dict[str, Any]:
    """Everything kept about the reader, as plain JSON values; papers by key and canonical identifier."""
    rows = Mark.objects.filter(reader=reader).order_by("made_at", "id")
    order = {paper: number for number, paper in enumerate(
        reading_list.rows(reader).values_list("paper__key", flat=True), 1)}
    return {
        "form": "broadsheet-reader/1",
        "made": reader.created_at.isoformat(),
        "last_visit": reader.last_visit.isoformat() if reader.last_visit else None,
        "settings": reader.settings,
        "marks": [
            {"paper": key, "id": ":".join(names[0]) if names else "", "title": title, "kind": kind,
             "at": at.isoformat(), **({"place": order[key]} if kind == SAVED and key in order else {})}
            for key, names, title, kind, at in rows.values_list(
                "paper__key", "paper__identifiers", "paper__title", "kind", "made_at")
        ],
    }


def new_since(reader: Reader | None, now: datetime) -> datetime | None:
    """The end of the visit before this one: what arrived later is new. None for a first visit."""
    if reader is None or reader.last_visit is None:
        return None
    return reader.last_visit if now - reader.last_visit > VISIT_GAP else reader.previous_visit


def visited(reader: Reader, now: datetime) -> None:
    """Note that the reader is here: one conditional UPDATE, at most once a minute, safe from several processes."""
    last = reader.last_visit
    if last is not None and now - last < timedelta(minutes=1):
        return
    values: dict[str, datetime | None] = {"last_visit": now}
    if last is not None and now - last > VISIT_GAP:
        values["previous_visit"] = last
    Reader.objects.filter(pk=reader.pk, last_visit=last).update(**values)


def _known(kind: str) -> None:
    if kind not in KINDS:
        raise UsageError(f"{kind!r} is not a mark. Nothing was changed. Known marks: {', '.join(KINDS)}.")
