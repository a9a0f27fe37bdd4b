"""Undo for every act of a reader: the last fifty, one step each, newest first.

Each verb that a service notes in the journal has a function here that takes it back. What can no longer be taken back
(the paper is gone, a collection was erased for good) is dropped from the journal and the next one is tried.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import ngettext

from broadsheet.catalogue.models import Paper
from broadsheet.text import latex

from ..languages import number
from . import (
    claims,
    collections,
    comments,
    follows,
    journal,
    notes,
    reading_list,
    service,
    streams,
    submissions,
    taste,
    votes,
)
from .models import Collection, Comment, Done, Kept, Mark, Reader, Stream, Submission

How = dict[str, Any]
Back = Callable[[Reader, How, datetime], str]  # returns what is there now as an act of a page, such as "unsave"; or ""


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back: ``verb`` as noted, ``paper`` its key where there is one, ``now``: the act it amounts to."""

    verb: str
    paper: str
    now: str


REVERSE: dict[str, Back] = {}


def reverses(verb: str) -> Callable[[Back], Back]:
    """Register how an act that is noted as ``verb`` is taken back."""

    def put(function: Back) -> Back:
        REVERSE[verb] = function
        return function

    return put


def undo(reader: Reader, now: datetime) -> Undone | None:
    """Take back the newest act that can be taken back; None when there is none."""
    while (row := Done.objects.filter(reader=reader).order_by("-id").first()) is not None:
        with transaction.atomic(), journal.quiet():
            # Whoever deletes the row undoes it: two requests at once go two steps back, none twice.
            if not Done.objects.filter(pk=row.pk).delete()[0]:
                continue
            _follow_merges(row.how)
            back = REVERSE.get(row.verb)
            said = back(reader, row.how, now) if back is not None else None
        if said is not None:
            return Undone(row.verb, _key_of(row.how), said)
    return None


def _follow_merges(how: How) -> None:
    """Rows moved with their papers when papers were merged since; so the act is at the paper that is there now."""
    asked = [how["paper"]] if "paper" in how else how.get("papers", [])
    moved = dict(Paper.objects.filter(pk__in=asked, merged_into__isnull=False).values_list("pk", "merged_into"))
    if "paper" in how:
        how["paper"] = moved.get(how["paper"], how["paper"])
    elif moved:
        how["papers"] = [moved.get(paper, paper) for paper in asked]


def _key_of(how: How) -> str:
    papers = [how["paper"]] if "paper" in how else how.get("papers", [])
    if len(papers) != 1:
        return ""
    return Paper.objects.filter(pk=papers[0]).values_list("key", flat=True).first() or ""


@reverses("vote")
def _vote(reader: Reader, how: How, now: datetime) -> str:
    votes.take_back(reader, how["paper"], now)
    return "unvote"


@reverses("unvote")
def _unvote(reader: Reader, how: How, now: datetime) -> str:
    votes.cast(reader, how["paper"], now, votes.rules())
    return "vote"


_VERBS = {service.SAVED: "save", service.HIDDEN: "hide", service.READ: "read"}


@reverses("mark")
def _mark(reader: Reader, how: How, now: datetime) -> str:
    service.unmark(reader, how["papers"], how["kind"])
    return f"un{_VERBS[how['kind']]}"


@reverses("unmark")
def _unmark(reader: Reader, how: How, now: datetime) -> str:
    """Marks return with their own times, so that an order by time is what it was."""
    there = set(Paper.objects.filter(pk__in=how["papers"]).values_list("pk", flat=True))
    Mark.objects.bulk_create(
        [Mark(reader=reader, paper_id=paper, kind=how["kind"], made_at=datetime.fromisoformat(at), place=place)
         for paper, at, place in zip(how["papers"], how["at"], how.get("places") or repeat(None), strict=False)
         if paper in there], ignore_conflicts=True)
    return _VERBS[how["kind"]]


@reverses("follow")
def _follow(reader: Reader, how: How, now: datetime) -> str:
    follows.unfollow(reader, how["kind"], how["value"], now)
    return ""


@reverses("unfollow")
def _unfollow(reader: Reader, how: How, now: datetime) -> str:
    follows.follow(reader, how["kind"], how["value"], how["label"], now)
    return ""


@reverses("noted")
def _noted(reader: Reader, how: How, now: datetime) -> str:
    notes.put(reader, how["paper"], how["text"], how["tags"], now)
    return ""


@reverses("made")
def _made(reader: Reader, how: How, now: datetime) -> str:
    _table(how).objects.filter(reader=reader, key=how["key"]).delete()
    return ""


@reverses("changed")
def _changed(reader: Reader, how: How, now: datetime) -> str:
    model, before = _table(how), how["before"]
    taken = model.objects.filter(reader=reader, name=before["name"]).exclude(key=how["key"]).exists()
    if taken:
        before = {name: value for name, value in before.items() if name != "name"}
    model.objects.filter(reader=reader, key=how["key"]).update(**before)
    return ""


@reverses("removed")
def _removed(reader: Reader, how: How, now: datetime) -> str:
    if how["what"] == "stream":
        streams.bring_back(reader, how["row"])
    else:
        row = how["row"]
        there = set(Paper.objects.filter(pk__in=[one["paper"] for one in row["kept"]]).values_list("pk", flat=True))
        collections.bring_back(reader, {**row, "kept": [one for one in row["kept"] if one["paper"] in there]})
    return ""


def _table(how: How) -> type[Collection] | type[Stream]:
    return Stream if how["what"] == "stream" else Collection


def _kept(reader: Reader, how: How) -> Any:
    return Kept.objects.filter(collection__reader=reader, collection__key=how["key"])


