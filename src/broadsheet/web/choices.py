"""The site's choices as a keeper types them, on the settings page and at the command line: one reading for both."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..catalogue import site
from ..editions.fields import as_text, read_table
from ..languages import LANGUAGES, SOURCE
from ..readers.settings import lines

MOST_NAME, MOST_WORDS, LONGEST_WORD = 60, 100, 80
_CATEGORY = re.compile(r"[A-Za-z][\w.+:-]{0,79}$")


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice: its name, what it is called for people, the stored choice it belongs to, how it is typed."""

    name: str
    label: str
    stored: str
    hint: str


CHOICES: dict[str, Choice] = {one.name: one for one in (
    Choice("name", "Name of the paper", "name", "Stands on every page."),
    Choice("group", "Name of the group", "group", "Stands above the front page, for instance: Vision group."),
    Choice("words", "Words this group watches for", "interests",
           "One on each line, for instance: protein design. They weigh in each day’s order, by word and by meaning."),
    Choice("interests", "Categories this group reads", "interests",
           "One on each line, for instance: cs.CV. They weigh in the order of each day."),
    Choice("sections", "Sections of the front page", "sections",
           "A line for each, in the page’s order: Vision: cs.CV, eess.IV. Empty takes the built-in ones."),
    Choice("language", "Language", "language",
           "Of pages for readers who chose none, of feeds and mails: " + ", ".join(LANGUAGES) + "."),
    Choice("vote_names", "Names of voters", "vote_names",
           "yes shows the names of those voters who want it; no shows numbers only."),
)}


def typed(chosen: Mapping[str, Any]) -> dict[str, str]:
    """The choices made, as a person would type them, by name."""
    interests = chosen.get("interests") or {}
    if not isinstance(interests, dict):
        interests = {"words": interests}
    return {
        "name": str(chosen.get("name") or ""), "group": str(chosen.get("group") or ""),
        "words": "\n".join(interests.get("words") or ()), "interests": "\n".join(interests.get("categories") or ()),
        "sections": as_text(chosen.get("sections") or ()),
        "language": str(chosen.get("language") or SOURCE),
        "vote_names": "yes" if chosen.get("vote_names") is True else "no",
    }


def read(name: str, text: str) -> tuple[Any, str]:
    """The value that ``text`` means for the choice ``name``, and its fault as a sentence (empty: all is well)."""
    text = text.replace("\0", "")
    if name == "sections":
        return read_table(text)
    if name == "language":
        said = text.strip().lower() or SOURCE
        return said, "" if said in LANGUAGES else f"“{said[:20]}” is not one of {', '.join(LANGUAGES)}."
    if name == "vote_names":
        said = text.strip().lower()
        return said == "yes", "" if said in {"yes", "no"} else f"“{said[:20]}” is neither yes nor no."
    if name in ("words", "interests"):
        items = lines(text)
        if len(items) > MOST_WORDS:
            return [], f"{len(items)} are too many; at most {MOST_WORDS}."
        wrong = next((one for one in items if (len(one) > LONGEST_WORD if name == "words"
                                               else not _CATEGORY.match(one))), "")
        if wrong:
            return [], (f"“{wrong[:40]}…” is too long. A word or a few, at most {LONGEST_WORD} letters."
                        if name == "words" else f"“{wrong[:60]}” is not a category. Example: cs.CV")
        return items, ""
    said = " ".join(text.split())
    return said, f"At most {MOST_NAME} letters; this has {len(said)}." if len(said) > MOST_NAME else ""


def keep(values: Mapping[str, Any]) -> None:
    """Store choices that were read, by name. Raises UsageError for one that the TOML file fixed."""
    stored = site.choices()
    interests = stored.get("interests") or {}
    interests = dict(interests) if isinstance(interests, dict) else {"words": list(interests)}
    before = dict(interests)
    for name, value in values.items():
        if name in ("words", "interests"):
            interests["words" if name == "words" else "categories"] = value
        else:
            site.choose(name, value)
    if interests != before:
        site.choose("interests", interests)


def fixed() -> set[str]:
    """Names of the choices that the TOML file fixed: shown, not to be changed here."""
    told = site.fixed()
    return {name for name, one in CHOICES.items() if one.stored in told}
