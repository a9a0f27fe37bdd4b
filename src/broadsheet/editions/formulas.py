"""The formulas of every order, each with the text that explains it: what is printed is what is computed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Points:
    """What a paper earned and why. ``words``: interests found, as typed; ``category``: the declared one it is in."""

    total: float
    votes: float
    interest: float
    words: tuple[str, ...]
    category: str


def day_points(candidate: Candidate, interests: Interests) -> Points:
    """Points of one paper in the order of its day; see the formula ``edition`` below."""
    votes = VOTE_WEIGHT * log2(1 + candidate.votes) + COMMENT_WEIGHT * log2(1 + candidate.comments)
    found: list[tuple[float, str]] = []
    for word in interests.words:
        folded = fold(word).strip()
        if folded and has_word(candidate, folded):
            found.append((TITLE_WEIGHT if title_has(candidate, folded) else ABSTRACT_WEIGHT, word))
    found.sort(key=lambda pair: -pair[0])
    category = within_any(candidate.categories, interests.categories)
    interest = sum(weight for weight, _ in found[:WORDS_COUNTED])
    interest += CATEGORY_WEIGHT * bool(category) + NEARNESS_WEIGHT * max(0.0, candidate.nearness)
    return Points(votes + interest, votes, interest, tuple(word for _, word in found), category)


def trend_points(votes: int, age_days: int) -> float:
    """Points of a paper in the trending list: votes halved for every four days of age."""
    return votes * math.pow(0.5, age_days / TREND_HALF_LIFE)


def talked_points(candidate: Candidate) -> float:
    """Points of a paper in "still talked about"."""
    return float(candidate.votes + TALKED_COMMENT * candidate.comments)


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as its page shows it: title, the formula in one line, what it means, its numbers, its function."""

    name: str
    title: str
    line: str
    paragraphs: tuple[str, ...]
    weights: tuple[tuple[str, str], ...]
    function: Callable[..., object]


def _text(value: float) -> str:
    return f"{value:g}"


FORMULAS: dict[str, Formula] = {
    "edition": Formula(
        "edition", "How the papers of a day are ordered",
        "points = imported votes + nearness to the declared interests; then spread over the fields",
        (
            "Votes that another site counted are taken as log₂(1 + votes), so that 60 votes are worth twice as "
            "much as 7, not nine times; its comments count half of that. They are shown apart and never added to "
            "votes given here.",
            "A declared word or phrase counts when it stands in the title or, with less weight, in the abstract; "
            "letters are compared without case and accents, plural forms match, and at most three words count. "
            "A declared category counts once. Where vectors are at hand, nearness in meaning to the interests is "
            "a number from 0 to 1.",
            "The lead and the four papers after it are taken one by one, each time the paper with most points; "
            "after each, the points of all papers of the same field are multiplied by the spread. Equal points: "
            "the newer publication date, then the later arrival stands first.",
            "Every paper stands once, in the field of its first category that a field knows. A retracted or "
            "withdrawn paper is never chosen; it stays in its field, marked.",
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
        day_points,
    ),
    "talked": Formula(
        "talked", "What is still talked about",
        "points = imported votes + 2 × imported comments",
        (
            "Papers of the seven days before the edition, with at least one vote or comment counted at another "
            "site, most points first. Votes and comments given here will join when there are any.",
        ),
        (("days", "7"), ("weight of a comment", _text(TALKED_COMMENT))),
        talked_points,
    ),
    "trending": Formula(
        "trending", "How trending is computed",
        "points = imported votes × 0.5 ^ (age in days ÷ 4)",
        (
            "Papers of the last fourteen days that have votes counted at another site. A vote loses half of its "
            "weight in four days, so that a paper of today with 20 votes stands level with one of four days ago "
            "with 40. Age is counted from the paper's home edition to today.",
        ),
        (("days", "14"), ("half-life in days", _text(TREND_HALF_LIFE))),
        trend_points,
    ),
    "newest": Formula(
        "newest", "What newest first means",
        "publication date, then arrival, newest first",
        ("Nothing is chosen and nothing is weighed. A date that gives only a month or a year stands after the "
         "exact dates of that period.",),
        (),
        sorted,
    ),
}
