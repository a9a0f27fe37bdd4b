"""Did you mean: for words that no paper has, the commonest word of the titles that is one letter away."""

from __future__ import annotations

from .reader import Snapshot
from .schema import F_TITLE_EXACT, exact
from .words import Unit

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


def suggest(snapshot: Snapshot, text: str, units: tuple[Unit, ...]) -> tuple[str, ...]:
    """The query with unknown words put right, when there is a better reading; else nothing."""
    better = text
    for unit in units:
        if not unit.fuzzy:
            continue
        best, most = "", 0
        for typed in exact(unit.word)[:1]:
            lower = typed.lower()
            for start in dict.fromkeys((typed[:2], lower[:2], lower[:2].capitalize())):
                for word, count in snapshot.searcher.terms_with_prefix(F_TITLE_EXACT, start, limit=_MOST):
                    if count > most and one_apart(lower, word.lower()):
                        best, most = word.lower(), count
        if best:
            better = better.replace(unit.word, best)
    return (better,) if better != text else ()
