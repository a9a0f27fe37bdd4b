"""The standfirst: which sentence states the claim, and how often readers agree with the choice."""

from __future__ import annotations

import io
import json
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.editions import standfirst
from broadsheet.text import latex, markup, sentences

LABELS = Path(__file__).resolve().parent.parent / "data" / "standfirst"


@pytest.mark.parametrize(
    ("title", "abstract", "index"),
    [
        (
            "Quiet tides",
            "Tides have long been studied. However, their noise is unknown. "
            "We show that quiet tides lose a third of their noise at night.",
            2,
        ),
        (
            "NAME: naming things",
            "Naming remains hard. To address this, we build on earlier lists. "
            "In this paper, we propose NAME, a method for naming things from two examples.",
            2,
        ),
        (
            "Salt and sleep in adults",
            "Background: Salt is common. Methods: 40 adults were randomized to salt or none. "
            "Conclusions: Salt shortens sleep in adults by one hour.",
            2,
        ),
        (
            "A bound for graphs",
            r"We prove that every graph of girth five satisfies $\unknowncommand{x}$ and more. "
            "We prove that every graph of girth five has a bound of two. Proofs are short.",
            1,
        ),
    ],
)
def test_choose(title: str, abstract: str, index: int) -> None:
    assert standfirst.choose(title, abstract).sentence_index == index


def test_heading_is_taken_off() -> None:
    chosen = standfirst.choose("Salt", "Conclusions: Salt shortens sleep in adults by one hour.")
    assert chosen.text == "Salt shortens sleep in adults by one hour."


@pytest.mark.parametrize("abstract", ["", "  ", r"$\broken{$"])
def test_nothing_to_show(abstract: str) -> None:
    chosen = standfirst.choose("A title", abstract)
    assert chosen == standfirst.NONE or "\\" not in latex.to_html(chosen.text)


@given(st.text(max_size=60), st.text(alphabet="We show that. it This $\\{}x?", max_size=200))
def test_choose_never_raises_and_never_shows_tex(title: str, abstract: str) -> None:
    chosen = standfirst.choose(title, abstract)
    assert "\\" not in latex.to_html(chosen.text)
    if chosen.sentence_index >= 0:
        assert sentences.split(abstract)[chosen.sentence_index].endswith(chosen.text)


def _labels(name: str) -> dict[str, dict[str, Any]]:
    lines = (LABELS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return {item["id"]: item for item in map(json.loads, lines)}


def _records(shared_data: Path, labels: dict[str, dict[str, Any]]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """(label, record) of every judged abstract, read from the corpora."""
    found = []
    for corpus in sorted({item["corpus"] for item in labels.values()}):
        with (shared_data / "corpora" / f"{corpus}.jsonl.zst").open("rb") as raw:
            for line in io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(raw)):
                record = json.loads(line)
                label = labels.get(record["id"])
                if label is not None and label["corpus"] == corpus:
                    found.append((label, record))
    return found


@pytest.mark.realdata
@pytest.mark.parametrize(("name", "count", "least"), [("dev", 200, 0.85), ("frozen", 100, 0.85)])
def test_right_or_acceptable(shared_data: Path, name: str, count: int, least: float) -> None:
    pairs = _records(shared_data, _labels(name))
    assert len(pairs) == count
    good = right = other_split = 0
    for label, record in pairs:
        title = latex.to_unicode(markup.clean(record["title"]))
        abstract = latex.to_unicode(markup.clean(record["abstract"]))
        split = [blake2b(part.encode(), digest_size=4).hexdigest() for part in sentences.split(abstract)]
        other_split += split != label["sentences"]
        chosen = standfirst.choose(title, abstract).sentence_index
        right += any(chosen == judge["best"] for judge in label["judges"])
        good += any(chosen == judge["best"] or chosen in judge["acceptable"] for judge in label["judges"])
    print(f"{name}: right {right / count:.3f}, right or acceptable {good / count:.3f}, split otherwise {other_split}")
    assert other_split <= count // 100
    assert good / count >= least
