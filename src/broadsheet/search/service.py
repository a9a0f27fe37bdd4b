"""Search as page, command line and API use it: one function, one result.

Hits are hydrated from the database in one query, so nothing that was hidden shows. The index and the models are
opened once per process and shared by its threads.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _

from .. import config
from ..errors import BroadsheetError, UsageError
from . import ranking
from .embedded import Embedded
from .embedding.sketch import shipped
from .embedding.store import find_model
from .engine import Answer, Engine, Question
from .engine import ReaderFilters as ReaderFilters
from .query import Plan, Problem, parse
from .reader import Snapshot
from .why import Marker, Seen, named, nearest_sentences, reason

SearchError = BroadsheetError  # what an index that is missing, damaged or of another version raises
Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Hit:
    """One paper. ``id``: "arxiv:2405.12345"; ``sure``: above the line; ``snippet_html``: safe HTML with <mark>."""

    row: int
    key: str
    id: str
    title: str
    authors: tuple[str, ...]
    organisation: str
    published: str
    votes: int
    comments: int
    score: float
    sure: bool
    why: str
    snippet_html: str


@dataclass(frozen=True, slots=True)
class Result:
    """``total`` and ``facets`` count sure hits; ``listed``: entries that paging reaches (at most 1,000)."""

    total: int
    took_ms: float
    hits: tuple[Hit, ...]
    facets: dict[str, list[tuple[str, int]]]
    problems: tuple[Problem, ...]
    suggestions: tuple[str, ...]
    listed: int = 0
    plan: Plan | None = None


class Embedder:
    """Vectors of queries: sketch and full model together where it is installed, the sketch alone elsewhere.

    Their mean beats the full model's alone (nDCG@10 fused: sketched papers .5075 against .5046, full ones .582
    against .576), because both see the query in one space and err differently.
    """

    def __init__(self, model_dir: Path | None = None, *, full: bool = True) -> None:
        self._full: Any = None
        directory = find_model(model_dir) if full else None
        if directory is not None:
            from .embedding.full import FullModel, ModelError

            try:
                self._full = FullModel.load(directory)
            except ModelError:
                self._full = None  # doctor and status name it; search goes on
        self.query = lru_cache(maxsize=2048)(self._query)

    @property
    def has_full(self) -> bool:
        """Whether the full model takes part."""
        return self._full is not None

    def _query(self, text: str) -> Vector:
        vector = shipped().embed([text])[0]
        if self._full is not None:
            vector = vector + self._full.embed([text])[0]
            vector /= max(float(np.linalg.norm(vector)), 1e-9)
        return np.asarray(vector, np.float32)


_lock = threading.Lock()
_embedder: Embedder | None = None


def embedder() -> Embedder:
    """The embedder of this process, loaded at its first use (0.4 s)."""
    global _embedder
    with _lock:
        if _embedder is None:
            _embedder = Embedder(config.current().model_dir)
        return _embedder


def engine_now() -> Embedded:
    """The engine of this installation. The one place that says which it is."""
    return Embedded(config.current().index_dir)


def snapshot_now() -> Snapshot:
    """The newest committed state of the embedded index. Raises SearchError with what to do."""
    return engine_now().snapshot()


def search(text: str, *, mode: str = "hybrid", limit: int = 25, offset: int = 0, order: str = "best", today: date,
           reader_filters: ReaderFilters | None = None, with_facets: bool = True,
           engine: Engine | None = None) -> Result:
    """Find papers. ``order``: best or newest. ``today`` gives relative dates their meaning. ``engine``: another one.

    Raises UsageError for an unknown mode or order, SearchError when there is no index.
    """
    if mode not in ranking.MODES or order not in ("best", "newest"):
        raise UsageError(f"Search knows the modes {', '.join(ranking.MODES)} and the orders best and newest, "
                         f"not {mode!r} and {order!r}. Nothing was searched.")
    started = time.perf_counter()
    plan = parse(text, today)
    vector = None
    if mode != "words" and order == "best" and (plan.words or plan.phrases):
        vector = embedder().query(plan.meaning)
    answer = (engine or engine_now()).search(Question(plan, mode, vector, order, reader_filters, with_facets))
    hits = _hits(plan, answer, answer.rows[offset : offset + limit], offset, vector)
    problems = plan.problems
    if plan.identifier and not answer.total:
        said = _("No paper here has the identifier {name}. It may not have been imported.")
        problems = (*problems, Problem(0, text.strip()[:80], said.format(name=":".join(plan.identifier))))
    took = (time.perf_counter() - started) * 1000
    return Result(answer.total, round(took, 2), tuple(hits), answer.facets, problems, answer.suggestions,
                  len(answer.rows), plan)


def sure_rows(text: str, *, today: date, engine: Engine | None = None) -> list[int]:
    """Row ids of the papers that surely match by words, newest first, at most 1,000; nothing else is computed.

    Raises SearchError when there is no index.
    """
    plan = parse(text, today)
    answer = (engine or engine_now()).search(Question(plan, "words", None, "newest", None, False))
    return [int(row) for row, sure in zip(answer.rows.tolist(), answer.sure.tolist(), strict=True) if sure]


_SHOWN = ("id", "key", "title", "abstract", "authors", "identifiers", "organisation", "published", "imported_votes",
          "imported_comments")


def _hydrated(rows: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What a hit shows of live papers, by row number, in one query: a third of the time of whole papers."""
    from ..catalogue.models import Paper

    found = Paper.objects.filter(id__in=rows, state=Paper.State.LIVE).values_list(*_SHOWN)
    return {values[0]: dict(zip(_SHOWN, values, strict=True)) for values in found}


