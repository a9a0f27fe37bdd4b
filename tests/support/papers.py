"""Papers written straight into the catalogue's tables with their change rows, for tests of what follows the log."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction

from broadsheet.catalogue import changes
from broadsheet.catalogue.models import Paper

NOW = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)


def add(number: int, title: str, abstract: str = "", *, lane: int = changes.INTERACTIVE, language: str = "en") -> int:
    """Add a paper; its row number."""
    with transaction.atomic():
        paper = Paper.objects.create(
            key=f"K{number:09d}", title=title, abstract=abstract, language=language, published="2026-05-12",
            identifiers=[["arxiv", f"2605.{number:05d}"]], categories=["cs.CL"], authors=[{"name": "Ada Lovelace"}],
            added_at=NOW, changed_at=NOW,
        )
        changes.append([paper.pk], lane)
    return int(paper.pk)


def edit(row: int, title: str, *, lane: int = changes.INTERACTIVE) -> None:
    """Give a paper another title."""
    with transaction.atomic():
        Paper.objects.filter(pk=row).update(title=title)
        changes.append([row], lane)


def count(row: int, votes: int, *, lane: int = changes.INTERACTIVE) -> None:
    """Give a paper other imported votes, and change nothing else."""
    with transaction.atomic():
        Paper.objects.filter(pk=row).update(imported_votes=votes)
        changes.append([row], lane, changes.COUNT)


def set_state(row: int, state: str, *, into: int | None = None, lane: int = changes.INTERACTIVE) -> None:
    """Hide, show, delete or merge a paper."""
    with transaction.atomic():
        Paper.objects.filter(pk=row).update(state=state, merged_into=into)
        changes.append([row], lane, "put" if state == "live" else "drop")
        if into is not None:
            changes.append([into], lane)
