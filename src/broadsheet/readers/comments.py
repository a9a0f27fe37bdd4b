"""Comments: written once even when sent twice, edited openly, taken back, hidden with a reason, counted at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext as _

from broadsheet.catalogue.keys import new_key
from broadsheet.errors import UsageError

from ..languages import number
from . import journal, limits, notifications, prose, votes
from .models import Comment, Mention, Reader


@dataclass(frozen=True, slots=True)
class Thread:
    """A comment with its replies, oldest first; replies have none of their own."""

    comment: Comment
    replies: tuple[Comment, ...]


def write(
    reader: Reader, paper_id: int, text: str, now: datetime, *, parent: Comment | None = None, token: str = "",
) -> Comment:
    """Write a comment, or a reply to ``parent`` (a reply to a reply joins its thread).

    ``token``: any text that came with the form; the same token again returns the comment that it made. Tells those
    who are mentioned and the author replied to. Raises :class:`UsageError` for an empty or too long text,
    :class:`~broadsheet.readers.votes.NotAllowed` for a blocked reader, :class:`~.limits.TooMany` for one too fast.
    """
    votes.may_act(reader)
    tidy = _checked(text)
    if parent is not None and (parent.paper_id != paper_id or parent.hidden_at or parent.deleted_at):
        raise UsageError(_("The comment you reply to is no longer there. Your text was not sent; copy it and write "
                           "it as a comment of its own."))
    names = _known(tidy)
    html = prose.render(tidy, {slug: f"/readers/{slug}" for slug in names})
    once = f"{reader.pk}:{token}"[:40] if token else None
    with transaction.atomic():
        votes.hold(paper_id)
        if once and (known := Comment.objects.filter(token=once).first()):
            return known
        limits.check(reader, "comment", Comment.objects.filter(reader=reader), now)
        top = parent.parent if parent is not None and parent.parent_id else parent
        comment = Comment.objects.create(
            key=new_key(), paper_id=paper_id, reader=reader, parent=top, token=once, text=tidy, html=html, made_at=now)
        _tell(comment, reader, names, parent, now)
        journal.note(reader, "comment", now, key=comment.key, paper=paper_id)
        votes.recount(paper_id, now)
    return comment


def edit(reader: Reader, comment: Comment, text: str, now: datetime) -> Comment:
    """Change one's own comment; it is marked as edited. Raises as :func:`write`."""
    votes.may_act(reader)
    _own(reader, comment)
    tidy = _checked(text)
    names = _known(tidy)
    if tidy == comment.text:
        return comment
    with transaction.atomic():
        journal.note(reader, "edited", now, key=comment.key, paper=comment.paper_id, before=comment.text)
        comment.text, comment.edited_at = tidy, now
        comment.html = prose.render(tidy, {slug: f"/readers/{slug}" for slug in names})
        comment.save(update_fields=["text", "html", "edited_at"])
        _tell(comment, reader, names, None, now)
        votes.recount(comment.paper_id, now)
    return comment


def take_back(reader: Reader, comment: Comment, now: datetime) -> None:
    """Take one's own comment back. Its text stays for :func:`bring_back` (and for nobody to see) until erased."""
    _own(reader, comment)
    with transaction.atomic():
        journal.note(reader, "uncomment", now, key=comment.key, paper=comment.paper_id)
        _set(comment, now, deleted_at=now)


def bring_back(reader: Reader, comment: Comment, now: datetime) -> None:
    """Undo :func:`take_back`."""
    _own(reader, comment)
    _set(comment, now, deleted_at=None)


def hide(comment: Comment, reason: str, now: datetime) -> None:
    """Hide a comment with a reason (moderators; the caller checks and logs)."""
    _set(comment, now, hidden_at=now, hidden_reason=reason)


def unhide(comment: Comment, now: datetime) -> None:
    """Show a hidden comment again."""
    _set(comment, now, hidden_at=None, hidden_reason="")


def by_key(key: str) -> Comment | None:
    """The comment with this key, whatever its state."""
    return Comment.objects.select_related("reader", "parent", "paper").filter(key=key.lower()).first()


