"""Counts of sure hits by year, category, organisation, source and votes: the same papers that ``total`` counts.

A value's count is the ``total`` of the query narrowed by it. A paper with several categories or sources counts in
each. Votes are those of the mapped column (imported ones, until readers vote); the bands reach upwards ("10 or more").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from tantivy import Occur, Query

from . import schema as s
from . import words
from .reader import Snapshot
from .words import Compiled

VOTES = (100, 50, 10, 1)  # at least so many
_COUNTED = (("year", s.F_YEAR, 60), ("category", s.F_CATEGORY_NAME, 20),
            ("organisation", s.F_ORGANISATION_NAME, 12), ("source", s.F_SOURCE, 12))

Rows = npt.NDArray[np.int64]


def counts(snapshot: Snapshot, compiled: Compiled, listed: Rows, total: int,
           exact: Sequence[int]) -> dict[str, list[tuple[str, int]]]:
    """``listed``: the sure rows at hand, of ``total``; ``exact``: rows that the words alone may not have found.

    ``year`` newest first, ``votes`` highest first, the others most first. An index older than the counts by source
    has none of them until it is rebuilt.
    """
    query = words.sure_query(compiled, snapshot, score=False)
    if exact:
        named = Query.term_set_query(snapshot.schema, s.F_ROW, list(exact))
        query = Query.boolean_query([(Occur.Should, query), (Occur.Should, named)])
    asked = {name: {"terms": {"field": field, "size": size}} for name, field, size in _COUNTED
             if name != "source" or words.has_sources(snapshot)}
    found = snapshot.searcher.aggregate(query, asked)
    out = {name: [(str(int(b["key"])) if name == "year" else str(b["key"]), int(b["doc_count"]))
                  for b in found[name]["buckets"]] for name in asked}
    out["year"] = sorted((pair for pair in out["year"] if pair[0] != "0"), reverse=True)
    out["votes"] = _votes(snapshot, query, listed, total)
    return out


def _votes(snapshot: Snapshot, query: Any, listed: Rows, total: int) -> list[tuple[str, int]]:
    columns = snapshot.columns
    if len(listed) < total:  # too many to have them all at hand: those with votes are fewer
        voted = Query.boolean_query([(Occur.Must, Query.const_score_query(query, 0.0)),
                                     (Occur.Must, words.voted_query(snapshot, VOTES[-1]))])
        hits = snapshot.searcher.search(voted, columns.rows, count=False).hits
        listed = np.array(snapshot.searcher.fast_field_values(s.F_ROW, [at for _, at in hits]) if hits else [],
                          np.int64)
    votes = columns.votes[listed[listed < columns.rows]]
    bands = [(str(least), int((votes >= least).sum())) for least in VOTES]
    return [band for band in bands if band[1]]