def _hits(plan: Plan, answer: Answer, rows: Any, offset: int, vector: Vector | None) -> list[Hit]:
    found = _hydrated(rows.tolist())
    marker = Marker(answer.units, plan.phrases, answer.languages)
    shown = [(place, row) for place, row in enumerate(rows.tolist(), offset) if row in found]
    seen = {row: marker.look(found[row]["title"], found[row]["abstract"]) for _, row in shown}
    near = _nearest(answer, shown, seen, vector, marker)
    by = [name for one in plan.filters if one.name == "author" and not one.without for name in one.values]
    hits = []
    for place, row in shown:
        paper = found[row]
        authors = tuple(author["name"] for author in paper["authors"])
        why = reason(marker, seen[row], sure=bool(answer.sure[place]), exact=answer.exact.get(row, ""),
                     nearest=near.get(row, ""), authors=named(authors, by) if by else ())
        names = paper["identifiers"]
        hits.append(Hit(
            row, paper["key"], ":".join(names[0]) if names else paper["key"], paper["title"],
            authors, paper["organisation"], paper["published"],
            paper["imported_votes"] or 0, paper["imported_comments"] or 0, round(float(answer.scores[place]), 4),
            bool(answer.sure[place]), why.text, why.snippet,
        ))
    return hits


def _nearest(answer: Answer, shown: Sequence[tuple[int, int]], seen: dict[int, Seen],
             vector: Vector | None, marker: Marker) -> dict[int, str]:
    """The sentence nearest in meaning, for those on this page that meaning brought."""
    if vector is None:
        return {}
    rows = [row for place, row in shown if not answer.sure[place] and marker.mostly_missing(seen[row])]
    if not rows:
        return {}
    best = nearest_sentences([seen[row] for row in rows], lambda texts: shipped().similarities(texts, vector))
    return dict(zip(rows, best, strict=True))


def similar(row: int, limit: int = 5) -> list[int]:
    """Rows nearest in meaning to the paper ``row``, nearest first, without itself. Empty when it has no vector."""
    return engine_now().similar(row, limit)


def nearest(vector: Vector, limit: int) -> list[int]:
    """Rows nearest to ``vector`` (float32 [384], unit length), nearest first."""
    return engine_now().nearest(vector, limit)
