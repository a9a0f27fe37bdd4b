"""The formulas of the orders of editions, each with the text that explains it: what is printed is what is computed.

Each formula is one function of named numbers. A page shows these numbers for any paper (:class:`Worked`), so that
anybody can put them into the printed line and get the points that the order used.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date
from math import log2

from ..text.folding import fold
from .candidates import Candidate, Interests, has_word, title_has
from .fields import within_any

VOTE_WEIGHT = 1.0  # of the logarithm of imported votes, until the group votes itself
COMMENT_WEIGHT = 0.5
TITLE_WEIGHT, ABSTRACT_WEIGHT = 3.0, 1.5
CATEGORY_WEIGHT = 1.0
NEARNESS_WEIGHT = 2.0
WORDS_COUNTED = 3  # a paper that names ten interests is not better than one that names three
SPREAD = 0.6  # what each further paper of one field is multiplied by in the first zone
TALKED_COMMENT = 2.0
TREND_HALF_LIFE = 4.0  # days
CAUSES = ("votes", "words", "nearness", "category", "comments")  # of equal parts the first is named
OF_INTEREST = ("words", "nearness", "category")


@dataclass(frozen=True, slots=True)
class Points:
    """What a paper earned in the order of its day, and from what.

    ``votes``, ``comments``, ``title`` and ``abstract`` (interests found there and counted), ``category`` (1 or 0) and
    ``nearness`` (0 to 1) are the numbers of the formula ``edition``; ``words`` are the interests counted, as typed,
    ``within`` the paper's category that was declared, ``near`` the interest it comes nearest to in meaning.
    ``total`` orders the day, ``interest`` the zone for the group; both follow from the numbers.
    """

    votes: int = 0
    comments: int = 0
    title: int = 0
    abstract: int = 0
    category: int = 0
    nearness: float = 0.0
    words: tuple[str, ...] = ()
    within: str = ""
    near: str = ""
    total: float = field(init=False, compare=False, default=0.0)
    interest: float = field(init=False, compare=False, default=0.0)

    def __post_init__(self) -> None:
        # Worked out once: a page sorts 1,400 papers by them.
        parts = self.parts
        object.__setattr__(self, "total", sum(parts.values()))
        object.__setattr__(self, "interest", sum(parts[name] for name in OF_INTEREST))

    @property
    def parts(self) -> dict[str, float]:
        """The points by what they come from."""
        return {
            "votes": VOTE_WEIGHT * log2(1 + self.votes),
            "words": TITLE_WEIGHT * self.title + ABSTRACT_WEIGHT * self.abstract,
            "nearness": NEARNESS_WEIGHT * self.nearness,
            "category": CATEGORY_WEIGHT * self.category,
            "comments": COMMENT_WEIGHT * log2(1 + self.comments),
        }

    def cause(self, among: tuple[str, ...] = CAUSES) -> str:
        """The name of the largest part, empty when no part of ``among`` gave a point."""
        parts = self.parts
        best = max(among, key=lambda name: parts[name])
        return best if parts[best] > 0 else ""


def day_points(candidate: Candidate, interests: Interests) -> Points:
    """Points of one paper in the order of its day; see the formula ``edition`` below."""
    in_title: list[str] = []
    in_abstract: list[str] = []
    for word in interests.words:
        folded = fold(word).strip()
        if folded and has_word(candidate, folded):
            (in_title if title_has(candidate, folded) else in_abstract).append(word)
    title = min(len(in_title), WORDS_COUNTED)
    abstract = min(len(in_abstract), WORDS_COUNTED - title)
    within = within_any(candidate.categories, interests.categories)
    return Points(
        candidate.votes, candidate.comments, title, abstract, int(bool(within)), max(0.0, candidate.nearness),
        (*in_title[:title], *in_abstract[:abstract]), within, candidate.near if candidate.nearness > 0 else "",
    )


def trend_points(votes: int, age_days: int) -> float:
    """Points of a paper in the trending list: votes halved for every four days of age."""
    return votes * math.pow(0.5, age_days / TREND_HALF_LIFE)


def talked_points(candidate: Candidate) -> float:
    """Points of a paper in "still talked about"."""
    return float(candidate.votes + TALKED_COMMENT * candidate.comments)


@dataclass(frozen=True, slots=True)
class Input:
    """One number of a formula for one paper: its letter in the line, what it is, its value exactly as used."""

    letter: str
    label: str
    value: float
    said: str = ""


@dataclass(frozen=True, slots=True)
class Worked:
    """A formula worked out for one paper: the numbers that go in, and the points that came out (not rounded)."""

    inputs: tuple[Input, ...]
    points: float


def work_day(points: Points) -> Worked:
    """The formula ``edition`` for one paper."""
    return Worked((
        Input("v", "votes counted at another site", points.votes),
        Input("c", "comments there", points.comments),
        Input("t", "declared words in the title", points.title, ", ".join(points.words[:points.title])),
        Input("a", "declared words in the abstract only", points.abstract,
              ", ".join(points.words[points.title:])),
        Input("k", "1 when in a declared category", points.category, points.within),
        Input("n", "nearness in meaning to the nearest declared interest", points.nearness, points.near),
    ), points.total)


def work_talked(candidate: Candidate) -> Worked:
    """The formula ``talked`` for one paper."""
    return Worked((Input("v", "votes counted at another site", candidate.votes),
                   Input("c", "comments there", candidate.comments)), talked_points(candidate))


def work_trending(candidate: Candidate, today: date) -> Worked:
    """The formula ``trending`` for one paper that has a day."""
    age = (today - candidate.day).days if candidate.day else 0
    return Worked((Input("v", "votes counted at another site", candidate.votes),
                   Input("d", "days from its edition to today", age)), trend_points(candidate.votes, age))


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as its page shows it: title, the formula in one line, what it means, its numbers."""

    name: str
    title: str
    line: str
    paragraphs: tuple[str, ...]
    weights: tuple[tuple[str, str], ...] = ()


