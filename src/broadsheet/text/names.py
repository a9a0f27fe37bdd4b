"""Names of people: from the form of a source to reading order, and the forms that are compared."""

from __future__ import annotations

import re

from broadsheet.text import folding

_SUFFIX = re.compile(r"^(?:jr|sr|ii|iii|iv|v|2nd|3rd|ph\.?d|md|m\.d)\.?$", re.I)
_INITIALS = re.compile(r"^[^\W\d_]{1,3}$")


def display(name: str) -> str:
    """The name in reading order: ``"Lovelace, Ada"`` and ``"Lovelace-A"`` become "Ada Lovelace" and "A. Lovelace".

    MEDLINE's ``"Smith JA"`` becomes "J. A. Smith"; a name already in reading order is kept as it is. Idempotent.
    """
    if "," in name:
        return _from_comma(name)
    words = name.split()
    if len(words) == 1 and "-" in name:
        return _from_hyphens(name.strip())
    if len(words) >= 2 and _are_initials(words[-1]) and not _are_initials(words[0]):
        return f"{_dotted(words[-1])} {' '.join(words[:-1])}"
    return " ".join(words)


def _from_comma(name: str) -> str:
    parts = [" ".join(part.split()) for part in name.split(",")]
    parts = [part for part in parts if part]
    suffixes = [part for part in parts[1:] if _SUFFIX.match(part)]
    parts = [part for part in parts if part not in suffixes]
    if not parts:
        return " ".join(suffixes)
    if len(parts) > 2:  # a list of people or an organisation: order unknown, commas kept apart by nothing
        return " ".join([*parts, *suffixes])
    given = parts[1] if len(parts) == 2 else ""
    if given.isupper() and _INITIALS.match(given.replace(" ", "")):
        given = _dotted(given.replace(" ", ""))
    return " ".join(filter(None, [given, parts[0], *suffixes]))


def _from_hyphens(name: str) -> str:
    """``"Smith-J-A"`` (MEDLINE of the seventies): the last parts are single capitals."""
    parts = name.split("-")
    count = 0
    while count < len(parts) - 1 and len(parts[-1 - count]) == 1 and parts[-1 - count].isupper():
        count += 1
    if not count or not all(parts):
        return name
    return f"{' '.join(letter + '.' for letter in parts[-count:])} {'-'.join(parts[:-count])}"


def _are_initials(word: str) -> bool:
    return word.isupper() and bool(_INITIALS.match(word)) and word not in ("II", "III", "IV", "JR", "SR")


def _dotted(initials: str) -> str:
    return " ".join(letter + "." for letter in initials)


def fold(name: str) -> str:
    """What two spellings of one name share: folded, no full stops, single blanks."""
    return " ".join(folding.fold(name).replace(".", " ").split())


def slug(name: str) -> str:
    """The name in addresses: ``"María José Gómez"`` is ``maria-jose-gomez``."""
    return folding.slug(name)
