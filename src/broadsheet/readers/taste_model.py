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

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import sqrt

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Indexes = npt.NDArray[np.int32]
MEANING_WEIGHT = 1.0
WORD_WEIGHT = 6.0
WORDS, WORDS_FROM, WORDS_SHARE = 6000, 3, 0.1  # how many, in how many sampled papers, in what share of them at most
TERM_WEIGHTS = {"topic": 0.6, "category": 0.6, "author": 0.35}
RARE = 4.0  # what many papers have counts less: weight * (1 - share of all papers) / (1 + RARE * share)
WHITEN = 0.2  # 0: plain cosine; large: every direction in which papers differ counts alike
RIDGE = 1.5  # what an act is taken to be off by; larger learns more slowly
LEARNED_WORDS = 24  # words that the page of what was learned may name
MOST = 500  # newest acts that are learned from


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """A paper for the score. ``vector``: unit length, None while it has none; ``terms``: ``author:ada lovelace``..."""

    vector: Array | None
    terms: tuple[str, ...] = ()
    words: Indexes | None = None  # positions in the ground's words


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What a reader's acts at one paper say: ``target`` from -1 to 1, ``weight`` above 0 (how sure)."""

    paper: int
    target: float
    features: Features
    weight: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What papers are like in general: ``mean`` [d], ``metric`` [d, d] (symmetric), share of papers by term."""

    mean: Array
    metric: Array
    share: Mapping[str, float] = field(default_factory=dict)
    words: Mapping[str, int] = field(default_factory=dict)
    rarity: Array = field(default_factory=lambda: np.zeros(0, np.float32))

    def find_words(self, text: str) -> Indexes:
        """The positions of those words of ``text`` that count, each once."""
        known, words = self.words, _WORD.findall(text.lower())
        found = {at for word in words if (at := known.get(word)) is not None}
        found |= {at for one, two in pairwise(words)
                  if (at := known.get(f"{one} {two}")) is not None}
        return np.array(sorted(found), np.int32)

    def place(self, vectors: Array) -> Array:
        """Vectors float32 [n, d] as the score sees them: from the mean, whitened, unit length; zero stays zero."""
        known = np.abs(vectors).max(axis=1, initial=0.0) > 0
        placed = (vectors - self.mean) @ self.metric
        length = np.linalg.norm(placed, axis=1)
        scale = np.where(known & (length > 0), 1 / np.maximum(length, 1e-9), 0.0)
        return (placed * scale[:, None]).astype(np.float32)


_WORD = re.compile(r"[^\W\d_][\w-]+")
_COMMON = frozenset(
    ["the", "of", "and", "to", "in", "we", "for", "is", "on", "that", "with", "this", "as", "by", "are", "an",
    "from", "be", "our", "which", "it", "can", "or", "at", "has", "have", "these", "their", "not", "also", "such",
    "both", "than", "but", "its"])


def said(text: str) -> set[str]:
    """Words of at least two letters of a text, and pairs that stand side by side, in lower case."""
    words = _WORD.findall(text.lower())
    found = {word for word in words if word not in _COMMON}
    return found | {f"{one} {two}" for one, two in pairwise(words)
                    if one not in _COMMON and two not in _COMMON}


def ground(sample: Array, terms: Iterable[Sequence[str]] = (), texts: Iterable[str] = (), *,
           whiten: float = WHITEN) -> Ground:
    """The ground from a sample of papers: vectors float32 [n, d] (n may be 0), the terms of each, and their texts."""
    size = sample.shape[1]
    seen: Counter[str] = Counter()
    read = 0
    for text in texts:
        seen.update(said(text))
        read += 1
    few = [(word, count) for word, count in seen.most_common()
           if WORDS_FROM <= count <= max(WORDS_FROM, WORDS_SHARE * read)][:WORDS]
    words = {word: at for at, (word, _) in enumerate(few)}
    rarity = np.log(np.array([(1 + read) / (1 + count) for _, count in few], np.float32) + 1).astype(np.float32)
    listed = [set(some) for some in terms]
    counts = Counter(term for some in listed for term in some)
    share = {term: number / len(listed) for term, number in counts.items() if number > 1}
    if len(sample) < 2:
        return Ground(np.zeros(size, np.float32), np.eye(size, dtype=np.float32), share, words, rarity)
    mean = sample.mean(axis=0)
    apart = sample - mean
    values, axes = np.linalg.eigh(apart.T @ apart / len(sample))
    usual = max(float(values.mean()), 1e-9)
    trust = len(sample) / (len(sample) + size)  # of few papers the directions are chance
    root = 1 / np.sqrt(1 + trust * whiten * np.maximum(values, 0) / usual)
    metric = (axes * root) @ axes.T
    return Ground(mean.astype(np.float32), metric.astype(np.float32), share, words, rarity)


@dataclass(frozen=True, slots=True, eq=False)
class Papers:
    """Papers to be scored: vectors placed by the ground float32 [n, d], terms and words with their numbers, squared
    lengths; ``names``: the ground's words."""

    placed: Array
    terms: list[dict[str, float]]
    squares: Array
    words: list[tuple[Indexes, Array]]
    names: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.terms)

    def some(self, rows: Sequence[int]) -> Papers:
        """These rows only."""
        return Papers(self.placed[list(rows)], [self.terms[row] for row in rows], self.squares[list(rows)],
                      [self.words[row] for row in rows], self.names)

    def word_table(self) -> Array:
        """Numbers of words, dense: [len(self), words of the ground]."""
        made = np.zeros((len(self), len(self.names)), np.float32)
        for row, (at, value) in enumerate(self.words):
            made[row, at] = value
        return made

    def word_sums(self, weights: Array) -> Array:
        """For each paper the sum of its words' numbers times ``weights`` [words of the ground]."""
        if not len(weights) or not self.words:
            return np.zeros(len(self), np.float32)
        ends = np.cumsum([len(at) for at, _ in self.words])
        at, values = (np.concatenate(one) for one in zip(*self.words, strict=True))
        total = np.concatenate(([0.0], np.cumsum(weights[at].astype(np.float64) * values)))
        sums: Array = (total[ends] - total[np.concatenate(([0], ends[:-1]))]).astype(np.float32)
        return sums


