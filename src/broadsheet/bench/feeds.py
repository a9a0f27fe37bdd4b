"""`broadsheet bench feeds`: what programs that poll feeds cost, over HTTP, on a copy of the database.

The copy's editions are moved so that the newest is yesterday's, and get readers with saved papers, a collection, a
stream and a secret address each. Then polls of all kinds of feed come one after another, nine of ten with the tag of
what was had before, while somebody votes after every ``ACT_EVERY``-th poll (each ten seconds at 10,000 polls an
hour) and a paper changes after every ``PAPER_EVERY``-th (each five minutes).
"""

from __future__ import annotations

import http.client
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from ..config import Config
from ..errors import BroadsheetError, UsageError
from .clients import cpu_seconds, percentiles
from .serving import server, settle
from .web import _copy, _stranger

ACT_EVERY, PAPER_EVERY = 28, 840
HOUR = 10_000  # polls
_SHARES = {"front": 15, "all": 6, "list": 5, "trending": 5, "comments": 4, "topics": 35, "search": 8, "authors": 5,
           "organisations": 2, "private": 15}


@dataclass
class Poller:
    """Asks for feeds on one connection and remembers their tags."""

    port: int
    tags: dict[str, str] = field(default_factory=dict)
    times: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    bytes: int = 0
    _connection: http.client.HTTPConnection | None = None

    def ask(self, kind: str, address: str, *, known: bool) -> None:
        """One poll; ``known``: with the tag of what was had before."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        name, _, value = _stranger().strip().partition(": ")
        headers = {"Accept-Encoding": "gzip", name: value}
        if known and address in self.tags:
            headers["If-None-Match"] = self.tags[address]
        started = time.perf_counter()
        self._connection.request("GET", address, headers=headers)
        answer = self._connection.getresponse()
        self.bytes += len(answer.read())
        self.times.setdefault(kind, []).append((time.perf_counter() - started) * 1000)
        self.statuses[answer.status] += 1
        if answer.status not in {200, 304}:
            raise BroadsheetError(f"{address} answered {answer.status} to the benchmark; nothing was measured.")
        self.tags[address] = answer.headers.get("ETag") or self.tags.get(address, "")


def run_feeds(config: Config, *, polls: int, paced: bool) -> dict[str, Any]:
    """Poll ``polls`` times; CPU milliseconds of the server for each, times, and what 10,000 an hour take of a core.

    ``paced``: 10,000 an hour, which matters for what is kept for a minute; else as fast as they are answered.
    """
    if config.postgres:
        raise UsageError("Feeds are measured on a copy, and a database on a server is not copied. Nothing was "
                         "measured.")
    draw = random.Random(12)
    with _copy(config) as data, _Site(data) as site, server(data) as (port, process):
        settle(process)
        poller, addresses = Poller(port), site.addresses
        for kind in addresses:  # everything has been asked for once, as on a site that runs
            for one in addresses[kind]:
                poller.ask(kind, one, known=False)
        out: dict[str, Any] = {"feeds": sum(map(len, addresses.values()))}
        out |= _mixed(poller, site, process, draw, polls, 3600 / HOUR if paced else 0.0)
        for kind in ("topics", "front", "search", "private"):
            out[kind] = _block(poller, process, draw, kind, addresses[kind], 100)
    return out


def _mixed(poller: Poller, site: _Site, process: int, draw: random.Random, polls: int,
           pause: float) -> dict[str, Any]:
    poller.times, poller.statuses, poller.bytes = {}, Counter(), 0
    before, started = cpu_seconds(process), time.perf_counter()
    kinds = draw.choices(list(_SHARES), list(_SHARES.values()), k=polls)
    for number, kind in enumerate(kinds, 1):
        time.sleep(max(0.0, started + number * pause - time.perf_counter()))
        poller.ask(kind, draw.choice(site.addresses[kind]), known=draw.random() < 0.9)
        if number % ACT_EVERY == 0:
            site.write("vote")
        if number % PAPER_EVERY == 0:
            site.write("paper")
    seconds, after = time.perf_counter() - started, cpu_seconds(process)
    times = [one for kind in poller.times.values() for one in kind]
    made: dict[str, Any] = {
        "polls": polls, "answered_200": poller.statuses[200], "answered_304": poller.statuses[304],
        "kilobytes_sent": poller.bytes // 1000, "seconds": round(seconds, 1)}
    made |= dict(zip(("p50_ms", "p99_ms"), percentiles(times), strict=True))
    if before is not None and after is not None:
        each = (after - before) * 1000 / polls
        made |= {"cpu_ms_per_poll": round(each, 2), f"core_percent_at_{HOUR}_an_hour": round(each * HOUR / 36_000, 2)}
    return made


def _block(poller: Poller, process: int, draw: random.Random, kind: str, addresses: Sequence[str],
           polls: int) -> dict[str, float]:
    """One kind alone, nothing being written: with tags, then without."""
    made: dict[str, float] = {}
    for known, word in ((True, "known"), (False, "whole")):
        poller.times = {}
        before = cpu_seconds(process)
        for _ in range(polls):
            poller.ask(kind, draw.choice(addresses), known=known)
        after = cpu_seconds(process)
        if before is not None and after is not None:
            made[f"{word}_cpu_ms"] = round((after - before) * 1000 / polls, 2)
        made[f"{word}_p50_ms"] = percentiles(poller.times[kind])[0]
    return made


class _Site:
    """A process that fills the copy and writes to it when told, as the site's other processes would."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.addresses: dict[str, list[str]] = {}

    def __enter__(self) -> _Site:
        self._child = subprocess.Popen([sys.executable, "-m", "broadsheet.bench.feed_site", str(self.data)],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        line = self._out.readline()
        if not line:
            self._child.wait()
            raise BroadsheetError("The copy could not be filled; the words of the process stand above.")
        self.addresses = json.loads(line)
        return self

    def __exit__(self, *what: object) -> None:
        self._child.kill()
        self._child.wait()

    @property
    def _out(self) -> IO[bytes]:
        assert self._child.stdout is not None
        return self._child.stdout

    def write(self, what: str) -> None:
        """Have a vote cast, or a paper change; returns when it is committed."""
        assert self._child.stdin is not None
        self._child.stdin.write(f"{what}\n".encode())
        self._child.stdin.flush()
        self._out.readline()
