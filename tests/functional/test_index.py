"""The index as the rest of the house meets it: readers, status, rebuild, damage."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.support import indexes, papers

from broadsheet.catalogue import changes
from broadsheet.search import store, vectors
from broadsheet.search.columns import FULL
from broadsheet.search.follower import Follower
from broadsheet.search.reader import IndexReader, get
from broadsheet.search.rebuild import rebuild
from broadsheet.search.status import status

pytestmark = pytest.mark.django_db(transaction=True)


def full_model(texts: list[str]) -> np.ndarray:
    """A fixed unit vector per text."""
    made = np.stack([np.random.default_rng(sum(text.encode())).normal(size=384) for text in texts])
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def test_an_interactive_paper_is_found_after_one_step_and_a_hidden_one_is_not(tmp_path: Path) -> None:
    follower, reader = Follower(tmp_path), IndexReader(tmp_path)
    row = papers.add(1, "Sparse galaxies")
    assert follower.step() == 1
    snapshot = reader.refresh()
    assert indexes.rows_with(snapshot, "galaxy") == {row} and snapshot.columns.live[row]
    papers.set_state(row, "hidden")
    follower.step()
    snapshot = reader.refresh()
    assert indexes.rows_with(snapshot, "galaxy") == set() and not snapshot.columns.live[row]
    follower.close()


def test_interactive_changes_are_not_kept_waiting_by_bulk(tmp_path: Path) -> None:
    follower = Follower(tmp_path)
    for number in range(300):
        papers.add(number, "Bulk paper", lane=changes.BULK)
    follower.step(1)
    row = papers.add(1000, "Urgent protein")
    follower.step()
    assert indexes.rows_with(IndexReader(tmp_path).refresh(), "protein") == {row}
    assert changes.read(changes.BULK, follower.positions[changes.BULK])
    follower.drain()
    assert status(tmp_path).papers == 301
    follower.close()


def test_one_follower_at_a_time(tmp_path: Path) -> None:
    follower = Follower(tmp_path)
    with pytest.raises(store.IndexBusy, match="held by the follower"):
        Follower(tmp_path)
    follower.close()
    Follower(tmp_path).close()


def test_status_tells_lag_and_kinds(tmp_path: Path) -> None:
    assert status(tmp_path / "nothing").state == "missing"
    follower = Follower(tmp_path)
    first = papers.add(1, "Sparse galaxies")
    follower.drain()
    papers.add(2, "Dense galaxies", lane=changes.BULK)
    found = status(tmp_path)
    assert (found.state, found.papers, found.lag, found.sketches) == ("behind", 1, 1, 1)
    follower.drain()
    assert vectors.fill(tmp_path, full_model, limit=1) == 1  # the newest: same day, so the last added
    found = status(tmp_path)
    assert (found.state, found.papers, found.full, found.sketches) == ("ready", 2, 1, 1)
    assert found.bytes_words > 0 and found.bytes_columns > 0
    assert get(tmp_path).refresh().columns.kind[first] != FULL
    follower.close()


def test_a_rebuild_keeps_full_vectors_and_is_taken_up_by_reader_and_follower(tmp_path: Path) -> None:
    follower, reader = Follower(tmp_path), IndexReader(tmp_path)
    row = papers.add(1, "Sparse galaxies")
    follower.drain()
    vectors.fill(tmp_path, full_model)
    old = reader.refresh()
    done = rebuild(tmp_path)
    assert (done.papers, done.carried) == (1, 1)
    new = reader.refresh()
    assert new.generation != old.generation and new.columns.kind[row] == FULL
    assert np.array_equal(new.columns.vectors[row], old.columns.vectors[row])
    later = papers.add(2, "Dense galaxies")
    follower.drain()
    assert indexes.rows_with(reader.refresh(), "galaxy") == {row, later}
    follower.close()
    assert not (tmp_path / old.generation).exists()


@pytest.mark.parametrize("part", ["pointer", "manifest", "version", "meta", "segment"])
def test_a_damaged_index_is_named_and_a_rebuild_heals_it(tmp_path: Path, part: str) -> None:
    follower = Follower(tmp_path)
    row = papers.add(1, "Sparse galaxies")
    follower.drain()
    follower.close()
    generation = store.current(tmp_path)
    if part == "pointer":
        (tmp_path / "current").write_text("gen-999999")
    elif part == "manifest":
        (generation.path / "manifest.json").write_text("{")
    elif part == "version":
        (generation.path / "manifest.json").write_text(json.dumps({"schema": 0, "columns": 0}))
    elif part == "meta":
        (generation.words / "meta.json").write_text("{")
    else:
        for path in generation.words.glob("*.term"):
            path.write_bytes(b"x")
    found = status(tmp_path)
    assert found.state == "unusable" and "broadsheet reindex" in found.problem
    with pytest.raises(store.IndexUnusable, match="broadsheet reindex"):
        Follower(tmp_path)
    rebuild(tmp_path)
    assert indexes.rows_with(IndexReader(tmp_path).refresh(), "galaxy") == {row}


def test_an_index_ahead_of_the_database_is_refused(tmp_path: Path) -> None:
    follower = Follower(tmp_path)
    papers.add(1, "Sparse galaxies")
    follower.drain()
    follower.close()
    changes_table = changes.read(changes.INTERACTIVE, 0)
    assert changes_table
    from broadsheet.catalogue.models import Change

    Change.objects.all().delete()
    with pytest.raises(store.IndexUnusable, match="knows changes that the database does not have"):
        Follower(tmp_path)
