"""What "my order" computes: one linear score per reader, solved in closed form from the reader's acts. No I/O here.

A paper is a list of numbers: its vector, and one number for each of its topics, categories, authors, and of the words
and pairs of words in its title and abstract that are neither rare nor common here (tf-idf). The score is linear in
them; its weights are those of a kernel ridge regression (Saunders, Gammerman and Vovk 1998) on the acts: liked papers
pull towards 1, refused ones towards -1, and all other papers, taken as a cloud around their mean, towards 0. That
cloud is folded into the metric once (a whitened, centred vector), so that only the acts are left to solve: a few
hundred numbers, some milliseconds, anew after each act.

Because all is linear, two questions have exact answers without learning again, and a reason is made of them:

* how much a paper would lose if a topic, category or author were struck out: its own part of the sum;
* how much it would lose if an act were taken back: the leave-one-out identity of ridge regression (Cook and Weisberg
  1982), ``a_i / C_ii * (C k(x))_i`` with ``C = (K + R)^-1`` and ``a = C y``.

What nobody can know from these acts has a number too, the variance of the same regression taken as a Gaussian process
(as LinUCB uses it, Li et al. 2010): places that stay open for the unexpected are given by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .taste_features import MEANING_WEIGHT, Array, Features, Ground, Papers, papers

RIDGE = 1.0  # what an act is taken to be off by; larger learns more slowly
REFUSED = 0.1  # how sure a refusal is beside a liking: what is refused is seldom refused for every word it says
LEARNED_WORDS = 24  # words that the page of what was learned may name
DECLARED = 3.0  # how sure a declared interest is beside a liking
MOST = 500  # newest acts that are learned from
_AT_ONCE = 200  # papers whose words are laid out side by side


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What a reader's acts at one paper say: ``target`` from -1 to 1, ``weight`` above 0 (how sure).

    ``interest``: words that were declared, not a paper; ``paper`` is 0 then.
    """

    paper: int
    target: float
    features: Features
    weight: float = 1.0
    interest: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """What holds a paper where it is: a ``term``, or the acts at ``paper`` (row id; 0 for a term).

    ``loss``: how much the score falls when the cause is removed, exactly. ``like``: how many acted-on papers hold it
    up at least half as much as the strongest.
    """

    term: str
    paper: int
    loss: float
    like: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Taste:
    """What was learned. ``weights`` of terms without those struck; ``meaning`` [d] of placed vectors."""

    lessons: tuple[Lesson, ...]
    known: Papers
    vocabulary: dict[str, int]
    rows: Array  # terms of the lessons, [lessons, vocabulary]; struck ones are there: they explain the acts
    inverse: Array  # C
    pulls: Array  # a
    meaning: Array
    weights: Array  # [vocabulary]; 0 for struck terms
    struck: frozenset[str]
    word_weights: Array  # [words of the ground]; 0 for struck words

    def __bool__(self) -> bool:
        return bool(self.lessons)

    def scores(self, asked: Papers) -> Array:
        """Scores float32 [len(asked)]; 0 says nothing is known either way."""
        if not self.lessons:
            return np.zeros(len(asked), np.float32)
        known = asked.placed @ self.meaning + self._table(asked) @ self.weights
        return np.asarray(known + asked.word_sums(self.word_weights), np.float32)

    def parts(self, asked: Papers, row: int) -> dict[str, float]:
        """The parts of one score: ``meaning`` and each term that counts. Their sum is the score."""
        found = {"meaning": float(asked.placed[row] @ self.meaning)} if self.lessons else {}
        for term, value in asked.terms[row].items():
            at = self.vocabulary.get(term)
            if at is not None and self.weights[at]:
                found[term] = float(self.weights[at]) * value
        if self.lessons and (words := float(asked.some([row]).word_sums(self.word_weights)[0])):
            found["words"] = words
        return found

    def best_word(self, asked: Papers, row: int) -> tuple[int, float]:
        """The word of one paper that gives most, as a position among the ground's words (-1: none), and its part."""
        at, value = asked.words[row]
        if not len(at) or not len(self.word_weights):
            return -1, 0.0
        given = self.word_weights[at] * value
        best = int(given.argmax())
        return int(at[best]), float(given[best])

    def word_parts(self, asked: Papers, row: int) -> dict[int, float]:
        """What each word of one paper gives, by its position among the ground's words."""
        at, value = asked.words[row]
        if not len(self.word_weights):
            return {}
        return dict(zip(at.tolist(), (self.word_weights[at] * value).tolist(), strict=True))

    def effects(self, asked: Papers) -> Array:
        """By how much each score would fall if the acts at a lesson's paper were taken back: [lessons, len(asked)]."""
        if not self.lessons:
            return np.zeros((0, len(asked)), np.float32)
        near = self._near(asked, struck=True)
        return np.asarray((self.pulls / np.diagonal(self.inverse))[:, None] * (self.inverse @ near), np.float32)

    def doubts(self, asked: Papers) -> Array:
        """Standard deviations float32 [len(asked)]: large where no act says anything."""
        if not self.lessons:
            return np.sqrt(asked.squares).astype(np.float32)
        near = self._near(asked, struck=False)
        left = asked.squares - (near * (self.inverse @ near)).sum(axis=0)
        spread: Array = np.sqrt(np.maximum(left, 0.0)).astype(np.float32)
        return spread

    def causes(self, asked: Papers) -> list[Cause | None]:
        """For each paper what holds it up most; None where nothing does.

        A term is named when it gives more than meaning does, else the act whose taking back would cost most.
        """
        effects, names = self.effects(asked), tuple(asked.names)
        made: list[Cause | None] = []
        for row in range(len(asked)):
            parts = self.parts(asked, row)
            words = parts.pop("words", 0.0)
            meaning = parts.pop("meaning", 0.0) + words
            word, given = self.best_word(asked, row)
            if given > 0:
                parts[f"word:{names[word]}"] = given
            best = max(parts, key=lambda term: parts[term], default="")
            held = effects[:, row]
            at = int(held.argmax()) if len(held) else 0
            if best and parts[best] > max(0.0, meaning):
                made.append(Cause(best, 0, parts[best]))
            elif len(held) and held[at] > 0 and self.lessons[at].target > 0:
                made.append(self._held_by(at, held))
            elif best and parts[best] > 0:
                made.append(Cause(best, 0, parts[best]))
            else:
                made.append(None)
        return made

    def _held_by(self, at: int, held: Array) -> Cause:
        """The acts, or the declared interest, that give most."""
        one = self.lessons[at]
        if one.interest:
            return Cause(f"interest:{one.interest}", 0, float(held[at]))
        liked = np.array([lesson.target > 0 and not lesson.interest for lesson in self.lessons])
        return Cause("", one.paper, float(held[at]), int((liked & (held >= held[at] / 2)).sum()))

    def learned(self) -> list[tuple[str, float]]:
        """Terms with their weights, those struck left out, the strongest first."""
        pairs = [(term, float(self.weights[at])) for term, at in self.vocabulary.items() if self.weights[at]]
        pairs += [(f"interest:{one.interest}", float(pull)) for one, pull in zip(self.lessons, self.pulls, strict=True)
                  if one.interest]
        most = np.argsort(-np.abs(self.word_weights))[:LEARNED_WORDS].tolist()
        names = {at: word for word, at in self.known.names.items() if at in set(most)}
        pairs += [(f"word:{names[at]}", float(self.word_weights[at])) for at in most if self.word_weights[at]]
        return sorted(pairs, key=lambda pair: (-abs(pair[1]), pair[0]))

    def behind(self) -> dict[str, int]:
        """In how many of the papers with acts each term of :meth:`learned` occurs; a declared interest is in none."""
        acts = [row for row, one in enumerate(self.lessons) if not one.interest]
        found = Counter(term for row in acts for term in self.known.terms[row])
        used = Counter(one for row in acts for one in self.known.words[row][0].tolist())
        names = {f"word:{name}": used[at] for name, at in self.known.names.items() if self.word_weights[at]}
        interests = (f"interest:{one.interest}" for one in self.lessons if one.interest)
        return {**dict.fromkeys((*self.vocabulary, *interests), 0), **found, **names}

    def _near(self, asked: Papers, *, struck: bool) -> Array:
        """Kernel between lessons and papers [lessons, len(asked)]; with ``struck`` without the terms struck out."""
        gone = self.struck if struck else frozenset()
        open_ = np.array([term not in gone for term in self.vocabulary], np.float32)
        near: Array = MEANING_WEIGHT * (self.known.placed @ asked.placed.T)
        near += (self.rows * open_) @ self._table(asked).T
        columns = np.unique(np.concatenate([at for at, _ in self.known.words])).astype(np.int32)
        away = [at for term in gone if (at := _place(term, self.known.names)) is not None]
        columns = columns[~np.isin(columns, away)]
        words = self.known.word_table(columns)
        for start in range(0, len(asked), _AT_ONCE):
            rows = range(start, min(start + _AT_ONCE, len(asked)))
            near[:, start:start + _AT_ONCE] += words @ asked.some(rows).word_table(columns).T
        return near

    def _table(self, asked: Papers) -> Array:
        return _table(asked.terms, self.vocabulary)


