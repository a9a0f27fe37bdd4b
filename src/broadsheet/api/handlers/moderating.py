"""Reports, what moderators do about them, and the log of every privileged act."""

from __future__ import annotations

from typing import Any

from ...errors import UsageError
from ...readers import audit, moderation, naming
from ...readers.models import AuditEntry
from .. import problems
from ..call import Call
from . import forms


def report(call: Call) -> dict[str, Any]:
    """Say what is wrong; again by the same reader is the same report."""
    if moderation.may_report(call.body["subject"]) is None:
        raise problems.not_found("There is no such comment, paper or submission.")
    moderation.report(call.reader, call.body["subject"], call.body["reason"], call.now)
    return {"done": True}


def queue(call: Call) -> dict[str, Any]:
    """Subjects with open reports, the longest waiting first."""
    return {"items": [{
        "subject": case.subject.name, "kind": case.subject.kind, "paper": case.subject.paper.key,
        "title": case.subject.paper.title, "text": case.subject.text, "by": forms.person(case.subject.author),
        "hidden": case.subject.hidden, "flagged": len(case.flagged),
        "reports": [{"reason": one.reason, "by": forms.person(one.reader), "made": one.made_at.isoformat()}
                    for one in case.reports]} for case in moderation.queue(limit=call.limit)]}


def act(call: Call) -> dict[str, Any]:
    """One act at one subject, logged and reversible."""
    name, do, reason = call.body["subject"], call.body["do"], call.body.get("reason", "")
    found = moderation.look(name)
    if found is None:
        raise problems.not_found("There is no such comment, paper, submission or vote.")
    if do == "hide":
        moderation.hide(call.reader, name, reason, call.now)
    elif do == "unhide":
        moderation.unhide(call.reader, name, reason, call.now)
    elif do == "block":
        if found.author is None:
            raise UsageError("There is nobody to block here. Nothing was done.")
        moderation.block(call.reader, found.author, reason, call.now)
    else:
        moderation.close(call.reader, name, do, reason, call.now)
    return {"done": True}


def log(call: Call) -> dict[str, Any]:
    """Who did what, at what, why; ``undoable`` for this visitor now."""
    after = call.cursor(int)
    rows = audit.newest(limit=call.limit + 1, before=after[0] if after else None, area=call.given["area"])
    more, rows = len(rows) > call.limit, rows[:call.limit]
    return {"items": [_entry(row, call) for row in rows], "next": call.next(rows[-1].pk) if more else None}


def _entry(row: AuditEntry, call: Call) -> dict[str, Any]:
    way = audit.way_of(row.act)
    return {"number": row.pk, "by": naming.shown(row.actor) if row.actor else row.actor_name, "act": row.act,
            "subject": row.subject, "reason": row.reason, "made": row.made_at.isoformat(),
            "undone": row.undone_at.isoformat() if row.undone_at else None,
            "undoable": row.undone_at is None and way is not None and call.visit.can(way.capability)}


def undo(call: Call) -> dict[str, Any]:
    """Put back what was before an entry."""
    number = str(call.given["entry"])
    entry = AuditEntry.objects.filter(pk=int(number)).first() if (
        number.isascii() and number.isdecimal() and len(number) < 18) else None
    if entry is None:
        raise problems.not_found("There is no such entry.")
    way = audit.way_of(entry.act)
    if way is None or not call.visit.can(way.capability):
        raise problems.Problem(403, "refused", "This act is not yours to undo. Nothing was changed.")
    audit.undo(entry.pk, call.reader, call.now)
    return {"done": True}
