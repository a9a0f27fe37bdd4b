"""The columns: what is committed is seen, what is torn is noticed, what is damaged is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from broadsheet.search import columns as layout
from broadsheet.search.columns import CHUNK, FULL, SKETCH, ColumnsDamaged, open_columns
from broadsheet.search.writing import ColumnWriter, hash_number

from .test_index_schema import PAPER


def unit(count: int, seed: int = 1) -> np.ndarray:
    """Random unit vectors float32 [count, 384]."""
    made = np.random.default_rng(seed).normal(size=(count, 384)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def test_rows_are_seen_when_committed_and_not_before(tmp_path: Path) -> None:
    writer = ColumnWriter(tmp_path)
    writer.put([PAPER], [0], unit(1))
    assert open_columns(tmp_path).rows == 0
    writer.commit({0: 5, 1: 9})
    seen = open_columns(tmp_path)
    assert (seen.rows, seen.record.positions) == (8, {0: 5, 1: 9})
    assert seen.live.tolist() == [False] * 7 + [True]
    assert [seen.category_names[code] for code in seen.categories[7] if code] == ["cs.CL", "q-bio.NC"]
    vector = seen.vector(7)
    assert vector is not None and float(vector @ unit(1)[0]) > 0.999
    assert np.array_equal(seen.codes[7], np.packbits(unit(1)[0] > 0))


def test_a_reader_sees_growth_and_keeps_its_old_view(tmp_path: Path) -> None:
    writer = ColumnWriter(tmp_path)
    writer.put([PAPER], [0], unit(1))
    writer.commit({})
    before = open_columns(tmp_path)
    far = replace(PAPER, row=3 * CHUNK)
    writer.put([far], [0], unit(1, 2))
    writer.commit({})
    after = open_columns(tmp_path, before)
    assert (before.rows, after.rows) == (8, 3 * CHUNK + 1)
    assert after.live[3 * CHUNK] and before.live[7]


def test_a_full_vector_is_written_only_for_the_text_it_was_made_from(tmp_path: Path) -> None:
    writer = ColumnWriter(tmp_path)
    writer.put([PAPER], [0], unit(1))
    writer.commit({})
    other = ColumnWriter(tmp_path)
    assert other.fill([7], [hash_number(b"1" * 16)], unit(1, 3)) == 0
    assert open_columns(tmp_path).kind[7] == SKETCH
    assert other.fill([7], [hash_number(PAPER.text_hash)], unit(1, 3)) == 1
    assert open_columns(tmp_path).kind[7] == FULL
    assert writer.stale([PAPER]) == [] and writer.stale([replace(PAPER, text_hash=b"2" * 16)]) == [0]


def test_a_torn_row_is_found_and_written_again(tmp_path: Path) -> None:
    writer = ColumnWriter(tmp_path)
    writer.put([PAPER], [0], unit(1))
    writer.commit({})
    writer.arrays["vectors"][7, 100:] = 0
    again = ColumnWriter(tmp_path)
    assert again.verify() == [7] and again.stale([PAPER]) == [0]
    again.put([PAPER], [0], unit(1))
    assert again.verify() == []


def test_rows_that_a_killed_writer_left_beyond_the_record_never_come_to_life(tmp_path: Path) -> None:
    writer = ColumnWriter(tmp_path)
    writer.put([replace(PAPER, row=3)], [0], unit(1))
    writer.commit({})
    writer.put([PAPER], [0], unit(1))  # and no commit: the process dies here
    again = ColumnWriter(tmp_path)
    again.recover()
    again.drop([PAPER.row])
    again.put([replace(PAPER, row=12)], [0], unit(1, 2))
    again.commit({})
    assert np.flatnonzero(open_columns(tmp_path).live).tolist() == [3, 12]


@pytest.mark.parametrize("damage", ["short", "missing", "record", "format"])
def test_damage_is_named_with_the_command_that_helps(tmp_path: Path, damage: str) -> None:
    writer = ColumnWriter(tmp_path)
    writer.put([PAPER], [0], unit(1))
    writer.commit({})
    if damage == "short":
        (tmp_path / "vectors.bin").write_bytes(b"")
    elif damage == "missing":
        (tmp_path / "codes.bin").unlink()
    else:
        (tmp_path / "commit.json").write_text("{" if damage == "record" else '{"format": 99}')
    with pytest.raises(ColumnsDamaged, match="broadsheet reindex"):
        open_columns(tmp_path)


def test_int8_vectors_keep_their_direction() -> None:
    made = unit(50)
    whole, scales, codes = layout.quantise(made)
    back = whole.astype(np.float32) * scales[:, None]
    assert codes.shape == (50, 48)
    assert float((back * made).sum(axis=1).min()) > 0.999
