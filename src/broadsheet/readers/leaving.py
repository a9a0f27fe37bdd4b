"""Leaving: votes stay as anonymous ones, comments as the reader chooses, everything else is erased for good."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from . import votes
from .models import Comment, Reader, Vote

KEEP, REMOVE = "keep", "remove"


def leave(reader: Reader, now: datetime, *, comments: str = KEEP) -> None:
    """Erase the reader. ``comments``: keep them without a name, or remove them.

    Removing erases the texts; where others replied an empty place stays, so that the replies are understood.
    Raises ValueError for another word. There is no way back. An account goes by ``accounts.service.remove`` after
    :func:`clear_comments`.
    """
    with transaction.atomic():
        clear_comments(reader, now, comments=comments)
        votes.forget_reader(reader, now)
        reader.delete()


def clear_comments(reader: Reader, now: datetime, *, comments: str) -> None:
    """Do to the reader's comments what was chosen, inside a transaction."""
    if comments not in {KEEP, REMOVE}:
        raise ValueError(f"comments: keep or remove, not {comments!r}")
    if comments == KEEP:
        return
    rows = Comment.objects.filter(reader=reader)
    papers = set(rows.values_list("paper_id", flat=True))
    answered = Comment.objects.filter(parent__reader=reader).exclude(reader=reader).values_list("parent_id", flat=True)
    stay = set(answered)
    rows.filter(id__in=stay).update(text="", html="", deleted_at=now, reader=None)
    rows.filter(parent__isnull=False).delete()
    Comment.objects.filter(reader=reader).delete()
    for paper in sorted(papers):
        votes.hold(paper)
        votes.recount(paper, now)


def counts(reader: Reader) -> tuple[int, int]:
    """How many votes and comments would stay without a name."""
    return Vote.objects.filter(reader=reader).count(), Comment.objects.filter(reader=reader).count()
