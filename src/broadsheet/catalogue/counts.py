"""Votes and comments of papers, as the mapped columns of the index hold them: one question, answered by one room.

Without another answer these are the counts that came with imported records. A room that counts for itself (readers)
registers its own when Django starts; imported counts are then no part of it, because they are never added to the
site's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.db import connection

from .reprojection import in_list

Counts = Mapping[int, tuple[int, int]]  # row -> (votes, comments); a row that is missing has none
Teller = Callable[[Sequence[int] | None], Counts]
_tellers: list[Teller] = []


def register(teller: Teller) -> None:
    """Let ``teller`` answer from now on. It is given rows, or None for all that have any, and asks the database."""
    _tellers[:] = [teller]


def registered() -> bool:
    """Whether a room counts for itself; its changes then come in the log's lane of activity."""
    return bool(_tellers)


def unregister() -> None:
    """Return to imported counts."""
    _tellers.clear()


def counts(rows: Sequence[int] | None) -> Counts:
    """The counts of ``rows`` as they stand in the database now; of all rows that have any for None."""
    if _tellers:
        return _tellers[0](rows)
    if rows is not None and not rows:
        return {}
    chosen = "" if rows is None else f" AND {in_list('id', len(rows))}"
    sql = (
        "SELECT id, COALESCE(imported_votes, 0), COALESCE(imported_comments, 0) FROM catalogue_paper"  # noqa: S608
        f" WHERE (imported_votes IS NOT NULL OR imported_comments IS NOT NULL){chosen}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, list(rows or ()))
        return {row: (votes, comments) for row, votes, comments in cursor.fetchall()}
