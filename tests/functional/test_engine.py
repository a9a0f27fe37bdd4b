"""What every search engine behind the port must do. Another engine joins by one line in ``ENGINES``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.support import papers

from broadsheet.catalogue import changes
from broadsheet.catalogue.models import Paper
from broadsheet.search.embedded import Embedded
from broadsheet.search.embedding.sketch import shipped
from broadsheet.search.engine import Answer, Engine, Question, ReaderFilters
from broadsheet.search.query import parse

pytestmark = pytest.mark.django_db(transaction=True)

ENGINES: dict[str, Callable[[Path], Engine]] = {"embedded": lambda directory: Embedded(directory / "index")}
TODAY = date(2026, 5, 12)
TEXTS = (
    ("Graph attention for citation networks", "Neighbours of a node are weighed by learned attention."),
    ("Protein folding with diffusion models", "A diffusion model proposes the shape of a protein."),
    ("Speech recognition without labels", "Speech models learn from audio."),
    ("A survey of graph neural networks", "Graph networks ordered by their aggregation."),
)


class Bench:
    """An engine and the papers that it is told of."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.rows = [papers.add(number, *text) for number, text in enumerate(TEXTS, 1)]
        self.last = 0
        self.follow()

    def follow(self) -> None:
        """Hand all new changes of both lanes to the engine."""
        waiting = [change for lane in changes.LANES
                   for change in changes.read(lane, self.engine.positions().get(lane, 0) if self.last else 0)]
        self.engine.apply(waiting)
        self.last += len(waiting)

    def ask(self, text: str, **options: Any) -> Answer:
        """The engine's answer; by words, or by both where a vector is given."""
        return self.engine.search(Question(parse(text, TODAY), **options))


@pytest.fixture(params=sorted(ENGINES))
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    """Four papers in each engine."""
    return Bench(ENGINES[request.param](tmp_path))


def test_it_speaks_the_protocol(bench: Bench) -> None:
    assert isinstance(bench.engine, Engine)


def test_what_was_applied_is_found_and_counted(bench: Bench) -> None:
    answer = bench.ask("graph networks")
    assert answer.total == 2
    assert set(answer.rows[answer.sure].tolist()) == {bench.rows[0], bench.rows[3]}
    assert (np.diff(answer.scores[answer.sure]) <= 0).all()


def test_positions_are_those_of_the_log(bench: Bench) -> None:
    assert bench.engine.positions()[changes.INTERACTIVE] == changes.latest()[changes.INTERACTIVE]


def test_applying_twice_changes_nothing(bench: Bench) -> None:
    before = bench.ask("graph")
    bench.engine.apply(changes.read(changes.INTERACTIVE, 0))
    after = bench.ask("graph")
    assert (after.total, after.rows.tolist()) == (before.total, before.rows.tolist())


def test_an_older_change_does_not_turn_the_position_back(bench: Bench) -> None:
    newest = bench.engine.positions()
    bench.engine.apply(changes.read(changes.INTERACTIVE, 0, 1))
    assert bench.engine.positions() == newest


@pytest.mark.parametrize("state", [Paper.State.HIDDEN, Paper.State.DELETED])
def test_what_is_gone_leaves_hits_and_counts(bench: Bench, state: str) -> None:
    papers.set_state(bench.rows[3], state)
    bench.follow()
    answer = bench.ask("graph", vector=shipped().embed(["graph"])[0])
    assert answer.total == 1
    assert bench.rows[3] not in answer.rows.tolist()
    assert dict(answer.facets["year"]) == {"2026": 1}
    assert bench.rows[3] not in bench.engine.similar(bench.rows[0], 4)


def test_an_edit_is_seen(bench: Bench) -> None:
    papers.edit(bench.rows[2], "Whispered vowels")
    bench.follow()
    assert bench.ask("whispered").rows.tolist()[:1] == [bench.rows[2]]
    assert bench.ask("recognition").total == 0


def test_a_title_and_an_identifier_stand_first(bench: Bench) -> None:
    assert bench.ask(TEXTS[3][0]).exact == {bench.rows[3]: "title"}
    assert bench.ask("2605.00002").rows.tolist() == [bench.rows[1]]


@pytest.mark.parametrize("mode", ["words", "hybrid", "meaning"])
def test_conditions_hold_in_every_mode(bench: Bench, mode: str) -> None:
    vector = shipped().embed(["graph"])[0]
    assert bench.rows[3] not in bench.ask("graph -survey", mode=mode, vector=vector).rows.tolist()
    assert not len(bench.ask("graph before:2020", mode=mode, vector=vector).rows)
    own = ReaderFilters(hidden=(bench.rows[0],))
    assert bench.rows[0] not in bench.ask("graph", mode=mode, vector=vector, own=own).rows.tolist()


def test_a_facet_counts_what_narrowing_by_it_finds(bench: Bench) -> None:
    Paper.objects.filter(id=bench.rows[0]).update(imported_votes=12)
    papers.edit(bench.rows[0], TEXTS[0][0])
    bench.follow()
    answer = bench.ask("graph")
    narrowing = {"year": "year", "category": "cat", "source": "source", "votes": "votes"}
    assert set(narrowing) <= set(answer.facets)
    for name, operator in narrowing.items():
        for value, count in answer.facets[name]:
            assert bench.ask(f"graph {operator}:{value}").total == count, (name, value)
    assert answer.facets["votes"] == [("10", 1), ("1", 1)]
    assert answer.facets["source"] == [("arxiv", 2)]


def test_nearness_leaves_out_the_paper_itself(bench: Bench) -> None:
    near = bench.engine.similar(bench.rows[0], 2)
    assert len(near) == 2
    assert near[0] == bench.rows[3]
    assert bench.engine.nearest(shipped().embed(["protein structure"])[0], 1) == [bench.rows[1]]
    assert bench.engine.similar(987_654, 3) == []


def test_suggestions_put_slips_right(bench: Bench) -> None:
    assert bench.ask("protien").suggestions == ("protein",)
