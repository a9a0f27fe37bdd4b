"""Which papers a list of Hugging Face's API holds, by row id and in order."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from ...catalogue.models import Announcement, Paper
from ...editions import trending
from ...editions.days import Site
from ...readers.models import Submission
from . import told

SORTS = ("publishedAt", "trending")
LOOKED_AT = 2000  # papers among which those of another site's submitter are looked for
SUBMITTER_DAYS = 31


def daily(
    span: tuple[date, date] | None, now: datetime, site: Site, *, sort: str = "publishedAt", start: int = 0,
    limit: int = 50, submitter: str = "", name: str = "",
) -> list[int]:
    """Row ids of the papers of the days in ``span`` (None: the most recent ones, day after day back in time).

    Order: newest day, then newest publication; ``trending``: the site's own order of trending, then as before.
    ``submitter``: by name in addresses; who brought a paper here, else to the list that it was taken from.
    ``name``: only members of that list on those days, whatever their home edition.
    """
    today = now.date()
    rows = _rows(span, today, name)
    if submitter:
        rows = rows.filter(pk__in=_brought_by(submitter, rows, today, searched=span is not None))
    order = ("-edition_day", "-published", "-id")
    if sort == "publishedAt":
        return list(rows.order_by(*order).values_list("id", flat=True)[start:start + limit])
    hot = [candidate.id for candidate, _ in trending.trending(now, site, window="month")]
    inside = set(rows.filter(pk__in=hot).values_list("id", flat=True))
    leading = [row for row in hot if row in inside]
    found = leading[start:start + limit]
    if len(found) < limit and span is not None:
        after = max(0, start - len(leading))
        rest = rows.exclude(pk__in=leading).order_by(*order).values_list("id", flat=True)
        found += rest[after:after + limit - len(found)]
    return found


def _rows(span: tuple[date, date] | None, today: date, name: str) -> QuerySet[Paper]:
    rows = Paper.objects.filter(state=Paper.State.LIVE)
    if name:
        members = Announcement.objects.filter(list=name, day__lte=today).exclude(kind="replacement")
        if span is not None:
            members = members.filter(day__range=span)
        return rows.filter(pk__in=members.values("paper_id"))
    if span is None:
        return rows.filter(edition_day__lte=today)
    return rows.filter(edition_day__range=(span[0], min(span[1], today)))


def _brought_by(submitter: str, rows: QuerySet[Paper], today: date, *, searched: bool) -> list[int]:
    """Papers that a reader of this name submitted, and those of the days asked for (else of the last month) that
    somebody of this name submitted elsewhere."""
    own = list(Submission.objects.filter(
        reader__slug=submitter.lower(), undone_at__isnull=True, hidden_at__isnull=True).order_by("-id")
               .values_list("paper_id", flat=True)[:LOOKED_AT])
    if not searched:
        rows = rows.filter(edition_day__gt=today - timedelta(days=SUBMITTER_DAYS))
    elsewhere = told.of(list(rows.exclude(vote_site="").order_by("-edition_day", "-id")
                             .values_list("id", flat=True)[:LOOKED_AT]))
    wanted = submitter.casefold()
    return own + [row for row, said in elsewhere.items() if wanted in (said.slug.casefold(), said.submitter.casefold())]
