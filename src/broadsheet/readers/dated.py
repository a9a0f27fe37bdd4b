"""What readers gathered, as feeds show it: newest first, each with when it came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from .comments import shown
from .models import Collection, Comment, Kept, Mark, Reader
from .service import SAVED


@dataclass(frozen=True)
class Dated:
    """Live papers of a list with the moments at which it got them. ``when`` names the column of the moment."""

    query: QuerySet[Any]
    when: str

    def since(self, moment: datetime) -> int:
        """How many came at or after the moment."""
        return self.query.filter(**{f"{self.when}__gte": moment}).count()

    def rows(self, start: int, limit: int) -> list[tuple[int, datetime]]:
        """Row ids of papers with their moments."""
        order = self.query.order_by(f"-{self.when}", "-id")
        return list(order.values_list("paper_id", self.when)[start:start + limit])


def of_collection(found: Collection) -> Dated:
    """What lies in a collection."""
    return Dated(Kept.objects.filter(collection=found, paper__state="live"), "added_at")


def of_saved(reader: Reader) -> Dated:
    """What a reader saved."""
    return Dated(Mark.objects.filter(reader=reader, kind=SAVED, paper__state="live"), "made_at")


@dataclass(frozen=True)
class Said:
    """Comments that everybody sees, of the whole site or of one paper, newest first."""

    query: QuerySet[Comment]

    def since(self, moment: datetime) -> int:
        """How many were made at or after the moment."""
        return self.query.filter(made_at__gte=moment).count()

    def rows(self, start: int, limit: int) -> Sequence[Comment]:
        """The comments with paper and author."""
        return list(self.query.select_related("paper", "reader").order_by("-id")[start:start + limit])


def of_comments(paper: int | None) -> Said:
    """The comments of the site, or of the paper with this row id."""
    rows = shown()
    return Said(rows if paper is None else rows.filter(paper_id=paper))