def papers(features: Sequence[Features], ground: Ground) -> Papers:
    """Features as the score takes them; independent of any reader."""
    plain = np.zeros((len(features), len(ground.mean)), np.float32)
    for row, one in enumerate(features):
        if one.vector is not None:
            plain[row] = one.vector
    terms = [_numbers(one.terms, ground) for one in features]
    placed = ground.place(plain)
    squares = MEANING_WEIGHT * (placed ** 2).sum(axis=1)
    squares += np.array([sum(value * value for value in some.values()) for some in terms], np.float32)
    words = [_word_numbers(one.words, ground) for one in features]
    squares += np.array([float(value @ value) for _, value in words], np.float32)
    return Papers(placed, terms, squares, words, ground.words)


def _word_numbers(at: Indexes | None, ground: Ground) -> tuple[Indexes, Array]:
    """Words with their numbers: by rarity, together of the length that the weight of words gives."""
    if at is None or not len(at):
        return np.zeros(0, np.int32), np.zeros(0, np.float32)
    rarity = ground.rarity[at]
    return at, (rarity * (sqrt(WORD_WEIGHT) / max(float(np.linalg.norm(rarity)), 1e-9))).astype(np.float32)


def _numbers(terms: Sequence[str], ground: Ground) -> dict[str, float]:
    """Each term's number: rare ones count more, and many of a kind share the weight of the kind."""
    kinds = Counter(term.partition(":")[0] for term in terms)
    return {term: sqrt(TERM_WEIGHTS.get(kind := term.partition(":")[0], 0.0) / kinds[kind]
                       * (1 - (share := ground.share.get(term, 0.0))) / (1 + RARE * share))
            for term in terms}


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
    word_rows: Array  # words of the lessons, [lessons, words of the ground]
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

    def best_word(self, asked: Papers, row: int) -> tuple[str, float]:
        """The word of one paper that gives most, as a term, and what it gives."""
        at, value = asked.words[row]
        if not len(at) or not len(self.word_weights):
            return "", 0.0
        given = self.word_weights[at] * value
        best = int(given.argmax())
        name = next(word for word, place in asked.names.items() if place == int(at[best]))
        return f"word:{name}", float(given[best])

    def effects(self, asked: Papers) -> Array:
        """By how much each score would fall if the acts at a lesson's paper were taken back: [lessons, len(asked)]."""
        if not self.lessons:
            return np.zeros((0, len(asked)), np.float32)
        near = self._near(asked, self._open(), self._open_words())
        return np.asarray((self.pulls / np.diagonal(self.inverse))[:, None] * (self.inverse @ near), np.float32)

    def doubts(self, asked: Papers) -> Array:
        """Standard deviations float32 [len(asked)]: large where no act says anything."""
        if not self.lessons:
            return np.sqrt(asked.squares).astype(np.float32)
        near = self._near(asked, np.ones(len(self.vocabulary), np.float32),
                          np.ones(self.word_rows.shape[1], np.float32))
        left = asked.squares - (near * (self.inverse @ near)).sum(axis=0)
        spread: Array = np.sqrt(np.maximum(left, 0.0)).astype(np.float32)
        return spread

    def causes(self, asked: Papers) -> list[Cause | None]:
        """For each paper what holds it up most; None where nothing does.

        A term is named when it gives more than meaning does, else the act whose taking back would cost most.
        """
        effects = self.effects(asked)
        made: list[Cause | None] = []
        for row in range(len(asked)):
            parts = self.parts(asked, row)
            words = parts.pop("words", 0.0)
            meaning = parts.pop("meaning", 0.0) + words
            word, given = self.best_word(asked, row)
            if word and given > 0:
                parts[word] = given
            best = max(parts, key=lambda term: parts[term], default="")
            held = effects[:, row]
            at = int(held.argmax()) if len(held) else 0
            if best and parts[best] > max(0.0, meaning):
                made.append(Cause(best, 0, parts[best]))
            elif len(held) and held[at] > 0 and self.lessons[at].target > 0:
                liked = np.array([lesson.target > 0 for lesson in self.lessons])
                made.append(Cause("", self.lessons[at].paper, float(held[at]),
                                  int((liked & (held >= held[at] / 2)).sum())))
            elif best and parts[best] > 0:
                made.append(Cause(best, 0, parts[best]))
            else:
                made.append(None)
        return made

    def learned(self) -> list[tuple[str, float]]:
        """Terms with their weights, those struck left out, the strongest first."""
        pairs = [(term, float(self.weights[at])) for term, at in self.vocabulary.items() if self.weights[at]]
        most = np.argsort(-np.abs(self.word_weights))[:LEARNED_WORDS].tolist()
        names = {at: word for word, at in self.known.names.items() if at in set(most)}
        pairs += [(f"word:{names[at]}", float(self.word_weights[at])) for at in most if self.word_weights[at]]
        return sorted(pairs, key=lambda pair: (-abs(pair[1]), pair[0]))

    def behind(self) -> dict[str, int]:
        """In how many of the papers with acts each term of :meth:`learned` occurs."""
        found = Counter(term for some in self.known.terms for term in some)
        used = (self.word_rows > 0).sum(axis=0)
        return {**found, **{f"word:{name}": int(used[at]) for name, at in self.known.names.items() if used[at]}}

    def _open(self) -> Array:
        return np.array([term not in self.struck for term in self.vocabulary], np.float32)

    def _open_words(self) -> Array:
        made = np.ones(self.word_rows.shape[1], np.float32)
        for term in self.struck:
            if (at := self.known.names.get(term.removeprefix("word:"))) is not None and term.startswith("word:"):
                made[at] = 0.0
        return made

    def _near(self, asked: Papers, open_: Array, words: Array) -> Array:
        """Kernel between lessons and papers [lessons, len(asked)], by the terms and words that are open (1 or 0)."""
        near: Array = MEANING_WEIGHT * (self.known.placed @ asked.placed.T)
        near += (self.rows * open_) @ self._table(asked).T
        if self.word_rows.size:
            near += (self.word_rows * words) @ asked.word_table().T
        return near

    def _table(self, asked: Papers) -> Array:
        return _table(asked.terms, self.vocabulary)


