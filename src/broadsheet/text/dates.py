"""Dates as exact as their source, and arXiv's calendar of announcements."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as exact as its source: ``text`` is ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``.

    ISO 8601-1 reduced precision; strings of this form sort by time.
    """

    text: str

    @property
    def precision(self) -> str:
        """``day``, ``month`` or ``year``."""
        return {4: "year", 7: "month"}.get(len(self.text), "day")

    @property
    def day(self) -> date | None:
        """The exact day, or None when the source gave only a month or a year."""
        return date.fromisoformat(self.text) if len(self.text) == 10 else None


FIRST_YEAR = 1000
_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ].*)?)?)?\Z", re.S)
_SLASHED = re.compile(r"(\d{4})/(\d{1,2})(?:/(\d{1,2}))?\Z")
_DAY_MONTH = re.compile(r"(?:[A-Za-z]{3,9},?\s+)?(\d{1,2})\s+([A-Za-z]{3,9})\.?,?\s+(\d{4})(?:\s.*)?\Z", re.S)
_MONTH_DAY = re.compile(r"([A-Za-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})\Z")
_YEAR_MONTH = re.compile(r"(\d{4})\s+([A-Za-z]{3,9})(?:\s+(\d{1,2}))?\Z")
_MONTH_YEAR = re.compile(r"([A-Za-z]{3,9})\.?,?\s+(\d{4})\Z")
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, start=1)}


def partial(text: str) -> PartialDate:
    """Read a date as exact as it is written: ISO 8601, RFC 2822, "12 May 2026", "2026 May", "May 2026", "2026".

    Raises ValueError, naming the text, for anything else and for days that do not exist (2025-13-40).
    """
    text = text.strip()
    if len(text) == 10 and text[4] == "-" and text[7] == "-" and text.isascii():
        return PartialDate(_checked(text, text[:4], text[5:7], text[8:]))
    year, month, day = _parts(text)
    return PartialDate(_checked(text, year, month, day))


def _parts(text: str) -> tuple[str, str, str]:
    if match := _ISO.match(text) or _SLASHED.match(text):
        return match[1], match[2] or "", match[3] or ""
    if match := _DAY_MONTH.match(text):
        return match[3], _month(text, match[2]), match[1]
    if match := _MONTH_DAY.match(text):
        return match[3], _month(text, match[1]), match[2]
    if match := _YEAR_MONTH.match(text):
        return match[1], _month(text, match[2]), match[3] or ""
    if match := _MONTH_YEAR.match(text):
        return match[2], _month(text, match[1]), ""
    raise ValueError(f"not a date: {text[:60]!r} (wanted YYYY, YYYY-MM or YYYY-MM-DD)")


def _month(text: str, name: str) -> str:
    number = _MONTHS.get(name[:3].lower())
    if number is None:
        raise ValueError(f"not a month: {name!r} in the date {text[:60]!r}")
    return str(number)


def _checked(text: str, year: str, month: str, day: str) -> str:
    try:
        number = int(year)
        if not FIRST_YEAR <= number <= 9999:
            raise ValueError("the year is out of range")
        if not month:
            return f"{number:04d}"
        exact = date(number, int(month), int(day or "1"))
    except ValueError as error:
        raise ValueError(f"no such day: {text[:60]!r} ({error})") from None
    return exact.isoformat() if day else exact.isoformat()[:7]


def edition_day(text: str) -> date:
    """A day, ``YYYY-MM-DD``, that an edition can have: its weeks and months before and after exist too.

    Raises ValueError for anything else, and outside the years 1000 to 9998: a zero date such as 0001-01-01 says
    nothing, and what reckons from it runs out of the calendar.
    """
    day = date.fromisoformat(text)
    if not FIRST_YEAR <= day.year < 9999:
        raise ValueError(f"no such day: {text[:60]!r} (the year is out of range)")
    return day


def back(day: date, days: int) -> date:
    """``days`` days before ``day``; the first day of the calendar where there are none so far back."""
    return date.fromordinal(max(1, day.toordinal() - days))


# --- arXiv's schedule: https://info.arxiv.org/help/availability.html ---------------------------------------------

EASTERN = ZoneInfo("America/New_York")
CUT_OFF = time(14, 0)


def arxiv_day(submitted: datetime) -> date:
    """The day that arXiv's lists print for a paper submitted at ``submitted`` (aware).

    The cut-off is 14:00 US Eastern on a working day; what came before it is announced at 20:00 of that evening
    (Friday's on Sunday) and the lists print the next listing day. Received Tuesday 13:00: Wednesday; Thursday
    15:00: Monday; Friday 15:00 to Monday 13:59: Tuesday. On arXiv's holidays nothing is announced. Moderation
    may hold a paper longer. Raises ValueError for a naive time.
    """
    if submitted.tzinfo is None:
        raise ValueError(f"a submission time needs its time zone: {submitted.isoformat()}")
    local = submitted.astimezone(EASTERN)
    day = local.date() if local.time() < CUT_OFF else local.date() + timedelta(days=1)
    return _listed_after(_freeze(day))


def is_listing_day(day: date) -> bool:
    """Whether arXiv's schedule has a list of this day: not on weekends, nor after an evening without a mailing."""
    return any(_listed_after(freeze) == day for back in range(1, 5)
               if _freeze(freeze := day - timedelta(days=back)) == freeze)


def _freeze(day: date) -> date:
    """The first working day from ``day`` on: the one whose cut-off closes the batch."""
    while day.weekday() >= 5 or day in holidays(day.year):
        day += timedelta(days=1)
    return day


def _listed_after(freeze: date) -> date:
    """The listing day of the batch that closed on ``freeze``: the next day from Monday to Friday."""
    day = freeze + timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day


# Evenings without an announcement outside the rule: named by arXiv for 2023, seen in the lists for 2025.
_DEFERRED = frozenset({date(2023, 6, 14), date(2023, 12, 27), date(2025, 12, 30)})


@lru_cache(maxsize=64)
def holidays(year: int) -> frozenset[date]:
    """The weekdays of a year whose 14:00 closes no batch, by the rule behind arXiv's lists of 2023 and 2025.

    New Year, Martin Luther King Jr. Day, Juneteenth (from 2021), Independence Day, Labor Day, Thanksgiving and
    Christmas; arXiv works on Memorial Day, Presidents' Day and Veterans Day. One on a Friday defers Sunday's mailing.
    """
    fixed = [date(year, 1, 1), date(year, 7, 4), date(year, 12, 25)]
    if year >= 2021:
        fixed.append(date(year, 6, 19))
    days = {_observed(day) for day in fixed}
    days |= {_nth(year, 1, 0, 3), _nth(year, 9, 0, 1), _nth(year, 11, 3, 4)}
    if date(year + 1 if year < 9999 else year, 1, 1).weekday() == 5:  # New Year on a Saturday is kept the day before
        days.add(date(year, 12, 31))
    days |= {day for day in _DEFERRED if day.year == year}
    return frozenset(day for day in days if day.weekday() < 5)


def _observed(day: date) -> date:
    """A holiday on Saturday is kept on Friday, on Sunday on Monday."""
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


def _nth(year: int, month: int, weekday: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))
