"""`bench web` and `bench crawl`: pages over HTTP from a server of our own, on a copy of the database.

The server runs on loopback with a free port and is stopped at the end; all that it writes goes into a throw-away copy.
"""

from __future__ import annotations

import http.client
import os
import random
import secrets
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from ..catalogue.models import Paper
from ..config import Config
from ..errors import BroadsheetError

PAPERS = 300  # distinct paper pages asked for
_WORDS = 60  # distinct search queries drawn from titles


def _stranger() -> str:
    """An address of the block for benchmarks (RFC 2544)."""
    return f"198.{random.randint(18, 19)}.{random.randint(0, 255)}.{random.randint(1, 254)}"


@dataclass(slots=True)
class _Client:
    """One client with its own connection and cookies."""

    port: int
    cookie: str = ""
    many: bool = True  # without a cookie: every request from another stranger, so that the crawlers' limit stays out
    times: list[float] = field(default_factory=list)
    bytes: list[int] = field(default_factory=list)
    refused: int = 0
    _connection: http.client.HTTPConnection | None = None

    def get(self, address: str) -> http.client.HTTPResponse:
        """One GET; its time in milliseconds is kept."""
        connection = self._connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        self._connection = connection
        headers = {"Accept-Encoding": "gzip", "Host": f"127.0.0.1:{self.port}"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        elif self.many:
            headers["X-Forwarded-For"] = _stranger()
        started = time.perf_counter()
        connection.request("GET", address, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        self.times.append((time.perf_counter() - started) * 1000)
        self.bytes.append(len(body))
        if answer.status == 429:
            self.refused += 1
        elif answer.status != 200:
            raise BroadsheetError(f"{address} answered {answer.status} to the benchmark; nothing was changed.")
        return answer


def _percentiles(times: Sequence[float]) -> tuple[float, float]:
    """Median and 99th percentile, milliseconds."""
    if len(times) < 2:
        return (round(times[0], 2),) * 2 if times else (0.0, 0.0)
    return round(statistics.median(times), 2), round(statistics.quantiles(times, n=100)[98], 2)


@contextmanager
def _copy(config: Config) -> Iterator[Path]:
    """A throw-away data directory with a copy of the database and links to the index."""
    with tempfile.TemporaryDirectory(prefix="broadsheet-bench-") as folder:
        data = Path(folder)
        if not config.postgres:
            with sqlite3.connect(config.data / "broadsheet.sqlite3") as live:
                live.execute("PRAGMA wal_checkpoint(PASSIVE)")
                with sqlite3.connect(data / "broadsheet.sqlite3") as kept:
                    live.backup(kept)
                kept.close()
            live.close()
        if config.index_dir.exists():
            (data / "index").symlink_to(config.index_dir.resolve())
        (data / "local-token").write_text(secrets.token_urlsafe(24), "ascii")
        yield data


@contextmanager
def _server(data: Path) -> Iterator[int]:
    """`broadsheet web` on a free port; yields the port once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "broadsheet", "web", "--port", str(port), "--data", str(data)]
    environ = {name: value for name, value in os.environ.items() if name not in ("BROADSHEET_HOST", "BROADSHEET_PORT")}
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environ)
    try:
        ends = time.monotonic() + 60
        while True:
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
            except OSError:
                if child.poll() is not None or time.monotonic() > ends:
                    raise BroadsheetError(
                        "The server of the benchmark did not start; run `broadsheet doctor`."
                    ) from None
                time.sleep(0.05)
        yield port
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _local_cookie(port: int, data: Path) -> str:
    """The cookies of a reader in local mode with settings of his own."""
    token = (data / "local-token").read_text("ascii").strip()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", f"/?key={token}", headers={"Host": f"127.0.0.1:{port}"})
    answer = connection.getresponse()
    answer.read()
    cookies = [value.split(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie"]
    if not cookies:
        raise BroadsheetError("The server did not let the benchmark in as the local reader; nothing was measured.")
    return "; ".join(cookies)


def _addresses(port: int, keys: Sequence[str]) -> list[str]:
    """The canonical addresses of papers, found by asking for their keys."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    found = []
    for key in keys:
        connection.request("GET", f"/papers/{key}", headers={"X-Forwarded-For": _stranger()})
        answer = connection.getresponse()
        answer.read()
        found.append(answer.getheader("Location") or f"/papers/{key}")
    return found


def _run(clients: Sequence[_Client], seconds: float, address: Callable[[], str]) -> list[float]:
    """All clients ask as fast as they can for ``seconds``; every time, milliseconds."""
    faults: list[BaseException] = []
    ends = time.monotonic() + seconds

    def ask(client: _Client) -> None:
        try:
            while time.monotonic() < ends:
                client.get(address())
        except (OSError, ValueError, BroadsheetError, http.client.HTTPException) as problem:
            faults.append(problem)

    for client in clients:
        client.times.clear()
    threads = [threading.Thread(target=ask, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise BroadsheetError(f"The benchmark met a fault: {faults[0]}")
    return [value for client in clients for value in client.times]


@dataclass(frozen=True, slots=True)
class _Pages:
    day: str
    papers: list[str]
    queries: list[str]


def _pages(day: str | None, draw: random.Random) -> _Pages:
    from django.db.models import Count

    counted = Paper.objects.filter(state="live", edition_day__isnull=False).values("edition_day")
    largest = counted.annotate(n=Count("id")).order_by("-n").first()
    if largest is None:
        raise BroadsheetError("There are no papers to measure with. Import some first; nothing was changed.")
    chosen = day or str(largest["edition_day"])
    ids = list(Paper.objects.filter(state="live").order_by("id").values_list("id", flat=True))
    sample = draw.sample(ids, min(3000, len(ids)))
    rows = list(Paper.objects.filter(id__in=sample[:900]).values_list("key", "title"))
    queries = []
    for _, title in rows[:_WORDS]:
        words = [word for word in title.split() if word.isalnum() and len(word) > 3]
        queries.append(quote_plus(" ".join(draw.sample(words, min(len(words), draw.choice([1, 2, 3])))) or "paper"))
    return _Pages(chosen, [key for key, _ in rows], queries)


def run_web(config: Config, *, clients: int, day: str | None, seconds: float) -> dict[str, Any]:
    """Times of front, paper and search pages with ``clients`` clients at once, ``seconds`` a kind.

    ``anonymous_cached``: the same page again; ``anonymous_cold``: random papers, and the front page at addresses that
    no cache holds; ``reader``: in local mode, whose plain keys stand at the top. Milliseconds; budgets in DESIGN.
    """
    draw = random.Random(7)
    pages = _pages(day, draw)
    out: dict[str, Any] = {"day": pages.day, "clients": clients}
    front = f"/papers/date/{pages.day}"
    with _copy(config) as data, _server(data) as port:
        counter = iter(range(10**9))
        papers = _addresses(port, pages.papers[:PAPERS])
        everyone = [_Client(port) for _ in range(clients)]
        kinds = {
            "anonymous_cached": (everyone, lambda: front, lambda: papers[0]),
            "anonymous_cold": (
                everyone, lambda: f"{front}?without=zz{next(counter)}", lambda: draw.choice(papers),
            ),
            "reader": (
                [_Client(port, _local_cookie(port, data)) for _ in range(clients)],
                lambda: front, lambda: draw.choice(papers),
            ),
        }  # fmt: skip
        for name, (group, at_front, at_paper) in kinds.items():
            _run(group[:1], 0.5, at_front)  # the first request of a process loads its parts
            block = dict(
                zip(("front_p50_ms", "front_p99_ms"), _percentiles(_run(group, seconds, at_front)), strict=True)
            )
            block["front_bytes"] = max(group[0].bytes)
            block |= zip(("paper_p50_ms", "paper_p99_ms"), _percentiles(_run(group, seconds, at_paper)), strict=True)
            out[name] = block
        readers = kinds["reader"][0]
        _run(readers[:1], 1, lambda: f"/search?q={draw.choice(pages.queries)}")
        times = _run(readers, seconds, lambda: f"/search?q={draw.choice(pages.queries)}")
        out |= zip(("search_p50_ms", "search_p99_ms"), _percentiles(times), strict=True)
        mixed = [
            front,
            *papers[:40],
            *(f"/search?q={q}" for q in pages.queries[:5]),
        ]
        out["requests_per_second"] = round(len(_run(readers, seconds, lambda: draw.choice(mixed))) / seconds, 1)
    return {**out["reader"], **out}


def run_crawl(config: Config, *, seconds: float, pages_per_second: float = 20.0) -> dict[str, Any]:
    """The front page for one reader with settings of his own, while a crawler walks random papers and days."""
    draw = random.Random(11)
    pages = _pages(None, draw)
    with _copy(config) as data, _server(data) as port:
        reader = _Client(port, _local_cookie(port, data))
        crawler = _Client(port, many=False)
        reader.get("/")
        reader.times.clear()
        papers = _addresses(port, pages.papers[:PAPERS])
        done = threading.Event()

        def crawl() -> None:
            due = time.monotonic()
            while not done.is_set():
                crawler.get(draw.choice(papers))
                due += 1 / pages_per_second
                done.wait(max(0.0, due - time.monotonic()))

        thread = threading.Thread(target=crawl)
        thread.start()
        ends = time.monotonic() + seconds
        try:
            while time.monotonic() < ends:
                reader.get("/")
                time.sleep(0.05)
        finally:
            done.set()
            thread.join()
    middle, high = _percentiles(reader.times)
    return {"front_p50_ms": middle, "front_p99_ms": high, "refused": crawler.refused, "crawled": len(crawler.times)}
