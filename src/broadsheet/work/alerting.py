"""The worker's part in alerts: find what is new, bundle what is due, send it; one process for the whole site each."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import close_old_connections

from ..catalogue import leases
from ..catalogue.site import choices
from ..config import Config
from ..digest.alerts import bundling, finding, sending, service
from ..digest.alerts.ways import Ways
from ..digest.setup import setup_of
from ..web.frontpage import site_from

log = logging.getLogger("broadsheet.work")
EVERY = 3.0  # seconds between two looks at the change log and at what is due
FIND, LEASE_SECONDS = "alerts-find", 120.0


def find(config: Config, now: datetime, stop: Callable[[], bool] = lambda: False,
         look: finding.Look | None = None) -> finding.Found:
    """Read the change log to its indexed end and make the bundles that are due."""
    today = now.astimezone(ZoneInfo(config.timezone)).date()
    table = site_from(choices()).table
    look = look or finding.Index(today)
    done = finding.step(now, today, look, table)
    while done.read and not stop():
        more = finding.step(now, today, look, table)
        done.read, done.papers, done.messages = (
            done.read + more.read, done.papers + more.papers, done.messages + more.messages)
        if not more.read:
            break
    done.messages += bundling.bundle(now)
    return done


def send(config: Config, holder: str, clock: Callable[[], datetime],
         stop: Callable[[], bool] = lambda: False) -> sending.Sent:
    """Send what is due until nothing is left."""
    return sending.Sender(Ways(config), setup_of(config, choices()), holder, clock).run(stop=stop)


def find_loop(config: Config, stop: threading.Event) -> None:
    """Find until ``stop`` is set."""
    holder = f"{socket.gethostname()}:{os.getpid()}:alerts"
    tidied: datetime | None = None
    while not stop.wait(EVERY):
        moment = datetime.now(UTC)
        if not leases.acquire(FIND, holder, LEASE_SECONDS, moment):
            continue
        try:
            find(config, moment, lambda: stop.is_set() or not leases.renew(FIND, holder, LEASE_SECONDS,
                                                                           datetime.now(UTC)))
            if tidied is None or moment - tidied > timedelta(hours=6):
                service.tidy(moment)
                tidied = moment
        finally:
            leases.release(FIND, holder)
        close_old_connections()


def send_loop(config: Config, stop: threading.Event) -> None:
    """Send until ``stop`` is set; each message is claimed, so several processes may send."""
    holder = f"{socket.gethostname()}:{os.getpid()}"[-40:]
    while not stop.wait(EVERY):
        if config.offline:
            continue
        done = send(config, holder, lambda: datetime.now(UTC), stop.is_set)
        for error in done.errors:
            log.info("An alert could not be sent and is tried again: %s", error)
        close_old_connections()
