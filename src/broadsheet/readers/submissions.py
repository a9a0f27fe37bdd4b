"""Papers that readers raise into a day's edition, with a note; taken back by the reader, hidden by a moderator.

The paper's home edition stays what it was. Its membership of the day is a record of the catalogue
(``catalogue/submitted.py``), written in the transaction of the act; name and note lie here alone, and leave with the
reader.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from broadsheet.catalogue import changes, submitted
from broadsheet.catalogue.intake import intake
from broadsheet.catalogue.models import Identifier, Paper
from broadsheet.errors import UsageError
from broadsheet.text.identifiers import canonical

from ..languages import number
from ..spoken import sentence, spoken
from . import journal, limits, naming, prose, votes
from .models import Reader, Submission

LONGEST_NOTE = 280  # characters


@dataclass(frozen=True, slots=True)
class Raised:
    """By whom a paper was raised, first come first: names as shown, and the first note that anybody wrote."""

    names: tuple[str, ...]
    note: str

    @property
    def line(self) -> str:
        """The reason at the paper: ``Raised by Ada: worth it for section 3``."""
        return _line(self.names[0], len(self.names) - 1, self.note)


@sentence("raised by")
def _line(first: str, others: int, note: str) -> str:
    by = spoken(first)
    if others:
        by = ngettext("{name} and {count} other", "{name} and {count} others", others).format(name=by, count=others)
    said = _("Raised by {names}: {note}") if note else _("Raised by {names}")
    return said.format(names=by, note=note)


def tidy_note(note: str) -> str:
    """A note as it is kept: one line without control characters. Raises UsageError when it is too long."""
    text = " ".join(prose.tidy(note).split())
    if len(text) > LONGEST_NOTE:
        raise UsageError(_("The note has {count} characters; {most} fit. Nothing was raised; your note is "
                           "still in the form.").format(count=number(len(text)), most=LONGEST_NOTE))
    return text


def put(reader: Reader, paper: Paper, note: str, day: date, now: datetime) -> Submission:
    """Raise the paper into the edition of ``day``. Raised already by the same reader: only the note is renewed, and
    what was taken back stands again, in the edition of ``day``.

    Raises UsageError for a note that is too long, :class:`~broadsheet.readers.votes.NotAllowed` for a blocked reader
    or a submission that a moderator hid, :class:`~broadsheet.readers.limits.TooMany`.
    """
    votes.may_act(reader)
    text = tidy_note(note)
    with transaction.atomic():
        votes.hold(paper.pk)
        row = Submission.objects.filter(reader=reader, paper=paper).first()
        if row is not None and row.hidden_at is not None:
            said = (_("A moderator took this paper out of the edition: {reason}. Nothing was changed.")
                    if row.hidden_reason else _("A moderator took this paper out of the edition. Nothing was changed."))
            raise votes.NotAllowed(said.format(reason=row.hidden_reason))
        if row is not None and row.undone_at is None:
            if row.note != text:
                row.note = text
                row.save(update_fields=["note"])
                changes.append([paper.pk], changes.ACTIVITY)
            return row
        if row is None:
            limits.check(reader, "submit", Submission.objects.filter(reader=reader), now)
            row = Submission.objects.create(paper=paper, reader=reader, note=text, day=day, made_at=now)
        else:
            row.note, row.day, row.undone_at = text, day, None
            row.save(update_fields=["note", "day", "undone_at"])
        journal.note(reader, "submit", now, paper=paper.pk, row=row.pk)
        _tell(row, now)
    return row


def take_back(reader: Reader, row: Submission, now: datetime) -> None:
    """The submitter's undo: the paper leaves the day's edition and stays in the catalogue. Twice is once."""
    _own(reader, row)
    with transaction.atomic():
        if not Submission.objects.filter(pk=row.pk, undone_at=None).update(undone_at=now):
            return
        row.undone_at = now
        journal.note(reader, "unsubmit", now, paper=row.paper_id, row=row.pk)
        _tell(row, now)


def bring_back(reader: Reader, row: Submission, now: datetime) -> None:
    """Undo :func:`take_back`: the same day, the same note."""
    _own(reader, row)
    with transaction.atomic():
        if not Submission.objects.filter(pk=row.pk, hidden_at=None).exclude(undone_at=None).update(undone_at=None):
            return
        row.undone_at = None
        journal.note(reader, "submit", now, paper=row.paper_id, row=row.pk)
        _tell(row, now)


def set_hidden(row: Submission, reason: str | None, now: datetime) -> None:
    """Hide with a reason, or show again (None); for moderators: the caller checks and logs."""
    with transaction.atomic():
        row.hidden_at, row.hidden_reason = (None, "") if reason is None else (now, reason)
        row.save(update_fields=["hidden_at", "hidden_reason"])
        _tell(row, now)


def of(reader: Reader | None, paper_id: int) -> Submission | None:
    """The reader's own submission of the paper, whatever its state."""
    return Submission.objects.filter(reader=reader, paper_id=paper_id).first() if reader is not None else None


