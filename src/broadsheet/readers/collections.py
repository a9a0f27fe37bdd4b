"""Collections: named, ordered lists of papers with remarks, seen by their reader alone or by everybody.

Every function takes the reader who acts and finds only what is the reader's own: another's key is no key. Each act is
one small transaction; repeated, it changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from broadsheet.catalogue.keys import new_key
from broadsheet.errors import UsageError

from ..languages import number
from . import journal, votes
from .models import Collection, Kept, Reader

MOST, MOST_KEPT = 200, 5000  # collections of a reader, papers of a collection
LONGEST_NAME, LONGEST_NOTE = 120, 8000


def of(reader: Reader | None) -> list[Collection]:
    """The reader's collections by name, each with ``papers``: how many live papers it holds. One query."""
    if reader is None:
        return []
    live = models.Count("kept", filter=models.Q(kept__paper__state="live"))
    return list(Collection.objects.filter(reader_id=reader.pk).annotate(papers=live).order_by("name"))


def find(reader: Reader, key: str) -> Collection | None:
    """The reader's own collection with this key."""
    return Collection.objects.filter(reader=reader, key=key).first()


def visible(reader: Reader | None, key: str) -> Collection | None:
    """The collection with this key if it is the reader's own or shared, with its reader; else None."""
    seen = models.Q(shared=True, reader__blocked_at=None)
    if reader is not None:
        seen |= models.Q(reader_id=reader.pk)
    return Collection.objects.filter(seen, key=key).select_related("reader").first()


def shared_of(reader: Reader) -> list[Collection]:
    """What a reader shares, newest change first: for the page of that reader."""
    return list(Collection.objects.filter(reader=reader, shared=True).order_by("-changed_at")[:MOST])


def make(reader: Reader, name: str, now: datetime, *, note: str = "", shared: bool = False) -> Collection:
    """Make a collection; one that has the name already is returned as it is. Raises UsageError."""
    votes.may_act(reader)
    name, note = checked_name(name), checked_note(note)
    try:
        with transaction.atomic():
            if known := Collection.objects.filter(reader=reader, name=name).first():
                return known
            if Collection.objects.filter(reader=reader).count() >= MOST:
                raise UsageError(_("There are {most} collections already. Nothing was made. Remove one you do not "
                                   "need.").format(most=MOST))
            made = Collection.objects.create(key=new_key(), reader=reader, name=name, note=note, shared=shared,
                                             made_at=now, changed_at=now)
            journal.note(reader, "made", now, what="collection", key=made.key)
    except IntegrityError:  # another request made it at this moment
        return Collection.objects.get(reader=reader, name=name)
    return made


def change(reader: Reader, found: Collection, now: datetime, *, name: str, note: str, shared: bool) -> None:
    """Rename, annotate, share or close a collection. Raises UsageError for a name that is taken."""
    votes.may_act(reader)
    before = {"name": found.name, "note": found.note, "shared": found.shared}
    after = {"name": checked_name(name), "note": checked_note(note), "shared": shared}
    if after == before:
        return
    try:
        with transaction.atomic():
            Collection.objects.filter(pk=found.pk, reader=reader).update(**after, changed_at=now)
            journal.note(reader, "changed", now, what="collection", key=found.key, before=before)
    except IntegrityError:
        raise UsageError(_("You have a collection called “{name}” already. Nothing was changed.").format(
            name=after['name'])) from None


def remove(reader: Reader, found: Collection, now: datetime) -> None:
    """Remove a collection with all that is in it; :mod:`.undo` brings it back."""
    with transaction.atomic():
        journal.note(reader, "removed", now, what="collection", row=as_row(found))
        Collection.objects.filter(pk=found.pk, reader=reader).delete()


def as_row(found: Collection) -> dict[str, Any]:
    """The collection with its papers as JSON values, enough to make it anew."""
    kept = Kept.objects.filter(collection=found).order_by("place", "id")
    return {
        "key": found.key, "name": found.name, "note": found.note, "shared": found.shared,
        "made_at": found.made_at.isoformat(), "changed_at": found.changed_at.isoformat(),
        "kept": [{"paper": row.paper_id, "place": row.place, "note": row.note, "added_at": row.added_at.isoformat()}
                 for row in kept],
    }


def bring_back(reader: Reader, row: dict[str, Any]) -> None:
    """Make a removed collection anew, under its key; with a number at its name if that was taken meanwhile."""
    name, number = row["name"], 2
    while Collection.objects.filter(reader=reader, name=name).exists():
        name, number = f"{row['name'][:LONGEST_NAME - 5]} {number}", number + 1
    made = Collection.objects.create(
        key=row["key"], reader=reader, name=name, note=row["note"], shared=row["shared"],
        made_at=datetime.fromisoformat(row["made_at"]), changed_at=datetime.fromisoformat(row["changed_at"]))
    Kept.objects.bulk_create([
        Kept(collection=made, paper_id=one["paper"], place=one["place"], note=one["note"],
             added_at=datetime.fromisoformat(one["added_at"])) for one in row["kept"]], batch_size=500)


