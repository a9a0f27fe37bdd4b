"""One search from plan to ordered rows, on one snapshot of the index. No database, no clock.

Above the line stand sure hits, below it at most 100 that are close. An exact title or identifier comes first;
popularity moves nothing. Rows that are gone are out of hits and counts, whatever the words still hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import tantivy
from tantivy import Occur, Query

from ..text.language import detect
from . import fusion, meaning, words
from . import schema as s
from .columns import NONE
from .query import Plan
from .reader import Snapshot
from .words import Compiled, Unit

LONGEST = 1000  # relevance lists end here
CLOSE = 100  # hits below the line
POST_FILTER = 20_000  # conditions that more papers meet are tested on the candidates, not listed first
MODES = ("hybrid", "words", "meaning")

Rows = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Parts:
    """What an order by relevance was made of, for those who ask: both lists, the weight of meaning, and of the best
    what their neighbours have on the average (``around``) and the ``lowest`` score before that.
    """

    words: tuple[Rows, Scores]
    meaning: tuple[Rows, Scores] | None
    share: float
    around: tuple[Rows, Scores] | None = None
    lowest: float = 0.0


@dataclass(slots=True)
class Ranked:
    """``rows`` best first with ``scores`` and ``sure``; ``total`` counts sure hits; ``exact`` maps rows to why."""

    rows: Rows
    scores: Scores
    sure: npt.NDArray[np.bool_]
    total: int
    exact: dict[int, str] = field(default_factory=dict)
    units: tuple[Unit, ...] = ()
    compiled: Compiled | None = None
    parts: Parts | None = None


def rows_of(snapshot: Snapshot, query: Any, limit: int, order_by: str | None = None) -> tuple[Rows, Scores, int]:
    """Rows, scores and count of a tantivy query; rows that are gone are left out of the list."""
    found = (snapshot.searcher.search(query, limit, count=True, order_by_field=order_by) if order_by
             else snapshot.searcher.search(query, limit, count=True))
    if not found.hits:
        return np.empty(0, np.int64), np.empty(0, np.float32), int(found.count or 0)
    rows = np.array(snapshot.searcher.fast_field_values(s.F_ROW, [a for _, a in found.hits]), np.int64)
    scores = np.array([0.0 if order_by else score for score, _ in found.hits], np.float32)
    keep = alive(snapshot, rows)
    return rows[keep], scores[keep], int(found.count or 0)


def alive(snapshot: Snapshot, rows: Rows) -> npt.NDArray[np.bool_]:
    """bool [len(rows)]: may be shown."""
    inside = rows < snapshot.columns.rows
    out = np.zeros(len(rows), bool)
    out[inside] = snapshot.columns.live[rows[inside]]
    return out


def gone_clauses(snapshot: Snapshot) -> list[tuple[Any, Any]]:
    """A clause without the rows that the mask took out and the words may still hold; empty in the usual case."""
    columns = snapshot.columns
    if snapshot.searcher.num_docs - 1 <= int(columns.live.sum()):
        return []
    dead = np.flatnonzero(~columns.live & (columns.kind != NONE)).tolist()
    return [(Occur.MustNot, Query.term_set_query(snapshot.schema, s.F_ROW, dead))] if dead else []


def _exact(plan: Plan, snapshot: Snapshot, compiled: Compiled) -> dict[int, str]:
    """Rows whose title or identifier the text is, with the word for it."""
    if plan.identifier:
        name, value, what = s.F_IDENTIFIER, ":".join(plan.identifier).lower(), "identifier"
        query = Query.term_query(snapshot.schema, name, value, index_option="basic")
    elif number := s.title_hash(plan.text):
        what = "title"
        query = Query.term_query(snapshot.schema, s.F_TITLE_HASH, number)
    else:
        return {}
    if what == "title" and compiled.conditions and not plan.plain:
        query = Query.boolean_query([(Occur.Must, query)])
    rows, _, _ = rows_of(snapshot, query, 20)
    return {int(row): what for row in sorted(rows.tolist(), reverse=True)}


def _allowed(snapshot: Snapshot, compiled: Compiled) -> tuple[npt.NDArray[np.bool_] | None, bool]:
    """A mask bool [rows] of the conditions, and whether candidates must be tested afterwards instead."""
    query = words.conditioned(compiled, snapshot)
    if query is None:
        return None, False
    count = int(snapshot.searcher.search(query, 1, count=True).count or 0)
    if count > POST_FILTER:
        return None, True
    mask = np.zeros(snapshot.columns.rows, bool)
    if count:
        rows, _, _ = rows_of(snapshot, query, count)
        mask[rows] = True
    return mask, False


def _keep_meeting(snapshot: Snapshot, query: Any, rows: Rows) -> npt.NDArray[np.bool_]:
    """bool [len(rows)]: which rows meet ``query``."""
    if not len(rows):
        return np.zeros(0, bool)
    inside = Query.boolean_query([(Occur.Must, Query.const_score_query(query, 0.0)),
                                  (Occur.Must, Query.term_set_query(snapshot.schema, s.F_ROW, rows.tolist()))])
    met, _, _ = rows_of(snapshot, inside, len(rows))
    return np.isin(rows, met)


def _by_meaning(snapshot: Snapshot, compiled: Compiled, vector: Vector, known: meaning.Usual) -> tuple[Rows, Scores]:
    mask, test = _allowed(snapshot, compiled)
    limit = fusion.LIST if not test else 2 * meaning.CANDIDATES
    rows, scores = meaning.scan(snapshot.columns, meaning.kinds_of(vector), limit, mask, known)
    if test:
        keep = _keep_meeting(snapshot, words.conditioned(compiled, snapshot), rows)
        rows, scores = rows[keep][: fusion.LIST], scores[keep][: fusion.LIST]
    return rows, scores


def _hybrid(snapshot: Snapshot, compiled: Compiled, by_words: tuple[Rows, Scores], vector: Vector,
            share: float) -> tuple[tuple[Rows, Scores], Parts]:
    """Both lists as one, best first, and what it was made of. Parts has the score by meaning of every row."""
    known: meaning.Usual = {}
    near, near_scores = _by_meaning(snapshot, compiled, vector, known)
    others = by_words[0][~np.isin(by_words[0], near)]
    rows = np.concatenate([near, others])
    spreads = np.concatenate([near_scores, meaning.standardised(
        snapshot.columns, meaning.kinds_of(vector), others, known)])
    ranked, scores = fusion.ordered(rows, fusion.combine(by_words, rows, spreads, share))
    best, own = ranked[: fusion.BEST], scores[: fusion.BEST]
    around = fusion.neighbourhood(own, meaning.vectors(snapshot.columns, best))
    first, mixed = fusion.ordered(best, fusion.smoothed(own, around))
    listed = np.concatenate([first, ranked[fusion.BEST :]]), np.concatenate([mixed, scores[fusion.BEST :]])
    return listed, Parts(by_words, (rows, spreads), share, (best, around), float(own.min(initial=np.inf)))


def rank(plan: Plan, snapshot: Snapshot, *, mode: str = "hybrid", vector: Vector | None = None,
         order: str = "best", extra: Sequence[tuple[Any, Any]] = ()) -> Ranked:
    """Order the papers for a plan. ``vector``: the query's, float32 [384]; None searches by words alone."""
    gone = gone_clauses(snapshot)
    compiled = words.compile_plan(plan, snapshot, [*extra, *gone])
    exact = _exact(plan, snapshot, compiled)
    if plan.identifier:
        rows = np.array(list(exact), np.int64)
        return Ranked(rows, np.ones(len(rows), np.float32), np.ones(len(rows), bool), len(rows), exact, (), compiled)
    if plan.empty:
        nothing = np.empty(0, np.int64)
        return Ranked(nothing, np.empty(0, np.float32), np.empty(0, bool), 0, {}, (), compiled)
    has_words = compiled.ranking is not None
    by_day = order == "newest" or not has_words
    sure = words.sure_query(compiled, snapshot, score=not by_day)
    rows, scores, total = rows_of(snapshot, sure, LONGEST, s.F_DAY if by_day else None)
    if by_day:
        made = Ranked(rows, scores, np.ones(len(rows), bool), total, {}, compiled.units, compiled)
        return made if order == "newest" else _with_exact(made, exact, snapshot)
    listed = by_words = _all_words(snapshot, compiled, rows, scores)
    parts = Parts(by_words, None, 0.0)
    if vector is not None and mode == "meaning":
        listed = _by_meaning(snapshot, compiled, vector, {})
        parts = Parts(by_words, listed, 1.0)
    elif vector is not None and mode == "hybrid":
        share = fusion.weight(meaning.full_share(snapshot.columns), detect(plan.meaning))
        listed, parts = _hybrid(snapshot, compiled, by_words, vector, share)
    made = _above_and_below(snapshot, compiled, listed, rows, total, partition=mode != "meaning")
    made.parts = parts
    return _with_exact(made, exact, snapshot)


