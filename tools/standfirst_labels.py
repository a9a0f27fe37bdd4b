"""Turn the judges' files into the test sets kept in the project: ids, sentence numbers and hashes, no text.

    python tools/standfirst_labels.py JUDGED_DIR CORPORA_DIR

JUDGED_DIR holds ``dev.jsonl`` and ``frozen.jsonl`` (``standfirst_sample.py``) and, of each judge,
``judge1.dev.jsonl`` and so on: ``{"id", "best": n, "acceptable": [n, ...]}``, counted from 0. Writes
``tests/data/standfirst/{dev,frozen}.jsonl`` and prints how far the judges agree.
"""

from __future__ import annotations

import argparse
import json
from hashlib import blake2b
from pathlib import Path
from typing import Any

from standfirst_sample import Record, draw, sentences_of

OUT = Path(__file__).resolve().parent.parent / "tests" / "data" / "standfirst"
JUDGES = ("judge1", "judge2")
Judged = dict[str, Any]


def digest(sentence: str) -> str:
    """Eight hexadecimal digits: enough to notice that a sentence is split or cleaned otherwise than when judged."""
    return blake2b(sentence.encode(), digest_size=4).hexdigest()


def lines(path: Path) -> list[Judged]:
    """The objects of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def moved(judged: list[str], now: list[str]) -> dict[int, int]:
    """Where each judged sentence stands in today's split: same number, or the sentence that shares most words."""
    if len(judged) == len(now):
        return {index: index for index in range(len(now))}
    words = [set(sentence.split()) for sentence in now]
    return {
        index: max(range(len(now)), key=lambda n: len(words[n] & set(sentence.split())))
        for index, sentence in enumerate(judged)
    }


def label(corpus: str, record: Record, judged: list[str], verdicts: list[Judged]) -> Judged:
    """One line of the test set."""
    now = sentences_of(record)
    place = moved(judged, now)
    return {
        "id": record["id"],
        "corpus": corpus,
        "judges": [
            {"best": place[verdict["best"]], "acceptable": sorted({place[n] for n in verdict["acceptable"]})}
            for verdict in verdicts
        ],
        "sentences": [digest(sentence) for sentence in now],
    }


def agreement(labels: list[Judged]) -> dict[str, float]:
    """Exact agreement on the best sentence, Cohen's kappa, and best of one among the good ones of the other.

    Chance of kappa: each abstract has its own sentences, so the expected agreement is the mean over abstracts of the
    product of both judges' shares at the sentence's relative place (three thirds), spread over the sentences there.
    """
    pairs = [(item["judges"][0], item["judges"][1], len(item["sentences"])) for item in labels]
    exact = sum(a["best"] == b["best"] for a, b, _ in pairs) / len(pairs)
    shares = [
        [sum(min(2, 3 * j[k]["best"] // j[2]) == third for j in pairs) / len(pairs) for third in range(3)]
        for k in (0, 1)
    ]
    chance = 0.0
    for _, _, count in pairs:
        for third in range(3):
            here = sum(min(2, 3 * n // count) == third for n in range(count))
            chance += shares[0][third] * shares[1][third] / max(1, here)
    chance /= len(pairs)
    good = sum(
        (a["best"] in (b["best"], *b["acceptable"])) + (b["best"] in (a["best"], *a["acceptable"])) for a, b, _ in pairs
    )
    return {
        "exact": round(exact, 3),
        "kappa": round((exact - chance) / (1 - chance), 3),
        "best_in_others_good": round(good / (2 * len(pairs)), 3),
        "acceptable_per_abstract": round(
            sum(len(a["acceptable"]) + len(b["acceptable"]) for a, b, _ in pairs) / (2 * len(pairs)), 2
        ),
    }


def main() -> int:
    """Write both sets and print the agreement of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("judged", type=Path)
    parser.add_argument("corpora", type=Path)
    arguments = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    drawn = draw(arguments.corpora)
    for name, chosen in drawn.items():
        shown = {item["id"]: item["sentences"] for item in lines(arguments.judged / f"{name}.jsonl")}
        verdicts = [{v["id"]: v for v in lines(arguments.judged / f"{judge}.{name}.jsonl")} for judge in JUDGES]
        labels = [
            label(corpus, record, shown[record["id"]], [v[record["id"]] for v in verdicts]) for corpus, record in chosen
        ]
        text = "".join(json.dumps(item, separators=(",", ":")) + "\n" for item in labels)
        (OUT / f"{name}.jsonl").write_text(text, encoding="utf-8")
        print(name, len(labels), json.dumps(agreement(labels)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
