"""``python -m tests.soak.large_file --home DIR``: the importer's memory while 2 GB come in, through a pipe.

Three kinds of input, each into a data directory of its own: ``padded`` (few papers, 100 KB each, most of it in a field
that nobody knows), ``repeated`` (the same thousand papers again and again) and ``long`` (abstracts of 8 KB, as
``repeated`` but all different). Memory is read from /proc when 200 MB, 1 GB and 2 GB have been taken; the importer's
own (RssAnon) has to stay flat: at the end at most a quarter and 32 MB above what it was at the first mark. Pages of
the mapped database (RssFile) are shown beside it; the system takes them back when it needs them.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
from tests.support.program import spawn

MARKS = (200, 1000, 2000)  # MB of input
SENTENCE = "We measure the memory of an importer while a long river of records runs through it, number {0}. "


def record(number: int, **fields: object) -> bytes:
    """One line: a small paper of 2024."""
    made = {"id": f"arxiv:24{number // 99_999 % 12 + 1:02d}.{number % 99_999 + 1:05d}", "title": f"Paper {number}",
            "abstract": SENTENCE.format(number), "authors": ["Lovelace, Ada"], "published": "2024-05-27"}  # fmt: skip
    return orjson.dumps({**made, **fields}) + b"\n"


def padded() -> Iterator[bytes]:
    """Papers of 100 KB, nearly all of it unknown to the format."""
    padding = "".join(SENTENCE.format(n) for n in range(1_000))[:100_000]
    number = 0
    while True:
        yield record(number, padding=padding)
        number += 1


def repeated() -> Iterator[bytes]:
    """A thousand papers with long abstracts, again and again: unchanged after the second time."""
    lines = [record(number, abstract="".join(SENTENCE.format(number * n) for n in range(80))) for number in range(1000)]
    while True:
        yield from lines


def long() -> Iterator[bytes]:
    """Papers of 8 KB, all different."""
    number = 0
    while True:
        yield record(number, abstract="".join(SENTENCE.format(number * n) for n in range(80)))
        number += 1


KINDS: dict[str, Callable[[], Iterator[bytes]]] = {"padded": padded, "repeated": repeated, "long": long}


def memory(process: int) -> dict[str, int]:
    """MB of a process: its own pages, those of mapped files, and the highest sum there was."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    found = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith(("Rss", "VmHWM"))}
    return {name: int(found[name]) // 1024 for name in ("RssAnon", "RssFile", "VmHWM")}


def measure(kind: str, home: Path, marks: tuple[int, ...]) -> bool:
    """Feed an importer and print its memory at each mark; whether it stayed flat."""
    data, pipe = home / kind, home / f"{kind}.jsonl"
    os.mkfifo(pipe)
    importer = spawn("import", pipe, "--no-index", data=data)
    started, taken, seen = time.monotonic(), 0, []
    lines = KINDS[kind]()
    with pipe.open("wb", buffering=1 << 20) as out:
        for mark in marks:
            while taken < mark << 20:
                taken += out.write(next(lines))
            seen.append(memory(importer.pid))
            print(f"{kind}: {mark:,} MB after {time.monotonic() - started:.0f} s: {seen[-1]}", flush=True)
    code = importer.wait()
    flat = seen[-1]["RssAnon"] <= seen[0]["RssAnon"] * 1.25 + 32
    judged = "flat" if flat else "NOT FLAT"
    print(f"{kind}: exit code {code} after {time.monotonic() - started:.0f} s, {judged}", flush=True)
    pipe.unlink()
    return flat and code == 0


def main(arguments: list[str]) -> int:
    """0 when every kind stayed flat."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True, help="an empty directory with some GB of room")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--marks", nargs="+", type=int, default=MARKS, help="MB of input at which memory is read")
    given = parser.parse_args(arguments)
    given.home.mkdir(parents=True, exist_ok=True)
    stayed = [measure(kind, given.home, tuple(given.marks)) for kind in given.kinds]
    return int(not all(stayed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
