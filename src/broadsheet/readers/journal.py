"""What a reader did last, kept so that it can be undone: written in the transaction of the act itself.

Services note what they changed and what taking it back needs; ``undo.py`` takes it back. While something is being
undone nothing is noted, so that undoing twice goes two steps back and not forth again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db import connection

from .models import Done, Reader

MOST = 50  # acts kept for a reader
_PRUNED_EVERY = 16  # acts between two looks at what is too old

_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


def note(reader: Reader, verb: str, now: datetime, **how: Any) -> None:
    """Note one act; ``how`` holds JSON values."""
    if _quiet.get():
        return
    with connection.cursor() as cursor:  # plain SQL: one row at each act, and composing costs more than writing
        cursor.execute(
            "INSERT INTO readers_done (reader_id, verb, how, made_at) VALUES (%s, %s, %s, %s) RETURNING id",
            [reader.pk, verb, connection.ops.adapt_json_value(how, None),
             connection.ops.adapt_datetimefield_value(now)])
        row = int(cursor.fetchone()[0])
    if row % _PRUNED_EVERY == 0:
        kept = list(Done.objects.filter(reader=reader).order_by("-id").values_list("id", flat=True)[MOST - 1:MOST])
        if kept:
            Done.objects.filter(reader=reader, id__lt=kept[0]).delete()


def last(reader: Reader, limit: int = MOST) -> list[Done]:
    """The newest acts that can be undone, newest first."""
    return list(Done.objects.filter(reader=reader).order_by("-id")[:min(limit, MOST)])


@contextmanager
def quiet() -> Iterator[None]:
    """Note nothing inside."""
    before = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(before)
