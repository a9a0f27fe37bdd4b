"""The papers by an author, however the name was typed and however it is printed.

``Hinton, G``, ``G. Hinton``, ``Hinton G`` and ``hinton g`` ask for the same people: an initial stands for every first
name that begins with it. A first name that was typed in full is not found by its initial alone, since that may be
anybody's. Names printed family first ("Hinton Geoffrey") are found too, and those that print one more initial.
"""

from __future__ import annotations

import re
from typing import Any

from tantivy import Occur, Query

from ..text import names
from . import schema as s
from .reader import Snapshot

_MOST_GIVEN = 4  # of more names each is typed in full anyway
_INITIAL = "[a-z]"  # one more that is printed between the names: "Geoffrey E. Hinton"


def reading(name: str) -> tuple[list[str], list[str]]:
    """Given and family names as the index keeps words: what stands before a comma, or before initials, is family."""
    family, comma, given = name.partition(",")
    if comma and "," not in given and s.name_words(family) and s.name_words(given):
        return _given(given), s.name_words(family)
    terms = s.name_words(names.display(name))
    initials = next((at for at, term in enumerate(terms) if len(term) == 1), len(terms))
    if 0 < initials < len(terms) and all(len(term) == 1 for term in terms[initials:]):
        return terms[initials:], terms[:initials]  # "hinton g e"
    return terms[:-1], terms[-1:]


def _given(text: str) -> list[str]:
    """First names; ``GE`` in capitals are two initials."""
    return [letter for word in text.split() for letter in s.name_words(
        " ".join(word) if word.isupper() and len(word) <= 3 else word)]


def patterns(name: str) -> list[list[str]]:
    """Regular expressions for words that stand side by side, one list for each way to print the name; may be empty."""
    given, family = reading(name)
    given = given[:_MOST_GIVEN]
    first = [f"{re.escape(term)}.*" if len(term) == 1 else re.escape(term) for term in given]
    last = [re.escape(term) for term in family]
    if not first:
        return [last] if last else []
    return [[*first, *last], [*first, _INITIAL, *last], [*last, *first]]


def author_query(snapshot: Snapshot, name: str) -> Any:
    """The papers by an author of this name, typed in any of the ways above."""
    ways = patterns(name)
    if not ways:
        return Query.empty_query()
    clauses = [(Occur.Should, _phrase(snapshot, way)) for way in ways]
    return clauses[0][1] if len(clauses) == 1 else Query.boolean_query(clauses)


def printed_query(snapshot: Snapshot, name: str) -> Any:
    """The papers that print the name as it was typed, an initial for itself; takes a millisecond, whatever is asked."""
    terms = s.name_words(names.display(name))
    return _phrase(snapshot, [re.escape(term) for term in terms]) if terms else Query.empty_query()


def _phrase(snapshot: Snapshot, way: list[str]) -> Any:
    if len(way) == 1:
        return Query.regex_query(snapshot.schema, s.F_AUTHORS, way[0])
    plain = [term for term in way if term == re.escape(term) and term.isalnum()]
    if len(plain) == len(way):  # twice as fast as by expressions
        return Query.phrase_query(snapshot.schema, s.F_AUTHORS, list(way))
    parts: list[str | tuple[int, str]] = [*way]
    return Query.regex_phrase_query(snapshot.schema, s.F_AUTHORS, parts)


def meets(printed: str, name: str) -> bool:
    """Whether an author printed so is whom ``name`` asks for."""
    words = s.name_words(names.display(printed))
    for way in patterns(name):
        wide = range(len(words) - len(way) + 1)
        if any(all(re.fullmatch(one, word) for one, word in zip(way, words[at:], strict=False)) for at in wide):
            return True
    return False
