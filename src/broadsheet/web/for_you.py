"""A reader's own part of an edition: the zone "For you", the day in the reader's order, what stays open."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from ..editions.candidates import Candidate
from ..editions.choose import Front, Pick, Section
from ..readers.models import Reader
from ..spoken import sentence

ZONE = 6
FEWEST = 3  # a zone of fewer papers is none
OPEN_EVERY = 6  # one place in so many stays open for the unexpected


@dataclass(frozen=True, slots=True)
class Places:
    """Papers in a reader's order with their reasons; ``open``: how many are there for a change."""

    picks: tuple[Pick, ...]
    open: int = 0

    @property
    def pairs(self) -> list[tuple[int, str]]:
        """As pages print them."""
        return [(pick.paper, pick.reason) for pick in self.picks]


NONE = Places(())


@sentence("change")
def for_a_change() -> str:
    """The reason at a place that stays open for the unexpected."""
    return _("For a change")


def taste_of(reader: Reader | None) -> Any:
    """The reader's taste (``tasting.Mine``), None while nothing was learned; loads NumPy only for readers."""
    if reader is None:
        return None
    from . import tasting

    return tasting.of(reader)


def places(mine: Any, candidates: Sequence[Candidate], limit: int, *, positive: bool = False) -> Places:
    """The first ``limit`` of ``candidates`` in the reader's order; with ``positive`` only what something speaks for."""
    revisions = {one.id: one.revision for one in candidates}
    # Every few places one is open, whatever its score: so many hold the first that count.
    order = mine.order([one.id for one in candidates], revisions, limit=limit * OPEN_EVERY if positive else limit)
    if positive:
        order = [one for one in order if one.score > 0 or one.open]
    order = order[:limit]
    reasons = mine.reasons([one.paper for one in order if not one.open and one.score > 0])
    picks = tuple(Pick(one.paper, for_a_change() if one.open else reasons.get(one.paper, "")) for one in order)
    return Places(picks, sum(one.open for one in order))


def zone(mine: Any, front: Front, candidates: Sequence[Candidate], gone: Collection[int]) -> tuple[Front, Places]:
    """The front page with the zone taken out of its fields, and the zone; each paper stands once.

    ``candidates``: the papers of the day; ``gone``: row ids the reader has read or hidden.
    """
    chosen = {pick.paper for part in ((front.lead,) if front.lead else (), front.seconds, front.group.picks,
                                      front.talked.picks) for pick in part}
    fit = [one for one in candidates
           if one.id not in chosen and one.id not in gone and one.id not in mine.told and not one.retracted]
    found = places(mine, fit, ZONE, positive=True)
    if len(found.picks) - found.open < FEWEST:
        return front, NONE
    taken = {pick.paper for pick in found.picks}
    return replace(front, sections=tuple(_less(row, taken) for row in front.sections)), found


def _less(row: Section, taken: Collection[int]) -> Section:
    """A field without ``taken``: what follows moves up, so that its rows stay full."""
    reasons = {pick.paper: pick.reason for pick in row.full}
    order = [paper for paper in (*reasons, *row.short, *row.lines) if paper not in taken]
    if len(order) == len(row.full) + len(row.short) + len(row.lines):
        return row
    full, short = len(row.full), len(row.short)
    return replace(row, full=tuple(Pick(paper, reasons.get(paper, "")) for paper in order[:full]),
                   short=tuple(order[full:full + short]), lines=tuple(order[full + short:]))
