"""Did you mean: for words that no paper or hardly any has, the commonest word of the titles one letter away."""

from __future__ import annotations

from .author_names import printed_query
from .query import Plan
from .reader import Snapshot
from .schema import F_ABSTRACT, F_AUTHORS, F_TITLE_EXACT, exact, name_words
from .words import FUZZY_FROM, Unit

RARE = 20  # papers: a word that no more have may be a slip of a commoner one
MUCH = 20  # times: how much commoner the other must be
_MOST = 4000  # words with the same beginning that are looked at: under a few milliseconds


def one_apart(left: str, right: str) -> bool:
    """Whether one letter added, dropped, changed or two neighbours swapped make ``right`` of ``left``."""
    if abs(len(left) - len(right)) > 1 or left == right:
        return False
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    a, b = left[start:], right[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (len(a) > 1 and a[:2] == b[1::-1] and a[2:] == b[2:])


def suggest(snapshot: Snapshot, plan: Plan, units: tuple[Unit, ...]) -> tuple[str, ...]:
    """Better readings of a query, if there are any: slips put right; the same words as the name of an author."""
    better = plan.text
    for unit in units:
        if not unit.fuzzy and _count(snapshot, unit) > RARE:
            continue
        if best := _commoner(snapshot, unit):
            better = better.replace(unit.word, best)
    found = (better,) if better != plan.text else ()
    return (*found, *_author(snapshot, plan))


def _count(snapshot: Snapshot, unit: Unit) -> int:
    return max((snapshot.searcher.doc_freq(F_ABSTRACT, stem) for way in unit.ways for stem in way), default=0)


def _commoner(snapshot: Snapshot, unit: Unit) -> str:
    """The commonest word of the titles one letter away; "" when there is none, or none much commoner."""
    if len(unit.word) < FUZZY_FROM:
        return ""
    best, most = "", 0 if unit.fuzzy else MUCH * (1 + _count(snapshot, unit))
    for typed in exact(unit.word)[:1]:
        lower = typed.lower()
        fitting = range(len(lower) - 1, len(lower) + 2)
        for start in dict.fromkeys((typed[:2], lower[:2], lower[:2].capitalize())):
            for word, count in snapshot.searcher.terms_with_prefix(F_TITLE_EXACT, start, limit=_MOST):
                if count > most and len(word) in fitting and one_apart(lower, word.lower()):
                    best, most = word.lower(), count
    return best


def _author(snapshot: Snapshot, plan: Plan) -> tuple[str, ...]:
    """``author:"Ada Lovelace"`` for a query of two to four words that is printed as an author's name."""
    words = plan.text.split()
    if not plan.plain or not 2 <= len(words) <= 4 or not all(word[:1].isalpha() for word in words):
        return ()
    if any(not snapshot.searcher.doc_freq(F_AUTHORS, term) for term in name_words(plan.text)):
        return ()
    found = snapshot.searcher.search(printed_query(snapshot, plan.text), 1, count=False).hits
    return (f'author:"{" ".join(words)}"',) if found else ()
