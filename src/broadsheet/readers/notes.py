"""Private notes and tags at papers: shown to nobody but their reader."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from broadsheet.errors import UsageError

from . import journal, votes
from .collections import checked_note
from .models import Note, Reader

MOST_TAGS, LONGEST_TAG = 20, 40


def of(reader: Reader | None, paper: int) -> Note | None:
    """The reader's note at a paper."""
    return Note.objects.filter(reader_id=reader.pk, paper_id=paper).first() if reader is not None else None


def write(reader: Reader, paper: int, text: str, tags: str, now: datetime) -> None:
    """Write note and tags (separated by commas); both empty erase them. Raises UsageError."""
    votes.may_act(reader)
    put(reader, paper, checked_note(text), checked_tags(tags), now)


def put(reader: Reader, paper: int, text: str, tags: list[str], now: datetime) -> None:
    """Set checked text and tags, noting what was there."""
    with transaction.atomic():
        row = Note.objects.filter(reader=reader, paper_id=paper).first()
        before = (row.text, list(row.tags)) if row else ("", [])
        if before == (text, tags):
            return
        journal.note(reader, "noted", now, paper=paper, text=before[0], tags=before[1])
        if text or tags:
            Note.objects.update_or_create(reader=reader, paper_id=paper,
                                          defaults={"text": text, "tags": tags, "changed_at": now})
        elif row:
            row.delete()


def tags_of(reader: Reader | None) -> list[tuple[str, int]]:
    """The reader's tags with how many papers carry each, by name."""
    if reader is None:
        return []
    found = Counter(tag for tags in Note.objects.filter(reader_id=reader.pk, paper__state="live").values_list(
        "tags", flat=True) for tag in tags)
    return sorted(found.items(), key=lambda item: item[0].casefold())


def newest(reader: Reader, tag: str = "", *, limit: int = 50, offset: int = 0) -> tuple[int, list[Note]]:
    """How many notes at live papers (with ``tag`` when given), and one page, newest change first."""
    rows = Note.objects.filter(reader=reader, paper__state="live").order_by("-changed_at", "-id")
    if not tag:
        return rows.count(), list(rows[offset:offset + limit])
    # Lists inside JSON are not searched alike by both databases; a reader has hundreds of notes, not millions.
    wanted = [row for row in rows if tag in row.tags]
    return len(wanted), wanted[offset:offset + limit]


def export(reader: Reader) -> list[dict[str, Any]]:
    """All notes as JSON values."""
    rows = Note.objects.filter(reader=reader).order_by("changed_at", "id").values_list(
        "paper__key", "paper__identifiers", "paper__title", "text", "tags", "changed_at")
    return [{"paper": key, "id": ":".join(names[0]) if names else "", "title": title, "text": text, "tags": tags,
             "at": at.isoformat()} for key, names, title, text, tags, at in rows]


def checked_tags(text: str) -> list[str]:
    """Tags as typed, each once, in order. Raises UsageError."""
    tags = list(dict.fromkeys(filter(None, (" ".join(part.split()).strip("#") for part in
                                            text.replace("\0", " ").replace("\n", ",").split(",")))))
    if len(tags) > MOST_TAGS:
        raise UsageError(_("{count} tags are too many; at most {most}. Nothing was changed.").format(
            count=len(tags), most=MOST_TAGS))
    long = next((tag for tag in tags if len(tag) > LONGEST_TAG), "")
    if long:
        raise UsageError(_("The tag “{text}…” is too long; at most {most} characters. Nothing was changed.").format(
            text=long[:LONGEST_TAG], most=LONGEST_TAG))
    return tags
