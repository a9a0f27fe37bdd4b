"""What every mail says at once: a source that failed or is late, since when, and how many papers are missing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from django.db.models import Count

from ..catalogue.models import PaperTerm
from ..editions import calendar
from ..editions.calendar import DayCount
from ..sources.arxiv_rss import expected_day
from ..sources.models import SourceState
from ..sources.registry import CONNECTORS

PATIENCE = timedelta(hours=1)  # a source that failed once is asked again within minutes; only then is it worth a line
NAMED = 3  # categories that are named one by one


def notes_of(now: datetime) -> tuple[str, ...]:
    """One sentence for each source, or each category of arXiv's lists, that is late or failed."""
    said: list[str] = []
    for row in SourceState.objects.filter(enabled=True).order_by("name"):
        if row.connector == "arxiv-rss":
            said += _lists(row, now)
        elif (late := _due(row, now)) is not None:
            said.append(f"{_label(row)} is late since {_time(late, now)}: it does not answer.")
    return tuple(said)


def _label(row: SourceState) -> str:
    connector = CONNECTORS.get(row.connector)
    return connector.label if connector else row.name


def _time(moment: datetime, now: datetime) -> str:
    """``02:00 UTC`` of today, else with its day."""
    moment = moment.astimezone(UTC)
    same = moment.date() == now.astimezone(UTC).date()
    return f"{moment:%H:%M} UTC" if same else f"{moment.day} {moment:%B, %H:%M} UTC"


def _due(row: SourceState, now: datetime) -> datetime | None:
    """When a failing source should have answered; None when it is well, or failed only just now."""
    connector = CONNECTORS.get(row.connector)
    if row.outcome != "failed" or connector is None:
        return None
    wanted = row.tried_at or now
    if row.succeeded_at is not None:
        wanted = connector.next_due(row.options, row.cursor or {}, now=row.succeeded_at)
    return wanted if now - wanted >= PATIENCE else None


def _lists(row: SourceState, now: datetime) -> list[str]:
    """arXiv's lists of announcements, by category: those older than they should be."""
    listed = expected_day(now)
    had = (row.cursor or {}).get("days", {})
    late = [one for one in row.options.get("categories", ()) if had and had.get(one, "") < listed.isoformat()]
    # Before the first success nothing was ever there to be late.
    since = datetime.combine(listed, datetime.min.time(), UTC) + timedelta(hours=5)
    if not late or now - since < PATIENCE:
        return []
    if len(late) > NAMED:
        missing = sum(_usual(late, listed).values())
        expected = f", {missing:,} papers expected" if missing else ""
        return [f"arXiv’s lists in {len(late)} categories are late since {_time(since, now)}{expected}."]
    usual = _usual(late, listed)
    return [f"{one} is late since {_time(since, now)}{f', {usual[one]:,} expected' if usual.get(one) else ''}."
            for one in late]


def _usual(categories: Iterable[str], day: date) -> dict[str, int]:
    """How many papers a category has on this weekday: the median of eight weeks."""
    first, slugs = day - timedelta(weeks=calendar.USUAL_WEEKS), {one.lower(): one for one in categories}
    rows = (PaperTerm.objects.filter(kind="category", slug__in=slugs, paper__edition_day__gte=first,
                                     paper__edition_day__lt=day, paper__edition_day__week_day=_django_weekday(day))
            .values_list("slug", "paper__edition_day").annotate(papers=Count("id")).order_by())
    counts: dict[str, list[DayCount]] = {}
    for slug, when, papers in rows:
        counts.setdefault(slugs[slug], []).append(DayCount(when, papers))
    return {one: round(calendar.usual(found, day)) for one, found in counts.items()}


def _django_weekday(day: date) -> int:
    """1 for Sunday to 7 for Saturday, as the database counts."""
    return day.isoweekday() % 7 + 1
