"""Languages of the interface, and how each writes numbers, dates and lists. The language is the one that is active.

English is the language of the source: its sentences are the keys of the catalogues under ``locale/``. A further
language is one line in ``config.LANGUAGES`` and one catalogue (docs/keepers/languages.md). Month names and the signs of
numbers come from Django's own formats; what the house writes in its own way is in our catalogue.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils import dates
from django.utils.formats import get_format
from django.utils.translation import get_language, gettext, ngettext, override, pgettext, trans_real

from .config import LANGUAGES as LANGUAGES

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise  # what a table of a module holds: spoken when it is shown

# Django keeps the active language where event loops find it too. Here are threads alone, a page asks for its language a
# hundred times, and each look there takes sixteen times as long.
trans_real._active = threading.local()  # type: ignore[attr-defined]

NBSP = "\u00a0"
SOURCE = "en"


def active() -> str:
    """The language in which texts are made now: a key of ``LANGUAGES``."""
    found = get_language() or SOURCE
    return found if found in LANGUAGES else SOURCE


def known(value: object, default: str = "") -> str:
    """``value`` where it is a language of ours, else ``default``."""
    return value if isinstance(value, str) and value in LANGUAGES else default


@lru_cache(maxsize=64)
def signs(language: str) -> tuple[str, str]:
    """What stands between thousands, and before decimals."""
    with override(language):
        return str(get_format("THOUSAND_SEPARATOR")), str(get_format("DECIMAL_SEPARATOR"))


def number(value: float, decimals: int = 0) -> str:
    """``1,387``; in German ``1.387``. With ``decimals``, rounded to so many."""
    text = f"{value:,.{decimals}f}"
    thousand, decimal = signs(active())
    if (thousand, decimal) == (",", "."):
        return text
    return text.translate({ord(","): thousand, ord("."): decimal})


def plain(value: float) -> str:
    """A number of a formula with the digits it needs: ``2``, ``0.5``; in German ``0,5``."""
    return f"{value:g}".replace(".", signs(active())[1])


# What pages count, as a phrase of its own. A sentence that needs another case of the word writes its own plural.
_COUNTED: dict[str, Callable[[int], str]] = {
    "account": lambda n: ngettext("{count} account", "{count} accounts", n),
    "act": lambda n: ngettext("{count} act", "{count} acts", n),
    "change": lambda n: ngettext("{count} change", "{count} changes", n),
    "claim": lambda n: ngettext("{count} claim", "{count} claims", n),
    "code": lambda n: ngettext("{count} code", "{count} codes", n),
    "comment": lambda n: ngettext("{count} comment", "{count} comments", n),
    "edition": lambda n: ngettext("{count} edition", "{count} editions", n),
    "entry": lambda n: ngettext("{count} entry", "{count} entries", n),
    "line": lambda n: ngettext("{count} line", "{count} lines", n),
    "paper": lambda n: ngettext("{count} paper", "{count} papers", n),
    "record": lambda n: ngettext("{count} record", "{count} records", n),
    "source": lambda n: ngettext("{count} source", "{count} sources", n),
    "vote": lambda n: ngettext("{count} vote", "{count} votes", n),
}


def count(value: int, noun: str) -> str:
    """``3 papers``, ``1 paper``: number and noun with a space that does not break."""
    return _COUNTED[noun](value).format(count=number(value)).replace(" ", NBSP)


def weekday(value: date) -> str:
    """``Tuesday``."""
    return str(dates.WEEKDAYS[value.weekday()])


def foreign(language: str) -> str:
    """The language of a paper's own words (empty: unknown, taken for English) where the page is in another; else empty.

    For the attribute ``lang``, by which screen readers and hyphenation know it (WCAG 3.1.2).
    """
    own = language or SOURCE
    return "" if own == active() else own


def weekdays() -> list[str]:
    """All seven, from Monday."""
    return [str(dates.WEEKDAYS[one]) for one in range(7)]


def month(value: int) -> str:
    """``May``, from 1 to 12."""
    return str(dates.MONTHS[value])


def month_short(value: int) -> str:
    """``Dec``, from 1 to 12. Names of up to four letters stay whole."""
    return (
        pgettext("month, short", "Jan"),
        pgettext("month, short", "Feb"),
        pgettext("month, short", "Mar"),
        pgettext("month, short", "Apr"),
        pgettext("month, short", "May"),
        pgettext("month, short", "June"),
        pgettext("month, short", "July"),
        pgettext("month, short", "Aug"),
        pgettext("month, short", "Sep"),
        pgettext("month, short", "Oct"),
        pgettext("month, short", "Nov"),
        pgettext("month, short", "Dec"),
    )[value - 1]


def _unbroken(pattern: str, **values: object) -> str:
    """A pattern filled in, with spaces that do not break."""
    return pattern.format(**values).replace(" ", NBSP)


def day_long(value: date) -> str:
    """``Tuesday 12 May 2026``; only the space after the weekday breaks."""
    return pgettext("date", "{weekday} {date}").format(weekday=weekday(value), date=day(value))


def day(value: date) -> str:
    """``12 May 2026``, with the whole name of the month."""
    return _day(value.year, value.month, value.day, active())


@lru_cache(maxsize=4096)
def _day(year: int, number: int, of_month: int, language: str) -> str:
    """``language`` is the active one: it is part of what is kept."""
    return _unbroken(pgettext("date", "{day} {month} {year}"), day=of_month, month=month(number), year=year)


def day_short(value: str | date, *, this_year: int | None = None) -> str:
    """``20 May 2026``, ``May 2026`` or ``2026`` from a full or partial date; the year goes if it is ``this_year``."""
    text = value.isoformat() if isinstance(value, date) else value
    return _day_short(text, this_year, active()) if text else ""


@lru_cache(maxsize=8192)
def _day_short(text: str, this_year: int | None, language: str) -> str:
    """``language`` is the active one: it is part of what is kept."""
    year, *rest = text.split("-")
    if not rest:
        return year
    name = month_short(int(rest[0]))
    if len(rest) == 1:
        return _unbroken(pgettext("date", "{month} {year}"), month=name, year=year)
    if year == str(this_year):
        return _unbroken(pgettext("date", "{day} {month}"), day=int(rest[1]), month=name)
    return _unbroken(pgettext("date", "{day} {month} {year}"), day=int(rest[1]), month=name, year=year)


def month_and_year(value: date) -> str:
    """``May 2026`` with the whole name."""
    return _unbroken(pgettext("date", "{month} {year}"), month=month(value.month), year=value.year)


def and_others(names: Sequence[str], others: int) -> str:
    """``A, B and 4 others``, with a space after the number that does not break."""
    return ngettext("{names} and {count} other", "{names} and {count} others", others).replace(
        "{count} ", f"{number(others)}{NBSP}").replace("{count}", number(others)).replace("{names}", ", ".join(names))


def joined(words: Sequence[str]) -> str:
    """``A, B and C``."""
    if len(words) < 2:
        return "".join(words)
    return gettext("{first} and {last}").format(first=", ".join(words[:-1]), last=words[-1])

