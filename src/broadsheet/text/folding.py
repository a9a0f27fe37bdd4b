"""Folding: the form of a text that is compared, never shown. Lower case, no accents, compatibility forms unified."""

from __future__ import annotations

import re
import unicodedata

# Letters that have no canonical decomposition but that people type without their stroke or ligature.
_LETTERS = str.maketrans(
    {
        "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "ŀ": "l", "ŋ": "n", "œ": "oe", "æ": "ae",
        "þ": "th", "ŧ": "t", "ƀ": "b", "ɨ": "i", "ɓ": "b", "ɗ": "d", "ƒ": "f", "ȷ": "j", "ſ": "s",
        "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2010": "-", "\u2011": "-", "\u2012": "-",
        "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u00ad": None, "\u200b": None, "\u200c": None,
        "\u200d": None, "\u2060": None, "\ufeff": None,
    }
)  # fmt: skip
# Combining marks of the Latin, Greek and Cyrillic scripts; marks of Indic or Hebrew scripts carry meaning and stay.
_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
_NOT_WORD = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Lower case without accents: ``"Café Gödel"`` and ``"CAFE GODEL"`` fold to one string. Idempotent."""
    if text.isascii():
        return text.lower()
    folded = _fold_once(text)
    again = _fold_once(folded)  # a few letters (dotted capitals, ligatures) settle at the second pass
    while again != folded:
        folded, again = again, _fold_once(again)
    return folded


def _fold_once(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", decomposed)).translate(_LETTERS))


def slug(text: str) -> str:
    """The folded form in addresses: words joined by ``-``; letters of other scripts stay. May be empty."""
    return _NOT_WORD.sub("-", fold(text)).strip("-")
