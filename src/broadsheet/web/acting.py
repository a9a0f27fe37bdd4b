"""What a button may do to papers: each verb with the capability it needs and the service that does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _lazy

from ..readers import service as readers
from ..readers import taste, votes
from ..readers.models import Reader
from . import voting

if TYPE_CHECKING:
    from ..languages import Text

MOST = 2000  # papers in one act: "mark all read" of the largest day
Answer = dict[str, object]
Doer = Callable[[Reader, Sequence[int], datetime], Answer | None]


@dataclass(frozen=True, slots=True)
class Verb:
    """One act. ``capability``: empty for marks, which a browser without an account may keep too.

    ``ask``: what the confirming page says and its button; ``explain``: what follows from it.
    ``do``: does it to papers (row ids); what it returns is told to the script of the page.
    """

    capability: str
    ask: Text
    explain: Text
    do: Doer
    most: int = MOST


_MARKS = _lazy("Your marks are kept for this browser alone, by a cookie; nobody else is shown them. You can take them "
               "out or erase them in Settings.")
_VOTES = _lazy("One vote for each reader and paper. You can take it back whenever you want, with the same button.")


def _mark(kind: str, on: bool) -> Doer:
    def do(reader: Reader, papers: Sequence[int], now: datetime) -> None:
        if on:
            readers.mark(reader, papers, kind, now)
        else:
            readers.unmark(reader, papers, kind, now)

    return do


def _vote(reader: Reader, papers: Sequence[int], now: datetime) -> Answer:
    tally = votes.cast(reader, papers[0], now, votes.rules())
    return voting.told(tally.votes, True)


def _unvote(reader: Reader, papers: Sequence[int], now: datetime) -> Answer:
    tally = votes.take_back(reader, papers[0], now)
    return voting.told(tally.votes, False)


_ORDER = _lazy("It teaches your own order, at once, and is seen by you alone. What was learned stands on the page My "
               "order, where each line can be removed.")


def _more_or_less(kind: str, on: bool) -> Doer:
    def do(reader: Reader, papers: Sequence[int], now: datetime) -> None:
        if on:
            taste.record(reader, papers, kind, -1 if kind == taste.LESS else 1, now)
        else:
            taste.take_back(reader, papers, kind, now)

    return do


VERBS: dict[str, Verb] = {
    "save": Verb("", _lazy("Save this paper"), _MARKS, _mark(readers.SAVED, True)),
    "unsave": Verb("", _lazy("Take this paper off your list"), _MARKS, _mark(readers.SAVED, False)),
    "hide": Verb("", _lazy("Hide this paper"), _MARKS, _mark(readers.HIDDEN, True)),
    "unhide": Verb("", _lazy("Show this paper again"), _MARKS, _mark(readers.HIDDEN, False)),
    "read": Verb("", _lazy("Mark as read"), _MARKS, _mark(readers.READ, True)),
    "unread": Verb("", _lazy("Mark as not read"), _MARKS, _mark(readers.READ, False)),
    "vote": Verb("vote", _lazy("Vote for this paper"), _VOTES, _vote, most=1),
    "unvote": Verb("vote", _lazy("Take your vote back"), _VOTES, _unvote, most=1),
    "more": Verb("", _lazy("More papers like this"), _ORDER, _more_or_less(taste.MORE, True)),
    "unmore": Verb("", _lazy("Take “more like this” back"), _ORDER, _more_or_less(taste.MORE, False)),
    "less": Verb("", _lazy("Not for me"), _ORDER, _more_or_less(taste.LESS, True)),
    "unless": Verb("", _lazy("Take “not for me” back"), _ORDER, _more_or_less(taste.LESS, False)),
}
