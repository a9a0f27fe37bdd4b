"""A gentle limit for anonymous clients that walk the archive, so that readers do not feel them."""

from __future__ import annotations

import ipaddress
import logging
import math
import mmap
import struct
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

from django.http import HttpRequest

from broadsheet.config import current

log = logging.getLogger("broadsheet.web")
BURST = 60.0  # pages at once: a person with many tabs never meets the limit
RATE = 4.0  # pages a second afterwards, per address
KEPT = 20_000  # addresses remembered; the one longest away is forgotten first
_FREE = ("/static/", "/healthz", "/robots.txt", "/acts", "/setup", "/settings", "/mail/stop/")


class Buckets:
    """Token buckets by client: ``take`` returns 0.0 when a page may be had, else the seconds to wait."""

    def __init__(self, burst: float = BURST, rate: float = RATE, clock: Callable[[], float] = time.monotonic) -> None:
        self.burst, self.rate, self._clock = burst, rate, clock
        self._full: OrderedDict[str, tuple[float, float]] = OrderedDict()  # client -> (tokens, when counted)
        self._lock = threading.Lock()

    def take(self, client: str) -> float:
        """Take one token of ``client``."""
        now = self._clock()
        with self._lock:
            tokens, then = self._full.pop(client, (self.burst, now))
            tokens = min(self.burst, tokens + (now - then) * self.rate)
            wait = 0.0 if tokens >= 1 else (1 - tokens) / self.rate
            self._full[client] = (tokens - 1 if not wait else tokens, now)
            if len(self._full) > KEPT:
                self._full.popitem(last=False)
        return wait

    def left(self, client: str) -> float:
        """How many tokens the client has, without taking one."""
        with self._lock:
            tokens, then = self._full.get(client, (self.burst, self._clock()))
            return min(self.burst, tokens + (self._clock() - then) * self.rate)


class SharedBuckets:
    """The same for several processes: buckets in a small file that all of them map.

    A record is (hash of the client, tokens, when counted by the clock that all processes of a machine share). Two
    processes that take at the very same moment may count one page instead of two; nothing else can go wrong.
    """

    _RECORD = struct.Struct("<Qdd")
    _SLOTS, _STEPS = 16_384, 8

    def __init__(self, path: Path, burst: float = BURST, rate: float = RATE,
                 clock: Callable[[], float] = time.monotonic) -> None:
        self.burst, self.rate, self._clock = burst, rate, clock
        size = self._RECORD.size * self._SLOTS
        with path.open("a+b") as file:
            if file.seek(0, 2) != size:
                file.truncate(size)
            self._map = mmap.mmap(file.fileno(), size)
        self._lock = threading.Lock()

    def _find(self, wanted: int, now: float) -> tuple[int, float]:
        """Place and tokens of a client; who is new takes the place of whoever was away longest among a few."""
        oldest = (math.inf, 0)
        for step in range(self._STEPS):
            place = (wanted + step) % self._SLOTS * self._RECORD.size
            owner, tokens, then = self._RECORD.unpack_from(self._map, place)
            if owner == wanted and then <= now:
                return place, min(self.burst, tokens + (now - then) * self.rate)
            oldest = min(oldest, (then if then <= now else -1.0, place))
        return oldest[1], self.burst

    def take(self, client: str) -> float:
        """Take one token of ``client``."""
        wanted = int.from_bytes(blake2b(client.encode(), digest_size=8).digest(), "little") or 1
        now = self._clock()
        with self._lock:
            place, tokens = self._find(wanted, now)
            wait = 0.0 if tokens >= 1 else (1 - tokens) / self.rate
            self._RECORD.pack_into(self._map, place, wanted, tokens - 1 if not wait else tokens, now)
        return wait

    def left(self, client: str) -> float:
        """How many tokens the client has, without taking one."""
        wanted = int.from_bytes(blake2b(client.encode(), digest_size=8).digest(), "little") or 1
        with self._lock:
            return self._find(wanted, self._clock())[1]


def client_of(request: HttpRequest) -> str:
    """Who asks."""
    return client_in(request.META)


def client_in(environ: Mapping[str, Any]) -> str:
    """Who asks: the peer, or what the nearest proxy says when the peer is a private address.

    IPv6 clients count by their /64, the smallest net that a customer gets (RFC 6177).
    """
    peer = str(environ.get("REMOTE_ADDR") or "")
    try:
        address = ipaddress.ip_address(peer)
        if address.is_private and not current().trusted_proxies:  # named ones were heard before (``proxies.py``)
            # A proxy appends the address it saw, so only the last entry cannot be invented by the client.
            told = str(environ.get("HTTP_X_FORWARDED_FOR") or "").rpartition(",")[2].strip()
            address = ipaddress.ip_address(told) if told else address
    except ValueError:
        return peer
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def counts(path: str) -> bool:
    """Whether a page is counted. The front page is not: it is cached, and everybody's first."""
    return path != "/" and not path.startswith(_FREE)


def shared(name: str, burst: float, rate: float) -> Buckets | SharedBuckets:
    """Buckets of a file ``name`` in the data directory; of this process alone where no file can be had."""
    try:
        return SharedBuckets(current().data / name, burst, rate)
    except OSError as problem:
        log.warning("Callers are counted by each process alone: %s (%s)", current().data / name, problem.strerror)
        return Buckets(burst, rate)


def share() -> None:
    """Let all web processes of this installation count together; each counts alone where no file can be had."""
    from .middleware import ReaderMiddleware

    data = current().data
    try:
        ReaderMiddleware.buckets = SharedBuckets(data / "walkers")
    except OSError as problem:
        log.warning("Walkers are counted by each process alone: %s (%s)", data / "walkers", problem.strerror)
