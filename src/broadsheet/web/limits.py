"""A gentle limit for anonymous clients that walk the archive, so that readers do not feel them."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest

BURST = 60.0  # pages at once: a person with many tabs never meets the limit
RATE = 4.0  # pages a second afterwards, per address and process
KEPT = 20_000  # addresses remembered; the one longest away is forgotten first
_FREE = ("/static/", "/healthz", "/robots.txt", "/acts", "/setup", "/settings")


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
        if address.is_private:
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
