"""The arithmetic of ranking and its measures; a memory of vectors that a kill does not spoil."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from broadsheet.evaluate.kept import KeptVectors
from broadsheet.evaluate.search import means_of
from broadsheet.search import fusion


def unit(rows: int, seed: int = 1) -> npt.NDArray[np.float32]:
    made = np.random.default_rng(seed).normal(size=(rows, 384)).astype(np.float32)
    scaled: npt.NDArray[np.float32] = made / np.linalg.norm(made, axis=1, keepdims=True)
    return scaled


def test_weight_grows_with_full_vectors_and_halves_for_other_languages() -> None:
    assert fusion.weight(0.0, "en") == pytest.approx(fusion.SKETCH_WEIGHT)
    assert fusion.weight(1.0, "") == pytest.approx(fusion.FULL_WEIGHT)
    assert fusion.weight(0.5, "fr") == pytest.approx((fusion.SKETCH_WEIGHT + fusion.FULL_WEIGHT) / 4)
    assert fusion.weight(7.0, "en") == pytest.approx(fusion.FULL_WEIGHT)


def test_combine_gives_each_row_both_parts() -> None:
    words = np.array([30, 10], np.int64), np.array([8.0, 4.0], np.float32)
    rows, meaning = np.array([20, 10, 30], np.int64), np.array([6.0, 3.0, 0.0], np.float32)
    assert fusion.combine(words, rows, meaning, 0.5).tolist() == pytest.approx([0.5, 0.5, 0.5])
    nothing = np.empty(0, np.int64), np.empty(0, np.float32)
    assert fusion.combine(nothing, rows, meaning, 0.5).tolist() == pytest.approx([0.5, 0.25, 0.0])


def test_equal_scores_stand_newest_row_first() -> None:
    rows, scores = fusion.ordered(np.array([1, 2, 3], np.int64), np.array([0.5, 0.5, 0.9], np.float32))
    assert (rows.tolist(), scores.tolist()) == ([3, 2, 1], pytest.approx([0.9, 0.5, 0.5]))


def test_a_neighbour_of_good_ones_rises_and_none_falls_below_the_lowest() -> None:
    far, near = unit(40), unit(1, 2)[0]
    vectors = far.copy()
    for at in range(12):  # a cluster; row 11 of it has a poor score of its own
        vectors[at] = near + 0.2 * far[at]
        vectors[at] /= np.linalg.norm(vectors[at])
    scores = np.linspace(0.9, 0.3, 40).astype(np.float32)
    scores[11], scores[12] = 0.35, 0.36
    mixed = fusion.smoothed(scores, fusion.neighbourhood(scores, vectors))
    assert mixed[11] > mixed[12]
    assert mixed.min() >= scores.min()


@pytest.mark.parametrize("count", [0, 1])
def test_no_company_changes_nothing(count: int) -> None:
    scores = np.full(count, 0.5, np.float32)
    assert fusion.smoothed(scores, fusion.neighbourhood(scores, unit(count))).tolist() == scores.tolist()


class Counting:
    """An embedding that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.asked.extend(texts)
        return np.stack([np.full(384, len(text), np.float32) for text in texts])


def test_vectors_are_kept_between_runs_and_by_model(tmp_path: Path) -> None:
    embed = Counting()
    first = KeptVectors(embed, tmp_path, "a")(["ccc", "a", "bb", "a"])
    assert embed.asked == ["a", "bb", "ccc"]  # shortest first, each once
    assert first[:, 0].tolist() == [3, 1, 2, 1]
    assert KeptVectors(embed, tmp_path, "a")(["bb", "dddd"])[:, 0].tolist() == [2, 4]
    assert embed.asked[3:] == ["dddd"]
    KeptVectors(embed, tmp_path, "b")(["bb"])
    assert embed.asked[4:] == ["bb"]


def test_what_a_kill_left_half_written_is_written_again(tmp_path: Path) -> None:
    embed = Counting()
    KeptVectors(embed, tmp_path, "a")(["a", "bb"])
    whole = (tmp_path / "vectors.bin").read_bytes()
    (tmp_path / "vectors.bin").write_bytes(whole[:-100])
    assert KeptVectors(embed, tmp_path, "a")(["bb", "a"])[:, 0].tolist() == [2, 1]
    assert embed.asked == ["a", "bb", "bb"]
    assert (tmp_path / "vectors.bin").read_bytes() == whole


def test_means_leave_known_items_apart() -> None:
    rows = [
        {"collection": "cisi", "ndcg@10": 0.4, "mixtures": {"0%": 0.3, "100%": 0.4}},
        {"collection": "lisa", "ndcg@10": 0.6, "mixtures": {"0%": 0.5, "100%": 0.6}},
        {"collection": "csl-zh", "ndcg@10": 0.8, "mixtures": {"0%": 0.8, "100%": 0.8}},
    ]
    assert means_of(rows) == {
        "mean_ndcg@10": 0.5,
        "mean_of_all_ndcg@10": 0.6,
        "mean_mixtures": {"0%": 0.4, "100%": 0.5},
    }
