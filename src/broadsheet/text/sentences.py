"""Sentences of an abstract: where one ends is decided by what stands before and after the stop."""

from __future__ import annotations

import re

# What may stand between a stop and the next sentence: closing quotes and brackets, then blanks.
_STOP = re.compile(r"[.!?][.!?]*[\"'”’)\]]*(?=\s+[^\s]|\s*$)|[。！？][」』”’）]*|[.!?](?=[\u4e00-\u9fff])")
_ABBREVIATIONS = frozenset(
    [
        "e.g",
        "i.e",
        "cf",
        "vs",
        "viz",
        "al",
        "approx",
        "ca",
        "resp",
        "fig",
        "figs",
        "eq",
        "eqs",
        "eqn",
        "sec",
        "sect",
        "ref",
        "refs",
        "tab",
        "no",
        "nos",
        "vol",
        "pp",
        "ch",
        "chap",
        "ed",
        "eds",
        "et",
        "dr",
        "prof",
        "mr",
        "mrs",
        "ms",
        "st",
        "sr",
        "jr",
        "inc",
        "ltd",
        "co",
        "corp",
        "dept",
        "univ",
        "etc-x",
        "incl",
        "excl",
        "est",
        "max",
        "min",
        "w.r.t",
        "w.l.o.g",
        "i.i.d",
        "s.t",
        "a.k.a",
        "a.s",
        "a.e",
        "u.s",
        "u.k",
        "u.n",
        "phys",
        "rev",
        "lett",
        "astrophys",
        "proc",
        "trans",
        "int",
        "conf",
        "j",
        "math",
        "sci",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "thm",
        "lem",
        "prop",
        "def",
        "cor",
        "alg",
        "app",
        "appx",
        "suppl",
        "temp",
        "aka",
        "dist",
        "ver",
        "var",
        "spp",
        "sp",
        "subsp",
        "gen",
        "wrt",
        "cca",
        "bzw",
        "z.b",
        "d.h",
    ]
)
# Abbreviations that often end a sentence as well: the next word decides.
_MAY_END = frozenset(
    [
        "etc",
        "al",
        "u.s",
        "u.k",
        "u.n",
        "a.s",
        "a.e",
        "co",
        "inc",
        "ltd",
        "corp",
        "jr",
        "sr",
        "no",
        "max",
        "min",
        "sp",
        "spp",
        "app",
        "ref",
        "ed",
    ]
)
_LAST_WORD = re.compile(r"([^\s(\[{\"“‘'—–/]+)$")
_NEXT_LOWER = re.compile(r"[\s\"'“‘(\[]*[a-zà-öø-ÿ]")
_OPENERS = frozenset(
    [
        "The",
        "This",
        "These",
        "We",
        "In",
        "Our",
        "To",
        "A",
        "An",
        "It",
        "However",
        "For",
        "Here",
        "By",
        "As",
        "Results",
        "Finally",
        "Moreover",
        "Furthermore",
        "Additionally",
        "Specifically",
        "Using",
        "With",
        "On",
        "At",
        "From",
        "Such",
        "That",
        "Based",
        "Although",
        "While",
        "When",
        "Since",
        "If",
        "Both",
        "Through",
        "Thus",
        "Therefore",
        "Then",
        "They",
        "Their",
        "There",
        "Its",
        "First",
        "Second",
        "Experiments",
        "Code",
        "Extensive",
    ]
)
_MATH = re.compile(r"\$\$.+?\$\$|\$[^$]+\$|\\\(.+?\\\)|\\\[.+?\\\]", re.S)
_SHORTEST = 2


def split(text: str) -> list[str]:
    """The sentences of ``text`` in order, trimmed; joined by blanks they give all of it back. Empty text: [].

    Stops inside formulas, numbers, addresses, abbreviations ("e.g.", "et al.", "Fig. 3") and initials do not end a
    sentence. Chinese and Japanese stops end one without a blank.
    """
    spans = [match.span() for match in _MATH.finditer(text)] if ("$" in text or "\\" in text) else []
    out: list[str] = []
    start = 0
    for match in _STOP.finditer(text):
        end = match.end()
        if any(left < match.start() < right - 1 for left, right in spans):
            continue
        if end < len(text) and not _ends(text, start, match):
            continue
        sentence = text[start:end].strip()
        if len(sentence) >= _SHORTEST:
            out.append(sentence)
            start = end
    rest = text[start:].strip()
    if rest:
        out.append(rest)
    return out


def _ends(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether the stop at ``match`` ends a sentence that began at ``start``."""
    mark = match.group()
    if mark[0] in "。！？":
        return True
    following = text[match.end() : match.end() + 60]
    if _NEXT_LOWER.match(following):
        return mark[0] in "!?" and len(mark) > 1 and mark[-1] in '"”'
    if mark[0] in "!?" or (len(mark) > 1 and mark[1] in '.)]"”'):
        return True
    before = text[max(start, match.start() - 40) : match.start()]
    found = _LAST_WORD.search(before)
    if not found:
        return True
    word = found.group(1)
    next_word = following.split(None, 1)[0].strip("\"'“‘(,;:") if following.split() else ""
    return _word_ends(word, next_word)


def _word_ends(word: str, next_word: str) -> bool:
    """Whether a full stop after ``word`` ends the sentence, seeing the next word."""
    lower = word.lower()
    if lower in _ABBREVIATIONS:
        return lower in _MAY_END and next_word in _OPENERS
    if (
        len(word) == 1 and word.isalpha() and word.isupper()
    ):  # an initial, "J. Smith", or a name, "vitamin C."
        return next_word in _OPENERS
    if word.isdigit() and len(word) <= 2 and not next_word[:1].isalpha():  # "No. 3. 5 of them"
        return next_word[:1] in "$\\(["
    return True
