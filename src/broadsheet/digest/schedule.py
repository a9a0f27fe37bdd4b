"""When a digest is due: an hour of the subscriber's own clock, right through changes of summer time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

CADENCES = ("daily", "workdays", "weekly")


def zone(name: str) -> ZoneInfo:
    """The time zone of this name; UTC for one that this machine no longer knows."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def next_due(after: datetime, *, cadence: str, weekday: int, hour: int, timezone: str) -> datetime:
    """The first moment (UTC) later than ``after`` at which the digest is due.

    An hour that a change to summer time leaves out is due when the clock jumps over it; one that happens twice is due
    the first time (PEP 495, ``fold=0``).
    """
    place = zone(timezone)
    day = after.astimezone(place).date()
    for ahead in range(9):
        wanted = day + timedelta(days=ahead)
        if not runs_on(wanted, cadence, weekday):
            continue
        moment = at_hour(wanted, hour, place)
        if moment > after:
            return moment
    raise ValueError(f"no day within nine fits {cadence!r} on weekday {weekday}")


def at_hour(day: date, hour: int, place: ZoneInfo) -> datetime:
    """That hour of that day at that place, in UTC."""
    return datetime.combine(day, time(hour), place).astimezone(UTC)


def runs_on(day: date, cadence: str, weekday: int) -> bool:
    """Whether a digest of this cadence comes on ``day``."""
    if cadence == "weekly":
        return day.weekday() == weekday
    return cadence == "daily" or day.weekday() < 5


def period_of(due: datetime, *, cadence: str, timezone: str) -> str:
    """The period that a mail due then belongs to: a day (``2026-05-12``) or an ISO week (``2026-W20``)."""
    day = due.astimezone(zone(timezone)).date()
    if cadence == "weekly":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    return day.isoformat()
