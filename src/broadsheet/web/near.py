"""What joins editions with search and readers: nearness in meaning, votes and comments, handed over as values."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..readers import tallies, taste
from . import known, voting

GROUP_SECONDS = 60.0
_held: tuple[float, object, bool] | None = None  # when, the mark, whether anything was said by then


def forget() -> None:
    """Learn the group's taste anew at the next look (tests)."""
    global _held
    _held = None


@dataclass(frozen=True, slots=True)
class Near:
    """``editions.service.Nearness`` by the search index of this site. ``words``: the interests, as typed."""

    words: tuple[str, ...]

    def mark(self) -> object:
        """See the protocol."""
        from ..search import nearness  # loads NumPy; commands that show no day do not pay for it

        return nearness.mark()

    def of(self, ids: Sequence[int]) -> Mapping[int, tuple[float, str]]:
        """See the protocol."""
        from ..search import nearness

        return nearness.nearness(self.words, ids)


@dataclass(frozen=True, slots=True)
class OwnActs:
    """``editions.service.Acts`` by the votes and comments of this site's readers."""

    def mark(self) -> object:
        """See the protocol."""
        return known.row("tallies position", tallies.position)

    def all_of(self) -> Mapping[int, tuple[int, int, int]]:
        """See the protocol."""
        return voting.counts()


@dataclass(frozen=True, slots=True)
class GroupTaste:
    """``editions.service.Nearness`` by what the acts of all readers together speak for; the cause is a sentence."""

    def mark(self) -> object:
        """See the protocol. Holds for ``GROUP_SECONDS``: learning anew from all acts costs 130 ms, a vote 5."""
        global _held
        now = time.monotonic()
        if _held is None or now - _held[0] > GROUP_SECONDS or (not _held[2] and anything_said()):
            _held = now, group_mark(), anything_said()
        return _held[1]

    def of(self, ids: Sequence[int]) -> Mapping[int, tuple[float, str]]:
        """See the protocol."""
        if not anything_said():
            return {}
        from . import tasting

        return tasting.group_liking(ids)


def group_mark() -> object:
    """Changes with every act that the group's taste follows from; one query after a commit, else none."""
    return known.row("taste", taste.mark), OwnActs().mark()


def anything_said() -> bool:
    """Whether any reader has said anything that an order learns from."""
    return taste.anything(known.row("taste", taste.mark))


def words_of(chosen: Mapping[str, Any]) -> tuple[str, ...]:
    """The declared words among the site's choices: ``interests`` is a list or ``{"words": [...]}``."""
    interests = chosen.get("interests") or {}
    found = interests.get("words") if isinstance(interests, dict) else interests
    return tuple(str(item) for item in found) if isinstance(found, list | tuple) else ()


def mark_of(chosen: Mapping[str, Any]) -> object:
    """What kept pages depend on besides the change log: the vectors, where interests are declared."""
    words = words_of(chosen)
    return Near(words).mark() if words else None
