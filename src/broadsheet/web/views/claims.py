"""I am an author: the claim from a paper's page, and the editors' list of claims that wait."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from broadsheet.errors import UsageError
from broadsheet.readers import claims, naming
from broadsheet.readers.models import Claim
from broadsheet.readers.votes import NotAllowed
from broadsheet.text import folding
from broadsheet.web import bringing
from broadsheet.web.allowed import shut
from broadsheet.web.frontpage import now
from broadsheet.web.rendering import render
from broadsheet.web.shown import Shown
from broadsheet.web.visits import visit_of


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def claim(request: HttpRequest, key: str) -> HttpResponse:
    """Choose which author one is; POST claims it, or takes the claim back (``do=take-back``)."""
    visit = visit_of(request)
    if not visit.can("claim"):
        return shut(request)
    paper = bringing.by_key(key)
    if paper is None:
        raise Http404
    given, fault = request.POST, ""
    if request.method == "POST":
        reader = visit.ensure_reader(None, now())
        try:
            if given.get("do") == "take-back":
                claims.take_back(reader, paper.pk, now())
            else:
                position = given.get("position", "")
                claims.put(reader, paper, int(position) if position.isdecimal() and len(position) < 6 else -1,
                           given.get("note", "")[:4000], now())
            return HttpResponseRedirect(f"/claim/{paper.key}")
        except (UsageError, NotAllowed) as problem:
            fault = str(problem)
    mine, shown = claims.of(visit.reader, paper.pk), Shown(paper)
    return render(request, "claim.jinja", {
        "shown": shown, "mine": mine, "fault": fault, "note": given.get("note", "") or (mine.note if mine else ""),
        "chosen": _chosen(given.get("position", ""), mine, shown, visit.reader.name if visit.reader else ""),
    }, status=422 if fault else 200)


def _chosen(typed: str, mine: Claim | None, shown: Shown, name: str) -> int:
    """The position that the form begins with: what was typed, claimed, or has the reader's own name; -1: none."""
    if typed.isdecimal() and len(typed) < 6:
        return int(typed)
    if mine is not None:
        return mine.position
    folded = [folding.fold(one) for one in shown.names]
    return folded.index(folding.fold(name)) if name and folding.fold(name) in folded else -1


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def waiting(request: HttpRequest) -> HttpResponse:
    """Claims that wait for an editor, oldest first; POST confirms or refuses one."""
    visit, fault = visit_of(request), ""
    if not visit.can("confirm_claim"):
        raise Http404
    if request.method == "POST":
        given, number = request.POST, request.POST.get("claim", "")
        if not (number.isdecimal() and len(number) < 18):
            raise Http404
        try:
            claims.decide(int(number), given.get("do", ""), given.get("reason", "").strip()[:1000],
                          visit.ensure_reader(None, now()), now())
            return HttpResponseRedirect("/editors/claims")
        except (UsageError, NotAllowed) as problem:
            fault = str(problem)
    return render(request, "claims.jinja", {
        "claims": [(one, Shown(one.paper), naming.shown(one.reader)) for one in claims.waiting()],
        "decided": [(one, Shown(one.paper), naming.shown(one.reader)) for one in claims.decided()], "fault": fault,
        "me": visit.reader.pk if visit.reader is not None and not visit.local else 0, "log": visit.can("moderate"),
    }, status=422 if fault else 200)
