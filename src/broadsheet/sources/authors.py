"""arXiv's line of authors, taken apart: names in printed order, with affiliations where the line gives them.

The form is described at https://info.arxiv.org/help/prep.html#author: names separated by commas or "and", affiliations
in parentheses, or numbers in parentheses explained by a list in double parentheses at the end.
"""

from __future__ import annotations

import re

from ..catalogue.records import Author
from ..text import latex, markup

LIMIT = 12_000  # the largest collaborations have about 5,000 names
_SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV|V|Esq|Ph\.?\s?D|M\.?D)\.?\Z", re.I)
_KEYED = re.compile(r"\(\s*([0-9a-z*†‡]{1,3})\s*\)", re.I)
_MARKS = re.compile(r"[\s,;&]+|\band\b")
_SEPARATOR = re.compile(r"\s*(?:,\s*and\b|;\s*and\b|,|;|\band\b|\s&\s)\s*")
_GROUP = re.compile(r"\b(collaborations?|consortium|team|group|experiment|project|survey)\s*:\s*", re.I)


def split_authors(line: str) -> tuple[Author, ...]:
    """``"A, B and C (affil)"`` as authors. Never raises; an empty line gives no authors."""
    text = latex.to_unicode(markup.clean(line))
    text = _GROUP.sub(lambda m: f"{m[1]}, ", text)
    pieces = _pieces(text)
    key, pieces = _key(pieces)
    found: list[Author] = []
    for name, notes in pieces:
        dot = "." if re.search(r"\b(?:[A-Z]|Jr|Sr)\.$", name.strip()) else ""
        name = " ".join(name.strip(" .,;:").split()) + dot
        if not any(c.isalnum() for c in name) or name.casefold() in ("et al", "and", "others", "by"):
            continue
        if _SUFFIX.match(name) and found:
            last = found[-1]
            found[-1] = Author(f"{last.name} {name}", _affiliation(notes, key) or last.affiliation)
        else:
            found.append(Author(name[:400], _affiliation(notes, key)))
        if len(found) >= LIMIT:
            break
    return tuple(found)


def _pieces(text: str) -> list[tuple[str, list[str]]]:
    """Names at depth 0, each with the parenthesised notes that follow it."""
    pieces: list[tuple[str, list[str]]] = [("", [])]
    depth, start, plain = 0, 0, 0
    for position, character in enumerate(text):
        if character == "(":
            if depth == 0:
                _names(text[plain:position], pieces)
                start = position + 1
            depth += 1
        elif character == ")" and depth:
            depth -= 1
            if depth == 0:
                pieces[-1][1].append(text[start:position])
                plain = position + 1
    if depth:
        pieces[-1][1].append(text[start:])
    else:
        _names(text[plain:], pieces)
    return pieces


def _names(text: str, pieces: list[tuple[str, list[str]]]) -> None:
    """Add the names of a stretch without parentheses; the first part still belongs to the name before it."""
    first, *rest = _SEPARATOR.split(text)
    name, notes = pieces[-1]
    pieces[-1] = (f"{name} {first}".strip(), notes)
    pieces.extend((part, []) for part in rest)


def _key(pieces: list[tuple[str, list[str]]]) -> tuple[dict[str, str], list[tuple[str, list[str]]]]:
    """The explanation of numbers, ``((1) Here, (2) There)``, taken out of the notes."""
    key: dict[str, str] = {}
    out = []
    for name, notes in pieces:
        kept = []
        for note in notes:
            marks = list(_KEYED.finditer(note))
            if marks and marks[0].start() == 0:
                ends = [mark.start() for mark in marks[1:]] + [len(note)]
                for mark, end in zip(marks, ends, strict=True):
                    key[mark[1].lower()] = note[mark.end() : end].strip(" ,;.")
            else:
                kept.append(note)
        out.append((name, kept))
    return key, out


def _affiliation(notes: list[str], key: dict[str, str]) -> str:
    """What the notes of one name say, numbers replaced by what they stand for."""
    said: list[str] = []
    for note in notes:
        marks = [mark for mark in _MARKS.split(note.strip().lower()) if mark]
        if marks and all(mark in key for mark in marks):
            said.extend(key[mark] for mark in marks)
        elif not all(len(mark) <= 2 and not mark.isalpha() for mark in marks):
            said.append(note.strip(" ,;"))
    return "; ".join(part for part in dict.fromkeys(said) if part)[:1_000]
