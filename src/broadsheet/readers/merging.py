"""What readers did at a paper follows it when it is merged into another, and returns when the merge is undone.

Where a reader has the same kind of row at both papers, the row of the absorbed one stays behind, out of sight, and
lives again with a split. Nothing is lost either way.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, models

from broadsheet.catalogue.signals import papers_merged, papers_split

from . import votes, watching
from .models import Claim, Comment, Kept, Mark, Moved, Note, Notification, Submission, TasteAct, Vote

# Model -> the columns that are unique together with the paper (empty: no such rule).
TABLES: dict[type[models.Model], tuple[str, ...]] = {
    Mark: ("reader_id", "kind"), Vote: ("reader_id",), Comment: (), Submission: ("reader_id",), Claim: ("reader_id",),
    Kept: ("collection_id",), Note: ("reader_id",), Notification: (), TasteAct: ("reader_id", "kind"),
}


def connect() -> None:
    """Listen to the catalogue; called once, when Django starts."""
    papers_merged.connect(_merged, dispatch_uid="readers-merged")
    papers_split.connect(_split, dispatch_uid="readers-split")


def _merged(kept: int, absorbed: int, now: datetime, **_: Any) -> None:
    moved = 0
    for model, unique in TABLES.items():
        table = model._meta.db_table
        with connection.cursor() as cursor:
            same = "".join(f" AND other.{column} = mine.{column}" for column in unique)
            query = f"SELECT mine.id FROM {table} mine WHERE mine.paper_id = %s"  # noqa: S608 - our own names
            if unique:
                query += f" AND NOT EXISTS (SELECT 1 FROM {table} other WHERE other.paper_id = %s{same})"  # noqa: S608
            cursor.execute(query, [absorbed, kept] if unique else [absorbed])
            rows = [row[0] for row in cursor.fetchall()]
            if not rows:
                continue
            cursor.executemany(f"UPDATE {table} SET paper_id = %s WHERE id = %s",  # noqa: S608
                               [(kept, row) for row in rows])
        Moved.objects.bulk_create([Moved(table=table, row=row, absorbed=absorbed, kept=kept) for row in rows])
        moved += len(rows)
    if moved:
        watching.watch([kept])
        votes.recount(kept, now)


def _split(kept: int, absorbed: int, now: datetime, **_: Any) -> None:
    back = list(Moved.objects.filter(kept=kept, absorbed=absorbed))
    tables = {model._meta.db_table for model in TABLES}
    with connection.cursor() as cursor:
        for row in back:
            if row.table in tables:
                cursor.execute(f"UPDATE {row.table} SET paper_id = %s WHERE id = %s AND paper_id = %s",  # noqa: S608
                               [absorbed, row.row, kept])
    if back:
        Moved.objects.filter(id__in=[row.pk for row in back]).delete()
        for paper in (kept, absorbed):
            votes.recount(paper, now)
