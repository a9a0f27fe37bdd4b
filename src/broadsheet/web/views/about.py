"""About this site: how many papers, how fresh each source, which versions, how far the index is."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.db.models import Count, Max, Min
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from broadsheet import __version__
from broadsheet.catalogue.models import Paper
from broadsheet.config import current
from broadsheet.sources import schedule
from broadsheet.web import notices
from broadsheet.web.rendering import render
from broadsheet.web.visits import visit_of


def counts() -> dict[str, Any]:
    """Numbers of the catalogue, kept for half a minute; a day to come is no edition."""
    kept: dict[str, Any] | None = cache.get("about")
    if kept is None:
        live = Paper.objects.filter(state=Paper.State.LIVE)
        days = live.filter(edition_day__lte=timezone.localdate()).aggregate(
            first=Min("edition_day"), last=Max("edition_day"), editions=Count("edition_day", distinct=True))
        kept = {"papers": live.count(), **days}
        cache.set("about", kept, 30)
    return kept


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """The page."""
    from broadsheet.search import status  # loads the index; only this page pays

    index = status.status(current().index_dir, sizes=False)
    told = (None if index.state == "ready" else notices.index_behind(index.lag) if index.state == "behind"
            else notices.no_index(index.problem))
    return render(request, "about.jinja", {
        "counts": counts(), "sources": [one for one in schedule.status(timezone.now()) if one.enabled],
        "index": index, "told": told, "version": __version__,
        "keeper": visit_of(request).keeper, "sample": notices.has_sample(), "now": timezone.now(),
    })
