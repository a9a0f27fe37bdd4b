"""`bench web` and `bench crawl`: pages over HTTP from a server of our own, on a copy of the database.

The server runs on loopback with a free port and is stopped at the end; all that it writes goes into a throw-away copy.
"""

from __future__ import annotations

import http.client
import itertools
import random
import secrets
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from ..catalogue.models import Paper
from ..config import Config
from ..errors import BroadsheetError
from ..web.shown import paper_path
from .clients import Browser, Client, cpu_seconds, percentiles, run
from .serving import server, settle

COLD = 30_000  # papers of which each is asked for once
_WORDS = 60  # distinct search queries drawn from titles
_READ = 40  # papers of the day that each reader has marked as read


def _stranger() -> str:
    """A header that names an address of the block for benchmarks (RFC 2544): the crawlers' limit stays out."""
    return (f"X-Forwarded-For: 198.{random.randint(18, 19)}.{random.randint(0, 255)}."
            f"{random.randint(1, 254)}\r\n")


@contextmanager
def _copy(config: Config) -> Iterator[Path]:
    """A throw-away data directory with a copy of the database and links to the index."""
    with tempfile.TemporaryDirectory(prefix="broadsheet-bench-", ignore_cleanup_errors=True) as folder:
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


def _local_cookie(port: int, data: Path) -> str:
    """The cookies of local mode."""
    browser = Browser(port)
    browser.ask("GET", f"/?key={(data / 'local-token').read_text('ascii').strip()}")
    if not browser.cookies:
        raise BroadsheetError("The server did not let the benchmark in as the local reader; nothing was measured.")
    return browser.cookie


def _reader_cookie(port: int, pages: _Pages, draw: random.Random) -> str:
    """The cookies of a new reader with settings and marks of his own, made as a browser would make them."""
    browser = Browser(port, **{"X-Forwarded-For": _stranger().split()[1]})
    first, *rest = draw.sample(pages.of_day, min(len(pages.of_day), _READ))
    browser.send(f"/acts?act=save:{first}", "/acts", act=f"save:{first}", keep="1")
    browser.send("/settings", "/settings", order="chosen", categories="", without=draw.choice(pages.words),
                 theme="system", keys="on", keep_marks="on")
    if rest:
        browser.send("/saved", "/acts", act=f"read:{','.join(rest)}")
    return browser.cookie


@dataclass(frozen=True, slots=True)
class _Pages:
    """What is asked for: a day and keys of its papers, addresses of papers over all years, queries, single words."""

    day: str
    of_day: list[str]
    papers: list[str]
    queries: list[str]
    words: list[str]


def _pages(day: str | None, draw: random.Random) -> _Pages:
    from django.db.models import Count

    live = Paper.objects.filter(state="live")
    counted = live.filter(edition_day__isnull=False).values("edition_day")
    largest = counted.annotate(n=Count("id")).order_by("-n").first()
    if largest is None:
        raise BroadsheetError("There are no papers to measure with. Import some first; nothing was changed.")
    chosen = day or str(largest["edition_day"])
    of_day = list(live.filter(edition_day=chosen).values_list("key", flat=True)[:1000])
    if not of_day:
        raise BroadsheetError(f"No paper belongs to {chosen}. Choose another day with --day; nothing was changed.")
    rows = list(live.values_list("identifiers", "key"))
    sample = draw.sample(rows, min(COLD, len(rows)))
    titles = live.filter(key__in=[key for _, key in sample[:_WORDS]]).values_list("title", flat=True)
    queries, words = [], ["survey"]
    for title in titles:
        found = [word for word in title.split() if word.isalnum() and len(word) > 3]
        queries.append(quote_plus(" ".join(draw.sample(found, min(len(found), draw.choice([1, 2, 3])))) or "paper"))
        words += found[:1]
    return _Pages(chosen, of_day, [f"/papers/{paper_path(names, key)}" for names, key in sample], queries, words)


class _Meter:
    """Runs kinds of requests and counts what they cost both sides."""

    def __init__(self, seconds: float, server: int) -> None:
        self.seconds, self.server = seconds, server

    def block(self, name: str, clients: Sequence[Client], address: Callable[[], str]) -> dict[str, Any]:
        """Times under ``name``; CPU milliseconds a request of server and clients where the system tells them."""
        run(clients[:1], 0.3, address)  # the first request of a kind loads its parts
        before, own = cpu_seconds(self.server), time.process_time()
        times = run(clients, self.seconds, address)
        after, own = cpu_seconds(self.server), time.process_time() - own
        made = dict(zip((f"{name}_p50_ms", f"{name}_p99_ms"), percentiles(times), strict=True))
        made[f"{name}_per_second"] = round(len(times) / self.seconds, 1)
        if before is not None and after is not None:
            made[f"{name}_server_cpu_ms"] = round((after - before) * 1000 / len(times), 2)
        made[f"{name}_client_cpu_ms"] = round(own * 1000 / len(times), 2)
        return made


