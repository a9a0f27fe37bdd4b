"""A reader's own settings: nine plain controls, checked where they enter and once more where they are read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from broadsheet import languages

ORDERS = ("chosen", "newest", "mine")
THEMES = ("system", "light", "dark")
MOST = 50  # categories or words a reader may list; more would make every page slow to narrow
_CATEGORY = re.compile(r"[A-Za-z][\w.+-]{0,39}$")


@dataclass(frozen=True, slots=True)
class ReadingSettings:
    """What a reader set. ``categories``: only these (empty: all); ``without``: words never wanted.

    ``show_votes``: whether others may see what the reader voted for, where the site shows names at all.
    ``language``: of pages and mails, empty for the site's.
    """

    order: str = "chosen"
    categories: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    hide_read: bool = False
    theme: str = "system"
    keys: bool = True
    keep_marks: bool = True
    show_votes: bool = False
    language: str = ""

    def as_json(self) -> dict[str, Any]:
        """The form kept in ``Reader.settings``: only what differs from the default."""
        plain = ReadingSettings()
        return {name: list(value) if isinstance(value, tuple) else value
                for name, value in asdict(self).items() if value != getattr(plain, name)}


DEFAULTS = ReadingSettings()


def lines(text: str) -> list[str]:
    """Split what was typed into a text field at line ends and commas; NUL and surrounding space go."""
    parts = re.split(r"[\r\n,]+", text.replace("\0", " "))
    return list(dict.fromkeys(" ".join(part.split()) for part in parts if part.strip()))


def from_json(stored: Mapping[str, Any]) -> ReadingSettings:
    """Settings as stored; what cannot be understood falls back to its default (an older or newer program wrote it)."""
    def some(name: str) -> tuple[str, ...]:
        value = stored.get(name)
        return tuple(str(item) for item in value[:MOST]) if isinstance(value, list | tuple) else ()

    order, theme = stored.get("order"), stored.get("theme")
    return ReadingSettings(
        order=order if order in ORDERS else DEFAULTS.order,
        categories=some("categories"),
        without=some("without"),
        hide_read=stored.get("hide_read") is True,
        theme=theme if theme in THEMES else DEFAULTS.theme,
        keys=stored.get("keys") is not False,
        keep_marks=stored.get("keep_marks") is not False,
        show_votes=stored.get("show_votes") is True,
        language=languages.known(stored.get("language")),
    )


def check(order: str, categories: Sequence[str], without: Sequence[str], *, hide_read: bool, theme: str,
          keys: bool, keep_marks: bool, show_votes: bool = False, language: str = "",
          ) -> tuple[ReadingSettings, dict[str, str]]:
    """Settings as typed and the faults by field (empty: all is well). Nothing is stored here."""
    faults: dict[str, str] = {}
    if order not in ORDERS:
        faults["order"] = _("“{order}” is not an order. Choose chosen, newest or mine.").format(order=order[:40])
    if theme not in THEMES:
        faults["theme"] = _("“{theme}” is not a choice of colours. Choose system, light or dark.").format(
            theme=theme[:40])
    if language and not languages.known(language):
        faults["language"] = _("“{language}” is not a language of this program.").format(language=language[:40])
    wrong = [item for item in categories if not _CATEGORY.match(item)]
    if wrong:
        faults["categories"] = _("“{name}” is not a category. Example: cs.CV").format(name=wrong[0][:60])
    elif len(categories) > MOST:
        faults["categories"] = _("{count} categories are too many; at most {most}.").format(
            count=len(categories), most=MOST)
    long = [item for item in without if len(item) > 80]
    if long:
        faults["without"] = _("“{text}…” is too long. A word or a few, at most 80 characters.").format(
            text=long[0][:40])
    elif len(without) > MOST:
        faults["without"] = _("{count} words are too many; at most {most}.").format(count=len(without), most=MOST)
    settings = ReadingSettings(order, tuple(categories), tuple(without), hide_read, theme, keys, keep_marks,
                               show_votes, language)
    return settings, faults