def _table(terms: Sequence[Mapping[str, float]], vocabulary: Mapping[str, int]) -> Array:
    made = np.zeros((len(terms), len(vocabulary)), np.float32)
    for row, some in enumerate(terms):
        for term, value in some.items():
            at = vocabulary.get(term)
            if at is not None:
                made[row, at] = value
    return made


def learn(lessons: Sequence[Lesson], ground: Ground, struck: Collection[str] = (), *, ridge: float = RIDGE) -> Taste:
    """The taste that follows from ``lessons`` (newest first; ``MOST`` of them count), ``struck`` terms set to 0."""
    used = tuple(lessons[:MOST])
    known = papers([lesson.features for lesson in used], ground)
    vocabulary: dict[str, int] = {}
    for some in known.terms:
        for term in some:
            vocabulary.setdefault(term, len(vocabulary))
    rows = _table(known.terms, vocabulary)
    word_rows = known.word_table()
    kernel = MEANING_WEIGHT * (known.placed @ known.placed.T) + rows @ rows.T + word_rows @ word_rows.T
    loose = np.array([ridge / lesson.weight for lesson in used], np.float64)
    inverse = np.linalg.inv(kernel.astype(np.float64) + np.diag(loose)) if used else np.zeros((0, 0))
    pulls = inverse @ np.array([lesson.target for lesson in used], np.float64)
    weights = (rows.T @ pulls).astype(np.float32)
    gone = frozenset(struck)
    for term in gone:
        if (at := vocabulary.get(term)) is not None:
            weights[at] = 0.0
    word_weights = (word_rows.T @ pulls).astype(np.float32)
    for term in gone:
        if term.startswith("word:") and (at := known.names.get(term.removeprefix("word:"))) is not None:
            word_weights[at] = 0.0
    meaning = (MEANING_WEIGHT * (known.placed.T @ pulls)).astype(np.float32)
    return Taste(used, known, vocabulary, rows, inverse.astype(np.float32), pulls.astype(np.float32), meaning, weights,
                 gone, word_rows, word_weights)


