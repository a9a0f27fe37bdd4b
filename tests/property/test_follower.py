"""Change log and follower: whatever happens in whatever order, an idle follower's index equals a rebuild."""

from __future__ import annotations

import gc
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run
from tests.support import indexes, papers
from tests.support.counts import examples

from broadsheet.catalogue import changes
from broadsheet.catalogue.models import Paper
from broadsheet.search import vectors
from broadsheet.search.columns import FULL
from broadsheet.search.follower import Follower
from broadsheet.search.reader import IndexReader
from broadsheet.search.rebuild import rebuild

WORDS = ("galaxy", "protein", "graph", "réseau", "self-supervised", "质子")
lanes = st.sampled_from(changes.LANES)
titles = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)


def full_model(texts: list[str]) -> np.ndarray:
    """Stands for the full model: a fixed unit vector per text, unlike its sketch."""
    made = np.stack([np.random.default_rng(sum(text.encode())).normal(size=384) for text in texts])
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


class ChangesAndFollower(RuleBasedStateMachine):
    """Adds, edits, hides, merges, crashes, rebuilds and full vectors in any order."""

    rows: Bundle[int] = Bundle("rows")

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="follower-"))
        self.index = self.home / "index"
        self.number = 0
        self.hidden: set[int] = set()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM catalogue_change")
            cursor.execute("DELETE FROM catalogue_paper")
        self.follower = Follower(self.index)

    def teardown(self) -> None:
        try:
            self.idle_equals_rebuild()
        finally:
            self.follower.close()
            shutil.rmtree(self.home)

    @rule(target=rows, title=titles, lane=lanes)
    def add(self, title: str, lane: int) -> int:
        self.number += 1
        return papers.add(self.number, title, f"About the {title}.", lane=lane)

    @rule(row=rows, title=titles, lane=lanes)
    def edit(self, row: int, title: str, lane: int) -> None:
        papers.edit(row, title, lane=lane)

    @rule(row=rows, votes=st.integers(0, 9), lane=lanes)
    def count(self, row: int, votes: int, lane: int) -> None:
        papers.count(row, votes, lane=lane)

    @rule(row=rows, lane=lanes)
    def hide(self, row: int, lane: int) -> None:
        papers.set_state(row, "hidden", lane=lane)
        self.hidden.add(row)

    @rule(row=rows, lane=lanes)
    def show(self, row: int, lane: int) -> None:
        papers.set_state(row, "live", lane=lane)
        self.hidden.discard(row)

    @rule(row=consumes(rows), into=rows, lane=lanes)
    def merge(self, row: int, into: int, lane: int) -> None:
        if row != into and Paper.objects.filter(merged_into=row).count() == 0:
            papers.set_state(row, "merged", into=into, lane=lane)
            self.hidden.add(row)

    @rule()
    def step(self) -> None:
        self.follower.step(20)

    @rule()
    def crash(self) -> None:
        """The process dies between two steps: locks go, nothing is committed."""
        self.follower.close()
        gc.collect()
        self.follower = Follower(self.index)

    @rule(commit_columns=st.booleans())
    def crash_inside(self, commit_columns: bool) -> None:
        """The process dies in the middle of a step: rows are written, words not, positions of columns perhaps."""
        writer = self.follower._open()
        for lane in changes.LANES:
            found = changes.read(lane, self.follower._seen[lane], 3)
            writer.apply(change.paper_id for change in found)
            if found and commit_columns:
                writer.columns.commit({**self.follower._seen, lane: found[-1].seq})
        del writer
        self.crash()

    @rule()
    def reindex(self) -> None:
        rebuild(self.index)

    @precondition(lambda self: self.number)
    @rule(limit=st.integers(1, 3))
    def fill(self, limit: int) -> None:
        vectors.fill(self.index, full_model, limit=limit)

    @rule()
    def idle(self) -> None:
        self.follower.drain()
        snapshot = IndexReader(self.index).refresh()
        for row in self.hidden:
            assert row not in indexes.all_rows(snapshot)
            assert row >= snapshot.columns.rows or not snapshot.columns.live[row]

    @invariant()
    def never_twice(self) -> None:
        """No moment shows a paper twice in the words, or a paper whose columns are not there."""
        snapshot = IndexReader(self.index).refresh()
        rows = indexes.all_rows(snapshot)
        assert len(rows) == len(set(rows))
        assert all(row < snapshot.columns.rows for row in rows)

    def idle_equals_rebuild(self) -> None:
        self.follower.drain()
        followed = indexes.contents(self.index, WORDS)
        kinds = {row: values[3] for row, values in followed["columns"].items()}
        rebuild(self.index)
        rebuilt = indexes.contents(self.index, WORDS)
        living = sorted(Paper.objects.filter(state="live").values_list("id", flat=True))
        assert followed["rows"] == followed["live"] == living
        assert followed["postings"] == rebuilt["postings"]
        for row, values in rebuilt["columns"].items():
            if kinds[row] == FULL or values[3] != FULL:  # papers with one text share a full vector after a rebuild
                assert values == followed["columns"][row]


@pytest.mark.django_db(transaction=True)
def test_idle_follower_equals_a_rebuild() -> None:
    """Both databases: the suite runs once on SQLite and once on PostgreSQL."""
    run(
        ChangesAndFollower,
        settings=settings(
            max_examples=examples(6, full=150), stateful_step_count=30, deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
