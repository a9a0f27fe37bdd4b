"""Acts at a paper: votes, marks, wishes; and undo."""

from __future__ import annotations

from typing import Any

from ...readers import journal, reading_list, service, taste, undo, votes
from ...readers.models import Mark
from .. import problems
from ..call import Call
from . import forms, papers

DEEPEST = 10_000  # of a list that is read by number


def vote(call: Call) -> dict[str, Any]:
    """Vote for the paper."""
    votes.cast(call.reader, call.paper.pk, call.now, votes.rules())
    return papers.tallied(call, call.paper)


def unvote(call: Call) -> dict[str, Any]:
    """Take the vote back."""
    votes.take_back(call.reader, call.paper.pk, call.now)
    return papers.tallied(call, call.paper)


def _kind(call: Call) -> str:
    kind = str(call.given["mark"])
    if kind not in service.KINDS:
        raise problems.not_found(f"{kind[:40]!r} is not a mark; known: {', '.join(service.KINDS)}.")
    return kind


def mark(call: Call) -> dict[str, Any]:
    """Mark the paper. Who keeps no reading marks gets none of kind ``read``, as the answer shows."""
    service.mark(call.reader, [call.paper.pk], _kind(call), call.now)
    return _marked(call)


def unmark(call: Call) -> dict[str, Any]:
    """Take the mark away."""
    service.unmark(call.reader, [call.paper.pk], _kind(call), call.now)
    return _marked(call)


def _marked(call: Call) -> dict[str, Any]:
    row = call.paper.pk
    marks = service.marks_of(call.reader, [row])
    return {"read": row in marks.read, "saved": row in marks.saved, "hidden": row in marks.hidden}


def marked(call: Call) -> dict[str, Any]:
    """The papers that carry a mark, newest mark first."""
    rows = Mark.objects.filter(reader=call.known, kind=_kind(call), paper__state="live") if call.known else \
        Mark.objects.none()
    if after := call.cursor(int):
        rows = rows.filter(id__lt=after[0])
    found = list(rows.order_by("-id").values_list("id", "paper_id", "made_at")[:call.limit + 1])
    more, found = len(found) > call.limit, found[:call.limit]
    made = forms.by_row([paper for _, paper, _ in found], call.visit)
    return {"items": [{"paper": made[paper], "at": at.isoformat()} for _, paper, at in found if paper in made],
            "next": call.next(found[-1][0]) if more else None}


def saved(call: Call) -> dict[str, Any]:
    """The saved papers as the reader put them."""
    start = call.offset(DEEPEST)
    rows = reading_list.rows(call.known) if call.known else Mark.objects.none()
    found = list(rows.values_list("paper_id", "made_at")[start:start + call.limit + 1])
    more, found = len(found) > call.limit, found[:call.limit]
    made = forms.by_row([paper for paper, _ in found], call.visit)
    return {"items": [{"paper": made[paper], "at": at.isoformat()} for paper, at in found if paper in made],
            "next": call.next(start + call.limit) if more else None}


def move_saved(call: Call) -> dict[str, Any]:
    """Move a saved paper by so many places."""
    if not reading_list.move(call.reader, call.paper.pk, call.body["move"], call.now):
        raise problems.not_found("The paper is not saved.")
    return {"done": True}


def _wish(call: Call) -> str:
    kind = str(call.given["wish"])
    if kind not in (taste.MORE, taste.LESS):
        raise problems.not_found(f"{kind[:40]!r} is not a wish; known: more, less.")
    return kind


def wish(call: Call) -> dict[str, Any]:
    """More like this, or not for me."""
    kind = _wish(call)
    taste.record(call.reader, [call.paper.pk], kind, 1 if kind == taste.MORE else -1, call.now)
    return {"wish": taste.given(call.reader, [call.paper.pk]).get(call.paper.pk, "")}


def unwish(call: Call) -> dict[str, Any]:
    """Take that back."""
    taste.take_back(call.reader, [call.paper.pk], _wish(call), call.now)
    return {"wish": taste.given(call.reader, [call.paper.pk]).get(call.paper.pk, "")}


def done(call: Call) -> dict[str, Any]:
    """The last acts that can be undone, newest first."""
    rows = journal.last(call.known) if call.known is not None else []
    return {"items": [{"what": undo.words(row), "at": row.made_at.isoformat()} for row in rows]}


def undo_last(call: Call) -> dict[str, Any]:
    """Take back the newest act."""
    found = undo.undo(call.reader, call.now)
    return {"undone": found.verb if found else None, "paper": (found.paper or None) if found else None}
