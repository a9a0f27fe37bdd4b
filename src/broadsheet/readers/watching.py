"""Papers that somebody voted for or saved are watched: what they were then is kept, so that what is new can be told."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection


def watch(papers: Iterable[int]) -> None:
    """Begin to watch papers (row ids), inside the transaction of the act; what is watched already stays as it is."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO readers_watched (paper_id, versions, links, retraction)"
            " SELECT id, versions, links, retraction FROM catalogue_paper WHERE id = %s"
            " ON CONFLICT (paper_id) DO NOTHING",
            [(paper,) for paper in papers])
