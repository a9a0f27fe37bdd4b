"""Follows: topics, authors' names, organisations, categories, readers and searches, each by what looks it up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from django.db import transaction
from django.utils.translation import gettext as _

from broadsheet.errors import UsageError
from broadsheet.text import folding

from . import journal, votes
from .models import Follow, Reader

KINDS = ("topic", "author", "organisation", "category", "reader", "search")
MOST = 500
LONGEST = 400


def value_of(kind: str, text: str) -> str:
    """The form that is looked up: slugs for names, lower case for categories, the words of a search on one line.

    Raises UsageError for an unknown kind and for what is empty or too long.
    """
    if kind not in KINDS:
        raise UsageError(f"{kind[:40]!r} cannot be followed. Nothing was changed. Known: {', '.join(KINDS)}.")
    text = " ".join(text.replace("\0", " ").split())
    value = text if kind == "search" else text.lower() if kind in {"category", "reader"} else folding.slug(text)
    if not value or len(value) > LONGEST:
        raise UsageError(_("This cannot be followed: it is empty or longer than {most} characters. Nothing was "
                           "changed.").format(most=LONGEST))
    return value


def follow(reader: Reader, kind: str, value: str, label: str, now: datetime) -> Follow:
    """Follow; what is followed already stays as it is. Raises UsageError."""
    votes.may_act(reader)
    value = value_of(kind, value)
    with transaction.atomic():
        known = Follow.objects.filter(reader=reader, kind=kind, value=value).first()
        if known is not None:
            return known
        if Follow.objects.filter(reader=reader).count() >= MOST:
            raise UsageError(_("You follow {most} names already, the most there can be. Nothing was changed.").format(
                most=MOST))
        made, new = Follow.objects.get_or_create(
            reader=reader, kind=kind, value=value,
            defaults={"label": " ".join(label.replace("\0", " ").split())[:LONGEST] or value, "made_at": now})
        if new:
            journal.note(reader, "follow", now, kind=kind, value=value)
    return made


def unfollow(reader: Reader, kind: str, value: str, now: datetime) -> bool:
    """Follow no more; False when it was not followed. Raises UsageError."""
    value = value_of(kind, value)
    with transaction.atomic():
        row = Follow.objects.filter(reader=reader, kind=kind, value=value).first()
        if row is None:
            return False
        journal.note(reader, "unfollow", now, kind=kind, value=value, label=row.label)
        row.delete()
    return True


def follows(reader: Reader | None, kind: str, value: str) -> bool:
    """Whether the reader follows it."""
    if reader is None:
        return False
    return Follow.objects.filter(reader_id=reader.pk, kind=kind, value=value_of(kind, value)).exists()


def of(reader: Reader | None) -> list[Follow]:
    """All that the reader follows, by kind and name."""
    if reader is None:
        return []
    return sorted(Follow.objects.filter(reader_id=reader.pk), key=lambda one: (KINDS.index(one.kind), one.label))


def by_value(kind: str, values: Iterable[str]) -> list[Follow]:
    """All follows of one kind at any of these values, with readers who are not blocked."""
    return list(Follow.objects.filter(kind=kind, value__in=list(values), reader__blocked_at=None))


def of_kind(kind: str) -> list[Follow]:
    """All follows of one kind, by value: equal ones stand together."""
    return list(Follow.objects.filter(kind=kind, reader__blocked_at=None).order_by("value", "id"))


def followers(reader: Reader) -> int:
    """How many readers follow this one. Who they are is shown to nobody."""
    if reader.slug is None:
        return 0
    return Follow.objects.filter(kind="reader", value=reader.slug).count()


def export(reader: Reader) -> list[dict[str, Any]]:
    """All follows as JSON values."""
    rows = Follow.objects.filter(reader=reader).order_by("made_at", "id")
    return [{"kind": row.kind, "value": row.value, "label": row.label, "at": row.made_at.isoformat()} for row in rows]


def address(follow: Follow) -> str:
    """The page of what is followed."""
    if follow.kind == "search":
        return "/search?" + urlencode({"q": follow.value, "order": "newest"})
    place = {"topic": "topics", "category": "topics", "author": "authors", "organisation": "organisations",
             "reader": "readers"}[follow.kind]
    return f"/{place}/{quote(follow.value)}"