def preview(text: str) -> str:
    """The text as it would stand on the page. Raises UsageError as :func:`write`."""
    tidy = _checked(text)
    return prose.render(tidy, {slug: f"/readers/{slug}" for slug in _known(tidy)})


def threads(paper_id: int, reader: Reader | None = None) -> list[Thread]:
    """All comments of a paper, oldest first, one query. Hidden and taken-back ones stay only where replies hang, and
    for the ``reader`` who wrote them.
    """
    def stays(row: Comment) -> bool:
        return visible(row) or (reader is not None and row.reader_id == reader.pk)

    rows = list(Comment.objects.filter(paper_id=paper_id).select_related("reader").order_by("made_at", "id"))
    replies: dict[int, list[Comment]] = {}
    for row in rows:
        if row.parent_id is not None and stays(row):
            replies.setdefault(row.parent_id, []).append(row)
    return [Thread(row, tuple(replies.get(row.pk, ()))) for row in rows
            if row.parent_id is None and (stays(row) or row.pk in replies)]


def visible(comment: Comment) -> bool:
    """Whether readers may see the text."""
    return comment.deleted_at is None and comment.hidden_at is None


def shown() -> models.QuerySet[Comment]:
    """Comments that everybody sees: neither taken back nor hidden, of live papers; in no order."""
    return Comment.objects.filter(deleted_at__isnull=True, hidden_at__isnull=True, paper__state="live")


def newest(limit: int = 50, before: int | None = None, paper_ids: Sequence[int] | None = None) -> list[Comment]:
    """Visible comments of live papers, newest first, with paper and author."""
    rows = shown()
    if before is not None:
        rows = rows.filter(id__lt=before)
    if paper_ids is not None:
        rows = rows.filter(paper_id__in=list(paper_ids))
    return list(rows.select_related("paper", "reader").order_by("-id")[:limit])


def of_reader(reader: Reader, limit: int = 100) -> list[Comment]:
    """The visible comments of one reader, newest first."""
    rows = shown().filter(reader=reader)
    return list(rows.select_related("paper").order_by("-id")[:limit])


def _checked(text: str) -> str:
    tidy = prose.tidy(text)
    if not tidy:
        raise UsageError(_("The comment is empty. Nothing was sent. Write a word or more."))
    if len(tidy) > prose.MOST:
        raise UsageError(_("The comment has {count} characters; at most {most} fit. Nothing was sent; your text is "
                           "still in the form.").format(count=number(len(tidy)), most=number(prose.MOST)))
    return tidy


def _own(reader: Reader, comment: Comment) -> None:
    if comment.reader_id != reader.pk or comment.hidden_at is not None:
        raise votes.NotAllowed(_("This comment is not yours to change. Nothing was changed."))


def _known(text: str) -> dict[str, int]:
    """Row ids of the mentioned readers who exist, by name."""
    asked = prose.mentioned(text)
    if not asked:
        return {}
    rows = Reader.objects.filter(slug__in=asked, blocked_at__isnull=True).values_list("slug", "id")
    return {slug: row for slug, row in rows if slug}


def _tell(comment: Comment, author: Reader, names: dict[str, int], parent: Comment | None, now: datetime) -> None:
    Mention.objects.bulk_create([Mention(comment=comment, reader_id=row) for row in names.values()],
                                ignore_conflicts=True)
    if parent is not None and parent.reader_id:
        notifications.tell([parent.reader_id], "reply", f"comment:{comment.key}", now,
                           paper=comment.paper_id, comment=comment.pk, actor=author.pk)
    rest = [row for row in names.values() if parent is None or row != parent.reader_id]
    notifications.tell(rest, "mention", f"comment:{comment.key}", now,
                       paper=comment.paper_id, comment=comment.pk, actor=author.pk)


def _set(comment: Comment, now: datetime, **values: object) -> None:
    with transaction.atomic():
        votes.hold(comment.paper_id)
        for name, value in values.items():
            setattr(comment, name, value)
        comment.save(update_fields=list(values))
        votes.recount(comment.paper_id, now)
