"""Collections: the reader's list of them, each as a page, and each as a file."""

from __future__ import annotations

import json
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from broadsheet.catalogue import papers
from broadsheet.catalogue.models import Paper
from broadsheet.errors import UsageError
from broadsheet.readers import collections as collecting
from broadsheet.readers import naming
from broadsheet.readers import service as readers
from broadsheet.readers.models import Collection, Reader
from broadsheet.web import by_mail, mine, voting
from broadsheet.web.citing import bibtex
from broadsheet.web.rendering import has_feed, render
from broadsheet.web.shown import Shown
from broadsheet.web.visits import visit_of

from .listing import Pages, page_number

PER_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def collections(request: HttpRequest) -> HttpResponse:
    """The reader's collections; POST ``name`` makes one."""
    if (no := mine.closed(request, "keep")) is not None:
        return no
    visit = visit_of(request)
    if request.method != "POST":
        return _list(request)
    response = HttpResponseRedirect("/collections")
    try:
        made = collecting.make(visit.ensure_reader(response, timezone.now()), request.POST.get("name", "")[:400],
                               timezone.now(), shared="shared" in request.POST)
    except UsageError as problem:
        return _list(request, str(problem), status=422)
    response["Location"] = f"/collections/{made.key}"
    return response


def _list(request: HttpRequest, fault: str = "", *, status: int = 200) -> HttpResponse:
    visit = visit_of(request)
    return render(request, "collections.jinja", {
        "places": mine.PLACES, "own": collecting.of(visit.reader), "fault": fault,
        "typed": request.POST.get("name", "")[:400] if fault else ""}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def collection(request: HttpRequest, key: str) -> HttpResponse:
    """One collection: to whoever may see it; POST changes the reader's own. What is private is not there for others."""
    visit = visit_of(request)
    found = collecting.visible(mine.owner(visit), key[:20])
    if found is None:
        raise Http404(_("No collection has this address."))
    if request.method == "POST":
        if (no := mine.closed(request, "keep")) is not None:
            return no
        if visit.reader is None or found.reader_id != visit.reader.pk:
            raise Http404(_("No collection of yours has this address."))
        return _changed(request, visit.reader, found)
    if found.shared:
        has_feed(request, f"collections/{found.key}")
    return _page(request, found)


def _page(request: HttpRequest, found: Collection, fault: str = "", *, status: int = 200) -> HttpResponse:
    visit, page = visit_of(request), page_number(request)
    total, rows = collecting.papers_of(found, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    if page > 1 and not rows:
        raise Http404(_("This page is past the end."))
    ids = [row.paper_id for row in rows]
    there = papers.by_ids(ids)
    own = mine.owner(visit)
    return render(request, "collection.jinja", {
        "places": mine.PLACES, "found": found, "total": total, "pages": Pages(page, max(1, -(-total // PER_PAGE))),
        "first": (page - 1) * PER_PAGE, "mine": own is not None and own.pk == found.reader_id, "fault": fault,
        "by": naming.shown(found.reader), "entries": [(Shown(there[row.paper_id], visit.member), row) for row in rows
                                                      if row.paper_id in there],
        "marks": readers.marks_of(visit.reader, ids), "ballots": voting.ballots(visit), "personal": visit.personal,
        "typed": request.POST if fault else {}, "mail": by_mail.offer(request, "collection", found.key, found.name),
    }, status=status)


def _changed(request: HttpRequest, reader: Reader, found: Collection) -> HttpResponse:
    now, post = timezone.now(), request.POST
    verb, key = [*post.get("do", "").split(":", 1), ""][:2]
    if verb == "remove":
        collecting.remove(reader, found, now)
        return HttpResponseRedirect("/collections")
    try:
        if verb == "change":
            collecting.change(reader, found, now, name=post.get("name", "")[:400], note=post.get("note", "")[:20_000],
                              shared="shared" in post)
        elif not _one(request, reader, found, verb, key, now):
            raise Http404(_("This paper is not in the collection."))
    except UsageError as problem:
        return _page(request, found, str(problem), status=422)
    return HttpResponseRedirect(mine.back_of(request, f"/collections/{found.key}") if verb != "change"
                                else f"/collections/{found.key}")


def _one(request: HttpRequest, reader: Reader, found: Collection, verb: str, key: str, now: datetime) -> bool:
    """Do something to one paper of the collection; False when it cannot be done to it."""
    paper = Paper.objects.filter(key=key[:10]).values_list("id", flat=True).first()
    if paper is None:
        return False
    if verb == "out":
        collecting.take_out(reader, found, paper, now)
        return True
    if verb in {"up", "down", "top"}:
        by = {"up": -1, "down": 1, "top": -collecting.MOST_KEPT}[verb]
        return collecting.move(reader, found, paper, by, now)
    if verb == "remark":
        return collecting.remark(reader, found, paper, request.POST.get(f"note-{key}", "")[:20_000], now)
    return False


@require_safe
def download(request: HttpRequest, key: str, ending: str) -> HttpResponse:
    """The collection as BibTeX (``papers.bib``) or JSON (``papers.json``), for whoever may see it."""
    found = collecting.visible(mine.owner(visit_of(request)), key[:20])
    if found is None or ending not in {"bib", "json"}:
        raise Http404(_("No collection has this address."))
    rows = collecting.papers_of(found, limit=collecting.MOST_KEPT)[1]
    there: dict[int, Paper] = {}
    for start in range(0, len(rows), 500):
        there.update(papers.by_ids([row.paper_id for row in rows[start:start + 500]]))
    kept = [(there[row.paper_id], row) for row in rows if row.paper_id in there]
    if ending == "bib":
        response = HttpResponse("\n".join(bibtex(paper) for paper, row in kept),
                                content_type="application/x-bibtex; charset=utf-8")
    else:
        data = {"form": "broadsheet-collection/1", "name": found.name, "note": found.note,
                "changed": found.changed_at.isoformat(), "papers": [
                    {"paper": paper.key, "id": ":".join(paper.identifiers[0]) if paper.identifiers else "",
                     "title": paper.title, "note": row.note, "at": row.added_at.isoformat()} for paper, row in kept]}
        response = HttpResponse(json.dumps(data, ensure_ascii=False, indent=1), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="collection-{found.key}.{ending}"'
    if not found.shared:
        response["Cache-Control"] = "private, no-store"
    return response