def run_web(config: Config, *, clients: int, day: str | None, seconds: float) -> dict[str, Any]:
    """Times of front, paper and search pages with ``clients`` clients at once, ``seconds`` a kind.

    ``anonymous_cached``: the same page again; ``anonymous_cold``: papers that nobody has asked for before, and the
    front page narrowed by words that nobody has named before; ``reader``: that many readers, each with settings and
    marks of his own, the front page and papers that nobody has asked for before; their keys stand at the top as well.
    ``reader_after_act``: the front page, each time after an act of the same reader, so that it is built anew. On
    PostgreSQL, whose database is no copy, nothing is written: the readers are one in local mode, without marks.
    Milliseconds; budgets in DESIGN.
    """
    draw = random.Random(7)
    pages = _pages(day, draw)
    out: dict[str, Any] = {"day": pages.day, "clients": clients}
    front = f"/papers/date/{pages.day}"
    cold = itertools.cycle(pages.papers)
    narrowed = (f"{front}?without={quote_plus(word)},zz{number}"
                for number, word in enumerate(itertools.cycle(pages.words)))
    with _copy(config) as data, server(data) as (port, process):
        meter = _Meter(seconds, process)
        if config.postgres:
            cookies = [_local_cookie(port, data)] * clients
        else:
            cookies = [_reader_cookie(port, pages, draw) for _ in range(clients)]
        readers = [Client(port, f"Cookie: {cookie}\r\n".__str__) for cookie in cookies]
        everyone = [Client(port, _stranger) for _ in range(clients)]
        settle(process)
        run(everyone, 1.0, lambda: next(cold))
        for name, group, at_front, at_paper in (
            ("anonymous_cached", everyone, lambda: front, lambda: pages.papers[0]),
            ("anonymous_cold", everyone, lambda: next(narrowed), lambda: next(cold)),
            ("reader", readers, lambda: front, lambda: next(cold)),
        ):
            out[name] = meter.block("front", group, at_front)
            out[name]["front_bytes"] = max(client.bytes for client in group)
            out[name] |= meter.block("paper", group, at_paper)
        if not config.postgres:
            out["reader_after_act"] = _after_acts(port, cookies[0], pages, front)
        out |= meter.block("search", readers, lambda: f"/search?q={draw.choice(pages.queries)}")
        mixed = [front, *pages.papers[:40], *(f"/search?q={q}" for q in pages.queries[:5])]
        out["requests_per_second"] = round(len(run(readers, seconds, lambda: draw.choice(mixed))) / seconds, 1)
    return {**out["reader"], **out}


def _after_acts(port: int, cookie: str, pages: _Pages, front: str) -> dict[str, Any]:
    """The front page of one reader, each time after he has marked one more paper."""
    browser = Browser(port)
    browser.cookies = dict(part.split("=", 1) for part in cookie.split("; "))
    client = Client(port, f"Cookie: {cookie}\r\n".__str__)
    times = []
    for key in pages.of_day[: _READ]:
        browser.send("/saved", "/acts", act=f"read:{key}")
        times += run([client], 0.0, lambda: front)
    return dict(zip(("front_p50_ms", "front_p99_ms"), percentiles(times), strict=True))


def run_crawl(config: Config, *, seconds: float, pages_per_second: float = 20.0) -> dict[str, Any]:
    """The front page for one reader with settings of his own, while a crawler walks random papers."""
    draw = random.Random(11)
    pages = _pages(None, draw)
    with _copy(config) as data, server(data) as (port, _):
        cookie = _local_cookie(port, data) if config.postgres else _reader_cookie(port, pages, draw)
        reader = Client(port, f"Cookie: {cookie}\r\n".__str__)
        run([reader], 0.5, lambda: "/")
        done = threading.Event()
        met: dict[int, int] = {}

        def crawl() -> None:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            due = time.monotonic()
            while not done.is_set():
                connection.request("GET", draw.choice(pages.papers), headers={"Accept-Encoding": "gzip"})
                answer = connection.getresponse()
                answer.read()
                met[answer.status] = met.get(answer.status, 0) + 1
                due += 1 / pages_per_second
                done.wait(max(0.0, due - time.monotonic()))

        thread = threading.Thread(target=crawl)
        thread.start()
        times: list[float] = []
        ends = time.monotonic() + seconds
        try:
            while time.monotonic() < ends:
                times += run([reader], 0.0, lambda: "/")
                time.sleep(0.05)
        finally:
            done.set()
            thread.join()
    middle, high = percentiles(times)
    return {"front_p50_ms": middle, "front_p99_ms": high, "refused": met.get(429, 0), "crawled": sum(met.values())}
