"""The papers of a day as the choice needs them: light rows, read in one query, and what can be asked of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from ..text.folding import fold
from .fields import FIELDS, Field, Table, field_of, within_any


@dataclass(slots=True, eq=False)
class Candidate:
    """One paper that may stand on a page. ``votes`` and ``comments`` were imported from ``vote_site``.

    ``revision`` changes with everything that is printed of the paper; ``text`` is title and abstract as sent.
    ``own_votes``, ``weighing`` and ``own_comments`` were given here: votes shown, votes that weigh, comments.
    ``raised``: a reader raised it into one of the page's days.
    ``liking``: 0 to 1, how much readers' acts together speak for it, with the cause in a line, ``liked``.
    ``nearness``: 0 to 1, in meaning, to the declared interest ``near`` (given by the caller; 0 where unknown).
    """

    id: int
    key: str
    revision: int
    title: str
    text: str
    categories: tuple[str, ...]
    field: Field
    published: str
    day: date | None
    added_at: datetime | None = None
    votes: int = 0
    comments: int = 0
    vote_site: str = ""
    retracted: bool = False
    nearness: float = 0.0
    near: str = ""
    own_votes: int = 0
    weighing: int = 0
    own_comments: int = 0
    raised: bool = False
    liking: float = 0.0
    liked: str = ""
    _folded: str = attribute(default="", repr=False)

    @property
    def folded(self) -> str:
        """Title and abstract in lower case without accents, made when first asked for."""
        if not self._folded:
            self._folded = fold(self.text)
        return self._folded

    @property
    def said(self) -> bool:
        """Whether a vote that weighs or a comment was given, here or elsewhere."""
        return bool(self.weighing or self.own_comments or self.votes or self.comments)

    def age(self, now: datetime) -> float:
        """Hours since it appeared (:func:`age_of`)."""
        return age_of(self.day, self.added_at, now)


def age_of(day: date | None, added_at: datetime | None, now: datetime) -> float:
    """Hours since a paper appeared, never below 0: since ``added_at`` if that was on its ``day``, else since the day
    began, in the time zone of ``now``. A paper without a day appeared when it came."""
    came = came_at(day, added_at, now.tzinfo)
    return max(0.0, (now - came) / timedelta(hours=1)) if came is not None else 0.0


def came_at(day: date | None, added_at: datetime | None, zone: tzinfo | None) -> datetime | None:
    """The moment from which :func:`age_of` counts."""
    came = added_at.astimezone(zone) if added_at is not None else None
    if day is not None and (came is None or came.date() != day):
        came = datetime.combine(day, time.min, tzinfo=zone)
    return came


@lru_cache(maxsize=4096)
def _whole(word: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(word)}(?:s|es)?(?!\w)")


def has_word(candidate: Candidate, word: str) -> bool:
    """Whether the folded ``word`` or phrase stands in title or abstract as whole words, plural forms too."""
    text = candidate.folded
    return word in text and _whole(word).search(text) is not None


def title_has(candidate: Candidate, word: str) -> bool:
    """Whether the folded ``word`` or phrase stands in the title."""
    return _whole(word).search(fold(candidate.title)) is not None


@dataclass(frozen=True, slots=True)
class Interests:
    """What the group declared: words or phrases as typed, and categories."""

    words: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.categories)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A reader's plain control: own categories (empty: all) and words never wanted."""

    order: str = "chosen"
    categories: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def plain(self) -> bool:
        """Whether nothing is narrowed and the order is the day's own."""
        return self.order == "chosen" and not self.categories and not self.without


def narrow(candidates: Iterable[Candidate], narrowing: Narrowing, hidden: Iterable[int] = ()) -> list[Candidate]:
    """The candidates that pass: in one of the categories, free of the words, not among ``hidden`` row ids."""
    gone = frozenset(hidden)
    kept = [one for one in candidates if one.id not in gone]
    if narrowing.categories:
        kept = [one for one in kept if within_any(one.categories, narrowing.categories)]
    for word in dict.fromkeys(fold(word).strip() for word in narrowing.without):
        if word:  # most papers lack it, and a plain look is all that they cost
            kept = [one for one in kept if word not in one.folded or not has_word(one, word)]
    return kept


def newest_first(candidates: Sequence[Candidate]) -> list[Candidate]:
    """By publication date, then by arrival, newest first; dates without a day stand after exact ones of the period."""
    return sorted(candidates, key=lambda one: (one.published, one.id), reverse=True)


def make_field(categories: Iterable[str], table: Table | None = None) -> Field:
    """The field of a paper with these categories, from the site's table if there is one."""
    return field_of(tuple(categories), table or FIELDS)