def standing() -> dict[tuple[date, int], Raised]:
    """By day and paper row id all that readers raised and that stands: what pages print. One query; keep it."""
    rows = _standing().select_related("reader").order_by("made_at", "id")
    found: dict[tuple[date, int], list[Submission]] = {}
    for row in rows:
        found.setdefault((row.day, row.paper_id), []).append(row)
    return {place: _raised(of_place) for place, of_place in found.items()}


def of_days(days: Collection[date]) -> dict[int, Raised]:
    """By paper row id what readers raised into the editions of ``days``: one query."""
    rows = _standing().filter(day__in=list(days)).select_related("reader").order_by("made_at", "id")
    found: dict[int, list[Submission]] = {}
    for row in rows:
        found.setdefault(row.paper_id, []).append(row)
    return {paper: _raised(of_paper) for paper, of_paper in found.items()}


def papers() -> frozenset[int]:
    """Row ids of all papers that somebody raised, standing or not."""
    return frozenset(Submission.objects.values_list("paper_id", flat=True))


def at(paper_id: int) -> list[Submission]:
    """The standing submissions of one paper with their readers, oldest first."""
    return list(_standing().filter(paper_id=paper_id).select_related("reader").order_by("made_at", "id")[:50])


def of_reader(reader: Reader, limit: int = 100) -> list[Submission]:
    """What a reader raised and what stands, newest first, with live papers: for the reader's page."""
    rows = _standing().filter(reader=reader, paper__state=Paper.State.LIVE)
    return list(rows.select_related("paper").order_by("-made_at", "-id")[:limit])


def _standing() -> models.QuerySet[Submission]:
    return Submission.objects.filter(undone_at=None, hidden_at=None)


def _raised(rows: list[Submission]) -> Raised:
    names = tuple(dict.fromkeys(naming.kept(row.reader) for row in rows))
    return Raised(names, next((row.note for row in rows if row.note), ""))


def _own(reader: Reader, row: Submission) -> None:
    if row.reader_id != reader.pk:
        raise votes.NotAllowed(_("Somebody else raised this paper. Nothing was changed."))


def _tell(row: Submission, now: datetime) -> None:
    """Bring the day's membership and the weight of the submitter's vote in line. Inside the transaction."""
    paper = _lasting(row.paper_id)
    names = list(Identifier.objects.filter(paper_id=paper).values_list("scheme", "value"))
    if names:
        intake([submitted.incoming(row.pk, [canonical(names)], row.day, stands=row.stands)], now=now,
               lane=changes.INTERACTIVE)
    if row.reader is not None:
        votes.reweigh(row.reader, row.paper_id, now, votes.rules())
    changes.append([row.paper_id], changes.ACTIVITY)


def _lasting(paper_id: int) -> int:
    """The row of the paper that a merged one became."""
    seen: set[int] = set()
    while paper_id not in seen:
        seen.add(paper_id)
        into = Paper.objects.filter(pk=paper_id).values_list("merged_into_id", flat=True).first()
        if into is None:
            break
        paper_id = into
    return paper_id
