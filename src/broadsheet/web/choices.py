"""The site's choices as a keeper types them, on the settings page and at the command line: one reading for both."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from ..catalogue import site
from ..editions.fields import as_text, read_table
from ..languages import LANGUAGES, SOURCE
from ..readers.settings import lines

if TYPE_CHECKING:
    from ..languages import Text

MOST_NAME, MOST_WORDS, LONGEST_WORD = 60, 100, 80
_CATEGORY = re.compile(r"[A-Za-z][\w.+:-]{0,79}$")


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice: its name, what it is called for people, the stored choice it belongs to, how it is typed."""

    name: str
    label: Text
    stored: str
    hint: Text


CHOICES: dict[str, Choice] = {one.name: one for one in (
    Choice("name", _lazy("Name of the paper"), "name", _lazy("Stands on every page.")),
    Choice("group", _lazy("Name of the group"), "group",
           _lazy("Stands above the front page, for instance: Vision group.")),
    Choice("words", _lazy("Words this group watches for"), "interests",
           _lazy("One on each line, for instance: protein design. They weigh in each day’s order, by word and by "
                 "meaning.")),
    Choice("interests", _lazy("Categories this group reads"), "interests",
           _lazy("One on each line, for instance: cs.CV. They weigh in the order of each day.")),
    Choice("sections", _lazy("Sections of the front page"), "sections",
           _lazy("A line for each, in the page’s order: Vision: cs.CV, eess.IV. Empty takes the built-in ones.")),
    Choice("language", _lazy("Language"), "language",
           _lazy("Of pages for readers who chose none, of feeds and of mails. Papers stay in their own.")),
    Choice("vote_names", _lazy("Names of voters"), "vote_names",
           _lazy("Beside the number, for those readers who want it.")),
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
        return said, "" if said in LANGUAGES else _("“{given}” is not one of {known}.").format(
            given=said[:20], known=", ".join(LANGUAGES))
    if name == "vote_names":
        said = text.strip().lower()
        return said == "yes", "" if said in {"yes", "no"} else _("“{given}” is neither yes nor no.").format(
            given=said[:20])
    if name in ("words", "interests"):
        items = lines(text)
        if len(items) > MOST_WORDS:
            return [], _("{number} are too many; at most {most}.").format(number=len(items), most=MOST_WORDS)
        wrong = next((one for one in items if (len(one) > LONGEST_WORD if name == "words"
                                               else not _CATEGORY.match(one))), "")
        if wrong:
            return [], (_("“{given}…” is too long. A word or a few, at most {most} letters.").format(
                given=wrong[:40], most=LONGEST_WORD)
                if name == "words" else _("“{given}” is not a category. Example: cs.CV").format(given=wrong[:60]))
        return items, ""
    said = " ".join(text.split())
    return said, _("At most {most} letters; this has {number}.").format(
        most=MOST_NAME, number=len(said)) if len(said) > MOST_NAME else ""


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
