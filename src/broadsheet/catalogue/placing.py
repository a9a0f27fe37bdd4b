"""Papers that editors moved to another day: one record each, which says only that. Announcements stay as they are."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import orjson

from . import changes
from .forms import register
from .intake import intake
from .models import Paper
from .records import PLACED, Incoming, ParsedRecord

FORM = "placed/1"


def place(paper: Paper, day: date | None, now: datetime) -> None:
    """Make ``day`` the paper's home edition; None: its other records decide again. Inside the caller's transaction."""
    body = orjson.dumps({"identifiers": [list(pair) for pair in paper.identifiers],
                         "day": day.isoformat() if day else None})
    intake([Incoming(PLACED, paper.key, body, FORM, parse(body))], now=now, lane=changes.INTERACTIVE)


def parse(body: bytes) -> ParsedRecord:
    """Read a record of :func:`place` again."""
    said: dict[str, Any] = orjson.loads(body)
    pairs = tuple((str(scheme), str(value)) for scheme, value in said["identifiers"])
    return ParsedRecord(identifiers=pairs, home=date.fromisoformat(said["day"]) if said["day"] else None)


def register_forms() -> None:
    """Make stored records readable; called when Django starts."""
    register(FORM, parse)
