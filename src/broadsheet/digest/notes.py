"""What every mail says at once: a source that failed or is late, since when, and how many papers are missing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import languages
from ..catalogue.models import PaperTerm
from ..editions import calendar
from ..editions.calendar import DayCount
from ..sources.arxiv_rss import expected_day
from ..sources.models import SourceState
from ..sources.registry import CONNECTORS
from ..spoken import sentence

PATIENCE = timedelta(hours=1)  # a source that failed once is asked again within minutes; only then is it worth a line
NAMED = 3  # categories that are named one by one


def notes_of(now: datetime) -> tuple[str, ...]:
    """One sentence for each source, or each category of arXiv's lists, that is late or failed."""
    said: list[str] = []
    for row in SourceState.objects.filter(enabled=True).order_by("name"):
        if row.connector == "arxiv-rss":
            said += _lists(row, now)
        elif (late := _due(row, now)) is not None:
            said.append(source_late(_label(row), *_since(late, now)))
    return tuple(said)


def _label(row: SourceState) -> str:
    connector = CONNECTORS.get(row.connector)
    return connector.label if connector else row.name


def _since(moment: datetime, now: datetime) -> tuple[str, bool]:
    """The moment as it is kept, and whether it is of today."""
    moment = moment.astimezone(UTC)
    return moment.isoformat(), moment.date() == now.astimezone(UTC).date()


def _time(since: str, same_day: bool) -> str:
    """``02:00 UTC`` of today, else with its day."""
    moment = datetime.fromisoformat(since)
    if same_day:
        return f"{moment:%H:%M} UTC"
    return _("{day} {month}, {time} UTC").format(
        day=moment.day, month=languages.month(moment.month), time=f"{moment:%H:%M}")


@sentence("source late")
def source_late(label: str, since: str, same_day: bool) -> str:
    """A source that failed. ``since``: when it should have answered, in ISO form."""
    return _("{source} is late since {time}: it does not answer.").format(source=label, time=_time(since, same_day))


@sentence("lists late")
def lists_late(lists: int, since: str, same_day: bool, missing: int) -> str:
    """Several of arXiv's lists; ``missing``: papers that are usual there, 0 where unknown."""
    said = {"count": languages.number(lists), "time": _time(since, same_day), "missing": languages.number(missing)}
    if not missing:
        return _("arXiv’s lists in {count} categories are late since {time}.").format(**said)
    return ngettext("arXiv’s lists in {count} categories are late since {time}, {missing} paper expected.",
                    "arXiv’s lists in {count} categories are late since {time}, {missing} papers expected.",
                    missing).format(**said)


@sentence("list late")
def list_late(name: str, since: str, same_day: bool, missing: int) -> str:
    """One of arXiv's lists."""
    said = {"name": name, "time": _time(since, same_day), "missing": languages.number(missing)}
    if not missing:
        return _("{name} is late since {time}.").format(**said)
    return _("{name} is late since {time}, {missing} expected.").format(**said)


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
        return [lists_late(len(late), *_since(since, now), sum(_usual(late, listed).values()))]
    usual = _usual(late, listed)
    return [list_late(one, *_since(since, now), usual.get(one, 0)) for one in late]


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
