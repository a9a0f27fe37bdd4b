"""What changed between two texts, word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

# A formula is never cut: half of one cannot be drawn.
_WORD = re.compile(r"(?:\$[^$]{1,400}\$|\S)+")
LONGEST = 1200  # words; comparing more could take seconds, and abstracts have 150 to 300


def words(before: str, after: str) -> list[tuple[str, str]]:
    """Pieces (kind, text) of both texts in reading order; ``kind`` is same, gone or new.

    The words of kind same and gone, joined by blanks, are ``before``; those of same and new are ``after`` (blanks
    apart). Texts of more than ``LONGEST`` words are given whole, as gone and new.
    """
    one, two = _WORD.findall(before), _WORD.findall(after)
    if len(one) > LONGEST or len(two) > LONGEST:
        return [("gone", " ".join(one)), ("new", " ".join(two))]
    pieces: list[tuple[str, str]] = []
    for what, start, end, first, last in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if what == "equal":
            pieces.append(("same", " ".join(one[start:end])))
            continue
        if end > start:
            pieces.append(("gone", " ".join(one[start:end])))
        if last > first:
            pieces.append(("new", " ".join(two[first:last])))
    return pieces
