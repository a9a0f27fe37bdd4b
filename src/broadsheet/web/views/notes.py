"""Keep one paper: collections, private note, tags, all in one form; and the list of one's notes."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from broadsheet.catalogue import papers
from broadsheet.catalogue.models import Paper
from broadsheet.errors import UsageError
from broadsheet.readers import collections as collecting
from broadsheet.readers import notes as noting
from broadsheet.readers.models import Reader
from broadsheet.web import mine
from broadsheet.web.rendering import render
from broadsheet.web.shown import Shown
from broadsheet.web.visits import visit_of

from .listing import Pages, page_number

PER_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def keep(request: HttpRequest, key: str) -> HttpResponse:
    """Put a paper into collections, write a private note and tags. Works the same from every list, without a script."""
    if (no := mine.closed(request, "keep")) is not None:
        return no
    found = Paper.objects.filter(key=key[:10], state=Paper.State.LIVE).first()
    if found is None:
        raise Http404(_("No paper has this key."))
    if request.method != "POST":
        return _form(request, found)
    response = HttpResponseRedirect(Shown(found).url)
    try:
        _kept(request, visit_of(request).ensure_reader(response, timezone.now()), found)
    except UsageError as problem:
        return _form(request, found, str(problem), status=422)
    response["Location"] = mine.back_of(request, Shown(found).url)
    return response


def _kept(request: HttpRequest, reader: Reader, found: Paper) -> None:
    """What the form says, each part an act of its own; parts that the form does not hold stay as they are."""
    post, now = request.POST, timezone.now()
    if "note" in post or "tags" in post:
        noting.write(reader, found.pk, post.get("note", "")[:20_000], post.get("tags", "")[:4000], now)
    wanted = set(post.getlist("in"))
    if "collections" in post:
        inside = collecting.holding(reader, found.pk)
        for one in collecting.of(reader):
            if one.key in wanted and one.key not in inside:
                collecting.add(reader, one, [found.pk], now)
            elif one.key not in wanted and one.key in inside:
                collecting.take_out(reader, one, found.pk, now)
    if post.get("new", "").strip():
        collecting.add(reader, collecting.make(reader, post["new"][:400], now), [found.pk], now)


def _form(request: HttpRequest, found: Paper, fault: str = "", *, status: int = 200) -> HttpResponse:
    visit, post = visit_of(request), request.POST
    note = noting.of(visit.reader, found.pk)
    return render(request, "keep_paper.jinja", {
        "shown": Shown(found, visit.member), "fault": fault, "own": collecting.of(visit.reader),
        "inside": set(post.getlist("in")) if fault else collecting.holding(visit.reader, found.pk),
        "note": post.get("note", "") if fault else note.text if note else "",
        "tags": post.get("tags", "") if fault else ", ".join(note.tags) if note else "",
        "new": post.get("new", "") if fault else "", "next": mine.back_of(request, Shown(found).url),
        "known": [tag for tag, _ in noting.tags_of(visit.reader)],
    }, status=status)


@require_safe
def notes(request: HttpRequest) -> HttpResponse:
    """One's own notes, newest change first; ``?tag=`` those with a tag."""
    if (no := mine.closed(request, "keep")) is not None:
        return no
    visit, page, tag = visit_of(request), page_number(request), request.GET.get("tag", "")[:noting.LONGEST_TAG]
    total, rows = noting.newest(visit.reader, tag, limit=PER_PAGE, offset=(page - 1) * PER_PAGE) if (
        visit.reader) else (0, [])
    if page > 1 and not rows:
        raise Http404(_("This page is past the end."))
    there = papers.by_ids([row.paper_id for row in rows])
    return render(request, "notes.jinja", {
        "places": mine.PLACES, "tag": tag, "tags": noting.tags_of(visit.reader), "total": total,
        "pages": Pages(page, max(1, -(-total // PER_PAGE))),
        "address": "/notes?" + (urlencode({"tag": tag}) + "&" if tag else "") + "page=",
        "entries": [(Shown(there[row.paper_id], visit.member), row) for row in rows if row.paper_id in there]})
