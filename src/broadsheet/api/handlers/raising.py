"""Papers that readers bring, and papers that readers say are theirs."""

from __future__ import annotations

from typing import Any

from ...catalogue import changes
from ...catalogue.intake import intake
from ...catalogue.models import Paper
from ...config import current
from ...readers import claims as claiming
from ...readers import submissions
from ...readers.models import Claim, Submission
from ...web import bringing
from .. import problems
from ..call import Call
from . import forms


def _plain(row: Submission, call: Call) -> dict[str, Any]:
    return {"number": row.pk, "paper": row.paper.key, "title": row.paper.title, "by": forms.person(row.reader),
            "note": row.note, "day": row.day.isoformat(), "made": row.made_at.isoformat(), "stands": row.stands,
            "mine": call.known is not None and row.reader_id == call.known.pk}


def look(call: Call) -> dict[str, Any]:
    """What the text leads to; nothing is written. A paper that is not here comes as a record to hand back."""
    try:
        brought = bringing.bring(call.body["what"], call.reader, current())
    except bringing.NotBrought as problem:
        raise problems.Problem(422, "refused", str(problem)) from problem
    if brought.paper is not None:
        return {"paper": forms.paper(brought.paper, call.visit), "draft": None, "record": None, "said": brought.said}
    assert brought.item is not None
    found = bringing.draft(brought.item, call.now)
    return {"paper": None, "record": bringing.seal(brought.item, call.reader), "said": brought.said,
            "draft": {"title": found.title, "abstract": found.abstract, "published": found.published,
                      "authors": [one["name"] for one in found.authors],
                      "identifiers": [":".join(name) for name in found.identifiers]}}


def submit(call: Call) -> dict[str, Any]:
    """Raise a paper that is here (``paper``), or one that :func:`look` found elsewhere (``record``)."""
    body = call.body
    if ("paper" in body) == ("record" in body):
        raise problems.Problem(422, "refused", "Send either paper or record. Nothing was raised.")
    submissions.tidy_note(body.get("note", ""))
    try:
        found = call.named(body["paper"]) if "paper" in body else _taken_in(call, body["record"])
    except bringing.NotBrought as problem:
        raise problems.Problem(422, "refused", str(problem)) from problem
    return _plain(submissions.put(call.reader, found, body.get("note", ""), call.today, call.now), call)


def _taken_in(call: Call, record: str) -> Paper:
    item = bringing.unseal(record, call.reader)
    found = bringing.known(list(item.record.identifiers))
    if found is None:
        intake([item], now=call.now, lane=changes.INTERACTIVE)
        found = bringing.known(list(item.record.identifiers))
    if found is None:
        raise bringing.NotBrought("The paper could not be taken in. Nothing was raised; look it up again.")
    return found


def mine(call: Call) -> dict[str, Any]:
    """What the reader raised and what stands, newest first."""
    rows = submissions.of_reader(call.known) if call.known is not None else []
    for row in rows:
        row.reader = call.known
    return {"items": [_plain(row, call) for row in rows]}


def of_paper(call: Call) -> dict[str, Any]:
    """Who raised the paper, first come first."""
    rows = submissions.at(call.paper.pk)
    for row in rows:
        row.paper = call.paper
    return {"items": [_plain(row, call) for row in rows]}


def take_back(call: Call) -> dict[str, Any]:
    """Take one's own back; the paper stays in the catalogue."""
    row = submissions.of(call.reader, call.paper.pk)
    if row is None:
        raise problems.not_found("You did not raise this paper.")
    submissions.take_back(call.reader, row, call.now)
    return _plain(row, call)


# -- claims -----------------------------------------------------------------------------------------------------

def _claimed(row: Claim, *, editor: bool) -> dict[str, Any]:
    return {"number": row.pk, "paper": row.paper.key, "title": row.paper.title, "position": row.position,
            "name": row.name, "note": row.note, "state": str(row.state), "made": row.made_at.isoformat(),
            "by": forms.person(row.reader) if editor else None}


def claim(call: Call) -> dict[str, Any]:
    """The reader's own claim at the paper, null where there is none."""
    row = claiming.of(call.known, call.paper.pk)
    return {"claim": _claimed(row, editor=False) if row is not None else None}


def make_claim(call: Call) -> dict[str, Any]:
    """Claim to be the author at ``position`` (from 0)."""
    row = claiming.put(call.reader, call.paper, call.body["position"], call.body.get("note", ""), call.now)
    return _claimed(row, editor=False)


def drop_claim(call: Call) -> None:
    """Claim no more; none is no error."""
    claiming.take_back(call.reader, call.paper.pk, call.now)


def claims(call: Call) -> dict[str, Any]:
    """What waits for editors, oldest first."""
    return {"items": [_claimed(row, editor=True) for row in claiming.waiting()]}


def decide(call: Call) -> dict[str, Any]:
    """Confirm or refuse a claim, with a reason that the reader is told."""
    number = str(call.given["claim"])
    row = claiming.by_number(int(number)) if number.isascii() and number.isdecimal() and len(number) < 18 else None
    if row is None:
        raise problems.not_found("There is no such claim.")
    claiming.decide(row.pk, call.body["state"], call.body.get("reason", ""), call.reader, call.now)
    row.refresh_from_db()
    return _claimed(row, editor=True)
