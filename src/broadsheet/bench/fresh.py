"""`broadsheet bench fresh`: from the commit of one paper to its being found by another process.

Three processes in a throw-away directory with a database of its own: this one writes papers through the change log and
takes the time of each commit; a follower; and a searcher, which asks again and again for each new paper's own word
and for its vector, and notes the first moment it appears. First alone, then with a bulk import running beside.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

START_SECONDS = 60  # until the helpers must have said that they are ready
GRACE_SECONDS = 5  # how long the last papers may take before they count as missed
SEEDED = 3000  # papers that are there before the measurement begins
_ROOTS = (
    "graph", "neural", "network", "attention", "transformer", "galaxy", "protein", "quantum", "sparse",
    "kernel", "gradient", "policy", "inference", "cluster", "survey", "robust", "adaptive", "spectral",
    "temporal", "causal", "federated", "diffusion", "retrieval", "parsing", "lattice", "plasma", "enzyme",
    "market",
)


def run_fresh(seconds: float = 20, *, seeded: int = SEEDED) -> dict[str, Any]:
    """Measure for ``seconds`` (half alone, half beside a bulk import). Nothing outside a throw-away directory changes.

    Returns ``words_p50_ms, words_p99_ms, meaning_p50_ms, meaning_p99_ms, missed, papers`` for the quiet half and
    the same in ``beside_bulk``, there with ``bulk_papers_per_second``.
    """
    with tempfile.TemporaryDirectory(prefix="broadsheet-fresh-") as home:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BROADSHEET_")}
        environment |= {"BROADSHEET_DATA": home, "DJANGO_SETTINGS_MODULE": "broadsheet.settings"}
        command = [sys.executable, "-m", "broadsheet.bench.fresh", "measure", home, str(seconds), str(seeded)]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, timeout=seconds + 240)
        result: dict[str, Any] = json.loads(done.stdout)
        return result


def _child(role: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-m", "broadsheet.bench.fresh", role, *arguments],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _wait(child: subprocess.Popen[str], word: str) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        if line.strip() == word:
            return
    raise RuntimeError(f"a helper of the measurement ended before it said {word!r}")


def _text(random_: random.Random, words: int) -> str:
    return " ".join(random_.choice(_ROOTS) for _ in range(words))


def _add(numbers: range, lane: int, marked: bool, random_: random.Random) -> list[int]:
    """Write papers ``numbers`` and their change rows in one transaction; their rows."""
    from django.db import transaction

    from ..catalogue import changes
    from ..catalogue.models import Paper

    now = datetime.now(UTC)
    papers = [
        Paper(key=f"F{number:09d}", title=f"{_text(random_, 9)} {_word(number) if marked else ''}".strip(),
              abstract=_text(random_, 150), identifiers=[["arxiv", f"2601.{number:06d}"]], categories=["cs.CL"],
              authors=[{"name": "Ada Lovelace"}], published="2026-01-05", added_at=now, changed_at=now)
        for number in numbers
    ]
    with transaction.atomic():
        made = Paper.objects.bulk_create(papers)
        changes.append([int(paper.pk) for paper in made], lane)
    return [int(paper.pk) for paper in made]


def _word(number: int) -> str:
    """A word that only paper ``number`` has."""
    return f"xq{number}zv"


def _measure(home: str, seconds: float, seeded: int) -> dict[str, Any]:
    from django.core.management import call_command

    from ..catalogue import changes

    call_command("migrate", verbosity=0)
    random_ = random.Random(8)
    number = 0
    for start in range(0, seeded, 500):
        _add(range(start, min(start + 500, seeded)), changes.BULK, False, random_)
        number = start + 500
    follower = _child("follow", home)
    searcher = _child("search", home)
    try:
        _wait(follower, "idle")
        _wait(searcher, "ready")
        alone, number = _half(searcher, seconds / 2, number, random_)
        bulk = _child("bulk", home)
        try:
            _wait(bulk, "ready")
            beside, number = _half(searcher, seconds / 2, number, random_)
        finally:
            rest, _ = bulk.communicate("stop\n", timeout=30)
        beside["bulk_papers_per_second"] = float(rest.strip().split()[-1])
        return {**alone, "beside_bulk": beside}
    finally:
        for child in (follower, searcher):
            child.kill()
            child.wait()


def _half(
    searcher: subprocess.Popen[str], seconds: float, number: int, random_: random.Random
) -> tuple[dict[str, Any], int]:
    from ..catalogue import changes

    assert searcher.stdin is not None and searcher.stdout is not None
    found: dict[str, list[float]] = {"words": [], "meaning": []}
    missed = papers = 0
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        (row,) = _add(range(number, number + 1), changes.INTERACTIVE, True, random_)
        committed = time.time()
        searcher.stdin.write(f"{row} {_word(number)}\n")
        searcher.stdin.flush()
        answer = json.loads(searcher.stdout.readline())
        for name, values in found.items():
            if answer[name] is None:
                missed += 1
            else:
                values.append(max(0.0, (answer[name] - committed) * 1000))
        number, papers = number + 1, papers + 1
        time.sleep(random_.uniform(0.0, 0.1))
    figures: dict[str, Any] = {}
    for name, values in found.items():
        figures[f"{name}_p50_ms"], figures[f"{name}_p99_ms"] = _quantile(values, 0.5), _quantile(values, 0.99)
    return {**figures, "missed": missed, "papers": papers}, number


def _quantile(values: list[float], part: float) -> float | None:
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(part * len(ordered)))], 1) if ordered else None


def _follow(home: Path) -> None:
    from ..search.follower import Follower

    follower = Follower(home / "index")
    follower.drain()
    print("idle", flush=True)  # noqa: T201
    while True:
        if not follower.step():
            time.sleep(0.01)


def _search(home: Path) -> None:
    """Read "row word" lines; answer with the times at which each was found first, None when it never was."""
    from ..search.reader import IndexReader

    reader = IndexReader(home / "index")
    for _ in _until(START_SECONDS):
        if (home / "index" / "current").exists():
            reader.refresh()
            break
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        row, word = line.split()
        times: dict[str, float | None] = {"words": None, "meaning": None}
        for now in _until(GRACE_SECONDS):
            snapshot = reader.refresh()
            if times["words"] is None and _by_words(snapshot, word) == [int(row)]:
                times["words"] = now
            if times["meaning"] is None and _by_meaning(snapshot, int(row)):
                times["meaning"] = now
            if None not in times.values():
                break
        print(json.dumps(times), flush=True)  # noqa: T201


def _until(seconds: float) -> Iterator[float]:
    """The time of day again and again, 1 ms apart, for ``seconds``."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        time.sleep(0.001)
        yield time.time()


