"""Comments: read, written, changed, taken back, brought back."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from ...catalogue.models import Paper
from ...readers import comments
from ...readers.models import Comment
from .. import problems
from ..call import Call
from . import forms


def of_paper(call: Call) -> dict[str, Any]:
    """All comments of a paper, oldest first, replies with the comment they answer."""
    key = call.paper.key
    return {"items": [forms.comment(one.comment, key, call.visit, {}, one.replies)
                      for one in comments.threads(call.paper.pk)], "next": None}


def newest(call: Call) -> dict[str, Any]:
    """The newest comments of the site."""
    after = call.cursor(int)
    found = comments.newest(call.limit + 1, after[0] if after else None)
    more, found = len(found) > call.limit, found[:call.limit]
    parents = forms.parents_of(found)
    return {"items": [forms.comment(one, one.paper.key, call.visit, parents) for one in found],
            "next": call.next(found[-1].pk) if more else None}


def find(call: Call, *, own: bool = False) -> Comment:
    """The comment of the path, at a live paper; Problem 404 also where it is hidden, taken back, or not one's own."""
    key = str(call.given["comment"])
    found = comments.by_key(key) if key.isascii() and key.isalnum() and len(key) == 10 else None
    reader = call.known
    mine = found is not None and reader is not None and found.reader_id == reader.pk
    if found is None or found.paper.state != Paper.State.LIVE or not (comments.visible(found) or mine) or (
            own and not mine):
        raise problems.not_found("There is no such comment, or it is not yours.")
    return found


def _told(call: Call, found: Comment) -> dict[str, Any]:
    thread = next((one for one in comments.threads(found.paper_id) if one.comment.pk == found.pk), None)
    return forms.comment(found, found.paper.key, call.visit, forms.parents_of([found]),
                         thread.replies if thread is not None else ())


def one(call: Call) -> dict[str, Any]:
    """One comment."""
    return _told(call, find(call))


def write(call: Call) -> dict[str, Any]:
    """Write a comment, or a reply to ``parent``; with the same ``once`` again it is not written twice."""
    parent = None
    if key := call.body.get("parent"):
        parent = comments.by_key(key)
        if parent is None or parent.paper_id != call.paper.pk:
            raise problems.Problem(422, "refused", "What you answer is not at this paper. Nothing was sent.")
    written = comments.write(call.reader, call.paper.pk, call.body["text"], timezone.now(), parent=parent,
                             token=call.body.get("once", ""))
    return forms.comment(written, call.paper.key, call.visit, forms.parents_of([written]))


def edit(call: Call) -> dict[str, Any]:
    """Change one's own comment."""
    found = find(call, own=True)
    comments.edit(call.reader, found, call.body["text"], timezone.now())
    return _told(call, found)


def take_back(call: Call) -> dict[str, Any]:
    """Take one's own comment back."""
    found = find(call, own=True)
    if found.deleted_at is None:
        comments.take_back(call.reader, found, timezone.now())
    return _told(call, found)


def bring_back(call: Call) -> dict[str, Any]:
    """Bring back what was taken back."""
    found = find(call, own=True)
    if found.deleted_at is not None:
        comments.bring_back(call.reader, found, timezone.now())
    return _told(call, found)