def _text(value: float) -> str:
    return f"{value:g}"


FORMULAS: dict[str, Formula] = {
    "edition": Formula(
        "edition", "How the papers of a day are ordered",
        f"points = {_text(VOTE_WEIGHT)} × log₂(1 + v) + {_text(COMMENT_WEIGHT)} × log₂(1 + c) + {_text(TITLE_WEIGHT)} "
        f"× t + {_text(ABSTRACT_WEIGHT)} × a + {_text(CATEGORY_WEIGHT)} × k + {_text(NEARNESS_WEIGHT)} × n",
        (
            "v and c: votes and comments that another site counted. Taken as log₂, 63 votes are worth twice as much "
            "as 7, not nine times. They are shown apart and never added to votes given here.",
            "t and a: how many of the words and phrases that the group declared stand in the title, and in the "
            "abstract only; letters are compared without case and accents, plural forms match, and at most "
            f"{WORDS_COUNTED} count together, those of the title first. k: 1 when the paper is in a declared category.",
            "n: nearness in meaning to the declared interest that the paper comes nearest to, from 0 to 1; 0 for a "
            "paper that is no nearer than most, or that has no vector yet.",
            "The lead and the four papers after it are taken one by one, each time the paper with most points; "
            "after each, the points of all papers of the same field are multiplied by the spread. The zone for the "
            "group is ordered by the part of the points that interests gave (t, a, k, n). Equal points: the newer "
            "publication date, then the later arrival stands first.",
            "The reason at a paper names the largest part of its points; where there are none, its field. Every paper "
            "stands once, in the field of its first category that a field knows. A retracted or withdrawn paper is "
            "never chosen; it stays in its field, marked.",
        ),
        (
            ("weight of log₂(1 + imported votes)", _text(VOTE_WEIGHT)),
            ("weight of log₂(1 + imported comments)", _text(COMMENT_WEIGHT)),
            ("interest in the title", _text(TITLE_WEIGHT)),
            ("interest in the abstract", _text(ABSTRACT_WEIGHT)),
            ("declared category", _text(CATEGORY_WEIGHT)),
            ("nearness in meaning", _text(NEARNESS_WEIGHT)),
            ("spread over fields", _text(SPREAD)),
        ),
    ),
    "talked": Formula(
        "talked", "What is still talked about",
        f"points = v + {_text(TALKED_COMMENT)} × c",
        (
            "Papers of the seven days before the edition, with at least one vote (v) or comment (c) counted at "
            "another site, most points first. Votes and comments given here will join when there are any.",
        ),
        (("days", "7"), ("weight of a comment", _text(TALKED_COMMENT))),
    ),
    "trending": Formula(
        "trending", "How trending is computed",
        f"points = v × 0.5 ^ (d ÷ {_text(TREND_HALF_LIFE)})",
        (
            "Papers of the last fourteen days that have votes (v) counted at another site. A vote loses half of its "
            "weight in four days, so that a paper of today with 20 votes stands level with one of four days ago "
            "with 40. d: days from the paper's home edition to today.",
        ),
        (("days", "14"), ("half-life in days", _text(TREND_HALF_LIFE))),
    ),
    "newest": Formula(
        "newest", "What newest first means",
        "publication date, then arrival, newest first",
        ("Nothing is chosen and nothing is weighed. A date that gives only a month or a year stands after the "
         "exact dates of that period.",),
    ),
}