def add(reader: Reader, found: Collection, papers: Sequence[int], now: datetime) -> int:
    """Add papers (row ids) at the end; those that are in it stay where they are. Returns how many are new."""
    votes.may_act(reader)
    with transaction.atomic():
        have = set(Kept.objects.filter(collection=found).values_list("paper_id", flat=True))
        new = [paper for paper in dict.fromkeys(papers) if paper not in have]
        if len(have) + len(new) > MOST_KEPT:
            raise UsageError(_("A collection holds at most {most} papers; “{name}” would have {count}. "
                               "Nothing was added.").format(
                most=number(MOST_KEPT), name=found.name, count=number(len(have) + len(new))))
        if not new:
            return 0
        last = Kept.objects.filter(collection=found).aggregate(last=models.Max("place"))["last"] or 0.0
        Kept.objects.bulk_create(
            [Kept(collection=found, paper_id=paper, place=last + number, added_at=now)
             for number, paper in enumerate(new, 1)], ignore_conflicts=True, batch_size=500)
        Collection.objects.filter(pk=found.pk).update(changed_at=now)
        journal.note(reader, "added", now, key=found.key, papers=new)
    return len(new)


def take_out(reader: Reader, found: Collection, paper: int, now: datetime) -> bool:
    """Take one paper out; False when it is not in it."""
    with transaction.atomic():
        row = Kept.objects.filter(collection=found, paper_id=paper).first()
        if row is None:
            return False
        journal.note(reader, "taken out", now, key=found.key, paper=paper, place=row.place, note=row.note,
                     added_at=row.added_at.isoformat())
        row.delete()
        Collection.objects.filter(pk=found.pk).update(changed_at=now)
    return True


def remark(reader: Reader, found: Collection, paper: int, text: str, now: datetime) -> bool:
    """Write the remark at a paper of the collection; False when the paper is not in it. Raises UsageError."""
    votes.may_act(reader)
    text = checked_note(text)
    with transaction.atomic():
        row = Kept.objects.filter(collection=found, paper_id=paper).first()
        if row is None or row.note == text:
            return row is not None
        journal.note(reader, "remarked", now, key=found.key, paper=paper, before=row.note)
        Kept.objects.filter(pk=row.pk).update(note=text)
        Collection.objects.filter(pk=found.pk).update(changed_at=now)
    return True


def move(reader: Reader, found: Collection, paper: int, by: int, now: datetime) -> bool:
    """Move a paper up (``by`` < 0) or down by that many places; False when it is not in the collection."""
    votes.may_act(reader)
    with transaction.atomic():
        rows = list(Kept.objects.filter(collection=found).order_by("place", "id"))
        at = next((number for number, row in enumerate(rows) if row.paper_id == paper), None)
        if at is None:
            return False
        to = min(max(at + by, 0), len(rows) - 1)
        if to == at:
            return True
        one = rows.pop(at)
        low = rows[to - 1].place if to else rows[0].place - 2
        high = rows[to].place if to < len(rows) else rows[-1].place + 2
        before, one.place = one.place, (low + high) / 2
        if not low < one.place < high:  # no number left between the two: count anew
            rows.insert(to, one)
            for number, row in enumerate(rows, 1):
                row.place = float(number)
            Kept.objects.bulk_update(rows, ["place"], batch_size=500)
        else:
            Kept.objects.filter(pk=one.pk).update(place=one.place)
        journal.note(reader, "moved", now, key=found.key, paper=paper, place=before)
    return True


def papers_of(found: Collection, *, limit: int = 50, offset: int = 0) -> tuple[int, list[Kept]]:
    """How many live papers, and one page of them in the reader's order."""
    rows = Kept.objects.filter(collection=found, paper__state="live").order_by("place", "id")
    return rows.count(), list(rows[offset:offset + limit])


def holding(reader: Reader | None, paper: int) -> frozenset[str]:
    """Keys of the reader's collections that hold the paper."""
    if reader is None:
        return frozenset()
    return frozenset(Kept.objects.filter(collection__reader_id=reader.pk, paper_id=paper).values_list(
        "collection__key", flat=True))


def holding_named(reader: Reader, paper: int) -> list[Collection]:
    """The reader's collections that hold the paper, by name."""
    return list(Collection.objects.filter(reader_id=reader.pk, kept__paper_id=paper).order_by("name"))


def export(reader: Reader) -> list[dict[str, Any]]:
    """All collections with papers, remarks and order, as JSON values."""
    out = []
    for one in Collection.objects.filter(reader=reader).order_by("made_at", "id"):
        kept = Kept.objects.filter(collection=one).order_by("place", "id").values_list(
            "paper__key", "paper__identifiers", "paper__title", "note", "added_at")
        out.append({
            "key": one.key, "name": one.name, "note": one.note, "shared": one.shared,
            "made": one.made_at.isoformat(),
            "papers": [{"paper": key, "id": ":".join(names[0]) if names else "", "title": title, "note": note,
                        "at": at.isoformat()} for key, names, title, note, at in kept]})
    return out


def checked_name(text: str, what: str = "collection") -> str:
    """A name on one line. Raises UsageError for an empty or too long one."""
    name = " ".join(text.replace("\0", " ").split())
    if not name:
        raise UsageError(_("A stream needs a name. Nothing was changed.") if what == "stream" else
                         _("A collection needs a name. Nothing was changed."))
    if len(name) > LONGEST_NAME:
        raise UsageError(_("The name has {count} characters; at most {most} fit. Nothing was changed.").format(
            count=len(name), most=LONGEST_NAME))
    return name


def checked_note(text: str) -> str:
    """A note without control characters. Raises UsageError when it is too long."""
    note = "".join(letter for letter in text.replace("\r\n", "\n") if letter >= " " or letter in "\n\t").strip()
    if len(note) > LONGEST_NOTE:
        raise UsageError(_("The note has {count} characters; at most {most} fit. Nothing was changed.").format(
            count=number(len(note)), most=number(LONGEST_NOTE)))
    return note
