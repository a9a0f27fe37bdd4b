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
MEANING_WEIGHT = 1.0
WORD_WEIGHT = 6.0
WORDS, WORDS_FROM, WORDS_SHARE = 6000, 3, 0.1  # how many, in how many sampled papers, in what share of them at most
TERM_WEIGHTS = {"topic": 0.6, "category": 0.6, "author": 0.35}
RARE = 4.0  # what many papers have counts less: weight * (1 - share of all papers) / (1 + RARE * share)
WHITEN = 0.2  # 0: plain cosine; large: every direction in which papers differ counts alike


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """A paper for the score. ``vector``: unit length, None while it has none; ``terms``: ``author:ada lovelace``..."""

    vector: Array | None
    terms: tuple[str, ...] = ()
    words: Indexes | None = None  # positions in the ground's words


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
