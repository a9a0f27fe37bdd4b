"""The worker's part in the mail: make what is due, hand it to the mail server, one sender for the whole site."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from secrets import token_hex

from django.db import close_old_connections

from ..catalogue import leases
from ..catalogue.site import choices
from ..config import Config
from ..digest import subscriptions
from ..digest.notes import notes_of
from ..digest.prepare import Prepared, Preparer
from ..digest.sender import Sender, Sending
from ..digest.setup import sender_of, setup_of
from ..digest.transport import Server
from ..web.for_you import taste_of
from ..web.frontpage import site_from

log = logging.getLogger("broadsheet.work")
PREPARE_EVERY = 20.0  # seconds between two looks at the subscriptions that are due
SEND_EVERY = 5.0
AT_ONCE = 1000  # subscriptions of one look
LEASE = "mail-sender"
LEASE_SECONDS = 120.0


def server_of(config: Config) -> Server:
    """The mail server that the settings name."""
    return Server.of(config.smtp_url, config.smtp_ca)


def prepare(config: Config, now: datetime, limit: int = AT_ONCE) -> Prepared:
    """Make the mails that are due."""
    chosen = choices()
    done = Preparer(setup_of(config, chosen, notes_of(now)), site_from(chosen), now,
                    taste_of).run(limit)
    for problem in done.problems:
        log.warning("A digest was not prepared and is tried again in ten minutes: %s", problem)
    return done


def send(config: Config, *, clock: Callable[[], datetime], wait: Callable[[float], object],
         stop: Callable[[], bool] = lambda: False, holder: str = "") -> Sending | None:
    """Send what is due until nothing is left. None: another process of this site is sending."""
    holder = holder or token_hex(8)
    if not leases.acquire(LEASE, holder, LEASE_SECONDS, clock()):
        return None

    def ends() -> bool:
        return stop() or not leases.renew(LEASE, holder, LEASE_SECONDS, clock())

    try:
        done = Sender(server_of(config), sender_of(config), holder=holder, clock=clock, wait=wait,
                      per_minute=config.mail_per_minute).run(stop=ends)
    finally:
        leases.release(LEASE, holder)
    if done.down:
        log.warning("The mail server cannot be used (%s) Nothing is lost; it is tried again in two minutes. "
                    "`broadsheet doctor mail` looks for the cause.", done.down)
    return done


def prepare_loop(config: Config, stop: threading.Event) -> None:
    """Look for due subscriptions until ``stop`` is set. Without a mail server nothing is made: it would be stale."""
    tidied: datetime | None = None
    while not stop.wait(PREPARE_EVERY):
        if not config.smtp_url:
            continue
        close_old_connections()
        now = datetime.now(UTC)
        prepare(config, now)
        if tidied is None or now - tidied > timedelta(hours=6):
            subscriptions.tidy(now)
            tidied = now


def send_loop(config: Config, stop: threading.Event) -> None:
    """Send until ``stop`` is set."""
    while not stop.wait(SEND_EVERY):
        if config.smtp_url and not config.offline:
            close_old_connections()
            send(config, clock=lambda: datetime.now(UTC), wait=stop.wait, stop=stop.is_set)
