"""Lists of papers that share a topic, an author or an organisation: newest first, paged, with a plot by week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from broadsheet.catalogue import papers
from broadsheet.catalogue.models import Paper
from broadsheet.readers import service as readers
from broadsheet.web import by_mail, mine, voting
from broadsheet.web.plots import Plot, weekly
from broadsheet.web.rendering import render
from broadsheet.web.shown import Shown
from broadsheet.web.visits import visit_of

PER_PAGE = 25
LAST_PAGE = 200
WEEKS = 52


@dataclass(frozen=True)
class Pages:
    """Numbers of pages to link: the first, the last, and those around the current one; 0 stands for a gap."""

    current: int
    last: int

    @property
    def numbers(self) -> list[int]:
        near = {1, self.last, *range(self.current - 2, self.current + 3)}
        shown = sorted(number for number in near if 1 <= number <= self.last)
        out: list[int] = []
        for number in shown:
            if out and number - out[-1] > 1:
                out.append(0)
            out.append(number)
        return out


def page_number(request: HttpRequest, last: int = LAST_PAGE) -> int:
    """``?page=`` as a number from 1 to ``last``; anything else is a page that does not exist."""
    text = request.GET.get("page", "1")
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= last):
        raise Http404
    return int(text)


def slug_of(slug: str) -> str:
    """A slug as asked for, or Http404 when none of ours could look like it."""
    if not slug or len(slug) > 300 or any(ord(letter) < 32 for letter in slug):
        raise Http404
    return slug


def listing(request: HttpRequest, rows: QuerySet[Paper], *, kind: str, name: str, address: str,
            extra: dict[str, Any] | None = None) -> HttpResponse:
    """One page of the papers in ``rows``; ``kind`` names the sort of list, ``address`` is the page's own."""
    page = page_number(request)
    rows = rows.filter(state=Paper.State.LIVE)
    total, plot = _numbers(rows, address, timezone.localdate())
    if not total:
        raise Http404
    last = min(LAST_PAGE, -(-total // PER_PAGE))
    if page > last:
        raise Http404
    reader = visit_of(request).reader
    if reader is not None:
        rows = readers.without_hidden(reader, rows)
    start = (page - 1) * PER_PAGE
    ids = list(rows.order_by(F("edition_day").desc(nulls_last=True), "-published", "-id")
               .values_list("id", flat=True)[start:start + PER_PAGE])
    found = papers.by_ids(ids)
    visit = visit_of(request)
    return render(request, "list.jinja", {
        "follow": mine.follow_offer(request, kind, address.rpartition("/")[2] if kind != "category" else name, name),
        "mail": by_mail.offer(request, kind, address.rpartition("/")[2] if kind != "category" else name, name),
        "kind": kind, "name": name, "address": address, "total": total, "plot": plot, "pages": Pages(page, last),
        "entries": [Shown(found[row], visit.member) for row in ids if row in found],
        "personal": visit.personal, "marks": readers.marks_of(visit.reader, ids), "ballots": voting.ballots(visit),
        **(extra or {}),
    })


def _numbers(rows: QuerySet[Paper], address: str, today: date) -> tuple[int, Plot]:
    """Number of papers and those of each of the last 52 weeks; two queries, kept for five minutes."""
    key = f"list:{address.encode().hex()[:180]}:{today}"
    kept: tuple[int, Plot] | None = cache.get(key)
    if kept is None:
        first = today - timedelta(days=today.weekday(), weeks=WEEKS - 1)
        days: Sequence[tuple[date, int]] = list(
            rows.filter(edition_day__gte=first, edition_day__lte=today).order_by()
            .values_list("edition_day").annotate(Count("id")))
        kept = rows.count(), weekly(days, first, WEEKS)
        cache.set(key, kept, 300)
    return kept