def _by_words(snapshot: Any, word: str) -> list[int]:
    import tantivy

    from ..search import schema

    query = tantivy.Query.term_query(snapshot.schema, schema.F_TITLE, schema.stems(word)[0])
    hits = [address for _, address in snapshot.searcher.search(query, 5).hits]
    return [int(row) for row in snapshot.searcher.fast_field_values(schema.F_ROW, hits)] if hits else []


def _by_meaning(snapshot: Any, row: int) -> bool:
    """Whether a scan over the codes with the paper's own vector puts it first."""
    import numpy as np

    columns = snapshot.columns
    if row >= columns.rows or not columns.live[row]:
        return False
    distances = np.bitwise_count(columns.codes ^ columns.codes[row]).sum(axis=1)
    distances[~columns.live] = 999
    return bool(distances[row] == distances.min())


def _bulk(_home: Path) -> None:
    """Write papers through the bulk lane, 60 a transaction and a pause as long, until a line is read."""
    import select

    from ..catalogue import changes

    random_ = random.Random(9)
    number, began = 500_000_000, time.monotonic()
    print("ready", flush=True)  # noqa: T201
    while not select.select([sys.stdin], [], [], 0)[0]:
        started = time.monotonic()
        _add(range(number, number + 60), changes.BULK, False, random_)
        number += 60
        time.sleep(time.monotonic() - started)
    print((number - 500_000_000) / (time.monotonic() - began), flush=True)  # noqa: T201


def main(arguments: list[str]) -> None:
    """One of the roles of the measurement, each in its own process."""
    import django

    django.setup()
    role, home, rest = arguments[0], arguments[1], arguments[2:]
    if role == "measure":
        print(json.dumps(_measure(home, float(rest[0]), int(rest[1]))))  # noqa: T201
    else:
        {"follow": _follow, "search": _search, "bulk": _bulk}[role](Path(home))


if __name__ == "__main__":
    main(sys.argv[1:])
