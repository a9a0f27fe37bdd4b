"""Comments: written, answered, changed and taken back at their paper; the newest of the site; the way to each."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods
from markupsafe import Markup

from broadsheet.catalogue import papers
from broadsheet.catalogue.models import Paper
from broadsheet.errors import UsageError
from broadsheet.readers import comments as readers
from broadsheet.readers import tallies
from broadsheet.readers.models import Comment, Reader
from broadsheet.readers.votes import NotAllowed
from broadsheet.web import page_cache, talk
from broadsheet.web.frontpage import now
from broadsheet.web.rendering import render
from broadsheet.web.shown import Shown
from broadsheet.web.visits import visit_of

PER_PAGE = 50
MOST_TYPED = 20_000  # letters of a form; what is too long comes back whole, so that nothing typed is lost


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def comments(request: HttpRequest) -> HttpResponse:
    """The newest comments, and how to write one; POST writes one (``paper``, ``place``, ``text``, ``once``, ``do``)."""
    if request.method == "POST":
        paper = papers.by_key(request.POST.get("paper", "")[:10].lower())
        if paper is None or paper.state != Paper.State.LIVE:
            raise Http404
        return _write(request, paper)
    before = _number(request.GET.get("before", ""))
    return page_cache.page(request, now().date(), lambda: _newest(request, before), ground=tallies.position)


def _newest(request: HttpRequest, before: int | None) -> HttpResponse:
    found = readers.newest(PER_PAGE + 1, before)
    visit = visit_of(request)
    items = [(talk.said(one, visit.reader), Shown(one.paper)) for one in found[:PER_PAGE]]
    return render(request, "comments.jinja", {
        "items": items, "first": before is None, "more": found[PER_PAGE - 1].pk if len(found) > PER_PAGE else None,
        "personal": visit.personal, "next": request.get_full_path()})


def _write(request: HttpRequest, paper: Paper) -> HttpResponse:
    post, visit = request.POST, visit_of(request)
    place, text, form_once = post.get("place", "")[:20], post.get("text", "")[:MOST_TYPED], post.get("once", "")[:20]
    if not visit.can("comment"):
        return _shut(request, paper, text)
    parent = None
    if place.startswith("reply:"):
        parent = readers.by_key(place[6:])
        if parent is None or parent.paper_id != paper.pk:
            raise Http404
    elif place != talk.NEW:
        raise Http404
    if post.get("do") == "preview":
        return _again(request, paper, place, text, form_once)
    try:
        written = readers.write(visit.ensure_reader(None, timezone.now()), paper.pk, text, timezone.now(),
                                parent=parent, token=talk.once(form_once, place, text))
    except (UsageError, NotAllowed) as problem:
        # A form that is no longer on the page hands its text to the one that is.
        stands = place if parent is None or readers.visible(parent) else talk.NEW
        return _again(request, paper, stands, text, form_once, str(problem))
    return HttpResponseRedirect(f"{Shown(paper).url}#c{written.key}")


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def comment(request: HttpRequest, key: str) -> HttpResponse:
    """The comment at its place on the paper's page; POST changes it, takes it back or brings it back (``do``)."""
    found, visit = _find(key), visit_of(request)
    mine = visit.reader is not None and found.reader_id == visit.reader.pk
    if not readers.visible(found) and not mine:
        raise Http404
    address = f"{Shown(found.paper).url}#c{found.key}"
    if request.method != "POST":
        return HttpResponseRedirect(address)
    text = request.POST.get("text", "")[:MOST_TYPED]
    if not visit.can("comment") or visit.reader is None:
        return _shut(request, found.paper, text)
    if not mine:
        raise Http404
    do, form_once = request.POST.get("do", ""), request.POST.get("once", "")[:20]
    if do == "preview":
        return _again(request, found.paper, f"edit:{found.key}", text, form_once)
    try:
        _change(visit.reader, found, do, text)
    except (UsageError, NotAllowed) as problem:
        if not readers.visible(found):
            return _shut(request, found.paper, text, str(problem))
        return _again(request, found.paper, f"edit:{found.key}", text, form_once, str(problem))
    return HttpResponseRedirect(address)


def _change(reader: Reader, found: Comment, do: str, text: str) -> None:
    moment = timezone.now()
    if do == "edit":
        readers.edit(reader, found, text, moment)
    elif do == "take-back":
        readers.take_back(reader, found, moment)
    elif do == "bring-back":
        readers.bring_back(reader, found, moment)
    else:
        raise Http404


def _again(
    request: HttpRequest, paper: Paper, place: str, text: str, form_once: str, fault: str = "",
) -> HttpResponse:
    """The paper's page with what was typed still in its form, and the fault or the look of it."""
    from . import paper as page

    shown = Markup()
    if not fault:
        try:
            shown = Markup(readers.preview(text))  # noqa: S704 - made by readers/prose.py, which escapes
        except UsageError as problem:
            fault = str(problem)
    form = talk.Form(place, text, fault, shown, form_once)
    return page.with_form(request, paper, form, status=422 if fault else 200)


def _shut(request: HttpRequest, paper: Paper, text: str, why: str = "") -> HttpResponse:
    """Nobody is signed in any more, the account may not write, or ``why``: the text is given back."""
    visit, address = visit_of(request), f"{Shown(paper).url}#comments"
    return render(request, "comment_shut.jinja", {
        "text": text, "why": why, "blocked": visit.account is not None, "back": address,
        "entrance_at": "/sign-in?" + urlencode({"next": address})}, status=422 if why else 403)


def _find(key: str) -> Comment:
    found = readers.by_key(key) if key.isascii() and key.isalnum() and len(key) == 10 else None
    if found is None or found.paper.state != Paper.State.LIVE:
        raise Http404
    return found


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise Http404
    return int(text)


