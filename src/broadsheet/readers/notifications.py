"""What a reader is told inside the site; telling the same twice makes one row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from .. import spoken
from .models import Notification, Reader

KINDS = ("mention", "reply", "followed", "code", "version", "retracted", "claim", "moderation", "alert")


def tell(
    readers: Iterable[int], kind: str, once: str, now: datetime, *, paper: int | None = None,
    comment: int | None = None, actor: int | None = None, text: str = "",
) -> int:
    """Tell each reader (row ids) once; nobody is told of their own acts. Inside the transaction of the cause.

    ``once`` names the cause, such as ``reply:KEY``; at most 120 characters. Returns how many rows were offered; a row
    that is there already stays as it is.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is not a kind of notification")
    made = Notification.objects.bulk_create(
        [Notification(reader_id=reader, kind=kind, once=once[:120], paper_id=paper, comment_id=comment,
                      actor_id=actor, text=str(text), said=spoken.as_json(text), made_at=now)
         for reader in dict.fromkeys(readers) if reader != actor],
        ignore_conflicts=True)
    return len(made)


def bundle(readers: Iterable[int], kind: str, once: str, now: datetime, *, paper: int, text: str) -> int:
    """Tell each reader in one line that grows: with other words it is new again, with the same nothing changes.

    Inside a transaction. Returns how many lines were written or grew.
    """
    told = 0
    for reader in dict.fromkeys(readers):
        row = Notification.objects.filter(reader_id=reader, once=once[:120]).first()
        if row is None:
            told += tell([reader], kind, once, now, paper=paper, text=text)
        elif row.text != text:
            told += Notification.objects.filter(pk=row.pk).update(
                text=str(text), said=spoken.as_json(text), paper_id=paper, made_at=now, seen_at=None)
    return told


def words(row: Notification) -> str:
    """The text of a notification in the language of the moment; rows of before say it in English."""
    return spoken.spoken(spoken.of_json(row.text, row.said))


def unseen(reader: Reader | None) -> int:
    """How many notifications wait, up to 100."""
    if reader is None:
        return 0
    return len(Notification.objects.filter(reader_id=reader.pk, seen_at__isnull=True).values_list("id")[:100])


def newest(reader: Reader, *, limit: int = 50, before: int | None = None) -> list[Notification]:
    """One page of notifications, newest first, with paper, comment and actor; of live papers only."""
    rows = Notification.objects.filter(reader=reader).exclude(paper__state="hidden").exclude(
        comment__hidden_at__isnull=False)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return list(rows.select_related("paper", "comment", "actor").order_by("-id")[:limit])


def seen(reader: Reader, up_to: int, now: datetime) -> int:
    """Mark those up to row ``up_to`` as seen; returns how many were new."""
    return Notification.objects.filter(reader=reader, id__lte=up_to, seen_at__isnull=True).update(seen_at=now)
