"""Months and lists as pages of the archive name them: which days have papers, and what led each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from ..catalogue.models import Announcement, Paper
from . import calendar
from .models import DayNote, Snapshot


@dataclass(frozen=True, slots=True)
class ArchiveDay:
    """One day of the month page: number of papers, and the headline that led it or would."""

    day: date
    papers: int
    headline: str


def month_days(first: date, last: date) -> list[ArchiveDay]:
    """The days of a month that have papers, each with its headline: what editors wrote over the day, else the lead of
    the stored morning, else the paper with most votes.
    """
    counts = calendar.day_counts(first, last)
    leads = {
        row.day: items[0]["paper"]
        for row in Snapshot.objects.filter(day__gte=first, day__lte=last)
        if (items := row.choice["zones"]["lead"])
    }
    titles = dict(Paper.objects.filter(id__in=leads.values(), state=Paper.State.LIVE).values_list("id", "title"))
    place = Window(RowNumber(), partition_by=F("edition_day"),
                   order_by=[F("imported_votes").desc(nulls_last=True), F("published").desc(), F("id").desc()])
    rows = (
        Paper.objects.filter(edition_day__gte=first, edition_day__lte=last, state=Paper.State.LIVE,
                             retraction__isnull=True)
        .annotate(place=place).filter(place=1).values_list("edition_day", "title")
    )
    best = {day: title for day, title in rows if day is not None}
    written = dict(DayNote.objects.filter(day__gte=first, day__lte=last).exclude(headline="").values_list(
        "day", "headline"))
    return [ArchiveDay(one.day, one.papers, written.get(one.day) or titles.get(leads.get(one.day, 0))
                       or best.get(one.day, "")) for one in counts]


def month_counts(today: date) -> list[tuple[date, int]]:
    """Months that have papers (their first days), newest first, with how many."""
    rows = (
        Paper.objects.filter(edition_day__lte=today).values_list("edition_day").annotate(papers=Count("id"))
        .order_by("-edition_day")
    )
    months: dict[date, int] = {}
    for day, papers in rows:
        if day is not None:
            first = day.replace(day=1)
            months[first] = months.get(first, 0) + papers
    return list(months.items())


def newest_list_day(name: str, today: date) -> date | None:
    """The newest day of a list that is not in the future."""
    return (
        Announcement.objects.filter(list=name, day__lte=today).order_by("-day").values_list("day", flat=True).first()
    )
