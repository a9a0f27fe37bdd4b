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


def start() -> None:
    """Load ahead, while the first pages are answered already."""
    threading.Thread(target=_warm, name="warming", daemon=True).start()
