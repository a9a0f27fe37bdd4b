"""Search quality on judged collections, through the product's own index, query language and ranking.

A throw-away index is built from the collection's documents as the follower would build it from papers; queries go
through ``search.query.parse`` and ``search.ranking.rank``, as in ``search.service``. The data directory of the
installation is neither read nor written.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..catalogue.documents import IndexDoc
from ..errors import UsageError
from ..search import ranking, store
from ..search.embedding.store import read_manifest
from ..search.follower import GenerationWriter
from ..search.query import parse
from ..search.reader import IndexReader, Snapshot
from ..search.service import Embedder
from ..search.writing import hash_number, vector_text
from ..text.language import detect
from . import measures
from .collection import Collection, Question, is_collection, read
from .kept import Embed, KeptVectors

TODAY = date(2026, 1, 1)  # collections have no clock; relative dates do not occur in their queries
QUICK_DOCUMENTS, QUICK_QUERIES, QUICK_FULL = 6000, 60, 400
SHARES = (0.0, 0.1, 0.3, 0.6, 1.0)  # of the papers with full vectors, in a mixture
KNOWN_ITEM = ("pubmedqa", "taln-fr", "csl-zh")
_BATCH = 500


@dataclass(slots=True)
class Built:
    """A throw-away index: where it lies and which document each row is."""

    directory: Path
    names: dict[int, str]
    docs: list[IndexDoc]


def _document(row: int, name: str, title: str, text: str) -> IndexDoc:
    digest = blake2b(f"{title}\n{text}".encode(), digest_size=16).digest()
    return IndexDoc(row, f"d{row}", title, text, (), (("url", f"test:{name}"),), (), (), "", "", "", None,
                    detect(f"{title} {text}"), 0, 0, digest)


def build(collection: Collection, directory: Path) -> Built:
    """Index the documents with sketch vectors."""
    docs = [_document(row, *entry) for row, entry in enumerate(collection.documents, 1)]
    generation = store.create(directory)
    writer = GenerationWriter(generation)
    try:
        for start in range(0, len(docs), _BATCH):
            writer.put(docs[start : start + _BATCH])
        writer.commit({0: 0, 1: 0})
    finally:
        writer.close(merge=True)
    store.adopt(directory, generation)
    return Built(directory, {doc.row: entry[0] for doc, entry in zip(docs, collection.documents, strict=True)}, docs)


def full_vectors(built: Built, embed: Embed) -> npt.NDArray[np.float32]:
    """The full model's vectors of all documents, float32 [documents, 384]."""
    return embed([vector_text(doc.title, doc.abstract) for doc in built.docs])


def fill_full(built: Built, vectors: npt.NDArray[np.float32], share: float = 1.0) -> int:
    """Replace sketches by full ``vectors``, newest (last) rows first, until ``share`` of the papers has them."""
    count = round(share * len(built.docs))
    first = len(built.docs) - count
    writer = GenerationWriter(store.current(built.directory))
    try:
        for start in range(first, len(built.docs), _BATCH):
            part = built.docs[start : start + _BATCH]
            writer.columns.fill([doc.row for doc in part], [hash_number(doc.text_hash) for doc in part],
                                vectors[start : start + len(part)])
        writer.commit({0: 0, 1: 0})
    finally:
        writer.close()
    return count


def run_queries(collection: Collection, built: Built, mode: str, embedder: Embedder,
                queries: Sequence[Question] | None = None) -> dict[str, Any]:
    """Ask all queries; the measures as means over them."""
    snapshot = IndexReader(built.directory).refresh()
    chosen = collection.queries if queries is None else queries
    scores: dict[str, list[float]] = {"ndcg@10": [], "recall@100": [], "mrr@10": []}
    times: list[float] = []
    for question in chosen:
        started = time.perf_counter()
        ranked = _ask(question, snapshot, mode, embedder)
        times.append((time.perf_counter() - started) * 1000)
        names = [name for name in (built.names[int(row)] for row in ranked.rows) if name not in question.exclude]
        judged = collection.judgements[question.id]
        scores["ndcg@10"].append(measures.ndcg(names, judged))
        scores["recall@100"].append(measures.recall(names, judged))
        scores["mrr@10"].append(measures.reciprocal_rank(names, judged))
    means = {name: round(statistics.fmean(values), 4) if values else 0.0 for name, values in scores.items()}
    return {"collection": collection.name, "mode": mode, "queries": len(chosen), **means,
            "p50_ms": round(statistics.median(times), 2) if times else 0.0}


def _ask(question: Question, snapshot: Snapshot, mode: str, embedder: Embedder) -> ranking.Ranked:
    plan = parse(question.text, TODAY)
    vector = None if mode == "words" or not (plan.words or plan.phrases) else embedder.query(plan.meaning)
    return ranking.rank(plan, snapshot, mode=mode, vector=vector)


