"""Acts at papers: vote, save, hide, mark read, each with its undoing; and the list of what was saved."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from broadsheet.catalogue import papers
from broadsheet.catalogue.models import Paper
from broadsheet.readers import reading_list, undo, votes
from broadsheet.readers import service as readers
from broadsheet.web import mine, notices, prepared, voting
from broadsheet.web.acting import VERBS, Verb
from broadsheet.web.citing import bibtex
from broadsheet.web.rendering import render
from broadsheet.web.shown import Shown
from broadsheet.web.visits import visit_of

from .listing import PER_PAGE, Pages, page_number


@csrf_exempt  # answered below: an anonymous act changes nothing, every other is checked by `_act`
@require_http_methods(["GET", "HEAD", "POST"])
def acts(request: HttpRequest) -> HttpResponse:
    """Do ``act=VERB:KEY[,KEY...]``. A visitor without a reader is first asked whether marks shall be kept here; an act
    that needs an account leads to the sign-in page and from there to its own confirmation.
    """
    given, visit = request.POST if request.method == "POST" else request.GET, visit_of(request)
    act, back = str(given.get("act", ""))[:24_000], _back(request, str(given.get("next", "")))
    verb, keys = (None, []) if act == "undo" else _read(act)
    if verb is not None and verb.capability and not visit.can(verb.capability):
        return _not_yet(request, act, back)
    if request.method == "POST" and (visit.personal or "keep" in request.POST):
        answer: HttpResponse = _act(request, act, back)
        return answer
    if _wants_data(request):
        return JsonResponse({"error": _("No marks are kept for this browser yet."), "next": "/acts"}, status=403)
    found = list(Paper.objects.filter(key__in=keys[:1], state=Paper.State.LIVE))
    if not found or verb is None:
        raise Http404
    return render(request, "keep.jinja", {
        "act": act, "next": back, "what": verb.ask, "explain": verb.explain, "shown": Shown(found[0])})


def _not_yet(request: HttpRequest, act: str, back: str) -> HttpResponse:
    """A stranger signs in and comes back to the act; a blocked account is told that it is blocked."""
    visit = visit_of(request)
    if visit.account is not None and visit.reader is not None:
        try:
            votes.may_act(visit.reader)
        except votes.NotAllowed as problem:
            return _refused(request, str(problem))
    if visit.bearer or visit.account is not None:
        return _refused(request, _("This is not yours to do. Nothing was changed."))
    place = "/sign-in?" + urlencode({"next": "/acts?" + urlencode({"act": act, "next": back})})
    if _wants_data(request):
        return JsonResponse({"error": _("Sign in to do this."), "next": place}, status=403)
    return HttpResponseRedirect(place)


def _refused(request: HttpRequest, why: str) -> HttpResponse:
    if _wants_data(request):
        return JsonResponse({"error": why}, status=403)
    notice = notices.Notice("error", _("That was not done"), (why,), (_("Today’s edition"), "/"))
    return render(request, "empty.jinja", {"heading": _("Not done"), "notices": [notice]}, status=403)


@csrf_protect
def _act(request: HttpRequest, act: str, back: str) -> HttpResponse:
    visit, now = visit_of(request), timezone.now()
    response: HttpResponse = HttpResponse(status=204) if _wants_data(request) else HttpResponseRedirect(back)
    if act == "undo":
        if visit.reader is not None:
            undone = undo.undo(visit.reader, now)
            if response.status_code == 204 and undone is not None:
                said = {"undone": undone.verb, "key": undone.paper, "now": undone.now}
                return JsonResponse({**said, **_ballot(undone)})
        return response
    verb, keys = _read(act)
    ids = prepared.live_ids(keys)
    if not ids:
        raise Http404
    try:
        told = verb.do(visit.ensure_reader(response, now), ids, now)
    except votes.NotAllowed as problem:
        return _refused(request, str(problem))
    if told is not None and response.status_code == 204:
        data = JsonResponse(told)
        data.cookies = response.cookies
        return data
    return response


def _ballot(undone: undo.Undone) -> dict[str, object]:
    """The count that the button shows, where a vote was taken back or given again."""
    row = Paper.objects.filter(key=undone.paper).values_list("id", flat=True).first()
    if row is None or undone.verb not in {"vote", "unvote"}:
        return {}
    return voting.told(votes.of(row).votes, undone.verb == "unvote")


def _read(act: str) -> tuple[Verb, list[str]]:
    """Verb and keys of an act; raises Http404 for what is not one."""
    name, _, rest = act.partition(":")
    keys = [key for key in rest.split(",") if key.isascii() and key.isalnum() and len(key) == 10]
    verb = VERBS.get(name)
    if verb is None or not keys or len(keys) > verb.most:
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


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def saved(request: HttpRequest) -> HttpResponse:
    """What the reader saved, in the reader's order; POST ``do`` (up, down or top, and a paper's key) moves one."""
    if request.method == "POST":
        return _moved(request)
    visit, page = visit_of(request), page_number(request)
    total, ids = readers.saved(visit.reader, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    if page > 1 and not ids:
        raise Http404
    found = papers.by_ids(ids)
    return render(request, "saved.jinja", {
        "places": mine.PLACES, "total": total, "pages": Pages(page, max(1, -(-total // PER_PAGE))),
        "personal": visit.personal,
        "marks": readers.marks_of(visit.reader, ids), "next": request.get_full_path(),
        "entries": [Shown(found[row], visit.member) for row in ids if row in found],
        "ballots": voting.ballots(visit),
    })


_STEPS = {"up": -1, "down": 1, "top": -10_000}


def _moved(request: HttpRequest) -> HttpResponse:
    visit = visit_of(request)
    verb, _colon, key = request.POST.get("do", "").partition(":")
    ids = prepared.live_ids([key]) if len(key) == 10 and key.isascii() and key.isalnum() else []
    if verb not in _STEPS or not ids:
        raise Http404
    if visit.reader is not None:
        reading_list.move(visit.reader, ids[0], _STEPS[verb], timezone.now())
    return HttpResponseRedirect(mine.back_of(request, "/saved"))


@require_safe
def saved_file(request: HttpRequest, ending: str) -> HttpResponse:
    """The reading list as BibTeX (``papers.bib``) or JSON (``papers.json``), in its order."""
    if ending not in {"bib", "json"}:
        raise Http404
    reader = visit_of(request).reader
    rows = list(reading_list.rows(reader)) if reader is not None else []
    there: dict[int, Paper] = {}
    for start in range(0, len(rows), 500):
        there.update(papers.by_ids([row.paper_id for row in rows[start:start + 500]]))
    kept = [(there[row.paper_id], row) for row in rows if row.paper_id in there]
    if ending == "bib":
        response = HttpResponse("\n".join(bibtex(paper) for paper, _row in kept),
                                content_type="application/x-bibtex; charset=utf-8")
    else:
        response = JsonResponse({"form": "broadsheet-saved/1", "papers": [
            {"paper": paper.key, "id": ":".join(paper.identifiers[0]) if paper.identifiers else "",
             "title": paper.title, "at": row.made_at.isoformat()} for paper, row in kept]},
            json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="saved.{ending}"'
    response["Cache-Control"] = "private, no-store"
    return response
