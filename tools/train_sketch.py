#!/usr/bin/env python3
"""Makes a sketch: a static student of a sentence model, one row per word piece (see MODEL_CARD.md).

    pip install torch   # needed only here
    python tools/train_sketch.py --model DIR --texts papers.jsonl.zst ... --out sketch.npz

``--model`` is an installed full model (``broadsheet model install``) with an uncased BERT vocabulary; ``--texts`` are
JSON Lines with ``title`` and ``abstract``. Never give it texts of a collection that search is tested on.

Method. The teacher's vectors of all abstracts and titles are made once and kept beside ``--out`` (an hour for 110,000
texts on two cores). Rows start as the teacher's vectors of single pieces, centred; a weight per piece starts from its
log inverse document frequency. Loss: 1 - cosine to the teacher + 0.3 x KL divergence between the two softmaxes (factor
20) of similarities inside a batch, after Hinton et al. 2015 (arXiv:1503.02531). Adam with one-cycle rates. Then a
singular value decomposition to 256 dimensions and int8 per row. Four epochs; more overfit.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import io
import json
import multiprocessing
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import zstandard

from broadsheet.search.embedding.full import FullModel
from broadsheet.search.embedding.sketch import Sketch
from broadsheet.search.embedding.wordpiece import WordPieces

TEACHER_PIECES = 192
BATCH = 512
HELD_OUT = 0.02
KL_WEIGHT = 0.3
KL_FACTOR = 20.0
RATES = {"rows": 2e-3, "weights": 1e-2, "bias": 1e-3}
RANK = 256
SEED = 20260

Floats = npt.NDArray[np.float32]


def read_texts(paths: list[Path], limit: int) -> list[str]:
    """Abstracts and half of the titles, each once, in a fixed shuffled order; at most ``limit`` when it is not 0."""
    texts: dict[str, None] = {}
    for path in paths:
        for line in _lines(path):
            record = json.loads(line)
            title, abstract = (record.get("title") or "").strip(), (record.get("abstract") or "").strip()
            if len(abstract) > 100:
                texts[abstract] = None
            # A hash, not a coin: the same titles whatever else is read.
            if len(title) > 20 and hashlib.sha256(title.encode()).digest()[0] < 128:
                texts[title] = None
    chosen = list(texts)
    np.random.default_rng(SEED).shuffle(chosen)
    return chosen[: limit or None]


def _lines(path: Path) -> Iterator[str]:
    with path.open("rb") as raw:
        stream: Any = raw
        if path.suffix == ".zst":
            stream = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
        elif path.suffix == ".gz":
            stream = gzip.GzipFile(fileobj=raw)
        yield from io.TextIOWrapper(stream, "utf-8")


_teacher: FullModel


def _start(directory: Path) -> None:
    global _teacher
    _teacher = FullModel.load(directory)


def _teach(texts: list[str]) -> Floats:
    return _teacher.embed(texts, TEACHER_PIECES)


def teach(directory: Path, texts: list[str], kept: Path, workers: int) -> Floats:
    """The teacher's vectors [texts, 384]; read from ``kept`` when they were made of the same texts before."""
    mark = hashlib.sha256("\0".join(texts).encode()).hexdigest()
    if kept.exists():
        with np.load(kept) as saved:
            if str(saved["mark"]) == mark:
                return np.asarray(saved["vectors"], np.float32)
    parts = [texts[i : i + 256] for i in range(0, len(texts), 256)]
    done, began = [], time.monotonic()
    with multiprocessing.get_context("spawn").Pool(workers, _start, (directory,)) as pool:
        for vectors in pool.imap(_teach, parts):
            done.append(vectors)
            if len(done) % 20 == 0:
                rate = len(done) * 256 / (time.monotonic() - began)
                print(f"teacher: {len(done) * 256} of {len(texts)} texts, {rate:.0f}/s", file=sys.stderr)
    vectors = np.concatenate(done)
    np.savez(kept, mark=mark, vectors=vectors.astype(np.float16))
    return vectors


def first_rows(directory: Path, vocabulary: list[str]) -> Floats:
    """The teacher's vectors of single pieces, centred. A piece inside a word is shown without its ``##``."""
    vectors = FullModel.load(directory).embed([piece.removeprefix("##") for piece in vocabulary], 8)
    centred: Floats = vectors - vectors.mean(axis=0)
    return centred


def first_weights(pieces: list[npt.NDArray[np.int64]], size: int) -> Floats:
    """Log inverse document frequency of each piece, scaled to a mean of 1."""
    seen = np.zeros(size)
    for numbers in pieces:
        seen[np.unique(numbers)] += 1
    weights = np.log((1 + len(pieces)) / (1 + seen)) + 0.1
    return np.asarray(weights / weights.mean(), np.float32)


