"""The page of an organisation."""

from __future__ import annotations

from django.core.cache import cache
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from broadsheet.catalogue.models import Paper
from broadsheet.text import folding

from .listing import listing, slug_of


@require_safe
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """Papers of one organisation, as the sources name it, newest first."""
    name, rows = rows_of(slug)
    return listing(request, rows, kind="organisation", name=name,
                   address=reverse("organisation", args=[folding.slug(slug)]))


def rows_of(slug: str) -> tuple[str, QuerySet[Paper]]:
    """The name of an organisation and its papers, in no order. Raises Http404."""
    spellings = _spellings().get(folding.slug(slug_of(slug)))
    if not spellings:
        raise Http404(_("No paper names this organisation."))
    return spellings[0], Paper.objects.filter(organisation__in=spellings)


def _spellings() -> dict[str, list[str]]:
    """All organisations by their folded form: one walk over the index of names, kept for five minutes."""
    kept: dict[str, list[str]] | None = cache.get("organisations")
    if kept is None:
        kept = {}
        for name in Paper.objects.exclude(organisation="").order_by().values_list(
                "organisation", flat=True).distinct():
            kept.setdefault(folding.slug(name), []).append(name)
        cache.set("organisations", kept, 300)
    return kept