@reverses("added")
def _added(reader: Reader, how: How, now: datetime) -> str:
    _kept(reader, how).filter(paper_id__in=how["papers"]).delete()
    return ""


@reverses("taken out")
def _taken_out(reader: Reader, how: How, now: datetime) -> str:
    found = collections.find(reader, how["key"])
    if found is not None and Paper.objects.filter(pk=how["paper"]).exists():
        Kept.objects.get_or_create(collection=found, paper_id=how["paper"], defaults={
            "place": how["place"], "note": how["note"], "added_at": datetime.fromisoformat(how["added_at"])})
    return ""


@reverses("remarked")
def _remarked(reader: Reader, how: How, now: datetime) -> str:
    _kept(reader, how).filter(paper_id=how["paper"]).update(note=how["before"])
    return ""


@reverses("moved")
def _moved(reader: Reader, how: How, now: datetime) -> str:
    _kept(reader, how).filter(paper_id=how["paper"]).update(place=how["place"])
    return ""


@reverses("reordered")
def _reordered(reader: Reader, how: How, now: datetime) -> str:
    reading_list.put_back(reader, how)
    return ""


@reverses("comment")
def _comment(reader: Reader, how: How, now: datetime) -> str:
    found = Comment.objects.filter(key=how["key"], reader=reader, hidden_at=None).first()
    if found is not None:
        comments.take_back(reader, found, now)
    return ""


@reverses("uncomment")
def _uncomment(reader: Reader, how: How, now: datetime) -> str:
    found = Comment.objects.filter(key=how["key"], reader=reader, hidden_at=None).first()
    if found is not None:
        comments.bring_back(reader, found, now)
    return ""


@reverses("edited")
def _edited(reader: Reader, how: How, now: datetime) -> str:
    found = Comment.objects.filter(key=how["key"], reader=reader, hidden_at=None).first()
    if found is not None:
        comments.edit(reader, found, how["before"], now)
    return ""


@reverses("taste")
@reverses("struck")
def _taste(reader: Reader, how: How, now: datetime) -> str:
    there = Paper.objects.filter(pk__in=how.get("papers", [])).values_list("pk", flat=True)
    return taste.put_back(reader, how, frozenset(there))


def _submission(reader: Reader, how: How) -> Submission | None:
    return Submission.objects.filter(pk=how["row"], reader=reader, hidden_at=None).first()


@reverses("submit")
def _submit(reader: Reader, how: How, now: datetime) -> str:
    found = _submission(reader, how)
    if found is not None:
        submissions.take_back(reader, found, now)
    return ""


@reverses("unsubmit")
def _unsubmit(reader: Reader, how: How, now: datetime) -> str:
    found = _submission(reader, how)
    if found is not None:
        submissions.bring_back(reader, found, now)
    return ""


@reverses("claimed")
def _claimed(reader: Reader, how: How, now: datetime) -> str:
    claims.take_back(reader, how["paper"], now)
    return ""


# As a person says what an act was; spoken where it is listed.
WORDS = {
    "submit": noop("Raising a paper"), "unsubmit": noop("Taking a paper out of the edition"),
    "claimed": noop("Your claim"), "taste": noop("What you said for your order"),
    "struck": noop("Striking out what was learned"), "vote": noop("Your vote"),
    "unvote": noop("Taking your vote back"), "follow": noop("Following {label}"),
    "unfollow": noop("No longer following {label}"), "noted": noop("Your note"),
    "added": noop("Adding to a collection"), "taken out": noop("Taking out of a collection"),
    "remarked": noop("Your remark"), "moved": noop("The new order"),
    "reordered": noop("The new order of what you saved"), "comment": noop("Your comment"),
    "uncomment": noop("Taking your comment back"), "edited": noop("Editing your comment"),
}
_MARKED = {service.SAVED: noop("Saving"), service.HIDDEN: noop("Hiding"), service.READ: noop("Marking as read")}
_UNMARKED = {service.SAVED: noop("Taking off the saved list"), service.HIDDEN: noop("Showing again"),
             service.READ: noop("Marking as not read")}
_WHAT = {
    ("made", "collection"): noop("Making a collection"), ("made", "stream"): noop("Making a stream"),
    ("changed", "collection"): noop("Changing a collection"), ("changed", "stream"): noop("Changing a stream"),
    ("removed", "collection"): noop("Removing a collection"), ("removed", "stream"): noop("Removing a stream"),
}


def words(row: Done) -> str:
    """What the act was, as a person says it."""
    how = row.how
    if row.verb in {"mark", "unmark"}:
        return _((_MARKED if row.verb == "mark" else _UNMARKED)[how["kind"]])
    known = _WHAT.get((row.verb, how.get("what", ""))) or WORDS.get(row.verb)
    return _(known).format(label=how.get("label") or how.get("value", "")) if known else row.verb.capitalize()


def titles(rows: list[Done]) -> dict[int, str]:
    """For each act (row id) on one paper the paper's title; for one on several how many they are."""
    one = {row.pk: row.how["paper"] for row in rows if "paper" in row.how}
    one.update({row.pk: row.how["papers"][0] for row in rows if len(row.how.get("papers", ())) == 1})
    names = dict(Paper.objects.filter(pk__in=set(one.values())).values_list("pk", "title"))
    said = {row: latex.readable(names[paper]) for row, paper in one.items() if paper in names}
    for row in rows:
        if len(row.how.get("papers", ())) > 1:
            papers = len(row.how["papers"])
            said[row.pk] = ngettext("{count} paper", "{count} papers", papers).format(count=number(papers))
        elif row.verb == "removed":
            said[row.pk] = row.how["row"]["name"]
    return said
