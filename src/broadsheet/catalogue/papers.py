"""Papers by any of their names, and the acts that change what is shown: hide, merge, split, delete."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from . import changes, writer
from .models import Identifier, Paper, SourceRecord
from .records import PLACED, SUBMITTED
from .reprojection import reproject
from .signals import papers_split
from .site import choice


def by_ids(ids: Sequence[int]) -> dict[int, Paper]:
    """Live papers by row number, one query."""
    return {paper.id: paper for paper in Paper.objects.filter(id__in=list(ids), state=Paper.State.LIVE)}


def days_of(ids: Sequence[int]) -> dict[int, date]:
    """The days of the home editions of live papers by row number; papers without a day are not there."""
    found = Paper.objects.filter(id__in=list(ids), state=Paper.State.LIVE).values_list("id", "edition_day")
    return {row: day for row, day in found if day is not None}


def _followed(paper: Paper | None) -> Paper | None:
    """The paper that a merged one became; None when hidden or deleted."""
    seen = set()
    while paper is not None and paper.merged_into_id is not None and paper.id not in seen:
        seen.add(paper.id)
        paper = Paper.objects.filter(id=paper.merged_into_id).first()
    return paper if paper is not None and paper.state == Paper.State.LIVE else None


def by_key(key: str) -> Paper | None:
    """The live paper with this key, in any case (Crockford's rule); merged keys lead on for ever."""
    return _followed(Paper.objects.filter(key=key.lower()).first())


def by_identifier(scheme: str, value: str) -> Paper | None:
    """The live paper with this identifier (normalised by ``text.identifiers``)."""
    return _followed(Paper.objects.filter(identifier_rows__scheme=scheme, identifier_rows__value=value).first())


def _set_state(paper_id: int, state: str, now: datetime) -> None:
    with transaction.atomic():
        Paper.objects.filter(id=paper_id).update(state=state, changed_at=now)
        changes.append([paper_id], changes.INTERACTIVE, "put" if state == Paper.State.LIVE else "drop")


def hide(paper: Paper, now: datetime) -> None:
    """Take a paper out of every page and of search at once; its records stay."""
    _set_state(paper.id, Paper.State.HIDDEN, now)


def unhide(paper: Paper, now: datetime) -> None:
    """Show a hidden paper again."""
    _set_state(paper.id, Paper.State.LIVE, now)


def merge(kept: Paper, absorbed: Paper, now: datetime) -> None:
    """Make one paper of two: the records of ``absorbed`` move to ``kept``; :func:`split` moves them back."""
    if kept.id == absorbed.id:
        return
    with transaction.atomic():
        writer.move_records(absorbed.id, kept.id, now)
        reproject([kept.id], choice("front_lists"), now)
        changes.append([kept.id], changes.INTERACTIVE)
        changes.append([absorbed.id], changes.INTERACTIVE, "drop")


def split(kept: Paper, absorbed: Paper, records: Sequence[int], now: datetime) -> None:
    """Undo a merge: the ``records`` (ids of SourceRecord) return to ``absorbed``, which lives again."""
    with transaction.atomic():
        moved = SourceRecord.objects.filter(id__in=list(records), paper=kept)
        moved.update(paper=absorbed)
        Paper.objects.filter(id=absorbed.id).update(state=Paper.State.LIVE, merged_into=None, changed_at=now)
        changed = reproject([kept.id, absorbed.id], choice("front_lists"), now)
        for paper in Paper.objects.filter(id__in=[kept.id, absorbed.id]):
            for scheme, value in paper.identifiers:
                Identifier.objects.filter(scheme=scheme, value=value).update(paper=paper)
        papers_split.send(sender=None, kept=kept.id, absorbed=absorbed.id, now=now)
        changes.append({kept.id, absorbed.id, *changed}, changes.INTERACTIVE)


def remove_sample(now: datetime) -> int:
    """Take the bundled sample away without a trace: papers, records, marks; returns how many papers went.

    A sample paper that a real source has brought too stays, with the real records only.
    """
    with transaction.atomic():
        touched = list(SourceRecord.objects.filter(source="sample").values_list("paper_id", flat=True))
        SourceRecord.objects.filter(source="sample").delete()
        told = SourceRecord.objects.filter(paper_id__in=touched).exclude(source__in=(PLACED, SUBMITTED))
        real = set(told.values_list("paper_id", flat=True))
        gone = [paper_id for paper_id in touched if paper_id not in real]
        reproject(sorted(real), choice("front_lists"), now)
        SourceRecord.objects.filter(paper_id__in=gone).delete()
        Paper.objects.filter(id__in=gone).delete()
        changes.append(gone, changes.INTERACTIVE, "drop")
        changes.append(sorted(real), changes.INTERACTIVE)
    return len(gone)


def retractions(ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """What the sources said of those among ``ids`` that are retracted or withdrawn; one query."""
    rows = Paper.objects.filter(id__in=list(ids), retraction__isnull=False).values_list("id", "retraction")
    return {id_: retraction for id_, retraction in rows if retraction}


def has_sample() -> bool:
    """Whether sample papers are shown."""
    return Paper.objects.filter(sample=True, state=Paper.State.LIVE).exists()
