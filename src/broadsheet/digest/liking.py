"""What a reader's acts say of the papers of some days; the taste itself is made above this room: it is a value."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

from ..readers.models import Reader

FROM, FULL_AT = 1.0, 4.0  # spreads above the usual score: nothing below, all of it from the second on
FAR = -1.0  # a paper so many spreads below the usual is not for this reader
REASONED = 60  # papers, best first, whose cause is looked for


class Taste(Protocol):
    """What was learned of one reader. ``told``: papers (row ids) of which something was said already."""

    told: Mapping[int, Any]

    def scores(self, ids: Sequence[int]) -> dict[int, float]:
        """Scores by row id."""

    def usual(self) -> tuple[float, float]:
        """Mean and spread of the scores of papers here."""

    def reasons(self, ids: Sequence[int]) -> dict[int, str]:
        """For papers that something holds up, the cause itself in a line."""


TasteOf = Callable[[Reader], Taste | None]


def liked(taste: Taste, ids: Sequence[int]) -> tuple[dict[int, tuple[float, str]], Collection[int]]:
    """What speaks for papers: row id to how much (above 0, at most 1) and why; and the ids that are far from it.

    A paper without a cause that can be named is not among the first: every reason is the cause itself.
    """
    asked = [one for one in ids if one not in taste.told]
    mean, spread = taste.usual()
    above = {one: (score - mean) / spread for one, score in taste.scores(asked).items()}
    best = sorted((one for one in above if above[one] > FROM), key=lambda one: (-above[one], one))[:REASONED]
    reasons = taste.reasons(best)
    found = {one: (min(above[one] - FROM, FULL_AT - FROM) / (FULL_AT - FROM), reasons[one])
             for one in best if reasons.get(one)}
    return found, {one for one in above if above[one] < FAR}
