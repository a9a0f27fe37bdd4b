"""The home edition of a paper: a pure function of its records."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from .records import SUBMITTED, Announced, PartialDate


def home_day(
    announced: Iterable[Announced], published: PartialDate | None, front_lists: Collection[str] | None
) -> date | None:
    """The day whose edition a paper belongs to, or None if no day is known.

    The earliest announcement among the lists that form the front page (``front_lists``; None means all lists);
    a replacement never makes a day. Without one, the exact publication day, and only where there is none either the
    day on which a reader raised it: raising an old paper does not make it new. Whether a day lies in the future is
    judged where days are shown: it depends on the clock, which this function does not ask.
    """
    told = list(announced)
    days = [
        item.day
        for item in told
        if item.kind != "replacement" and item.list != SUBMITTED
        and (front_lists is None or item.list in front_lists)
    ]
    if days:
        return min(days)
    if published and published.day:
        return published.day
    return min((item.day for item in told if item.list == SUBMITTED), default=None)
