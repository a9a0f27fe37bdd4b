"""The formulas of the orders of editions, each with the text that explains it: what is printed is what is computed.

Each formula is one function of named numbers. A page shows these numbers for any paper (:class:`Worked`), so that
anybody can put them into the printed line and get the points that the order used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from math import log2
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import languages
from ..text.folding import fold
from .candidates import Candidate, Interests, has_word, title_has
from .fields import within_any

OWN_VOTE_WEIGHT, OWN_COMMENT_WEIGHT = 2.0, 1.0  # of the logarithms of what this group's own readers gave
VOTE_WEIGHT, COMMENT_WEIGHT = 1.0, 0.5  # of those of imported votes and comments
TITLE_WEIGHT, ABSTRACT_WEIGHT = 3.0, 1.5
CATEGORY_WEIGHT = 1.0
NEARNESS_WEIGHT = 2.0
LIKING_WEIGHT = 2.0
WORDS_COUNTED = 3  # a paper that names ten interests is not better than one that names three
SPREAD = 0.6  # what each further paper of one field is multiplied by in the first zone
TALKED_COMMENT = 4.0  # in "still talked about" a comment weighs as in the order of a day, times this
AGE_WEIGHT = 2.0
WINDOWS = {"day": 24, "week": 7 * 24, "fortnight": 14 * 24, "month": 30 * 24}  # of trending, in hours
AGE_PARTS = 6  # the age of trending is measured in sixths of the window
# Of equal parts the first is named.
CAUSES = ("own votes", "own comments", "votes", "words", "nearness", "liking", "category", "comments")
OF_INTEREST = ("words", "nearness", "liking", "category")


@dataclass(frozen=True, slots=True)
class Points:
    """What a paper earned in the order of its day, and from what.

    ``votes``, ``comments``, ``title`` and ``abstract`` (interests found there and counted), ``category`` (1 or 0) and
    ``nearness`` (0 to 1) are the numbers of the formula ``edition``; ``words`` are the interests counted, as typed,
    ``within`` the paper's category that was declared, ``near`` the interest it comes nearest to in meaning.
    ``own_votes`` (those that weigh) and ``own_comments`` were given by readers of this site; ``liking`` (0 to 1) is
    what their acts together speak for it, ``liked`` the cause.
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
    own_votes: int = 0
    own_comments: int = 0
    liking: float = 0.0
    liked: str = ""
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
            "own votes": OWN_VOTE_WEIGHT * log2(1 + self.own_votes),
            "own comments": OWN_COMMENT_WEIGHT * log2(1 + self.own_comments),
            "votes": VOTE_WEIGHT * log2(1 + self.votes),
            "words": TITLE_WEIGHT * self.title + ABSTRACT_WEIGHT * self.abstract,
            "nearness": NEARNESS_WEIGHT * self.nearness,
            "liking": LIKING_WEIGHT * self.liking,
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
        candidate.weighing, candidate.own_comments, candidate.liking, candidate.liked,
    )


def acts_points(
    own_votes: Any, own_comments: Any, votes: Any, comments: Any, talk: float = 1.0, log: Callable[[Any], Any] = log2,
) -> Any:
    """What votes and comments earn in every order; ``talk`` multiplies what comments earn.

    Numbers give a number; with numpy's ``log2`` as ``log`` the same line works on columns of many papers.
    """
    return (OWN_VOTE_WEIGHT * log(1 + own_votes) + VOTE_WEIGHT * log(1 + votes)
            + talk * (OWN_COMMENT_WEIGHT * log(1 + own_comments) + COMMENT_WEIGHT * log(1 + comments)))


def trend_points(
    own_votes: Any, own_comments: Any, votes: Any, comments: Any, hours: Any, window: int,
    log: Callable[[Any], Any] = log2,
) -> Any:
    """The hotness of a paper that is ``hours`` old, in the trending list of ``window`` hours: the formula ``trending``.

    Logarithms, so that the hundredth vote moves a paper less than the second; the age counts as a logarithm too, so
    that a paper falls fast at first and slowly later (the form of Hacker News' rank, in logarithms). ``hours`` is 0
    or more. Columns as :func:`acts_points` takes them.
    """
    acts = acts_points(own_votes, own_comments, votes, comments, log=log)
    return acts - AGE_WEIGHT * log(1 + AGE_PARTS * hours / window)


