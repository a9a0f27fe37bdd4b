"""Acts at papers: save, hide, mark read, each with its undoing; and the list of what was saved."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from broadsheet.catalogue import papers
from broadsheet.catalogue.models import Paper
from broadsheet.readers import service as readers
from broadsheet.web.rendering import render
from broadsheet.web.shown import Shown
from broadsheet.web.visits import visit_of

from .listing import PER_PAGE, Pages, page_number

# act -> (kind of mark, whether it is set, what the confirming page says)
ACTS = {
    "save": (readers.SAVED, True, "Save this paper"), "unsave": (readers.SAVED, False, "Take this paper off your list"),
    "hide": (readers.HIDDEN, True, "Hide this paper"), "unhide": (readers.HIDDEN, False, "Show this paper again"),
    "read": (readers.READ, True, "Mark as read"), "unread": (readers.READ, False, "Mark as not read"),
}
MOST = 2000  # papers in one act: "mark all read" of the largest day


@csrf_exempt  # answered below: an anonymous act changes nothing, every other is checked by `_act`
@require_http_methods(["GET", "HEAD", "POST"])
def acts(request: HttpRequest) -> HttpResponse:
    """Do ``act=VERB:KEY[,KEY...]``. A visitor without a reader is first asked whether marks shall be kept here."""
    given = request.POST if request.method == "POST" else request.GET
    act, back = str(given.get("act", ""))[:24_000], _back(request, str(given.get("next", "")))
    if request.method == "POST" and (visit_of(request).personal or "keep" in request.POST):
        answer: HttpResponse = _act(request, act, back)
        return answer
    if _wants_data(request):
        return JsonResponse({"error": "No marks are kept for this browser yet.", "next": "/acts"}, status=403)
    verb, keys = _read(act)
    found = list(Paper.objects.filter(key__in=keys[:1], state=Paper.State.LIVE))
    if not found:
        raise Http404
    return render(request, "keep.jinja", {"act": act, "next": back, "what": ACTS[verb][2], "shown": Shown(found[0])})


@csrf_protect
def _act(request: HttpRequest, act: str, back: str) -> HttpResponse:
    visit, now = visit_of(request), timezone.now()
    response: HttpResponse = HttpResponse(status=204) if _wants_data(request) else HttpResponseRedirect(back)
    if act == "undo":
        if visit.reader is not None:
            readers.undo(visit.reader)
        return response
    verb, keys = _read(act)
    kind, on, _ = ACTS[verb]
    ids = list(Paper.objects.filter(key__in=keys, state=Paper.State.LIVE).values_list("id", flat=True))
    if not ids:
        raise Http404
    reader = visit.ensure_reader(response, now)
    if on:
        readers.mark(reader, ids, kind, now)
    else:
        readers.unmark(reader, ids, kind)
    return response


def _read(act: str) -> tuple[str, list[str]]:
    """Verb and keys of an act; raises Http404 for what is not one."""
    verb, _, rest = act.partition(":")
    keys = [key for key in rest.split(",") if key.isascii() and key.isalnum() and len(key) == 10]
    if verb not in ACTS or not keys or len(keys) > MOST:
        raise Http404
    return verb, keys


def _back(request: HttpRequest, asked: str) -> str:
    """Where to return: a page of this site only."""
    for place in (asked, request.headers.get("Referer", "")):
        if place and url_has_allowed_host_and_scheme(place, {request.get_host()}, request.is_secure()):
            return place
    return "/"


def _wants_data(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "fetch" or "HX-Request" in request.headers


def saved(request: HttpRequest) -> HttpResponse:
    """What the reader saved, newest save first."""
    visit, page = visit_of(request), page_number(request)
    total, ids = readers.saved(visit.reader, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    if page > 1 and not ids:
        raise Http404
    found = papers.by_ids(ids)
    return render(request, "saved.jinja", {
        "total": total, "pages": Pages(page, max(1, -(-total // PER_PAGE))), "personal": visit.personal,
        "marks": readers.marks_of(visit.reader, ids), "next": request.get_full_path(),
        "entries": [Shown(found[row], visit.member) for row in ids if row in found],
    })
