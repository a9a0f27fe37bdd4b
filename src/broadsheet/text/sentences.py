"""Sentences of an abstract: where one ends is decided by what stands before and after the stop."""

from __future__ import annotations

import re

# A stop: full stop, question or exclamation mark, what closes behind it, then a blank or the end. Chinese and
# Japanese stops need no blank; nor does a full stop before a Chinese character.
# The set that stands first lets the search jump from stop to stop.
_STOP = re.compile(
    r"[.!?。！？](?:(?<=[.!?])(?:[.!?]*[\"'”’)\]$]*(?=\s+[^\s]|\s*$)|(?=[\u4e00-\u9fff]))|(?<=[。！？])[」』”’）]*)"
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Never the end of a sentence, unless listed in _MAY_END too.
_ABBREVIATIONS = _words(
    "e.g i.e cf vs viz al approx ca resp ed eds et dr prof mr mrs ms st jr inc ltd co corp dept univ incl excl "
    "w.r.t w.l.o.g i.i.d s.t a.k.a a.s a.e u.s u.k u.n phys rev lett astrophys proc trans int conf thm lem prop "
    "def cor alg app appx suppl dist ver spp sp subsp bzw z.b d.h etc dev i.v s.c p.o u.s.a"
)
# An abbreviation only before a number, a formula or a bracket: "Fig. 3", "No. 12", "Eq. (4)"; else a word.
_BEFORE_NUMBER = _words("fig figs eq eqs eqn eqns sec sects sect ref refs tab no nos vol vols pp p ch chap art def thm")
# Abbreviations that often end a sentence as well: a capital word that opens sentences decides.
_MAY_END = _words(
    "etc al u.s u.k u.n u.s.a a.s a.e co inc ltd corp jr sp spp ed app ref i.i.d w.r.t approx i.v s.c p.o"
)
_OPENERS = _words(
    "The This These We In Our To A An It However For Here By As Results Finally Moreover Furthermore Additionally "
    "Specifically Using With On At From Such That Based Although While When Since If Both Through Thus Therefore "
    "Then They Their There Its First Second Experiments Code Extensive Despite Unlike Existing Recent Recently"
)
# Headings of structured abstracts: they belong to the sentence that follows.
_LABEL = re.compile(
    r"(?:background|context|aims?|aims? and methods?|methods?|results?|(?:key )?findings|conclusions?|objectives?|"
    r"purpose|introduction|motivation|discussion|summary|design|setting|(?:patients|materials?|subjects|"
    r"background|results|methods|summary) and (?:methods|aims?|objectives?|purpose|conclusions?|discussion|results))"
    r"[.:]",
    re.I,
)
_BEFORE_LAST_WORD = re.compile(r".*[\s(\[{\"“‘'—–/]", re.S)
_LOWER = re.compile(r"[\s\"'“‘(\[]*[a-zà-öø-ÿ]")
# A formula; two prices ("$1671; and $1599") are none: see Pandoc's rule for ``tex_math_dollars``.
_MATH = re.compile(
    r"\$\$.{1,600}?\$\$|\$(?=\S)[^$]*(?<=\S)\$(?!\d)|\$[^$]*[\\^_][^$]*\$|\\\(.{1,600}?\\\)|\\\[.{1,600}?\\\]", re.S
)


def split(text: str) -> list[str]:
    """The sentences of ``text`` in order, trimmed; joined by blanks they give all of it back. Empty text: [].

    Stops inside formulas, numbers, addresses, abbreviations ("e.g.", "et al.", "Fig. 3") and initials do not end a
    sentence. Chinese and Japanese stops end one without a blank. A heading ("Results.") opens the next sentence.
    """
    spans = [match.span() for match in _MATH.finditer(text)] if ("$" in text or "\\" in text) else []
    out: list[str] = []
    start = 0
    for match in _STOP.finditer(text):
        end = match.end()
        if spans and any(left < match.start() and end < right for left, right in spans):
            continue
        if text[end:].isspace() or end == len(text):
            break
        if _ends(text, start, match):
            sentence = text[start:end].strip()
            if _is_whole(sentence):
                out.append(sentence)
                start = end
    rest = text[start:].strip()
    if rest:
        out.append(rest)
    return out


def _is_whole(sentence: str) -> bool:
    """False for a heading or a stray mark, which open what follows."""
    if len(sentence) > 40:
        return True
    return not _LABEL.fullmatch(sentence) and any(character.isalnum() for character in sentence)


def _ends(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether the stop at ``match`` ends a sentence that began at ``start``."""
    mark = match.group()
    if mark[0] in "。！？":
        return True
    following = text[match.end() : match.end() + 60]
    if _LOWER.match(following):
        return mark[0] in "!?" and mark[-1] in '"”'
    if mark[0] in "!?" or (len(mark) > 1 and mark[1] in '.)]"”$'):
        return True
    last = text[max(start, match.start() - 40) : match.start()].rstrip("\n")
    if found := _BEFORE_LAST_WORD.match(last):
        last = last[found.end() :]
    if not last:
        return True
    words = following.split(None, 1)
    next_word = words[0].strip("\"'“‘(,;:") if words else ""
    return _word_ends(last, next_word, text[start : match.start()])


def _word_ends(word: str, next_word: str, sentence: str) -> bool:
    """Whether a full stop after ``word``, the last of ``sentence``, ends it, seeing the next word."""
    lower = word.lower()
    if lower in _BEFORE_NUMBER and (not next_word or not next_word[0].isalpha()):
        return False
    if lower in _ABBREVIATIONS:
        return lower == "etc" or (lower in _MAY_END and next_word in _OPENERS)
    if len(word) == 1 and word.isalpha() and word.isupper():  # an initial, "J. Smith", or a name, "vitamin C."
        return next_word in _OPENERS
    if word.isdigit() and len(word) <= 2:  # the number of an item: "the following: 1. Low cost"
        before = sentence[: -len(word)].rstrip()
        return bool(before) and before[-1] not in ":;."
    return True