def talked_points(candidate: Candidate) -> float:
    """Points of a paper in "still talked about"."""
    return float(acts_points(candidate.weighing, candidate.own_comments, candidate.votes, candidate.comments,
                             TALKED_COMMENT))


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
        Input("w", _("votes of this group that weigh"), points.own_votes),
        Input("r", _("comments of this group"), points.own_comments),
        Input("v", _("votes counted at another site"), points.votes),
        Input("c", _("comments there"), points.comments),
        Input("t", _("declared words in the title"), points.title, ", ".join(points.words[:points.title])),
        Input("a", _("declared words in the abstract only"), points.abstract,
              ", ".join(points.words[points.title:])),
        Input("k", _("1 when in a declared category"), points.category, points.within),
        Input("n", _("nearness in meaning to the nearest declared interest"), points.nearness, points.near),
        Input("g", _("how much the acts of this group’s readers speak for it"), points.liking, points.liked),
    ), points.total)


def _acts(candidate: Candidate) -> tuple[Input, ...]:
    return (
        Input("w", _("votes of this group that weigh"), candidate.weighing,
              "" if candidate.weighing == candidate.own_votes else
              ngettext("{count} was given", "{count} were given", candidate.own_votes).format(
                  count=languages.number(candidate.own_votes))),
        Input("r", _("comments of this group"), candidate.own_comments),
        Input("v", _("votes counted at another site"), candidate.votes),
        Input("c", _("comments there"), candidate.comments),
    )


def work_talked(candidate: Candidate) -> Worked:
    """The formula ``talked`` for one paper."""
    return Worked(_acts(candidate), talked_points(candidate))


def work_trending(candidate: Candidate, now: datetime, window: str) -> Worked:
    """The formula ``trending`` for one paper that has a day, in the window called ``window``."""
    hours, length = candidate.age(now), WINDOWS[window]
    points = trend_points(candidate.weighing, candidate.own_comments, candidate.votes, candidate.comments, hours,
                          length)
    return Worked((*_acts(candidate), Input("h", _("hours since it appeared"), hours),
                   Input("s", _sixth(window), length / AGE_PARTS)), points)


def work_span(candidate: Candidate) -> Worked:
    """The formula ``span`` for one paper."""
    return Worked(_acts(candidate), acts_points(candidate.weighing, candidate.own_comments, candidate.votes,
                                                candidate.comments))


def _sixth(window: str) -> str:
    return {
        "day": _("hours of a sixth of the day"), "week": _("hours of a sixth of the week"),
        "fortnight": _("hours of a sixth of the fortnight"), "month": _("hours of a sixth of the month"),
    }[window]


