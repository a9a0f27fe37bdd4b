"""The saved papers in the order that the reader gave them: what was saved since stands first, newest save first.

A row without a place was never moved. At the first move of a list all its rows get one, so that what is moved stays
beside what it was put beside, whatever is saved later.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models, transaction

from . import journal
from .models import Mark, Reader

SAVED = "saved"


def rows(reader: Reader) -> models.QuerySet[Mark]:
    """The marks of live saved papers in the reader's order."""
    return Mark.objects.filter(reader=reader, kind=SAVED, paper__state="live").order_by(
        models.F("place").asc(nulls_first=True), "-made_at", "-id")


def move(reader: Reader, paper: int, by: int, now: datetime) -> bool:
    """Move a saved paper up (``by`` < 0) or down by that many places; False when it is not saved."""
    with transaction.atomic():
        listed = list(rows(reader))
        at = next((number for number, row in enumerate(listed) if row.paper_id == paper), None)
        if at is None:
            return False
        to = min(max(at + by, 0), len(listed) - 1)
        if to == at:
            return True
        if any(row.place is None for row in listed):
            _number(listed)
        one = listed.pop(at)
        before = one.place
        low, high = _beside(listed, to)
        one.place = (low + high) / 2
        if low < one.place < high:
            Mark.objects.filter(pk=one.pk).update(place=one.place)
        else:  # no number left between the two
            listed.insert(to, one)
            before = float(at + 1)
            _number(listed)
        journal.note(reader, "reordered", now, paper=paper, place=before, at=at)
    return True


def put_back(reader: Reader, how: dict[str, Any]) -> None:
    """Undo a move: the paper returns to the place in the row that it had."""
    listed = list(rows(reader))
    at = next((number for number, row in enumerate(listed) if row.paper_id == how["paper"]), None)
    if at is None:
        return
    one = listed.pop(at)
    listed.insert(min(how["at"], len(listed)), one)
    _number(listed)


def _number(listed: list[Mark]) -> None:
    for number, row in enumerate(listed, 1):
        row.place = float(number)
    Mark.objects.bulk_update(listed, ["place"], batch_size=500)


def _beside(listed: list[Mark], to: int) -> tuple[float, float]:
    """The places between which a row belongs that shall be number ``to`` of ``listed``, which has places."""
    places = [row.place or 0.0 for row in listed]
    low = places[to - 1] if to else places[0] - 2
    return low, places[to] if to < len(places) else places[-1] + 2
