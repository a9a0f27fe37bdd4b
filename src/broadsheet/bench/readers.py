"""`bench web --readers`: pages of a site with many votes and comments beside the same site without, in one run.

Two copies of the database, each with its server; one is filled with readers, votes and comments, the other has the
readers alone. Every kind of page is asked of both in turn, several rounds, so that what else the machine does falls on
both. Nothing outside throw-away directories changes.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..config import Config
from ..errors import UsageError
from .clients import Client, cpu_seconds, percentiles, run
from .serving import server, settle
from .web import _copy, _Pages, _pages, _stranger

ROUNDS = 3


@dataclass
class _Side:
    """One of the two sites."""

    port: int
    process: int
    cookies: list[str]
    slugs: list[str]
    day: str
    times: dict[str, list[float]] = field(default_factory=dict)
    cpu: dict[str, list[float]] = field(default_factory=dict)

    def measure(self, name: str, seconds: float, address: Callable[[], str], members: bool) -> None:
        """Ask one kind of page for ``seconds``."""
        if members:
            clients = [Client(self.port, f"Cookie: {cookie}\r\n".__str__) for cookie in self.cookies]
        else:
            clients = [Client(self.port, _stranger) for _ in self.cookies]
        run(clients[:1], 0.2, address)
        before = cpu_seconds(self.process)
        times = run(clients, seconds, address)
        after = cpu_seconds(self.process)
        self.times.setdefault(name, []).extend(times)
        if before is not None and after is not None:
            self.cpu.setdefault(name, []).append((after - before) * 1000 / len(times))

    def result(self, name: str) -> dict[str, float]:
        """Times of all rounds together."""
        middle, high = percentiles(self.times[name])
        made = {"p50_ms": middle, "p99_ms": high}
        if self.cpu.get(name):
            made["server_cpu_ms"] = round(statistics.median(self.cpu[name]), 2)
        return made


def run_readers(config: Config, *, clients: int, seconds: float, readers: int, votes: int, comments: int,
                ) -> dict[str, Any]:
    """Front, paper, trending and readers' pages without and with ``votes`` and ``comments`` of ``readers``.

    ``anonymous``: pages that nobody has asked for before; ``member``: readers who are signed in. For each kind the
    times ``without`` and ``with``, and ``ratio``, of the server's CPU time where the system tells it, else of the
    median. Raises :class:`UsageError` on PostgreSQL, whose database is no copy.
    """
    if config.postgres:
        raise UsageError("`bench web --readers` fills a copy of the database, and only SQLite's can be copied. Nothing "
                         "was measured.")
    draw = random.Random(7)
    pages = _pages(None, draw)
    with _site(config, pages, clients, readers, 0, 0) as plain, \
            _site(config, pages, clients, readers, votes, comments) as full:
        kinds = _kinds(pages, plain)
        for _ in range(ROUNDS):
            for name, (address, members) in kinds.items():
                for side in (plain, full):
                    side.measure(name, seconds / ROUNDS, address, members)
        out: dict[str, Any] = {"day": pages.day, "clients": clients, "readers": readers, "votes": votes,
                               "comments": comments}
        for name in kinds:
            out[name] = _compared(plain.result(name), full.result(name))
    out["worst_ratio"] = max(out[name]["ratio"] for name in kinds)
    return out


def _compared(without: dict[str, float], filled: dict[str, float]) -> dict[str, Any]:
    by = "server_cpu_ms" if "server_cpu_ms" in without else "p50_ms"
    return {"without": without, "with": filled, "ratio": round(filled[by] / max(without[by], 0.01), 2),
            "ratio_p50": round(filled["p50_ms"] / max(without["p50_ms"], 0.01), 2)}


def _kinds(pages: _Pages, side: _Side) -> dict[str, tuple[Callable[[], str], bool]]:
    """Kinds of pages: how their addresses are made, and whether members ask. Both sites are asked for the same."""
    front, words = f"/papers/date/{side.day}", itertools.count()
    papers, people = itertools.cycle(pages.papers), itertools.cycle(side.slugs)

    def narrowed(path: str) -> Callable[[], str]:
        return lambda: f"{path}?without=zz{next(words)}"

    return {
        "front_anonymous": (narrowed(front), False), "front_member": (narrowed(front), True),
        "paper_anonymous": (lambda: next(papers), False), "paper_member": (lambda: next(papers), True),
        "trending_anonymous": (narrowed("/trending"), False), "trending_member": (narrowed("/trending"), True),
        "profile_anonymous": (lambda: f"/readers/{next(people)}", False),
    }


@contextmanager
def _site(config: Config, pages: _Pages, clients: int, readers: int, votes: int, comments: int) -> Iterator[_Side]:
    with _copy(config) as data:
        found = _filled(data, readers, votes, comments, clients, pages.day)
        with server(data) as (port, process):
            settle(process)
            yield _Side(port, process, found["cookies"], found["slugs"], found["day"])


def _filled(data: Path, readers: int, votes: int, comments: int, sessions: int, day: str) -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BROADSHEET_")}
    command = [sys.executable, "-m", "broadsheet.bench.crowd", str(data), str(readers), str(votes), str(comments),
               str(sessions), day]
    done = subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment)
    found: dict[str, Any] = json.loads(done.stdout)
    return found
