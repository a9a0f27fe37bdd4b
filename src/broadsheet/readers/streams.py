"""Streams: saved searches that are pages of their own, day by day, and seen while they are being written.

What a stream takes is pure (:func:`matches`): papers as the editions' candidates are, and numbers of nearness to the
seeds that the caller brings. A paper passes when it lies in one of the categories (if any are given), holds none of
the unwanted words, and says a wanted word or is near a seed (if any are given). The first ``cap`` of a day stay, best
first: words in the title count 2, in the abstract 1, nearness up to 2; then the newest.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Protocol

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from broadsheet.catalogue.keys import new_key
from broadsheet.errors import UsageError
from broadsheet.text.folding import fold

from . import journal, reasons, votes
from .collections import checked_name
from .models import Reader, Stream

MOST, MOST_WORDS, MOST_SEEDS, MOST_CAP = 100, 40, 20, 200
NEAR = 0.25  # nearness (0 to 1) from which a seed brings a paper in
_TITLE, _TEXT, _SEED = 2.0, 1.0, 2.0
_CATEGORY = re.compile(r"[A-Za-z][\w.+:-]{0,79}$")


class Paper(Protocol):
    """What matching asks of a paper; the editions' candidates have it."""

    @property
    def id(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def folded(self) -> str: ...
    @property
    def categories(self) -> tuple[str, ...]: ...
    @property
    def day(self) -> date | None: ...
    @property
    def published(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Wish:
    """What a stream asks for. ``wanted``: words, phrases, or several joined by ``+``, of which one is enough;
    ``seeds``: keys of papers; ``cap``: papers a day."""

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    seeds: tuple[str, ...] = ()
    cap: int = 20

    def __bool__(self) -> bool:
        return bool(self.wanted or self.categories or self.seeds)

    def as_row(self) -> dict[str, Any]:
        """The values of the table's columns."""
        return {"wanted": list(self.wanted), "unwanted": list(self.unwanted), "categories": list(self.categories),
                "seeds": list(self.seeds), "cap": self.cap}


def wish_of(stream: Stream) -> Wish:
    """What the stream asks for."""
    return Wish(tuple(stream.wanted), tuple(stream.unwanted), tuple(stream.categories), tuple(stream.seeds),
                stream.cap)


Near = Mapping[int, tuple[float, str]]  # paper row id -> nearness 0 to 1 and the title of the nearest seed


def matches(stream: Stream | Wish, papers: Iterable[Paper], near: Near | None = None,
            hidden: Collection[int] = ()) -> list[tuple[int, str]]:
    """Row ids and reasons of the papers that the stream takes: newest day first, best first within a day."""
    wish = stream if isinstance(stream, Wish) else wish_of(stream)
    if not wish:
        return []
    wanted = [(word, pattern) for word in wish.wanted if (pattern := _whole(word)) is not None]
    unwanted = [pattern for word in wish.unwanted if (pattern := _whole(word)) is not None]
    days: dict[date | None, list[tuple[float, str, int, str]]] = {}
    for paper in papers:
        if paper.id in hidden:
            continue
        found = _passes(paper, wish, wanted, unwanted, (near or {}).get(paper.id))
        if found is not None:
            days.setdefault(paper.day, []).append((found[0], paper.published, paper.id, found[1]))
    taken = []
    for day in sorted(days, key=lambda one: one or date.min, reverse=True):
        best = sorted(days[day], key=lambda one: one[:3], reverse=True)
        taken += [(row, why) for _, _, row, why in best[:wish.cap]]
    return taken


@dataclass(frozen=True, slots=True)
class _Word:
    """A word or phrase, or several joined by ``+`` that must all be said; plural forms count too."""

    parts: tuple[tuple[str, re.Pattern[str]], ...]

    def within(self, text: str) -> bool:
        return all(folded in text and pattern.search(text) is not None for folded, pattern in self.parts)


@lru_cache(maxsize=4096)
def _whole(word: str) -> _Word | None:
    parts = [" ".join(fold(part).split()) for part in word.split(" + ")]
    made = tuple((part, re.compile(rf"(?<!\w){re.escape(part)}(?:s|es)?(?!\w)")) for part in parts if part)
    return _Word(made) if made else None


def _passes(paper: Paper, wish: Wish, wanted: Sequence[tuple[str, _Word]], unwanted: Sequence[_Word],
            near: tuple[float, str] | None) -> tuple[float, str] | None:
    """How well the paper fits and why; None when it does not."""
    inside = _inside(paper.categories, wish.categories)
    if wish.categories and not inside:
        return None
    text = paper.folded
    if any(word.within(text) for word in unwanted):
        return None
    said = [(name, word) for name, word in wanted if word.within(text)]
    seed = near if near is not None and near[0] >= NEAR else None
    if (wish.wanted or wish.seeds) and not said and seed is None:
        return None
    title = fold(paper.title) if said else ""
    points = sum(_TITLE if word.within(title) else _TEXT for _, word in said) + (_SEED * seed[0] if seed else 0.0)
    if not said and seed is None:
        return points, reasons.inside(inside)
    return points, reasons.of_stream(tuple(name for name, _word in said), seed[1] if seed is not None else "")


def _inside(categories: Iterable[str], wanted: Sequence[str]) -> str:
    return next((one for one in categories for asked in wanted if one.lower() == asked.lower()
                 or (one.lower().startswith(asked.lower()) and one[len(asked)] in ".:")), "")


def read(wanted: Sequence[str], unwanted: Sequence[str], categories: Sequence[str], seeds: Sequence[str],
         cap: str) -> tuple[Wish, dict[str, str]]:
    """What was typed and the faults by field (empty: all is well). ``seeds`` are keys of papers that exist."""
    faults: dict[str, str] = {}
    for name, words in (("wanted", wanted), ("unwanted", unwanted)):
        long = next((word for word in words if len(word) > 80), "")
        if long:
            faults[name] = _("“{text}…” is too long. A word or a few, at most 80 characters.").format(text=long[:40])
        elif len(words) > MOST_WORDS:
            faults[name] = _("{count} words are too many; at most {most}.").format(
                count=len(words), most=MOST_WORDS)
    wrong = next((one for one in categories if not _CATEGORY.match(one)), "")
    if wrong:
        faults["categories"] = _("“{name}” is not a category. Example: cs.CV").format(name=wrong[:60])
    elif len(categories) > MOST_WORDS:
        faults["categories"] = _("{count} categories are too many; at most {most}.").format(
            count=len(categories), most=MOST_WORDS)
    if len(seeds) > MOST_SEEDS:
        faults["seeds"] = _("{count} papers are too many; at most {most}.").format(
            count=len(seeds), most=MOST_SEEDS)
    number = int(cap) if cap.isascii() and cap.isdigit() and len(cap) < 5 else 0
    if not 1 <= number <= MOST_CAP:
        faults["cap"] = _("Papers a day: a number from 1 to {most}.").format(most=MOST_CAP)
    wish = Wish(tuple(wanted), tuple(unwanted), tuple(categories), tuple(seeds), min(max(number, 1), MOST_CAP))
    if not wish and not faults:
        faults["wanted"] = _("A stream needs a word, a category or a paper to begin with.")
    return wish, faults


def of(reader: Reader | None) -> list[Stream]:
    """The reader's streams by name."""
    return list(Stream.objects.filter(reader_id=reader.pk).order_by("name")) if reader is not None else []


def find(reader: Reader, key: str) -> Stream | None:
    """The reader's own stream with this key."""
    return Stream.objects.filter(reader=reader, key=key).first()


def visible(reader: Reader | None, key: str) -> Stream | None:
    """The stream with this key if it is the reader's own or shared, with its reader; else None."""
    seen = models.Q(shared=True, reader__blocked_at=None)
    if reader is not None:
        seen |= models.Q(reader_id=reader.pk)
    return Stream.objects.filter(seen, key=key).select_related("reader").first()


def shared_of(reader: Reader) -> list[Stream]:
    """What a reader shares, newest change first."""
    return list(Stream.objects.filter(reader=reader, shared=True).order_by("-changed_at")[:MOST])


def make(reader: Reader, name: str, wish: Wish, now: datetime, *, shared: bool = False) -> Stream:
    """Make a stream. One with the same name and wish is returned as it is; raises UsageError for a taken name."""
    votes.may_act(reader)
    name = checked_name(name, "stream")
    try:
        with transaction.atomic():
            known = Stream.objects.filter(reader=reader, name=name).first()
            if known is not None and wish_of(known) == wish:
                return known
            if Stream.objects.filter(reader=reader).count() >= MOST:
                raise UsageError(_("There are {most} streams already. Nothing was made. Remove one you do not "
                                   "need.").format(most=MOST))
            made = Stream.objects.create(key=new_key(), reader=reader, name=name, shared=shared, made_at=now,
                                         changed_at=now, **wish.as_row())
            journal.note(reader, "made", now, what="stream", key=made.key)
    except IntegrityError:
        raise UsageError(_("You have a stream called “{name}” already. Nothing was made; choose another name.").format(
            name=name)) from None
    return made


def change(reader: Reader, found: Stream, name: str, wish: Wish, now: datetime, *, shared: bool) -> None:
    """Change a stream. Raises UsageError for a name that is taken."""
    votes.may_act(reader)
    before = {"name": found.name, "shared": found.shared, **wish_of(found).as_row()}
    after = {"name": checked_name(name, "stream"), "shared": shared, **wish.as_row()}
    if after == before:
        return
    try:
        with transaction.atomic():
            Stream.objects.filter(pk=found.pk, reader=reader).update(**after, changed_at=now)
            journal.note(reader, "changed", now, what="stream", key=found.key, before=before)
    except IntegrityError:
        raise UsageError(_("You have a stream called “{name}” already. Nothing was changed.").format(
            name=after['name'])) from None


def remove(reader: Reader, found: Stream, now: datetime) -> None:
    """Remove a stream; :mod:`.undo` brings it back."""
    with transaction.atomic():
        journal.note(reader, "removed", now, what="stream", row=as_row(found))
        Stream.objects.filter(pk=found.pk, reader=reader).delete()


def as_row(found: Stream) -> dict[str, Any]:
    """The stream as JSON values, enough to make it anew."""
    return {"key": found.key, "name": found.name, "shared": found.shared, **wish_of(found).as_row(),
            "made_at": found.made_at.isoformat(), "changed_at": found.changed_at.isoformat()}


def bring_back(reader: Reader, row: dict[str, Any]) -> None:
    """Make a removed stream anew, under its key; with a number at its name if that was taken meanwhile."""
    name, number = row["name"], 2
    while Stream.objects.filter(reader=reader, name=name).exists():
        name, number = f"{row['name'][:115]} {number}", number + 1
    Stream.objects.create(reader=reader, **{
        **row, "name": name, "made_at": datetime.fromisoformat(row["made_at"]),
        "changed_at": datetime.fromisoformat(row["changed_at"])})


def export(reader: Reader) -> list[dict[str, Any]]:
    """All streams as JSON values."""
    return [as_row(one) for one in Stream.objects.filter(reader=reader).order_by("made_at", "id")]