def mixed(order: Sequence[int], open_order: Sequence[int], every: int) -> list[tuple[int, bool]]:
    """``order`` with each ``every``-th place given to the first of ``open_order`` not yet placed (True: such a place).

    ``open_order`` holds papers of ``order`` only, so nothing is lost and nothing stands twice.
    """
    given: set[int] = set()
    fresh, rest = iter(open_order), iter(order)
    made: list[tuple[int, bool]] = []
    while len(made) < len(order):
        turn = every > 0 and (len(made) + 1) % every == 0
        found = next((one for one in fresh if one not in given), None) if turn else None
        if found is None:
            turn, found = False, next(one for one in rest if one not in given)
        given.add(found)
        made.append((found, turn))
    return made


def extremes(vectors: Array, number: int, pairs: int = 3) -> list[tuple[int, ...]]:
    """Groups of rows that split the field best, for the questions at the start; vectors float32 [n, d].

    ``number`` centres are grown by spherical k-means from a start by farthest points (deterministic); each question
    asks between papers nearest to centres that lie far apart. Returns ``pairs`` groups.
    """
    count = min(number, len(vectors))
    if not count:
        return []
    chosen = [int(np.argmax(vectors @ vectors.mean(axis=0)))]
    nearest = vectors @ vectors[chosen[0]]
    while len(chosen) < count:
        chosen.append(int(np.argmin(nearest)))
        nearest = np.maximum(nearest, vectors @ vectors[chosen[-1]])
    centres = vectors[chosen].copy()
    for _ in range(12):
        owner = (vectors @ centres.T).argmax(axis=1)
        for at in range(count):
            mine = vectors[owner == at]
            if len(mine):
                middle = mine.sum(axis=0)
                centres[at] = middle / max(float(np.linalg.norm(middle)), 1e-9)
    owner = (vectors @ centres.T).argmax(axis=1)
    sizes = np.bincount(owner, minlength=count)
    order = np.argsort(-sizes, kind="stable")
    typical: list[int] = []
    for at in order.tolist():
        alike = (vectors @ centres[at]).copy()
        alike[typical] = -2
        typical.append(int(alike.argmax()))
    each = max(1, count // pairs)
    # Deal round: each question holds large and small clusters, so that every one of them splits the whole field.
    return [tuple(typical[start::pairs][:each]) for start in range(pairs) if typical[start::pairs]]