def train(
    pieces: list[npt.NDArray[np.int64]], goals: Floats, rows: Floats, weights: Floats, epochs: int
) -> tuple[Floats, Floats]:
    """Learns; returns the weighted rows [pieces, 384] and the bias [384]. Prints the held-out cosine per epoch."""
    import torch
    from torch.nn import functional

    torch.manual_seed(SEED)
    held = max(1, int(len(pieces) * HELD_OUT))
    table = torch.nn.Parameter(torch.tensor(rows))
    factors = torch.nn.Parameter(torch.tensor(weights))
    bias = torch.nn.Parameter(torch.tensor(goals[held:].mean(axis=0)))
    targets = torch.tensor(goals)

    def student(chosen: npt.NDArray[np.int64]) -> Any:
        lengths = torch.tensor([len(pieces[i]) for i in chosen])
        flat = torch.tensor(np.concatenate([pieces[i] for i in chosen]))
        offsets = torch.cumsum(lengths, 0) - lengths
        sums = functional.embedding_bag(flat, table, offsets, mode="sum", per_sample_weights=factors[flat])
        return functional.normalize(bias + sums / lengths.clamp(min=1).sqrt()[:, None], dim=1)

    groups = [(table, RATES["rows"]), (factors, RATES["weights"]), (bias, RATES["bias"])]
    optimizer = torch.optim.Adam([{"params": [parameter], "lr": rate} for parameter, rate in groups])
    steps = (len(pieces) - held + BATCH - 1) // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=[rate for _parameter, rate in groups], epochs=epochs, steps_per_epoch=steps
    )
    order = np.random.default_rng(SEED)
    for epoch in range(epochs):
        shuffled = order.permutation(np.arange(held, len(pieces)))
        for start in range(0, len(shuffled), BATCH):
            chosen = shuffled[start : start + BATCH]
            said, goal = student(chosen), targets[chosen]
            own = functional.log_softmax(KL_FACTOR * said @ said.T, dim=1)
            teachers = functional.softmax(KL_FACTOR * goal @ goal.T, dim=1)
            distance = (1 - (said * goal).sum(1)).mean()
            loss = distance + KL_WEIGHT * functional.kl_div(own, teachers, reduction="batchmean")
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        with torch.no_grad():
            cosine = (student(np.arange(held)) * targets[:held]).sum(1).mean().item()
        print(f"epoch {epoch + 1}: held-out cosine {cosine:.4f}", file=sys.stderr)
    with torch.no_grad():
        return (table * factors[:, None]).numpy(), bias.detach().numpy()


def compress(rows: Floats) -> dict[str, npt.NDArray[Any]]:
    """``rows`` [pieces, 384] as int8 rows of rank 256, their scale and the projection back."""
    # The right singular vectors, from the small 384 x 384 product: the same, and a hundred times less work.
    _values, vectors = np.linalg.eigh(rows.T.astype(np.float64) @ rows)
    projection = vectors[:, ::-1][:, :RANK].T
    small = rows @ projection.T
    scale = np.maximum(np.abs(small).max(axis=1), 1e-9) / 127
    return {
        "rows": np.rint(small / scale[:, None]).astype(np.int8),
        "scale": scale.astype(np.float32),
        "projection": np.ascontiguousarray(projection, np.float32),
    }


def main() -> int:
    """Reads arguments, trains, writes the file, reports the held-out cosine of what was written."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="directory of the full model")
    parser.add_argument("--texts", type=Path, nargs="+", required=True, help="JSON Lines with title and abstract")
    parser.add_argument("--out", type=Path, required=True, help="file to write (.npz)")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--limit", type=int, default=0, help="at most so many texts (for a trial)")
    parser.add_argument("--workers", type=int, default=multiprocessing.cpu_count())
    told = parser.parse_args()

    numbers = json.loads((told.model / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
    vocabulary = sorted(numbers, key=numbers.__getitem__)
    texts = read_texts(told.texts, told.limit)
    print(f"{len(texts)} texts", file=sys.stderr)
    goals = teach(told.model, texts, told.out.with_suffix(".teacher.npz"), told.workers)
    splitter = WordPieces(vocabulary)
    pieces = [np.frombuffer(splitter.pack(text), np.uint16)[:TEACHER_PIECES].astype(np.int64) for text in texts]
    rows, bias = train(
        pieces, goals, first_rows(told.model, vocabulary), first_weights(pieces, len(vocabulary)), told.epochs
    )
    vocab = np.frombuffer("\n".join(vocabulary).encode(), np.uint8)
    small = compress(rows)
    np.savez_compressed(
        told.out, rows=small["rows"], scale=small["scale"], projection=small["projection"],
        bias=bias.astype(np.float32), vocab=vocab,
    )  # fmt: skip

    held = max(1, int(len(texts) * HELD_OUT))
    cosine = (Sketch.load(told.out).embed(texts[:held]) * goals[:held]).sum(axis=1)
    digest = hashlib.sha256(told.out.read_bytes()).hexdigest()
    report = {"file": str(told.out), "texts": len(texts), "cosine": round(float(cosine.mean()), 4), "sha256": digest}
    print(json.dumps(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
