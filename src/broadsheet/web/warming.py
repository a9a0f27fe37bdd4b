"""What the first visitor of a process should not wait for: index, models, the newest edition. In the background."""

from __future__ import annotations

import logging
import threading

from django.db import DatabaseError, connection

from ..catalogue.site import choices
from ..editions import service as editions
from ..errors import BroadsheetError
from .frontpage import now, site_from

log = logging.getLogger("broadsheet.web")
FIRST_SECONDS = 1.0  # how long loading ahead waits for the first page
_answered = threading.Event()


def _warm() -> None:
    from ..search import related, service  # takes half a second to load

    today = now().date()
    try:
        days = editions.front_days(today)
        if days:
            editions.edition(days, today, site_from(choices()))
        related.warm(service.snapshot_now())
        service.search("warm", limit=1, today=today)
    except (BroadsheetError, DatabaseError) as problem:
        log.info("Nothing was loaded ahead: %s", problem)  # the pages say it where it matters
    finally:
        connection.close()


def answered() -> None:
    """A page was answered: what is loaded ahead no longer takes its time from the first one."""
    _answered.set()


def start() -> None:
    """Load ahead once the first page is answered, or soon where nobody asks for one."""
    def run() -> None:
        _answered.wait(FIRST_SECONDS)
        _warm()

    threading.Thread(target=run, name="warming", daemon=True).start()
