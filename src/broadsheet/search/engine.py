"""The port to whatever finds papers: what the rest of Broadsheet may ask of a search engine, and nothing more.

The default is :class:`broadsheet.search.embedded.Embedded` (tantivy and mapped columns, one directory, one machine).
Another engine implements :class:`Engine` and passes ``tests/functional/test_engine.py``; reasons, snippets and the
hydration of hits stay with ``service``, because they read the database and not the index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from .query import Plan
from .words import Unit

if TYPE_CHECKING:
    from ..catalogue.changes import Change

Rows = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float32]
Facets = dict[str, list[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class ReaderFilters:
    """A reader's own narrowing: only these categories, none of these words, none of these rows."""

    categories: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    hidden: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """``vector``: the query's, float32 [384] of length 1, or None to search by words alone. ``order``: best, newest."""

    plan: Plan
    mode: str = "hybrid"
    vector: Vector | None = None
    order: str = "best"
    own: ReaderFilters | None = None
    facets: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """``rows`` best first with ``scores`` and ``sure``, at most 1,000; ``total`` and ``facets`` count sure hits.

    ``exact`` maps rows to "title" or "identifier". ``units``: what was looked for, with its stems; ``languages``:
    those besides English whose stems count; both for marking words. ``suggestions``: the query with slips put right.
    """

    rows: Rows
    scores: Scores
    sure: npt.NDArray[np.bool_]
    total: int
    exact: dict[int, str] = field(default_factory=dict)
    units: tuple[Unit, ...] = ()
    facets: Facets = field(default_factory=dict)
    suggestions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


@runtime_checkable
class Engine(Protocol):
    """What an engine does. Rows are ``Paper.id``; errors are :class:`broadsheet.errors.BroadsheetError`."""

    def apply(self, changes: Sequence[Change]) -> None:
        """Bring the papers of ``changes`` to their current state in the database and remember the positions.

        When this returns, a new search finds what was put and neither shows nor counts what was dropped. Applying a
        change twice changes nothing; a crash in between leaves the state and the positions of before.
        """

    def positions(self) -> dict[int, int]:
        """The last applied position of each lane of the change log."""

    def search(self, question: Question) -> Answer:
        """Papers for a question, on one consistent state."""

    def similar(self, row: int, limit: int) -> list[int]:
        """Rows nearest in meaning to the paper ``row``, nearest first, without itself; empty when it is not known."""

    def nearest(self, vector: Vector, limit: int) -> list[int]:
        """Rows nearest to ``vector`` (float32 [384], length 1), nearest first; only live ones."""