def _place(term: str, names: Mapping[str, int]) -> int | None:
    """The position of a term of the kind ``word:`` among the ground's words."""
    return names.get(term.removeprefix("word:")) if term.startswith("word:") else None


def _table(terms: Sequence[Mapping[str, float]], vocabulary: Mapping[str, int]) -> Array:
    made = np.zeros((len(terms), len(vocabulary)), np.float32)
    for row, some in enumerate(terms):
        for term, value in some.items():
            at = vocabulary.get(term)
            if at is not None:
                made[row, at] = value
    return made


def interest(declared: str, features: Features) -> Lesson:
    """What was declared in words, or as a category, as a lesson: it stands where nothing was said yet."""
    return Lesson(0, 1.0, features, DECLARED, declared)


def learn(lessons: Sequence[Lesson], ground: Ground, struck: Collection[str] = (), *, ridge: float = RIDGE) -> Taste:
    """The taste that follows from ``lessons`` (newest first; ``MOST`` of them count), ``struck`` terms set to 0."""
    gone = frozenset(struck)
    used = tuple(one for one in lessons if not one.interest or f"interest:{one.interest}" not in gone)[:MOST]
    known = papers([lesson.features for lesson in used], ground)
    vocabulary: dict[str, int] = {}
    for some in known.terms:
        for term in some:
            vocabulary.setdefault(term, len(vocabulary))
    rows = _table(known.terms, vocabulary)
    kernel = MEANING_WEIGHT * (known.placed @ known.placed.T) + rows @ rows.T + known.word_kernel()
    sure = np.array([lesson.weight * (REFUSED if lesson.target < 0 else 1.0) for lesson in used], np.float64)
    inverse = np.linalg.inv(kernel.astype(np.float64) + np.diag(ridge / sure)) if used else np.zeros((0, 0))
    pulls = inverse @ np.array([lesson.target for lesson in used], np.float64)
    weights = (rows.T @ pulls).astype(np.float32)
    words = np.zeros(len(ground.words), np.float64)
    for (at, value), pull in zip(known.words, pulls.tolist(), strict=True):
        words[at] += value * pull
    for term in gone:
        if (row := vocabulary.get(term)) is not None:
            weights[row] = 0.0
        if (row := _place(term, ground.words)) is not None:
            words[row] = 0.0
    meaning = (MEANING_WEIGHT * (known.placed.T @ pulls)).astype(np.float32)
    return Taste(used, known, vocabulary, rows, inverse.astype(np.float32), pulls.astype(np.float32), meaning, weights,
                 gone, words.astype(np.float32))
