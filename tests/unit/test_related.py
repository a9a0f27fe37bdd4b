"""Related papers by buckets: nearly those of the whole scan, never a hidden one, new ones too."""

from __future__ import annotations

import numpy as np
import pytest

from broadsheet.search import columns as layout
from broadsheet.search import meaning, related


def _columns(rows: int, seed: int = 6) -> layout.Columns:
    """Papers around 40 subjects; half of them with vectors of the full model. Row 0 is never used."""
    draw = np.random.default_rng(seed)
    subjects = draw.standard_normal((40, layout.DIMENSIONS))
    around = draw.standard_normal((rows, layout.DIMENSIONS)) * 0.5
    vectors = (subjects[draw.integers(0, 40, rows)] + around).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    packed, scales, codes = layout.quantise(vectors)
    kind = np.where(np.arange(rows) % 2, layout.SKETCH, layout.FULL).astype(np.uint8)
    live = np.ones(rows, np.uint8)
    kind[0] = live[0] = 0
    arrays = {"live": live, "kind": kind, "codes": codes, "vectors": packed, "scales": scales}
    return layout.Columns(layout.Record(rows=rows, live=rows - 1), ("",), {}, arrays)


def test_what_buckets_find_is_nearly_as_near_as_what_the_scan_finds() -> None:
    columns = _columns(6000)
    buckets = related.make("gen", columns)
    assert sorted(buckets.rows) == list(range(1, 6000)) and buckets.starts[-1] == 5999
    nearness = []
    for row in range(1, 6000, 100):
        vector = columns.vector(row)
        assert vector is not None
        rows, _ = meaning.scan(columns, meaning.kinds_of(vector), 6)
        true = [int(one) for one in rows if one != row][:5]
        found = related.search(buckets, columns, row, 5)
        assert len(found) == 5 and row not in found
        nearness.append([meaning.cosines(columns, np.array(part), vector).mean() for part in (found, true)])
    ours, best = np.mean(nearness, axis=0)  # inside a subject all are about as near: which five is a toss
    assert ours > 0.98 * best, (ours, best)


def test_hidden_rows_never_show_and_later_rows_do() -> None:
    columns = _columns(3000)
    buckets = related.make("gen", columns)
    first = related.search(buckets, columns, 7, 5)
    columns.arrays["live"][first[0]] = 0
    assert first[0] not in related.search(buckets, columns, 7, 5)
    grown = _columns(3000)
    for name, array in grown.arrays.items():
        grown.arrays[name] = np.concatenate((array, array[7:8]))  # a new paper that says the same as paper 7
    later = layout.Columns(layout.Record(rows=3001, live=3000), ("",), {}, grown.arrays)
    assert related.search(buckets, later, 7, 5)[0] == 3000


@pytest.mark.parametrize("row", [0, 5000, -1])
def test_a_row_without_a_vector_has_no_related_papers(row: int) -> None:
    columns = _columns(2000)
    assert related.search(related.make("gen", columns), columns, row, 5) == []
