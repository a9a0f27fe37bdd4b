"""The page of an author's name. A name is not a person: whoever shares it stands here, and the page says so."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from broadsheet.catalogue.models import Paper, PaperAuthor
from broadsheet.text import folding

from .listing import listing, slug_of


@require_safe
def author(request: HttpRequest, slug: str) -> HttpResponse:
    """Papers that carry this name, newest first; another spelling of the address redirects."""
    slug = slug_of(slug)
    folded = folding.slug(slug)
    if folded and folded != slug:
        return HttpResponsePermanentRedirect(reverse("author", args=[folded]))
    name, rows = rows_of(slug)
    return listing(request, rows, kind="author", name=name, address=reverse("author", args=[folded]))


def rows_of(slug: str) -> tuple[str, QuerySet[Paper]]:
    """The name as printed and the papers that carry it, in no order. Raises Http404."""
    folded = folding.slug(slug_of(slug))
    first = PaperAuthor.objects.filter(folded=folded, paper__state=Paper.State.LIVE).select_related(
        "paper").first() if folded else None
    if first is None:
        raise Http404(_("No paper has an author of this name."))
    name = next((str(item["name"]) for item in first.paper.authors if folding.slug(str(item["name"])) == folded), slug)
    # A name may stand twice on one paper; the subquery keeps such a paper single.
    return name, Paper.objects.filter(pk__in=PaperAuthor.objects.filter(folded=folded).values("paper_id"))
