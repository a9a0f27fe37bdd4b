"""Everything that is kept of a reader, taken out: plain JSON values, papers by key and canonical identifier."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from broadsheet.catalogue.models import Paper

from . import collections, follows, notes, service, streams, taste, votes
from .models import Claim, Comment, Kept, Mark, Notification, Reader, Submission, Vote

More = Callable[[Reader], list[dict[str, Any]]]
_MORE: dict[str, More] = {}


def also(name: str, rows: More) -> None:
    """Rooms above this one that keep something of readers name it here, once, when Django starts."""
    _MORE[name] = rows


def everything(reader: Reader) -> dict[str, Any]:
    """All of it: settings, marks, votes, comments, submissions, claims, collections, notes, follows, streams, taste."""
    data = service.export(reader)
    data["name"], data["roles"] = reader.name, list(reader.roles)
    data["joined"] = reader.joined_at.isoformat() if reader.joined_at else None
    data["votes"] = list(votes.rows_of(reader))
    data["comments"] = [
        {"key": row.key, "paper": row.paper.key, "title": row.paper.title, "text": row.text,
         "at": row.made_at.isoformat(), "edited": row.edited_at.isoformat() if row.edited_at else None,
         "reply_to": row.parent.key if row.parent else None, "taken_back": row.deleted_at is not None,
         "hidden": row.hidden_reason if row.hidden_at else None}
        for row in Comment.objects.filter(reader=reader).select_related("paper", "parent").order_by("made_at", "id")]
    data["submissions"] = [
        {"paper": row.paper.key, "title": row.paper.title, "note": row.note, "at": row.made_at.isoformat()}
        for row in Submission.objects.filter(reader=reader).select_related("paper").order_by("made_at", "id")]
    data["claims"] = [
        {"paper": row.paper.key, "title": row.paper.title, "state": row.state, "at": row.made_at.isoformat()}
        for row in Claim.objects.filter(reader=reader).select_related("paper").order_by("made_at", "id")]
    data["collections"] = collections.export(reader)
    data["notes"] = notes.export(reader)
    data["follows"] = follows.export(reader)
    data["streams"] = streams.export(reader)
    data["taste"] = list(taste.rows_of(reader))
    data["notifications"] = [
        {"kind": row.kind, "text": row.text, "at": row.made_at.isoformat(),
         "seen": row.seen_at.isoformat() if row.seen_at else None}
        for row in Notification.objects.filter(reader=reader).order_by("made_at", "id")]
    data.update({name: rows(reader) for name, rows in _MORE.items()})
    return data


def library(reader: Reader) -> list[int]:
    """Row ids of the live papers that the reader saved, collected, voted for or wrote a note at: for BibTeX."""
    wanted: dict[int, None] = {}
    for rows in (
        Mark.objects.filter(reader=reader, kind=service.SAVED).order_by("made_at", "id"),
        Kept.objects.filter(collection__reader=reader).order_by("collection_id", "place"),
        Vote.objects.filter(reader=reader).order_by("made_at", "id"),
        reader.notes.order_by("changed_at", "id"),
    ):
        wanted.update(dict.fromkeys(rows.values_list("paper_id", flat=True)))
    live: set[int] = set()
    ids = list(wanted)
    for start in range(0, len(ids), 2000):
        live.update(Paper.objects.filter(id__in=ids[start:start + 2000], state=Paper.State.LIVE)
                    .values_list("id", flat=True))
    return [row for row in ids if row in live]
