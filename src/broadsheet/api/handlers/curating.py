"""What editors do to a day."""

from __future__ import annotations

from datetime import date
from typing import Any

from ...editions import curation
from ...editions.models import Curation
from ...readers.models import Reader
from ...web import curating
from .. import problems
from ..call import Call
from . import forms
from .editions import read_day


def _day(call: Call) -> date:
    day = read_day(call.given["day"])
    if day > call.today + curation.REACH:
        raise problems.not_found("This day is too far away.")
    return day


def of_day(call: Call) -> dict[str, Any]:
    """Acts that stand, with the headline and note."""
    day = _day(call)
    acts, note = curation.of_day(day), curation.note_of(day)
    editors = Reader.objects.in_bulk([one.by for one in acts if one.by])
    return {"day": day.isoformat(), "headline": note.headline if note else "", "note": note.text if note else "",
            "acts": [_act(one, editors) for one in acts]}


def _act(one: Curation, editors: dict[int, Reader]) -> dict[str, Any]:
    return {"act": str(one.act), "paper": one.paper.key, "title": one.paper.title,
            "place": one.place if one.act == Curation.Act.PIN else None,
            "to_day": one.to_day.isoformat() if one.to_day else None, "made": one.made_at.isoformat(),
            "by": forms.person(editors.get(one.by)) if one.by else None}


def place(call: Call) -> dict[str, Any]:
    """``pin`` at a place (0 leads), ``drop`` from the front page, or ``release``."""
    day, act = _day(call), call.body["act"]
    if act == "pin":
        curating.pin(call.reader, call.paper, day, call.body.get("place", 0), call.now)
    elif act == "drop":
        curating.drop(call.reader, call.paper, day, call.now)
    else:
        curating.release(call.reader, call.paper, day, call.now)
    return of_day(call)


def move(call: Call) -> dict[str, Any]:
    """Move the paper to a day, or let its records decide (null)."""
    found = call.paper
    if call.body["day"] is None:
        curating.send_back(call.reader, found, call.now)
    else:
        curating.move(call.reader, found, date.fromisoformat(call.body["day"]), call.now)
    found.refresh_from_db()
    return {"paper": found.key, "edition": found.edition_day.isoformat() if found.edition_day else None}


def write(call: Call) -> dict[str, Any]:
    """Write headline and note; both empty: there is none."""
    curating.write(call.reader, _day(call), call.body["headline"], call.body["note"], call.now)
    return of_day(call)


def automatic(call: Call) -> dict[str, Any]:
    """Undo all that editors did to the papers of the day."""
    curating.automatic(call.reader, _day(call), call.now)
    return of_day(call)