def _all_words(snapshot: Snapshot, compiled: Compiled, rows: Rows, scores: Scores) -> tuple[Rows, Scores]:
    """The best by words, sure or not. Sure ones that OR alone would not reach are in it too."""
    query = words.ranked_query(compiled, snapshot)
    if query is None:
        return rows, scores
    if len(rows) >= fusion.LIST or (len(compiled.units) <= 1 and compiled.need == len(compiled.units)):
        return rows, scores  # one word: every hit by OR is sure; a full list leaves no room below the line
    more, more_scores, _ = rows_of(snapshot, query, fusion.LIST)
    fresh = ~np.isin(rows, more)
    return np.concatenate([more, rows[fresh]]), np.concatenate([more_scores, scores[fresh]])


def _above_and_below(snapshot: Snapshot, compiled: Compiled, listed: tuple[Rows, Scores], sure_rows: Rows,
                     total: int, *, partition: bool) -> Ranked:
    rows, scores = listed
    sure = np.isin(rows, sure_rows)
    if total > len(sure_rows):  # the list of sure ones was cut: ask for the others
        unknown = rows[~sure]
        if len(unknown):
            sure[~sure] = _keep_meeting(snapshot, words.sure_query(compiled, snapshot, score=False), unknown)
    if partition:
        order = np.concatenate([np.flatnonzero(sure)[:LONGEST], np.flatnonzero(~sure)[:CLOSE]])[:LONGEST]
    else:
        close = np.cumsum(~sure) <= CLOSE
        order = np.flatnonzero(sure | close)[:LONGEST]
    return Ranked(rows[order], scores[order], sure[order], total, {}, compiled.units, compiled)


