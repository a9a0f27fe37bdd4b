"""The page of a topic or a category."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from broadsheet.catalogue.models import Paper, PaperTerm
from broadsheet.text import folding

from .listing import listing, slug_of


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Papers of one topic, or of one category (``cs.CV``), newest first."""
    kind, name, rows = rows_of(slug)
    return listing(request, rows, kind=kind, name=name, address=f"/topics/{slug}")


def rows_of(slug: str) -> tuple[str, str, QuerySet[Paper]]:
    """``category`` or ``topic``, its name as printed, and its papers, in no order. Raises Http404."""
    slug = slug_of(slug)
    for kind, value in (("category", slug.lower()), ("topic", folding.slug(slug))):
        first = PaperTerm.objects.filter(kind=kind, slug=value, paper__state=Paper.State.LIVE).select_related(
            "paper").first() if value else None
        if first is not None:
            names = first.paper.categories if kind == "category" else first.paper.topics
            fold = str.lower if kind == "category" else folding.slug
            name = next((text for text in names if fold(text) == value), slug)
            return kind, name, Paper.objects.filter(term_rows__kind=kind, term_rows__slug=value)
    raise Http404(_("No paper has this topic or category."))
