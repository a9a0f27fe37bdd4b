"""Why a paper is among the hits: which words it has and where, what it lacks, the sentence nearest in meaning.

Highlighting compares stems, as the index does, and marks the words as they are printed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ..text import latex, sentences
from ..text.folding import fold
from . import author_names, schema
from .suggest import one_apart
from .words import Unit

SNIPPET = 280  # characters
NEAREST = 220
_LONGEST = 20  # sentences of an abstract that are compared with a query
_WORD = re.compile(r"[^\W_]+(?:[-‐‑][^\W_]+)*")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
Vectors = npt.NDArray[np.float32]
Span = tuple[int, int, frozenset[str]]
_NONE: frozenset[str] = frozenset()


def _table() -> bytes:
    """Windows-1252 folded, whatever is neither letter, digit nor hyphen to a blank: one byte a character."""
    out = bytearray(b" " * 256)
    for byte in range(256):
        character = bytes([byte]).decode("cp1252", "replace")
        if character.isalnum() or character == "-":
            for form in (fold(character), character.lower(), character):
                if len(form) == 1 and (folded := form.encode("cp1252", "ignore")):
                    out[byte] = folded[0]
                    break
    return bytes(out)


_FOLDED = _table()


@dataclass(frozen=True, slots=True)
class Reason:
    """``snippet`` is safe HTML with <mark>; ``text`` one line of plain text."""

    text: str
    snippet: str


@dataclass(slots=True)
class Seen:
    """One paper as a query sees it: its texts without LaTeX, and where the query's words stand in them."""

    title: str
    abstract: str
    in_title: set[str]
    spans: list[Span]
    in_abstract: set[str]
    sentences: list[str] = field(default_factory=list)

    def split(self) -> list[str]:
        """The sentences of the abstract."""
        if not self.sentences and self.abstract:
            self.sentences = sentences.split(self.abstract)
        return self.sentences


def _plain(text: str) -> str:
    """Without LaTeX, as it is read; plain text stays as it is."""
    return latex.readable(latex.to_unicode(text)) if "\\" in text or "$" in text or "{" in text else text


def _pattern(phrase: str) -> re.Pattern[str] | None:
    """What finds quoted words in folded text, whatever stands between them; None when there is no word in them."""
    words = re.findall(r"[^\W_]+", fold(phrase))
    between = r"[\W_]+".join(map(re.escape, words))
    return re.compile(rf"(?<![^\W_]){between}(?![^\W_])") if words else None


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
        self._phrases = [(phrase, pattern) for phrase in phrases if (pattern := _pattern(phrase)) is not None]
        self._read_as: dict[str, set[str]] = {}  # a stem in the index, and the unknown stems it was taken for
        for stem, near in (slip for unit in units for slip in unit.slips):
            for known in near or ():
                self._read_as.setdefault(known, set()).add(stem)
        self._starts = {stem[:2] for stem in (*self._wanted, *self._read_as)}
        self._slips = [(fold(unit.word), frozenset(stem for way in unit.ways for stem in way))
                       for unit in units if unit.fuzzy and any(near is None for _, near in unit.slips)]
        self._slowly = any(_CJK.search(stem) for stem in self._wanted)
        self._seen: dict[str, frozenset[str]] = {}  # the texts of one page share most of their words
        self._quick: dict[bytes, frozenset[str]] = {}
        self._begin, self._close = self._pieces()

    def _pieces(self) -> tuple[list[bytes], list[bytes]]:
        """How words that may be wanted begin, and how they end: one slip leaves one half of a word as it was."""
        begin, close = set(self._starts), set()
        for typed, _near in self._slips:
            half = len(typed) // 2
            begin.add(typed[: max(1, half - 1)])
            close.add(typed[half:])
        if not all(map(str.isascii, begin | close)):
            self._slowly = True  # letters that do not fold to one byte: word by word
        return ([f"{edge}{piece}".encode() for piece in sorted(begin) for edge in " -"],
                [f"{piece} ".encode() for piece in sorted(close)])

    def look(self, title: str, abstract: str) -> Seen:
        """What the query has in a paper."""
        title, abstract = _plain(title), _plain(abstract)
        spans = self.find(abstract)
        return Seen(title, abstract, {stem for _, _, hit in self.find(title) for stem in hit}, spans,
                    {stem for _, _, hit in spans for stem in hit})

    def find(self, text: str) -> list[Span]:
        """Start, end and wanted stems of each word of ``text`` that the query has, in order."""
        if not self._slowly:
            try:
                packed = text.encode("cp1252")
            except UnicodeEncodeError:
                return self._find_any(text)
            return self._find_packed(b" %b " % packed.translate(_FOLDED))
        return self._find_any(text)

    def _find_packed(self, text: bytes) -> list[Span]:
        """As :meth:`find` for a text of one byte a character, with a blank before and behind: nearly every text.

        ``bytes.find`` jumps to where a wanted word may begin or end; only there is a word looked at, once a page.
        """
        found: set[tuple[int, int]] = set()
        for piece in self._begin:
            at = text.find(piece)
            while at >= 0:
                found.add((at + 1, text.find(b" ", at + 1)))
                at = text.find(piece, at + 1)
        for piece in self._close:
            at = text.find(piece)
            while at >= 0:
                found.add((text.rfind(b" ", 0, at) + 1, at + len(piece) - 1))
                at = text.find(piece, at + 1)
        spans: list[Span] = []
        quick = self._quick
        for at, end in sorted(found):
            word = text[at:end].strip(b"-")
            hit = quick.get(word)
            if hit is None:
                hit = quick[word] = self._look(word.decode("cp1252"))
            if hit:
                start = text.index(word, at)
                spans.append((start - 1, start - 1 + len(word), hit))
        return spans

    def _find_any(self, text: str) -> list[Span]:
        found: list[Span] = []
        seen = self._seen
        for match in _WORD.finditer(text):
            word = match.group()
            hit = seen.get(word)
            if hit is None:
                if _CJK.search(word):
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
            stems = _stems(word, self._languages)
            hit = frozenset(stems & self._wanted)
            if self._read_as:
                hit = hit.union(*(self._read_as[stem] for stem in stems if stem in self._read_as))
        if not hit:
            for typed, meant in self._slips:
                if one_apart(typed, folded):
                    return meant
        return hit

    def _pairs(self, start: int, run: str) -> list[Span]:
        return [(start + at, start + at + len(stem), frozenset([stem])) for stem in self._wanted
                if _CJK.search(stem) for at in range(len(run) - len(stem) + 1) if run.startswith(stem, at)]

    def mostly_missing(self, seen: Seen) -> bool:
        """Whether a paper lacks more than half of what was asked for: then meaning brought it."""
        stems = seen.in_title | seen.in_abstract
        return 2 * sum(self.has(unit, stems) for unit in self.units) < len(self.units)

    def quoted(self, text: str) -> list[str]:
        """The quoted words that stand in ``text``, with their marks."""
        return [f'"{phrase}"' for phrase, pattern in self._phrases if pattern.search(fold(text))]

    def has(self, unit: Unit, stems: frozenset[str] | set[str]) -> bool:
        """Whether ``stems`` hold one way of the unit."""
        return any(stems.issuperset(way) for way in unit.ways)


