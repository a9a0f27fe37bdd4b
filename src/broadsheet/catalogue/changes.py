"""The change log: one row per write that changes what can be found or shown, in the same transaction.

Two lanes, interactive and bulk, each read by position, and a third for what readers do. The follower reads the
paper's current state, so the order across lanes does not matter. Sequence numbers must become visible in order, else
a reader that has passed 10 would never see 9: SQLite has one writer, and on PostgreSQL the rows are appended last in
the transaction under an advisory lock that is released by the commit. (A snapshot bound such as ``pg_snapshot_xmin``
would also be right, but any idle transaction on the server would then hold back the whole search.)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection

INTERACTIVE = 0
BULK = 1
LANES = (INTERACTIVE, BULK)
ACTIVITY = 2  # votes and comments: read by pages and columns, never by the index of words
PUT, DROP, COUNT = "put", "drop", "count"  # COUNT: only imported votes or comments differ; the words stay
_LOCK = 0x42524F41  # "BROA": the advisory lock of the log


class Change(NamedTuple):
    """Row ``seq`` of the log: paper ``paper_id`` was put (added or changed), dropped, or counted anew."""

    seq: int
    lane: int
    paper_id: int
    kind: str


def append(paper_ids: Iterable[int], lane: int, kind: str = "put") -> None:
    """Log a change of each paper. To be called last inside the transaction of the write it belongs to."""
    rows = [(lane, paper_id, kind) for paper_id in paper_ids]
    if not rows:
        return
    if not connection.in_atomic_block:
        raise RuntimeError("a change row must be written in the transaction of its change")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.executemany("INSERT INTO catalogue_change (lane, paper_id, kind) VALUES (%s, %s, %s)", rows)


def read(lane: int, after: int, limit: int = 1000) -> list[Change]:
    """At most ``limit`` changes of ``lane`` after position ``after``, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq, lane, paper_id, kind FROM catalogue_change WHERE lane = %s AND seq > %s ORDER BY seq LIMIT %s",
            [lane, after, limit],
        )
        return [Change(*row) for row in cursor.fetchall()]


def latest() -> dict[int, int]:
    """The newest position of each lane of the index (0 where the lane is empty)."""
    return {lane: newest(lane) for lane in LANES}


def newest(lane: int) -> int:
    """The newest position of one lane, 0 where it is empty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(MAX(seq), 0) FROM catalogue_change WHERE lane = %s", [lane])
        return int(cursor.fetchone()[0])


def total() -> int:
    """The newest position over the lanes of the index: what page caches are keyed by."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE((SELECT MAX(seq) FROM catalogue_change WHERE lane = 0), 0),"
            " COALESCE((SELECT MAX(seq) FROM catalogue_change WHERE lane = 1), 0)")
        return int(max(cursor.fetchone()))