def _with_exact(made: Ranked, exact: dict[int, str], snapshot: Snapshot) -> Ranked:
    """The exact ones first. One that the words did not find (a title of stop words) is counted as well."""
    if not exact:
        return made
    first = np.array(list(exact), np.int64)
    if made.compiled is not None and made.compiled.conditions:
        query = words.conditioned(made.compiled, snapshot)
        first = first[_keep_meeting(snapshot, query, first)]
    if not len(first):
        return made
    rest = ~np.isin(made.rows, first)
    counted = made.sure & ~rest
    top = float(made.scores.max()) if len(made.scores) else 0.0
    made.total += len(first) - int(counted.sum()) if made.total <= LONGEST else 0
    made.rows = np.concatenate([first, made.rows[rest]])[:LONGEST]
    made.scores = np.concatenate([np.full(len(first), max(1.0, top), np.float32), made.scores[rest]])[:LONGEST]
    made.sure = np.concatenate([np.ones(len(first), bool), made.sure[rest]])[:LONGEST]
    made.exact = {int(row): exact[int(row)] for row in first}
    return made


def without_rows(snapshot: Snapshot, rows: Sequence[int]) -> tuple[Any, Any]:
    """A clause that leaves ``rows`` out (what a reader hid)."""
    return Occur.MustNot, tantivy.Query.term_set_query(snapshot.schema, s.F_ROW, list(rows))
