"""How fast search answers, on the papers that are here, beside plain tantivy and SQLite FTS5 on the same papers.

Nothing in the data directory is written: the two others are built in a temporary directory and thrown away. The full
run compares on all papers. The quick one draws a sample of them, builds all three on it, and times all three there,
so that a ratio always is between answers from the same papers. Queries are real logs when a directory of them is
given, else pieces of the papers' own titles.
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

from ..catalogue import changes
from ..catalogue.documents import documents, live_ids
from ..errors import UsageError
from ..search import service, store
from ..search.embedded import Embedded
from ..search.engine import Engine
from ..search.reader import IndexReader

QUICK = (150, 2.0)  # queries of one pass, seconds a pass may take
FULL = (2000, 60.0)
SAMPLED = 2000  # papers that the three are compared on, when quick
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


def _times(ask: Callable[[str], object], queries: Sequence[str], seconds: float) -> list[tuple[float, float]]:
    """Milliseconds of each query, by the clock and of this thread's CPU, after a few to warm up.

    Ends when they or the ``seconds`` are used up.
    """
    for text in queries[:_WARM]:
        ask(text)
    started, out = time.perf_counter(), []
    for text in queries:
        before, used = time.perf_counter(), time.thread_time()
        ask(text)
        out.append(((time.perf_counter() - before) * 1000, (time.thread_time() - used) * 1000))
        if time.perf_counter() - started > seconds:
            break
    return out


def _spread(name: str, times: Sequence[tuple[float, float]]) -> dict[str, float]:
    ordered = sorted(wall for wall, _ in times)
    return {f"{name}_p50_ms": round(statistics.median(ordered), 3),
            f"{name}_p99_ms": round(ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))], 3),
            f"{name}_cpu_ms": round(statistics.fmean(cpu for _, cpu in times), 3)}


def _sample(count: int, chance: random.Random) -> list[int]:
    """Row numbers of ``count`` live papers drawn at random; all of them when there are no more."""
    every: list[int] = []
    while part := live_ids(every[-1] if every else 0, 50_000):
        every.extend(part)
    return sorted(chance.sample(every, min(count, len(every))))


def _texts(rows: Sequence[int] | None) -> Iterator[tuple[int, str, str]]:
    """Row, title and abstract of ``rows``, or of every live paper."""
    if rows is not None:
        for doc in documents(rows).values():
            yield doc.row, doc.title, doc.abstract
        return
    after = 0
    while ids := live_ids(after, 1000):
        for doc in documents(ids).values():
            yield doc.row, doc.title, doc.abstract
        after = ids[-1]


def _build_others(directory: Path, rows: Sequence[int] | None) -> tuple[Any, sqlite3.Connection, int]:
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
    for row, title, abstract in _texts(rows):
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


Ask = Callable[[str], object]


def _ours(mode: str, today: date, engine: Engine | None = None) -> Ask:
    return lambda text: service.search(text, mode=mode, limit=25, today=today, engine=engine)


def _compare(texts: Sequence[str], seconds: float, rows: Sequence[int] | None, today: date) -> dict[str, Any]:
    """All four side by side on the same papers: ``rows``, or every paper and then our own index as it stands."""
    with tempfile.TemporaryDirectory(prefix="broadsheet-bench-") as scratch:
        engine: Engine | None = None
        if rows is not None:
            engine = Embedded(Path(scratch) / "index")
            engine.apply([changes.Change(0, changes.BULK, row, "put") for row in rows])
        index, table, count = _build_others(Path(scratch), rows)
        times = {
            "words": _times(_ours("words", today, engine), texts, seconds),
            "hybrid": _times(_ours("hybrid", today, engine), texts, seconds),
            "tantivy": _times(_ask_tantivy(index), texts, seconds),
            "fts5": _times(_ask_fts5(table), texts, seconds),
        }
        table.close()
    fewest = min(map(len, times.values()))  # a pass that ran out of time did not reach the last queries
    spread: dict[str, Any] = {"papers": count, "queries": fewest}
    for name, measured in times.items():
        spread |= _spread(name, measured[:fewest])
    ratios = {f"{mode}_to_{other}{kind}": round(spread[f"{mode}{kind}"] / max(spread[f"{other}{kind}"], 0.001), 2)
              for kind in ("_p50_ms", "_cpu_ms") for mode in ("words", "hybrid") for other in ("tantivy", "fts5")}
    ratios = {name.replace("_p50_ms", "").replace("_cpu_ms", "_cpu"): ratio for name, ratio in ratios.items()}
    return {"compared": spread, "ratios": ratios}


def run_search_bench(index_dir: Path, *, queries: Path | None = None, quick: bool = True,
                     today: date = date(2026, 1, 1), seed: int = 8) -> dict[str, Any]:
    """Times of whole searches (query embedding, hydration, snippets and reasons included) in this process.

    Keys: ``words_*`` and ``hybrid_*`` p50 and p99 in milliseconds on the index as it stands, and the mean CPU time of
    this thread (``..._cpu_ms``), which other programs disturb less; ``queries_per_second`` (hybrid, one thread),
    ``rss_mb`` before the others are built, ``index_mb``. ``compared``: ours and the two others on the same ``papers``;
    ``ratios`` of their p50 and, as ``..._cpu``, of their CPU time (below 1 is faster). ``tantivy`` and ``fts5`` return
    bare row numbers of one list: no counts, facets, hydration or reasons.
    """
    most, seconds = QUICK if quick else FULL
    chance = random.Random(seed)
    texts = read_queries(queries) if queries is not None else generated_queries(index_dir, most, chance)
    if not texts:
        raise UsageError("There is no paper to search yet. Nothing was measured. Import some: broadsheet import FILE")
    chance.shuffle(texts)
    texts = texts[:most]
    report: dict[str, Any] = {"queries": len(texts), "from": str(queries.name) if queries else "titles"}
    report["papers"] = IndexReader(index_dir).refresh().columns.record.live
    for mode in ("words", "hybrid"):
        measured = _times(_ours(mode, today), texts, seconds)
        report |= _spread(mode, measured)
    report["queries_per_second"] = round(1000 * len(measured) / sum(wall for wall, _ in measured), 1)
    report["rss_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    report["index_mb"] = round(store.size(index_dir) / 1e6, 1)
    report["full_model"] = service.embedder().has_full
    sampled = _sample(SAMPLED, chance) if quick else None
    return report | _compare(texts, seconds, sampled, today)