def highlight(text: str, spans: Sequence[Span]) -> str:
    """Escaped HTML of ``text`` with the spans in <mark>; overlapping spans become one."""
    out: list[str] = []
    last = 0
    for start, end, _hit in sorted(spans, key=lambda span: span[:2]):
        if end <= last:
            continue
        start = max(start, last)
        out += [html.escape(text[last:start]), "<mark>", html.escape(text[start:end]), "</mark>"]
        last = end
    return "".join([*out, html.escape(text[last:])]).replace("</mark><mark>", "")


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[:length].rsplit(" ", 1)[0] + " …"


def snippet(seen: Seen) -> str:
    """The sentence of the abstract with most of the query's words, and what follows while there is room."""
    abstract, spans = seen.abstract, seen.spans
    best, begin, at, bounds = -1, 0, 0, []
    for sentence in seen.split():
        start = max(abstract.find(sentence, at), 0)
        at = start + len(sentence)
        bounds.append((start, at))
        stems = {stem for left, _, hit in spans if start <= left < at for stem in hit} if spans else _NONE
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


def reason(marker: Marker, seen: Seen, *, sure: bool, exact: str = "", nearest: str = "",
           authors: Sequence[str] = ()) -> Reason:
    """One hit's reason. ``exact``: "title" or "identifier" when that is why; ``nearest``: sentence by meaning.

    ``authors``: those of the paper that the query named.
    """
    shown = snippet(seen)
    if exact:
        return Reason(_("this is its title") if exact == "title" else _("this is its identifier"), shown)
    parts = []
    for place, stems in (("title", seen.in_title), ("abstract", seen.in_abstract)):
        words = [unit.word for unit in marker.units if marker.has(unit, stems)]
        words.extend(marker.quoted(seen.title if place == "title" else seen.abstract))
        if words:
            said = _("title: {words}") if place == "title" else _("abstract: {words}")
            parts.append(said.format(words=", ".join(words)))
    if authors:
        parts.append(pgettext("authors", "by {names}").format(names=", ".join(authors)))
    both = seen.in_title | seen.in_abstract
    lacks = [unit.word for unit in marker.units if not marker.has(unit, both)]
    if lacks and len(lacks) == len(marker.units) and not nearest:
        parts.append(_("close in meaning"))
    elif lacks:
        parts.append(_("lacks: {words}").format(words=f"{', '.join(lacks[:8])}{' …' if len(lacks) > 8 else ''}"))
    if nearest and not sure:
        parts.append(_("nearest sentence: {sentence}").format(sentence=_cut(nearest, NEAREST)))
        if not seen.in_abstract:
            shown = html.escape(_cut(nearest, SNIPPET))
    return Reason("; ".join(parts) or _("meets the conditions"), shown)


def named(authors: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """Those of ``authors`` that one of the ``wanted`` names asks for."""
    return [author for author in authors if any(author_names.meets(author, name) for name in wanted)]


def nearest_sentences(papers: Sequence[Seen], scores: Callable[[list[str]], Vectors]) -> list[str]:
    """For each paper the sentence of its abstract that ``scores`` highest; "" where there is none."""
    groups = [seen.split()[:_LONGEST] for seen in papers]
    found = scores([sentence for group in groups for sentence in group])
    best, at = [], 0
    for group in groups:
        best.append(group[int(found[at : at + len(group)].argmax())] if group else "")
        at += len(group)
    return best
