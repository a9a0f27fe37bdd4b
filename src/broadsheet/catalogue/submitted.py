"""Papers that readers raised: one record each, which says only on which day. Who raised it, and the note, lie with the
readers, so that they leave with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import orjson

from .forms import register
from .records import SUBMITTED, Announced, Incoming, ParsedRecord

FORM = "submitted/1"


def incoming(number: int, identifiers: Sequence[Sequence[str]], day: date, *, stands: bool = True) -> Incoming:
    """The record of submission ``number`` (its row id): the paper with these identifiers belongs to ``day`` too.

    ``stands=False``: it was taken back, or hidden. The same number with other values replaces the record.
    """
    body = orjson.dumps({"identifiers": [list(pair) for pair in identifiers], "day": day.isoformat(),
                         "stands": stands})
    return Incoming(SUBMITTED, str(number), body, FORM, parse(body))


def parse(body: bytes) -> ParsedRecord:
    """Read a record of :func:`incoming` again."""
    said: dict[str, Any] = orjson.loads(body)
    pairs = tuple((str(scheme), str(value)) for scheme, value in said["identifiers"])
    announced = (Announced(SUBMITTED, date.fromisoformat(said["day"])),) if said["stands"] else ()
    return ParsedRecord(identifiers=pairs, announced=announced, deleted=not said["stands"])


def register_forms() -> None:
    """Make stored records readable; called when Django starts."""
    register(FORM, parse)