def full_embed(keep: Path | None = None) -> Embed:
    """The full model's embedding, its vectors kept in ``keep``. Raises ModelError saying how to install it."""
    from ..search.embedding.full import FullModel

    model = FullModel.load()
    if keep is None:
        return model.embed
    manifest = read_manifest(model.directory) or {}
    return KeptVectors(model.embed, keep, str(manifest.get("files", {}).get("model.onnx", {}).get("sha256", "")))


def evaluate_search(directory: Path, mode: str = "hybrid", vectors: str = "sketch", *, quick: bool = False,
                    embed: Embed | None = None, keep: Path | None = None) -> dict[str, Any]:
    """Measure one collection, or every collection in a folder (then ``collections`` and their ``mean``).

    ``vectors``: full or sketch, for papers and queries alike; mixture asks with the full model while 0, 10, 30, 60
    and 100% of the papers (the newest) have its vectors, and adds ``mixtures``, nDCG@10 by percentage. ``quick``: at
    most 6,000 documents and 60 queries a collection, full vectors only of what is left of half a minute. ``embed``:
    another full model. ``keep``: a directory for full vectors.
    """
    if embed is None and vectors != "sketch" and mode != "words":
        embed = full_embed(keep)
    if is_collection(directory):
        return _one(directory, mode, vectors, quick, embed)
    folders = sorted(path for path in directory.iterdir() if path.is_dir() and is_collection(path))
    if not folders:
        raise UsageError(f"{directory} is no collection in BEIR layout and holds none. Nothing was measured.")
    started, rows, left_out = time.monotonic(), [], []
    for folder in folders:
        if quick and time.monotonic() - started > 20:
            left_out.append(folder.name)
            continue
        rows.append(_one(folder, mode, vectors, quick, embed))
    return {"mode": mode, "vectors": vectors, "collections": rows, "left_out": left_out, **means_of(rows)}


def means_of(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Mean nDCG@10 without and with the known-item sets; of mixtures without them."""
    apart = [row for row in rows if row["collection"] not in KNOWN_ITEM]
    means: dict[str, Any] = {"mean_ndcg@10": _mean([row["ndcg@10"] for row in apart]),
                             "mean_of_all_ndcg@10": _mean([row["ndcg@10"] for row in rows])}
    if apart and all("mixtures" in row for row in apart):
        means["mean_mixtures"] = {name: _mean([row["mixtures"][name] for row in apart])
                                  for name in apart[0]["mixtures"]}
    return means


def _mean(values: Sequence[float]) -> float:
    return round(statistics.fmean(values), 4) if values else 0.0


def _one(directory: Path, mode: str, vectors: str, quick: bool, embed: Embed | None) -> dict[str, Any]:
    collection = read(directory)
    if quick:
        collection = _smaller(collection)
    embedder = Embedder(full=vectors != "sketch")
    with tempfile.TemporaryDirectory(prefix="broadsheet-evaluate-") as scratch:
        built = build(collection, Path(scratch) / "index")
        if embed is None or mode == "words":
            return run_queries(collection, built, mode, embedder)
        share = min(1.0, QUICK_FULL / len(built.docs)) if quick else 1.0
        found = full_vectors(built if share == 1.0 else _newest(built, share), embed)
        whole = np.zeros((len(built.docs), found.shape[1]), np.float32)
        whole[len(whole) - len(found) :] = found
        mixtures: dict[str, float] = {}
        if vectors == "mixture":
            for part in SHARES[:-1]:
                fill_full(built, whole, part * share)
                mixtures[f"{part:.0%}"] = run_queries(collection, built, mode, embedder)["ndcg@10"]
        fill_full(built, whole, share)
        result = run_queries(collection, built, mode, embedder)
        return {**result, "mixtures": {**mixtures, "100%": result["ndcg@10"]}} if mixtures else result


def _newest(built: Built, share: float) -> Built:
    """The last ``share`` of the documents."""
    return Built(built.directory, built.names, built.docs[len(built.docs) - round(share * len(built.docs)) :])


def _smaller(collection: Collection) -> Collection:
    """The first queries, the documents judged for them, and others up to the limit. Figures are then too high."""
    queries = collection.queries[:QUICK_QUERIES]
    wanted = {doc for question in queries for doc in collection.judgements[question.id]}
    rest = max(0, QUICK_DOCUMENTS - len(wanted))
    kept = []
    for entry in collection.documents:
        if entry[0] in wanted:
            kept.append(entry)
        elif rest:
            kept.append(entry)
            rest -= 1
    return Collection(collection.name, kept, queries, collection.judgements)
