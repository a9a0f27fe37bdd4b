"""A merge that begins with the first commit after a restart: no replaced row may come back.

Found by kills at random: the engine gives its first operation after a restart the stamp of the last commit, and a merge
that began then took that deletion as done. Nine of 680 rows stood twice in the words.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.support import indexes
from tests.support.program import ROOT

from broadsheet.catalogue.documents import IndexDoc
from broadsheet.search import store
from broadsheet.search.follower import GenerationWriter
from broadsheet.search.reader import IndexReader

SMALL = 7  # segments that have a deletion in the last commit; the eighth, larger one has none
EACH, LARGE = 6, 30


def doc(row: int, title: str = "Old") -> IndexDoc:
    """A paper of the index."""
    return IndexDoc(
        row=row, key=f"K{row:09d}", title=title, abstract="", authors=(), identifiers=(), categories=(), topics=(),
        organisation="", venue="", published="2026-05-12", edition_day=None, language="en", votes=0, comments=0,
        text_hash=row.to_bytes(8, "little") + title.encode())  # fmt: skip


def embed(texts: list[str]) -> np.ndarray:
    """The same unit vector for every text."""
    made = np.zeros((len(texts), 384), np.float32)
    made[:, 0] = 1
    return made


def lay_out(home: Path) -> None:
    """Eight segments as the merge policy takes them, and an end before it can merge them."""
    generation = store.create(home)
    writer = GenerationWriter(generation, embed)
    for segment in range(SMALL):
        writer.put([doc(1 + segment * EACH + place) for place in range(EACH)])
        writer.commit({0: segment + 1})
    again = [doc(1 + segment * EACH, "Newer") for segment in range(SMALL)]
    writer.put([*again, *(doc(1000 + place) for place in range(LARGE))])
    writer.commit({0: SMALL + 1})
    store.adopt(home, generation)
    os._exit(0)


@pytest.mark.slow
def test_a_row_replaced_first_after_a_restart_stands_once(tmp_path: Path) -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "broadsheet.settings"}
    code = "import django, sys; django.setup(); from pathlib import Path; import tests.fault.test_follower_merge as t; "
    done = subprocess.run([sys.executable, "-c", f"{code} t.lay_out(Path(sys.argv[1]))", str(tmp_path)], cwd=ROOT,
                          env=environment, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    generation = store.current(tmp_path)
    segments = json.loads((generation.words / "meta.json").read_bytes())["segments"]
    assert len(segments) == SMALL + 1, "they were merged before the restart: nothing is tested"
    assert sum(segment["deletes"] is None for segment in segments) == 1
    writer = GenerationWriter(generation, embed)
    writer.put([doc(2 + segment * EACH, "Newest") for segment in range(SMALL)] + [doc(1001, "Newest")])
    writer.commit({0: SMALL + 2})
    writer.close(merge=True)
    merged = json.loads((generation.words / "meta.json").read_bytes())["segments"]
    assert len(merged) < SMALL, "nothing was merged: nothing is tested"
    rows = indexes.all_rows(IndexReader(tmp_path).refresh())
    assert rows == [*range(1, 1 + SMALL * EACH), *range(1000, 1000 + LARGE)]