@dataclass(frozen=True, slots=True)
class Told:
    """What a formula's page says: title, the formula in one line, what it means, its numbers."""

    title: str
    line: str
    paragraphs: tuple[str, ...]
    weights: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as its page shows it; what it says is said anew each time, in the language of the moment."""

    name: str
    tell: Callable[[], Told]

    @property
    def title(self) -> str:
        """What the formula computes."""
        return self.tell().title

    @property
    def line(self) -> str:
        """The formula in one line."""
        return self.tell().line

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """What it means."""
        return self.tell().paragraphs

    @property
    def weights(self) -> tuple[tuple[str, str], ...]:
        """Its numbers, each with its name before it."""
        return self.tell().weights


def _text(value: float) -> str:
    return languages.plain(value)


def _acts_line() -> tuple[str, str]:
    return (f"{_text(OWN_VOTE_WEIGHT)} × log₂(1 + w) + {_text(VOTE_WEIGHT)} × log₂(1 + v)",
            f"{_text(OWN_COMMENT_WEIGHT)} × log₂(1 + r) + {_text(COMMENT_WEIGHT)} × log₂(1 + c)")


def _acts_mean() -> str:
    return _(
        "w and r: votes and comments given here. A vote weighs neither on what the voter submitted or wrote, nor in a "
        "new account’s first days, nor while moderators look into votes that new accounts gave together; it is shown "
        "all the same. v and c: votes and comments that another site counted, with a weight of their own; they are "
        "shown apart and never added to those given here. Taken as log₂, 63 votes are worth twice as much as 7, not "
        "nine times.")


def _acts_weights() -> tuple[tuple[str, str], ...]:
    return (
        (_("weight of log₂(1 + votes given here)"), _text(OWN_VOTE_WEIGHT)),
        (_("weight of log₂(1 + comments given here)"), _text(OWN_COMMENT_WEIGHT)),
        (_("weight of log₂(1 + imported votes)"), _text(VOTE_WEIGHT)),
        (_("weight of log₂(1 + imported comments)"), _text(COMMENT_WEIGHT)),
    )


def _edition() -> Told:
    votes, comments = _acts_line()
    return Told(
        _("How the papers of a day are ordered"),
        _("points = {sum}").format(
            sum=f"{votes} + {comments} + {_text(TITLE_WEIGHT)} × t + {_text(ABSTRACT_WEIGHT)} × a + "
                f"{_text(CATEGORY_WEIGHT)} × k + {_text(NEARNESS_WEIGHT)} × n + {_text(LIKING_WEIGHT)} × g"),
        (
            _acts_mean(),
            _("t and a: how many of the words and phrases that the group declared stand in the title, and in the "
              "abstract only; letters are compared without case and accents, plural forms match, and at most "
              "{most} count together, those of the title first. k: 1 when the paper is in a declared category."
              ).format(most=WORDS_COUNTED),
            _("n: nearness in meaning to the declared interest that the paper comes nearest to, from 0 to 1; 0 for a "
              "paper that is no nearer than most, or that has no vector yet."),
            _("g: what all readers’ acts together speak for, from 0 to 1, learned as a reader’s own order is (see My "
              "order); 0 until three readers have said something. No reader’s acts are shown to others."),
            _("The lead and the four papers after it are taken one by one, each time the paper with most points; "
              "after each, the points of all papers of the same field are multiplied by the spread. The zone for the "
              "group is ordered by the part of the points that interests gave (t, a, k, n, g). Equal points: the newer "
              "publication date, then the later arrival stands first."),
            _("A paper that editors pinned stands where they pinned it and says so; one that they dropped is not on "
              "the front page. Both stay in the field’s page, in the list of the source and in newest first. A paper "
              "that a reader raised into the day stands first in its field and says by whom; that earns no points."),
            _("The reason at a paper names the largest part of its points; where there are none, its field. Every "
              "paper stands once, in the field of its first category that a field knows. A retracted or withdrawn "
              "paper is never chosen; it stays in its field, marked."),
        ),
        (
            *_acts_weights(),
            (_("interest in the title"), _text(TITLE_WEIGHT)),
            (_("interest in the abstract"), _text(ABSTRACT_WEIGHT)),
            (_("declared category"), _text(CATEGORY_WEIGHT)),
            (_("nearness in meaning"), _text(NEARNESS_WEIGHT)),
            (_("what the group’s acts speak for"), _text(LIKING_WEIGHT)),
            (_("spread over fields"), _text(SPREAD)),
        ))


def _talked() -> Told:
    votes, comments = _acts_line()
    return Told(
        _("What is still talked about"),
        _("points = {sum}").format(sum=f"{votes} + {_text(TALKED_COMMENT)} × ({comments})"),
        (
            _("Papers of the seven days before the edition, with at least one vote that weighs or one comment, here "
              "or at another site, most points first. Talk weighs {times} times what it weighs in the order of a day."
              ).format(times=_text(TALKED_COMMENT)),
            _acts_mean(),
        ),
        ((_("days"), "7"), (_("comments, times"), _text(TALKED_COMMENT)), *_acts_weights()))


def _span() -> Told:
    votes, comments = _acts_line()
    return Told(
        _("How the lists of weeks and months are ordered"),
        _("points = {sum}").format(sum=f"{votes} + {comments}"),
        (
            _("Papers whose day lies in the week or month, most points first; age takes nothing off. Of equal points "
              "the paper of the newer day stands first, and papers without points follow, newest first."),
            _acts_mean(),
        ),
        _acts_weights())


def _trending() -> Told:
    votes, comments = _acts_line()
    sixths = {name: _text(hours / AGE_PARTS) for name, hours in WINDOWS.items()}
    return Told(
        _("How trending is computed"),
        _("points = {sum}").format(sum=f"{votes} + {comments} − {_text(AGE_WEIGHT)} × log₂(1 + h ÷ s)"),
        (
            _("Papers that appeared within the window (a day, a week, two weeks or a month) and have a vote that "
              "weighs or a comment, here or at another site. The order is that of this moment: every vote counts from "
              "the next look."),
            _("h: hours since the paper appeared: since it came, if it came on the day of its edition, else since "
              "that day began. s: a sixth of the window, {day} hours of the day, {week} of the week, {fortnight} of "
              "two weeks, {month} of the month. So a paper of age s needs twice as many votes as a new one to stand "
              "level with it, and one at the end of the window seven times as many.").format(**sixths),
            _acts_mean(),
        ),
        ((_("weight of the age"), _text(AGE_WEIGHT)), (_("parts of a window"), _text(AGE_PARTS)), *_acts_weights()))


def _newest() -> Told:
    return Told(
        _("What newest first means"), _("publication date, then arrival, newest first"),
        (_("Nothing is chosen and nothing is weighed. A date that gives only a month or a year stands after the "
           "exact dates of that period."),))


FORMULAS: dict[str, Formula] = {name: Formula(name, tell) for name, tell in (
    ("edition", _edition), ("talked", _talked), ("span", _span), ("trending", _trending), ("newest", _newest))}
