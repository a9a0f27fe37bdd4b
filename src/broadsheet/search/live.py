"""Votes and comments at once: what a reader did is in the mapped columns before the next search of any process.

For whoever serves readers. The follower does the same a moment later by the log's lane of activity, and counts all
again when it starts, so a call that never came, or a process that died in it, leaves nothing wrong for long.
"""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Callable, Sequence
from pathlib import Path

from ..catalogue.counts import Counts, counts
from . import store

_NUMBER = struct.Struct("<i")  # the columns votes and comments (columns.LAYOUT)


def record_votes(
    index_dir: Path, rows: Sequence[int], told: Callable[[Sequence[int] | None], Counts] = counts
) -> int:
    """Bring the counts of ``rows`` (``Paper.id``) in the columns to those of the database; how many rows there were.

    To be called after the commit of the act (``transaction.on_commit``). The counts are asked for inside the lock of
    the columns, so of two processes the one that writes last has also read last. Readers see whole numbers only.
    Rows that the columns do not have yet are left to the follower; so is everything where there is no index.
    """
    try:
        folder = store.current(index_dir).columns
        with (
            (folder / "write.lock").open("a") as lock,
            (folder / "votes.bin").open("r+b") as votes,
            (folder / "comments.bin").open("r+b") as comments,
        ):
            fcntl.flock(lock, fcntl.LOCK_EX)
            end = min(os.fstat(file.fileno()).st_size for file in (votes, comments)) // _NUMBER.size
            inside = [row for row in rows if 0 <= row < end]
            found = told(inside)
            for row in inside:
                for file, number in zip((votes, comments), found.get(row, (0, 0)), strict=True):
                    os.pwrite(file.fileno(), _NUMBER.pack(number), row * _NUMBER.size)
            return len(inside)
    except (store.IndexMissing, store.IndexUnusable, FileNotFoundError):  # none yet, or just swapped for another
        return 0
