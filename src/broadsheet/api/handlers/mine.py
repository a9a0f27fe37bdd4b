"""What a reader keeps: notes, collections, streams, follows. Another's private thing is answered with 404."""

from __future__ import annotations

from typing import Any

from ...readers import collections as collecting
from ...readers import follows as following
from ...readers import notes as noting
from ...readers import streams as streaming
from ...readers.models import Collection, Follow, Note, Reader, Stream
from .. import problems
from ..call import Call
from . import forms

DEEPEST = 10_000


# -- notes ------------------------------------------------------------------------------------------------------

def _plain_note(key: str, found: Note | None) -> dict[str, Any]:
    return {"paper": key, "text": found.text if found else "", "tags": list(found.tags) if found else [],
            "changed": found.changed_at.isoformat() if found else None}


def note(call: Call) -> dict[str, Any]:
    """The private note at a paper, empty where there is none."""
    return _plain_note(call.paper.key, noting.of(call.known, call.paper.pk))


def write_note(call: Call) -> dict[str, Any]:
    """Write it; empty text without tags erases it."""
    noting.write(call.reader, call.paper.pk, call.body["text"], ",".join(call.body.get("tags", ())), call.now)
    return _plain_note(call.paper.key, noting.of(call.reader, call.paper.pk))


def notes(call: Call) -> dict[str, Any]:
    """All notes, newest change first."""
    reader, start = call.known, call.offset(DEEPEST)
    if reader is None:
        return {"items": [], "next": None, "tags": [], "total": 0}
    total, rows = noting.newest(reader, call.given["tag"], limit=call.limit, offset=start)
    keys = {row.paper_id: row.paper.key for row in rows}
    end = start + call.limit
    return {"items": [_plain_note(keys[row.paper_id], row) for row in rows], "total": total,
            "tags": [{"tag": tag, "papers": count} for tag, count in noting.tags_of(reader)],
            "next": call.next(end) if end < min(total, DEEPEST) else None}


# -- collections ------------------------------------------------------------------------------------------------

def plain_collection(found: Collection, reader: Reader | None) -> dict[str, Any]:
    """A collection; ``papers``: how many, where they were counted."""
    return {"key": found.key, "name": found.name, "note": found.note, "shared": found.shared,
            "mine": reader is not None and found.reader_id == reader.pk,
            "by": forms.person(found.reader) if found.shared else None, "papers": getattr(found, "papers", None),
            "made": found.made_at.isoformat(), "changed": found.changed_at.isoformat()}


def _collection(call: Call, *, own: bool = False) -> Collection:
    key, reader = str(call.given["collection"])[:20], call.known
    found = (collecting.find(reader, key) if reader is not None else None) if own else collecting.visible(reader, key)
    if found is None:
        raise problems.not_found("There is no such collection, or it is not for you.")
    return found


def collections(call: Call) -> dict[str, Any]:
    """The reader's own, by name."""
    return {"items": [plain_collection(one, call.known) for one in collecting.of(call.known)]}


def make_collection(call: Call) -> dict[str, Any]:
    """Make one; one that has the name already is returned as it is."""
    body = call.body
    made = collecting.make(call.reader, body["name"], call.now, note=body.get("note", ""),
                           shared=body.get("shared", False))
    return plain_collection(made, call.reader)


def collection(call: Call) -> dict[str, Any]:
    """One's own, or a shared one."""
    return plain_collection(_collection(call), call.known)


def change_collection(call: Call) -> dict[str, Any]:
    """Rename, annotate, share or close."""
    found = _collection(call, own=True)
    body = call.body
    collecting.change(call.reader, found, call.now, name=body.get("name", found.name),
                      note=body.get("note", found.note), shared=body.get("shared", found.shared))
    return plain_collection(_collection(call, own=True), call.known)


def remove_collection(call: Call) -> None:
    """Remove it; undo brings it back."""
    collecting.remove(call.reader, _collection(call, own=True), call.now)


def collected(call: Call) -> dict[str, Any]:
    """The papers in their reader's order."""
    start = call.offset(DEEPEST)
    total, rows = collecting.papers_of(_collection(call), limit=call.limit, offset=start)
    made = forms.by_row([row.paper_id for row in rows], call.visit)
    end = start + call.limit
    return {"items": [{"paper": made[row.paper_id], "note": row.note, "added": row.added_at.isoformat()}
                      for row in rows if row.paper_id in made],
            "total": total, "next": call.next(end) if end < min(total, DEEPEST) else None}


