"""The page of one paper, and its BibTeX. All names of a paper lead to one address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.utils import timezone

from broadsheet.catalogue import papers
from broadsheet.catalogue.models import Announcement, Paper, SourceRecord
from broadsheet.editions.fields import field_of
from broadsheet.errors import BroadsheetError
from broadsheet.readers import service as readers
from broadsheet.text import identifiers
from broadsheet.web.citing import bibtex as cite
from broadsheet.web.rendering import day_long, render
from broadsheet.web.shown import SOURCE_NAMES, Shown, paper_path
from broadsheet.web.visits import visit_of

LONGEST = 600  # letters of a path; the longest identifier has 500
FOLDED_ABOVE = 16  # authors; more are folded, as on the mock-up with 68


def look_up(path: str) -> tuple[Paper, bool]:
    """The live paper a path names and whether the path is its canonical one; raises Http404. Merges are followed."""
    if not path or len(path) > LONGEST or "\0" in path:
        raise Http404
    paper = None
    scheme, _, value = path.partition("/")
    candidates: list[tuple[str, str]] = [("arxiv", path)]
    if value and scheme in identifiers.SCHEMES:
        candidates.insert(0, (scheme, value))
    if len(path) == 10:
        paper = papers.by_key(path.lower())
    for name, text in candidates:
        if paper is None:
            try:
                paper = papers.by_identifier(*identifiers.normalise(name, text))
            except ValueError:
                continue
    if paper is None or paper.state != Paper.State.LIVE:
        raise Http404
    return paper, f"/papers/{path}" == f"/papers/{paper_path(paper.identifiers, paper.key)}"


def paper(request: HttpRequest, path: str) -> HttpResponse:
    """The page of the paper; other names of it redirect for good."""
    found, canonical = look_up(path)
    shown = Shown(found, visit_of(request).member)
    if not canonical and request.path != shown.url:
        return HttpResponsePermanentRedirect(shown.url)
    return render(request, "paper.jinja", _context(request, found, shown))


def bibtex(request: HttpRequest, path: str) -> HttpResponse:
    """The paper as a BibTeX file."""
    found, _ = look_up(path)
    response = HttpResponse(cite(found), content_type="application/x-bibtex; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{found.key}.bib"'
    return response


def _context(request: HttpRequest, found: Paper, shown: Shown) -> dict[str, Any]:
    visit = visit_of(request)
    announced = list(Announcement.objects.filter(paper=found).order_by("day", "list", "category")[:40])
    records = list(SourceRecord.objects.filter(paper=found).order_by("received_at", "id")
                   .values("source", "source_key", "received_at")[:40])
    near = _near(found, visit.member)
    authors = shown.authors()
    return {
        "shown": shown, "paper": found, "authors": authors, "folded": len(authors) > FOLDED_ABOVE,
        "marks": readers.marks_of(visit.reader, [found.pk]), "personal": visit.personal, "next": shown.url,
        "announced": [_announcement(item) for item in announced],
        "records": [_record(item) for item in records], "sources": _sources(records),
        "field": field_of(tuple(found.categories)), "related": near.related, "same_day": near.same_day,
        "bibtex": cite(found), "today": timezone.localdate(), "share": _share(shown),
    }


def _announcement(item: Announcement) -> dict[str, Any]:
    where = SOURCE_NAMES.get(item.list, item.list.replace("_", " "))
    words = [where, f"in {item.category}" if item.category else "", "" if item.kind == "new" else item.kind,
             f"{item.votes} votes" if item.votes is not None else "", "day inferred" if item.inferred else ""]
    return {"day": item.day, "long": day_long(item.day), "list": item.list, "inferred": item.inferred,
            "words": ", ".join(word for word in words if word)}


def _record(item: Mapping[str, Any]) -> dict[str, Any]:
    family = str(item["source_key"]).partition("/")[0]
    name = SOURCE_NAMES.get(item["source"], item["source"])
    if item["source"] == "file":
        name = f"File {family}"
    return {"name": name, "key": item["source_key"], "received": item["received_at"].date()}


def _sources(records: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(dict.fromkeys(_record(item)["name"] for item in records))


@dataclass(frozen=True)
class Near:
    """Papers beside this one: near in meaning, and of the same day."""

    related: list[Shown]
    same_day: list[Shown]


def _near(found: Paper, whole: bool) -> Near:
    """Related papers and four of the same day and category: two look-ups of ids, one query of papers."""
    ids = cache.get(f"near:{found.pk}:{found.revision}")
    if ids is None:
        ids = (_related(found.pk), list(
            Paper.objects.filter(edition_day=found.edition_day, primary_category=found.primary_category,
                                 state=Paper.State.LIVE).exclude(pk=found.pk).order_by("-imported_votes", "id")
            .values_list("id", flat=True)[:4]) if found.edition_day else [])
        cache.set(f"near:{found.pk}:{found.revision}", ids, 300)
    rows = papers.by_ids([*ids[0], *ids[1]])
    return Near(*([Shown(rows[row], whole) for row in part if row in rows and rows[row].state == Paper.State.LIVE]
                  for part in ids))


def _related(row: int) -> list[int]:
    """Row ids of the five nearest papers in meaning; none while the index is being made."""
    from broadsheet.search import service as search  # loads the index; only pages that show it pay

    try:
        return search.similar(row, 5)
    except BroadsheetError:
        return []


def _share(shown: Shown) -> dict[str, str]:
    """Open Graph's four, and an abstract only where everybody may read it."""
    public = shown.paper.rights == "public"
    text = shown.paper.abstract if public else Shown(shown.paper).abstract
    return {"title": shown.title, "description": text[:300], "url": shown.url}
