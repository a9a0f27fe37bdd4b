"""Why a paper is among the hits: which words it has and where, what it lacks, the sentence nearest in meaning.

Highlighting compares stems, as the index does, and marks the words as they are printed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ..text import latex, sentences
from ..text.folding import fold
from . import schema
from .suggest import one_apart
from .words import Unit

SNIPPET = 280  # characters
NEAREST = 220
_WORD = re.compile(r"[^\W_]+(?:[-‐‑][^\W_]+)*")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
Vectors = npt.NDArray[np.float32]
Span = tuple[int, int, frozenset[str]]
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reason:
    """``snippet`` is safe HTML with <mark>; ``text`` one line of plain text."""

    text: str
    snippet: str


@lru_cache(maxsize=50_000)
def _stems(word: str, languages: tuple[str, ...]) -> frozenset[str]:
    plain = schema.plain(word)
    found = {str(t) for language in ("en", *languages) for t in schema.stemming(language).analyze(plain)}
    for joined in schema.joined(plain):
        found.update(schema.stem_variants(joined, languages))
    return frozenset(found)


class Marker:
    """Finds the words of one query in texts."""

    def __init__(self, units: Sequence[Unit], phrases: Sequence[str], languages: Iterable[str]) -> None:
        self.units = tuple(units)
        self._languages = tuple(languages)
        self._wanted = {stem for unit in units for way in unit.ways for stem in way}
        for phrase in phrases:
            self._wanted |= _stems(phrase, self._languages)
        self._starts = {stem[:2] for stem in self._wanted}
        self._slips = [(fold(unit.word), frozenset(stem for way in unit.ways for stem in way))
                       for unit in units if unit.fuzzy]
        self._cjk = any(_CJK.search(stem) for stem in self._wanted)
        # In plain text only words that begin like a stem need to be looked at.
        starts = "|".join(map(re.escape, sorted(self._starts))) or "(?!)"
        self._likely = None if self._slips or self._cjk else re.compile(
            rf"(?<![^\W_])(?:{starts})[^\W_]*(?:-[^\W_]+)*", re.I)
        self._seen: dict[str, frozenset[str]] = {}  # the texts of one page share most of their words

    def find(self, text: str) -> list[Span]:
        """Start, end and wanted stems of each word of ``text`` that the query has."""
        found: list[Span] = []
        seen = self._seen
        words = self._likely if self._likely is not None and text.isascii() else _WORD
        for match in words.finditer(text):
            word = match.group()
            hit = seen.get(word)
            if hit is None:
                if self._cjk and _CJK.search(word):
                    found.extend(self._pairs(match.start(), word))
                    continue
                hit = seen[word] = self._look(word)
            if hit:
                found.append((match.start(), match.end(), hit))
        return found

    def _look(self, word: str) -> frozenset[str]:
        folded = fold(word)
        hit: frozenset[str] = _NONE
        if folded[:2] in self._starts or ("-" in folded and any(p[:2] in self._starts for p in folded.split("-"))):
            hit = frozenset(_stems(word, self._languages) & self._wanted)
        if not hit:
            for typed, stems in self._slips:
                if one_apart(typed, folded):
                    return stems
        return hit

    def _pairs(self, start: int, run: str) -> list[Span]:
        return [(start + at, start + at + len(stem), frozenset([stem])) for stem in self._wanted
                if _CJK.search(stem) for at in range(len(run) - len(stem) + 1) if run.startswith(stem, at)]

    def mostly_missing(self, text: str) -> bool:
        """Whether ``text`` lacks more than half of what was asked for: then meaning brought it."""
        stems = {stem for _, _, hit in self.find(text) for stem in hit}
        return 2 * sum(self.has(unit, stems) for unit in self.units) < len(self.units)

    def has(self, unit: Unit, stems: frozenset[str] | set[str]) -> bool:
        """Whether ``stems`` hold one way of the unit."""
        return any(stems.issuperset(way) for way in unit.ways)


def highlight(text: str, spans: Sequence[Span]) -> str:
    """Escaped HTML of ``text`` with the spans in <mark>; overlapping spans become one."""
    out: list[str] = []
    last = 0
    for start, end, _ in sorted(spans, key=lambda span: span[:2]):
        if end <= last:
            continue
        start = max(start, last)
        out += [html.escape(text[last:start]), "<mark>", html.escape(text[start:end]), "</mark>"]
        last = end
    return "".join([*out, html.escape(text[last:])]).replace("</mark><mark>", "")


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length].rsplit(" ", 1)[0] + " …"


def snippet(marker: Marker, abstract: str, spans: Sequence[Span]) -> str:
    """The sentence of the abstract with most of the query's words, and what follows while there is room.

    ``spans``: where the words stand in ``abstract``.
    """
    best, begin, at, bounds = -1, 0, 0, []
    for sentence in sentences.split(abstract):
        start = max(abstract.find(sentence, at), 0)
        at = start + len(sentence)
        bounds.append((start, at))
        stems = {stem for left, _, hit in spans if start <= left < at for stem in hit}
        if len(stems) > best:
            best, begin = len(stems), start
    end = begin
    for start, stop in bounds:
        if start >= begin and (end == begin or stop - begin <= SNIPPET):
            end = stop
    first = next((left for left, _, _ in spans if begin <= left < end), begin)
    lead = ""
    if first - begin > SNIPPET // 2:  # a long sentence whose words stand late
        begin, lead = abstract.rfind(" ", 0, first - 40) + 1, "… "
    text = _cut(abstract[begin:end], SNIPPET)
    kept = [(left - begin, right - begin, hit) for left, right, hit in spans
            if begin <= left and right - begin <= len(text)]
    return lead + highlight(text, kept)


def reason(marker: Marker, title: str, abstract: str, *, sure: bool, exact: str = "",
           nearest: str = "") -> Reason:
    """One hit's reason. ``exact``: "title" or "identifier" when that is why; ``nearest``: sentence by meaning."""
    title, abstract = latex.readable(latex.to_unicode(title)), latex.readable(latex.to_unicode(abstract))
    in_title = {stem for _, _, hit in marker.find(title) for stem in hit}
    spans = marker.find(abstract)
    in_abstract = {stem for _, _, hit in spans for stem in hit}
    shown = snippet(marker, abstract, spans)
    if exact:
        return Reason(f"this is its {exact}", shown)
    parts = []
    for place, stems in (("title", in_title), ("abstract", in_abstract)):
        words = [unit.word for unit in marker.units if marker.has(unit, stems)]
        if words:
            parts.append(f"{place}: {', '.join(words)}")
    both = in_title | in_abstract
    lacks = [unit.word for unit in marker.units if not marker.has(unit, both)]
    if lacks and len(lacks) == len(marker.units) and not nearest:
        parts.append("close in meaning")
    elif lacks:
        parts.append(f"lacks: {', '.join(lacks[:8])}{' …' if len(lacks) > 8 else ''}")
    if nearest and not sure:
        parts.append(f"nearest sentence: {_cut(nearest, NEAREST)}")
        if not in_abstract:
            shown = html.escape(_cut(nearest, SNIPPET))
    return Reason("; ".join(parts) or "meets the conditions", shown)


def nearest_sentences(abstracts: Sequence[str], query: Vectors, embed: Callable[[list[str]], Vectors]) -> list[str]:
    """For each abstract the sentence nearest to ``query`` (float32 [384]); "" where there is none."""
    texts: list[str] = []
    bounds = [0]
    for abstract in abstracts:
        texts.extend(sentences.split(latex.readable(latex.to_unicode(abstract)))[:20])
        bounds.append(len(texts))
    if not texts:
        return [""] * len(abstracts)
    scores = embed(texts) @ query
    return [texts[start + int(scores[start:end].argmax())] if end > start else ""
            for start, end in pairwise(bounds)]
