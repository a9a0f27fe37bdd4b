"""Test collections in BEIR layout (Thakur et al. 2021): corpus.jsonl (.zst, .gz), queries.jsonl, qrels/test.tsv."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ..errors import UsageError


@dataclass(frozen=True, slots=True)
class Question:
    """One query. ``exclude``: documents that are taken out of its ranking."""

    id: str
    text: str
    exclude: frozenset[str]


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents as (id, title, text), queries that have judgements, judgements by query and document."""

    name: str
    documents: list[tuple[str, str, str]]
    queries: list[Question]
    judgements: dict[str, dict[str, float]]


def is_collection(directory: Path) -> bool:
    """Whether ``directory`` looks like one collection."""
    return (directory / "queries.jsonl").is_file() and (directory / "qrels").is_dir()


def _open(directory: Path) -> IO[str]:
    for name in ("corpus.jsonl.zst", "corpus.jsonl.gz", "corpus.jsonl"):
        path = directory / name
        if not path.is_file():
            continue
        if name.endswith(".zst"):
            import zstandard

            return io.TextIOWrapper(zstandard.open(path, "rb"), encoding="utf-8")
        return gzip.open(path, "rt", encoding="utf-8") if name.endswith(".gz") else path.open(encoding="utf-8")
    raise UsageError(f"{directory} has no corpus.jsonl (.zst, .gz). Nothing was measured. It wants the layout of BEIR: "
                     "corpus.jsonl, queries.jsonl, qrels/test.tsv.")


def _lines(file: IO[str]) -> Iterator[dict[str, object]]:
    with file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def read(directory: Path) -> Collection:
    """Read a whole collection. Raises UsageError naming the file that is missing or wrong."""
    try:
        documents = [(str(d["_id"]), str(d.get("title") or ""), str(d.get("text") or ""))
                     for d in _lines(_open(directory))]
        judgements: dict[str, dict[str, float]] = {}
        with (directory / "qrels" / "test.tsv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                judgements.setdefault(row["query-id"], {})[row["corpus-id"]] = float(row["score"])
        queries = []
        for entry in _lines((directory / "queries.jsonl").open(encoding="utf-8")):
            found = entry.get("exclude") or ()
            exclude = frozenset(map(str, found if isinstance(found, list | tuple) else (found,)))
            if str(entry["_id"]) in judgements:
                queries.append(Question(str(entry["_id"]), str(entry["text"]), exclude))
    except (OSError, ValueError, KeyError, io.UnsupportedOperation) as problem:
        raise UsageError(
            f"{directory} is no collection in BEIR layout: {problem!r}. Nothing was measured."
        ) from problem
    return Collection(directory.name, documents, queries, judgements)