def collect(call: Call) -> dict[str, Any]:
    """Add papers at the end; all must be known, else none is added."""
    found = _collection(call, own=True)
    papers = [call.named(name).pk for name in call.body["papers"]]
    return {"added": collecting.add(call.reader, found, papers, call.now)}


def change_collected(call: Call) -> dict[str, Any]:
    """Write the remark at a paper, or move it up (below 0) or down."""
    found, done = _collection(call, own=True), True
    if "note" in call.body:
        done = collecting.remark(call.reader, found, call.paper.pk, call.body["note"], call.now)
    if done and "move" in call.body:
        done = collecting.move(call.reader, found, call.paper.pk, call.body["move"], call.now)
    if not done:
        raise problems.not_found("The paper is not in this collection.")
    return {"done": True}


def uncollect(call: Call) -> None:
    """Take a paper out; one that is not in it is no error."""
    collecting.take_out(call.reader, _collection(call, own=True), call.paper.pk, call.now)


# -- streams ----------------------------------------------------------------------------------------------------

def _plain_stream(found: Stream, reader: Reader | None) -> dict[str, Any]:
    return {"key": found.key, "name": found.name, "wanted": found.wanted, "unwanted": found.unwanted,
            "categories": found.categories, "seeds": found.seeds, "cap": found.cap, "shared": found.shared,
            "mine": reader is not None and found.reader_id == reader.pk,
            "by": forms.person(found.reader) if found.shared else None, "made": found.made_at.isoformat(),
            "changed": found.changed_at.isoformat()}


def find_stream(call: Call, *, own: bool = False) -> Stream:
    key, reader = str(call.given["stream"])[:20], call.known
    found = (streaming.find(reader, key) if reader is not None else None) if own else streaming.visible(reader, key)
    if found is None:
        raise problems.not_found("There is no such stream, or it is not for you.")
    return found


def wish(call: Call, given: dict[str, Any]) -> streaming.Wish:
    seeds = [call.named(name).key for name in given["seeds"]]
    wish, faults = streaming.read(given["wanted"], given["unwanted"], given["categories"], seeds, str(given["cap"]))
    if faults:
        name, said = next(iter(faults.items()))
        raise problems.Problem(422, "refused", f"{name}: {said} Nothing was changed.", parameter=name)
    return wish


EMPTY = {"wanted": [], "unwanted": [], "categories": [], "seeds": [], "cap": 20}


def streams(call: Call) -> dict[str, Any]:
    """The reader's own, by name."""
    return {"items": [_plain_stream(one, call.known) for one in streaming.of(call.known)]}


def make_stream(call: Call) -> dict[str, Any]:
    """Make one."""
    made = streaming.make(call.reader, call.body["name"], wish(call, {**EMPTY, **call.body}), call.now,
                          shared=call.body.get("shared", False))
    return _plain_stream(made, call.reader)


def stream(call: Call) -> dict[str, Any]:
    """One's own, or a shared one."""
    return _plain_stream(find_stream(call), call.known)


def change_stream(call: Call) -> dict[str, Any]:
    """Change what is named."""
    found = find_stream(call, own=True)
    given = {**streaming.wish_of(found).as_row(), "name": found.name, "shared": found.shared, **call.body}
    streaming.change(call.reader, found, given["name"], wish(call, given), call.now, shared=given["shared"])
    return _plain_stream(find_stream(call, own=True), call.known)


def remove_stream(call: Call) -> None:
    """Remove it; undo brings it back."""
    streaming.remove(call.reader, find_stream(call, own=True), call.now)


# -- follows ----------------------------------------------------------------------------------------------------

def _plain_follow(found: Follow) -> dict[str, Any]:
    return {"kind": found.kind, "value": found.value, "label": found.label, "since": found.made_at.isoformat(),
            "page": following.address(found)}


def follows(call: Call) -> dict[str, Any]:
    """All that the reader follows."""
    return {"items": [_plain_follow(one) for one in following.of(call.known)]}


def follow(call: Call) -> dict[str, Any]:
    """Follow; what is followed already stays as it is."""
    body = call.body
    return _plain_follow(following.follow(call.reader, body["kind"], body["value"], body.get("label", ""), call.now))


def unfollow(call: Call) -> None:
    """Follow no more."""
    following.unfollow(call.reader, call.given["kind"], call.given["value"], call.now)
