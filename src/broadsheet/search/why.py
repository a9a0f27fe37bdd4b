"""Why a paper is among the hits: which words it has and where, what it lacks, the sentence nearest in meaning.

Highlighting compares stems, as the index does, and marks the words as they are printed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ..text import latex, sentences
from ..text.folding import fold
from . import schema
from .words import Unit

SNIPPET = 280  # characters
NEAREST = 220
_WORD = re.compile(r"[^\W_]+(?:[-‐‑][^\W_]+)*")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
Vectors = npt.NDArray[np.float32]


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
        self._fuzzy = [stem for unit in units if unit.fuzzy for way in unit.ways for stem in way]
        self._cjk = any(_CJK.search(stem) for stem in self._wanted)

    def find(self, text: str) -> list[tuple[int, int, frozenset[str]]]:
        """Start, end and wanted stems of each word of ``text`` that the query has."""
        found = []
        for match in _WORD.finditer(text):
            word = match.group()
            if self._cjk and _CJK.search(word):
                found.extend(self._pairs(match.start(), word))
                continue
            parts = word.split("-") if "-" in word else (word,)
            if not self._fuzzy and not any(fold(part)[:2] in self._starts for part in parts):
                continue
            hit = _stems(word, self._languages) & self._wanted
            if not hit and self._fuzzy:
                hit = self._near(word)
            if hit:
                found.append((match.start(), match.end(), frozenset(hit)))
        return found

    def _near(self, word: str) -> frozenset[str]:
        from .suggest import one_apart

        own = _stems(word, self._languages)
        return frozenset(stem for stem in self._fuzzy if any(one_apart(stem, other) for other in own))

    def _pairs(self, start: int, run: str) -> list[tuple[int, int, frozenset[str]]]:
        return [(start + at, start + at + len(stem), frozenset([stem])) for stem in self._wanted
                if _CJK.search(stem) for at in range(len(run) - len(stem) + 1) if run.startswith(stem, at)]

    def has(self, unit: Unit, stems: frozenset[str] | set[str]) -> bool:
        """Whether ``stems`` hold one way of the unit."""
        return any(stems.issuperset(way) for way in unit.ways)


def highlight(text: str, spans: Sequence[tuple[int, int, frozenset[str]]]) -> str:
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


def snippet(marker: Marker, abstract: str) -> str:
    """The sentence of the abstract with most of the query's words, and what follows while there is room."""
    parts = sentences.split(abstract) or [""]
    best, at = -1, 0
    for index, sentence in enumerate(parts):
        stems = {stem for _, _, hit in marker.find(sentence) for stem in hit}
        if len(stems) > best:
            best, at = len(stems), index
    text = parts[at]
    for sentence in parts[at + 1 :]:
        if len(text) + len(sentence) > SNIPPET:
            break
        text = f"{text} {sentence}"
    spans = marker.find(text)
    if spans and spans[0][0] > SNIPPET // 2:  # a long sentence whose words stand late
        begin = text.rfind(" ", 0, spans[0][0] - 40) + 1
        text = "… " + text[begin:]
    text = _cut(text, SNIPPET)
    return highlight(text, marker.find(text))


def reason(marker: Marker, title: str, abstract: str, *, sure: bool, exact: str = "",
           nearest: str = "") -> Reason:
    """One hit's reason. ``exact``: "title" or "identifier" when that is why; ``nearest``: sentence by meaning."""
    title, abstract = latex.readable(latex.to_unicode(title)), latex.readable(latex.to_unicode(abstract))
    in_title = {stem for _, _, hit in marker.find(title) for stem in hit}
    in_abstract = {stem for _, _, hit in marker.find(abstract) for stem in hit}
    shown = snippet(marker, abstract)
    if exact:
        return Reason(f"this is its {exact}", shown)
    parts, lacks = [], []
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
            for start, end in zip(bounds, bounds[1:], strict=False)]
