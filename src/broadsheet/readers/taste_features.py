"""A paper as numbers for "my order": its vector, and one number for each topic, category, author and telling word.

The numbers depend on the *ground*, what papers here are like in general: a whitened, centred metric for vectors, and
how common each term and word is. No I/O here; what is learned from the numbers is in ``taste_model.py``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import sqrt

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Indexes = npt.NDArray[np.int32]
Words = tuple[Indexes, Array]  # positions among the ground's words, and how much each is said: 1 + log(times)
MEANING_WEIGHT = 0.02
WORD_WEIGHT = 0.4
WORDS, WORDS_FROM, WORDS_SHARE = 20_000, 2, 0.1  # how many, in how many sampled papers, in what share at most
TERM_WEIGHTS = {"topic": 0.04, "category": 0.08, "author": 0.01}
RARE = 4.0  # what many papers have counts less: weight * (1 - share of all papers) / (1 + RARE * share)
WHITEN = 0.2  # 0: plain cosine; large: every direction in which papers differ counts alike


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """A paper for the score. ``vector``: unit length, None while it has none; ``terms``: ``author:ada lovelace``..."""

    vector: Array | None
    terms: tuple[str, ...] = ()
    words: Words | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What papers are like in general: ``mean`` [d], ``metric`` [d, d] (symmetric), share of papers by term."""

    mean: Array
    metric: Array
    share: Mapping[str, float] = field(default_factory=dict)
    words: Mapping[str, int] = field(default_factory=dict)
    rarity: Array = field(default_factory=lambda: np.zeros(0, np.float32))

    def find_words(self, text: str) -> Words:
        """Those words and pairs of words of ``text`` that count, and how much each is said."""
        known = self.words
        times = Counter(known[one] for one in said(text) if one in known)
        at = np.array(sorted(times), np.int32)
        return at, (1 + np.log(np.array([times[one] for one in at.tolist()], np.float32))).astype(np.float32)

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


def said(text: str) -> list[str]:
    """Words of at least two letters of a text, and pairs that stand side by side: lower case, as often as they occur.

    "agents" is said as "agent": plurals in English lose their s, which is all the stemming that pays here.
    """
    words = [_singular(word) for word in _WORD.findall(text.lower())]
    found = [word for word in words if word not in _COMMON]
    return found + [f"{one} {two}" for one, two in pairwise(words) if one not in _COMMON and two not in _COMMON]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def ground(sample: Array, terms: Iterable[Sequence[str]] = (), texts: Iterable[str] = (), *,
           whiten: float = WHITEN) -> Ground:
    """The ground from a sample of papers: vectors float32 [n, d] (n may be 0), the terms of each, and their texts."""
    size = sample.shape[1]
    seen: Counter[str] = Counter()
    read = 0
    for text in texts:
        seen.update(set(said(text)))
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
    words: list[Words]
    names: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.terms)

    def some(self, rows: Sequence[int]) -> Papers:
        """These rows only."""
        return Papers(self.placed[list(rows)], [self.terms[row] for row in rows], self.squares[list(rows)],
                      [self.words[row] for row in rows], self.names)

    def word_table(self, columns: Indexes) -> Array:
        """Numbers of these words (sorted positions), dense: [len(self), len(columns)]."""
        made = np.zeros((len(self), len(columns)), np.float32)
        if len(columns):
            for row, (at, value) in enumerate(self.words):
                place = np.minimum(np.searchsorted(columns, at), len(columns) - 1)
                there = columns[place] == at
                made[row, place[there]] = value[there]
        return made

    def word_kernel(self) -> Array:
        """Products of the words of each two papers: [len(self), len(self)]."""
        every = np.concatenate([at for at, _ in self.words]) if self.words else np.zeros(0, np.int32)
        found, times = np.unique(every, return_counts=True)
        shared = self.word_table(found[times > 1].astype(np.int32))  # the rest speak only for their own paper
        kernel: Array = shared @ shared.T
        kernel[np.diag_indices(len(self))] = [float(value @ value) for _, value in self.words]
        return kernel

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


def _word_numbers(said: Words | None, ground: Ground) -> Words:
    """Words with their numbers: by rarity and how much they are said, together as long as their weight allows."""
    if said is None or not len(said[0]):
        return np.zeros(0, np.int32), np.zeros(0, np.float32)
    at, times = said
    number = ground.rarity[at] * times
    return at, (number * (sqrt(WORD_WEIGHT) / max(float(np.linalg.norm(number)), 1e-9))).astype(np.float32)


def _numbers(terms: Sequence[str], ground: Ground) -> dict[str, float]:
    """Each term's number: rare ones count more, and many of a kind share the weight of the kind."""
    kinds = Counter(term.partition(":")[0] for term in terms)
    return {term: sqrt(TERM_WEIGHTS.get(kind := term.partition(":")[0], 0.0) / kinds[kind]
                       * (1 - (share := ground.share.get(term, 0.0))) / (1 + RARE * share))
            for term in terms}
