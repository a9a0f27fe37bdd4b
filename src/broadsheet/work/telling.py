"""The loop that tells readers what is new of what they follow, voted for or saved; one process at a time."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.db import close_old_connections

from ..catalogue import leases
from ..config import Config
from ..errors import BroadsheetError
from ..readers import news

log = logging.getLogger("broadsheet.work")
EVERY = 5.0  # seconds between two looks at the change log
SEARCH_EVERY = 300.0  # seconds between two rounds of the followed searches
LEASE, LEASE_SECONDS = "news", 120.0
NEWEST = 100  # hits of a followed search that are looked at


def loop(config: Config, stop: threading.Event) -> None:
    """Tell until ``stop`` is set."""
    holder = f"{socket.gethostname()}:{os.getpid()}:news"
    searched = 0.0
    while not stop.wait(EVERY):
        moment = datetime.now(UTC)
        if not leases.acquire(LEASE, holder, LEASE_SECONDS, moment):
            continue
        try:
            today = moment.astimezone(ZoneInfo(config.timezone)).date()
            due = moment.timestamp() - searched >= SEARCH_EVERY
            outcome = news.step(moment, today, _newest if due else None)
            searched = moment.timestamp() if due else searched
            while outcome.read and not stop.is_set():
                leases.renew(LEASE, holder, LEASE_SECONDS, datetime.now(UTC))
                outcome = news.step(datetime.now(UTC), today)
        finally:
            leases.release(LEASE, holder)
        close_old_connections()


def _newest(text: str) -> Iterable[int]:
    """Row ids of the newest sure hits of a search; none while there is no index."""
    from ..search import service

    try:
        hits = service.search(text, mode="words", order="newest", limit=NEWEST, today=datetime.now(UTC).date(),
                              with_facets=False).hits
    except BroadsheetError as problem:
        log.info("A followed search was not asked: %s", problem)
        return []
    return [hit.row for hit in hits if hit.sure]
