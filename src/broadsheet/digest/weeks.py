"""Weeks by their ISO numbers (ISO 8601): which week some days belong to, its name, its page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from django.utils.translation import gettext as _

from .. import languages
from ..text.dates import edition_day

Week = tuple[int, int]  # year and number


def of(day: date) -> Week:
    """The week of a day. Its year is that of its Thursday."""
    year, number, _weekday = day.isocalendar()
    return year, number


def days(week: Week) -> tuple[date, ...]:
    """Monday to Sunday. Raises ValueError for a number that the year does not have, and for years without editions."""
    monday = edition_day(date.fromisocalendar(*week, 1).isoformat())
    return tuple(monday + timedelta(days=ahead) for ahead in range(7))


def main(some: Sequence[date]) -> Week:
    """The week to which most of the days belong; of equal ones the newest."""
    counts = Counter(of(day) for day in some)
    return max(counts, key=lambda week: (counts[week], week))


def heading(some: Sequence[date]) -> str:
    """``Week 20 of 2026`` where all days are of one week, else the first and the last day."""
    if len({of(day) for day in some}) == 1:
        year, number = of(some[0])
        return _("Week {number} of {year}").format(number=number, year=year)
    return _("{first} to {last}").format(first=languages.day_long(min(some)), last=languages.day_long(max(some)))


def address(week: Week) -> str:
    """The page of the week's edition."""
    return f"/papers/week/{week[0]}-W{week[1]:02d}"
