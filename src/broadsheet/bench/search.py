"""How fast search answers, on the papers that are here, beside plain tantivy and SQLite FTS5 on the same papers.

Nothing in the data directory is written: the two others are built in a temporary directory and thrown away. Queries
are real logs when a directory of them is given, else pieces of the papers' own titles.
"""

from __future__ import annotations

import random
import re
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import tantivy

from ..catalogue.documents import documents, live_ids
from ..errors import UsageError
from ..search import service, store
from ..search.reader import IndexReader

QUICK = (150, 3.0)  # queries of one pass, seconds a pass may take
FULL = (2000, 60.0)
COMPARED_QUICK = 6000  # papers in the two others, when quick
_WARM = 20
_WORD = re.compile(r"[^\W_]+")


def read_queries(directory: Path) -> list[str]:
    """All lines of the ``.txt`` files in ``directory``. Raises UsageError when there are none."""
    lines = [line.strip() for path in sorted(directory.glob("*.txt")) for line in path.read_text("utf-8").splitlines()]
    lines = [line for line in lines if line]
    if not lines:
        raise UsageError(f"{directory} holds no .txt file with queries, one a line. Nothing was measured.")
    return lines


def generated_queries(index_dir: Path, count: int, chance: random.Random) -> list[str]:
    """One to four words out of titles drawn at random."""
    rows = IndexReader(index_dir).refresh().columns.rows
    found = documents(sorted(chance.sample(range(rows), min(rows, count)))) if rows > 1 else {}
    queries = []
    for doc in found.values():
        words = _WORD.findall(doc.title)
        if words:
            length = chance.randint(1, min(4, len(words)))
            start = chance.randint(0, len(words) - length)
            queries.append(" ".join(words[start : start + length]))
    return queries


def _times(ask: Callable[[str], object], queries: Sequence[str], seconds: float) -> list[float]:
    """Milliseconds of each query until they or the ``seconds`` are used up, after a few to warm up."""
    for text in queries[:_WARM]:
        ask(text)
    started, out = time.perf_counter(), []
    for text in queries:
        before = time.perf_counter()
        ask(text)
        out.append((time.perf_counter() - before) * 1000)
        if time.perf_counter() - started > seconds:
            break
    return out


def _spread(name: str, times: Sequence[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {f"{name}_p50_ms": round(statistics.median(ordered), 2),
            f"{name}_p99_ms": round(ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))], 2)}


def _texts(limit: int | None) -> Iterator[tuple[int, str, str]]:
    after, told = 0, 0
    while (ids := live_ids(after, 1000)) and (limit is None or told < limit):
        for doc in documents(ids).values():
            yield doc.row, doc.title, doc.abstract
            told += 1
            if limit is not None and told >= limit:
                return
        after = ids[-1]


def _build_others(directory: Path, limit: int | None) -> tuple[Any, sqlite3.Connection, int]:
    """The same papers in a plain tantivy index and an FTS5 table with its Porter stemmer; and how many."""
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("row", fast=True)
    for name in ("title", "abstract"):
        builder.add_text_field(name, tokenizer_name="en_stem")
    (directory / "tantivy").mkdir()
    index = tantivy.Index(builder.build(), path=str(directory / "tantivy"))
    writer = index.writer(60_000_000, 1)
    table = sqlite3.connect(directory / "fts.sqlite3", isolation_level=None)
    table.execute("PRAGMA synchronous=OFF")
    table.execute("CREATE VIRTUAL TABLE papers USING fts5(title, abstract, content='', tokenize='porter unicode61')")
    table.execute("BEGIN")
    count = 0
    for row, title, abstract in _texts(limit):
        made = tantivy.Document(title=[title], abstract=[abstract])
        made.add_unsigned("row", row)
        writer.add_document(made)
        table.execute("INSERT INTO papers(rowid, title, abstract) VALUES (?, ?, ?)", (row, title, abstract))
        count += 1
    table.execute("COMMIT")
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index, table, count


def _ask_tantivy(index: Any) -> Callable[[str], object]:
    searcher = index.searcher()

    def ask(text: str) -> object:
        query, _ = index.parse_query_lenient(" ".join(_WORD.findall(text)), ["title", "abstract"])
        hits = searcher.search(query, 25).hits
        return searcher.fast_field_values("row", [address for _, address in hits]) if hits else []

    return ask


def _ask_fts5(table: sqlite3.Connection) -> Callable[[str], object]:
    def ask(text: str) -> object:
        words = " OR ".join(f'"{word}"' for word in _WORD.findall(text))
        if not words:
            return []
        found = "SELECT rowid FROM papers WHERE papers MATCH ? ORDER BY rank LIMIT 25"
        return table.execute(found, (words,)).fetchall()

    return ask


def run_search_bench(index_dir: Path, *, queries: Path | None = None, quick: bool = True,
                     today: date = date(2026, 1, 1), seed: int = 8) -> dict[str, Any]:
    """Times of whole searches (query embedding, hydration, snippets and reasons included) in this process.

    Keys: ``words_*`` and ``hybrid_*`` p50 and p99 in milliseconds, ``queries_per_second`` (hybrid, one thread),
    ``rss_mb`` before the others are built, ``index_mb``, ``ratios`` (ours to theirs at p50; below 1 is faster).
    ``tantivy`` and ``fts5`` return bare row numbers of one list: no counts, facets, hydration or reasons.
    """
    most, seconds = QUICK if quick else FULL
    chance = random.Random(seed)
    texts = read_queries(queries) if queries is not None else generated_queries(index_dir, most, chance)
    if not texts:
        raise UsageError("There is no paper to search yet. Nothing was measured. Import some: broadsheet import FILE")
    chance.shuffle(texts)
    texts = texts[:most]

    def ours(mode: str) -> Callable[[str], object]:
        return lambda text: service.search(text, mode=mode, limit=25, today=today)

    report: dict[str, Any] = {"queries": len(texts), "from": str(queries.name) if queries else "titles"}
    report["papers"] = IndexReader(index_dir).refresh().columns.record.live
    words, hybrid = _times(ours("words"), texts, seconds), _times(ours("hybrid"), texts, seconds)
    report |= {**_spread("words", words), **_spread("hybrid", hybrid)}
    report["queries_per_second"] = round(1000 * len(hybrid) / sum(hybrid), 1)
    report["rss_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    report["index_mb"] = round(store.size(index_dir) / 1e6, 1)
    report["full_model"] = service.embedder().has_full
    with tempfile.TemporaryDirectory(prefix="broadsheet-bench-") as scratch:
        index, table, count = _build_others(Path(scratch), COMPARED_QUICK if quick else None)
        report["compared_papers"] = count
        report |= _spread("tantivy", _times(_ask_tantivy(index), texts, seconds))
        report |= _spread("fts5", _times(_ask_fts5(table), texts, seconds))
        table.close()
    report["ratios"] = {
        f"{mode}_to_{other}": round(report[f"{mode}_p50_ms"] / max(report[f"{other}_p50_ms"], 0.001), 2)
        for mode in ("words", "hybrid") for other in ("tantivy", "fts5")
    }
    return report
