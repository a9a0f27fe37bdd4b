"""Readers as others see them, the name they chose, and what the site tells them."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet.errors import UsageError
from broadsheet.readers import claims, collections, comments, naming, streams
from broadsheet.readers import notifications as telling
from broadsheet.readers import service as readers
from broadsheet.readers.models import Notification, Reader, Submission, Vote
from broadsheet.web import mine, rendering, talk, voting
from broadsheet.web.rendering import render
from broadsheet.web.shown import Shown
from broadsheet.web.visits import visit_of

SHOWN = 50  # of each kind on a reader's page
PER_PAGE = 50


# -- a reader's page ----------------------------------------------------------------------------------------------

@require_safe
def profile(request: HttpRequest, slug: str) -> HttpResponse:
    """What a reader shows: submissions, comments, shared collections; votes only where site and reader show them."""
    found = Reader.objects.filter(slug=slug[:60], blocked_at__isnull=True).first()
    if found is None:
        raise Http404
    return _profile(request, found)


def shows_votes(request: HttpRequest, reader: Reader) -> bool:
    """Whether this reader's votes may stand beside the name: the site shows names, and the reader wants it."""
    return rendering.site(request).get("vote_names") is True and readers.settings_of(reader).show_votes


def _profile(request: HttpRequest, found: Reader) -> HttpResponse:
    visit = visit_of(request)
    brought = Submission.objects.filter(
        reader=found, undone_at__isnull=True, hidden_at__isnull=True, paper__state="live",
    ).select_related("paper").order_by("-id")[:SHOWN]
    with_votes = shows_votes(request, found)
    votes = Vote.objects.filter(reader=found, paper__state="live").select_related("paper").order_by("-id")[:SHOWN]
    said = comments.of_reader(found, SHOWN)
    for one in said:
        one.reader = found
    own = visit.reader is not None and visit.reader.pk == found.pk
    return render(request, "reader.jinja", {
        "follow": None if own or not found.slug else mine.follow_offer(request, "reader", found.slug,
                                                                       naming.shown(found)),
        "streams": streams.shared_of(found),
        "reader": found, "name": naming.shown(found), "mine": own,
        "since": found.joined_at or found.created_at, "personal": visit.personal, "ballots": voting.ballots(visit),
        "marks": readers.marks_of(visit.reader, [one.paper_id for one in brought]) if visit.reader else readers.Marks(),
        "submissions": [(Shown(one.paper, visit.member), one) for one in brought],
        "written": [Shown(one) for one in claims.papers_of(found)],
        "comments": [(talk.said(one, None), Shown(one.paper)) for one in said],
        "collections": collections.shared_of(found), "with_votes": with_votes,
        "votes": [(Shown(one.paper), talk.moment(one.made_at)[0]) for one in votes] if with_votes else [],
    })


@require_POST
@csrf_protect
def name(request: HttpRequest) -> HttpResponse:
    """Choose the name that others see (from the settings page)."""
    from .settings_page import show

    visit = visit_of(request)
    if not visit.can("comment"):
        return HttpResponseRedirect("/sign-in?" + urlencode({"next": "/settings"}))
    wanted = request.POST.get("name", "")[:200]
    try:
        naming.choose(visit.ensure_reader(None, timezone.now()), wanted)
    except UsageError as problem:
        return show(request, {"display_name": str(problem)}, name=wanted)
    return HttpResponseRedirect("/settings?done=name")


# -- notifications ------------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Told:
    """One notification as a sentence: who did what (``text``), where it leads, when; ``new`` until it was seen."""

    id: int
    text: str
    about: str
    address: str
    quote: str
    when: str
    moment: str
    new: bool


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def notifications(request: HttpRequest) -> HttpResponse:
    """What a reader was told, newest first; POST ``up_to`` marks all up to that row as seen."""
    visit = visit_of(request)
    reader = visit.reader
    if not visit.can("keep"):
        return HttpResponseRedirect("/sign-in?" + urlencode({"next": "/notifications"}))
    if request.method == "POST":
        if reader is not None:
            telling.seen(reader, _number(request.POST.get("up_to", "")) or 0, timezone.now())
        return HttpResponseRedirect("/notifications")
    before = _number(request.GET.get("before", ""))
    rows = telling.newest(reader, limit=PER_PAGE + 1, before=before) if reader is not None else []
    items = [told(one) for one in rows[:PER_PAGE]]
    return render(request, "notifications.jinja", {
        "items": items, "first": before is None, "more": rows[PER_PAGE - 1].pk if len(rows) > PER_PAGE else None,
        "unseen": telling.unseen(reader), "up_to": rows[0].pk if rows and before is None else 0})


_SAID = {
    "mention": _lazy("{who} mentioned you"), "reply": _lazy("{who} replied to you"),
    "followed": _lazy("New from {who}"),
    "code": _lazy("A paper you voted for has code"), "version": _lazy("A paper you voted for has a new version"),
    "retracted": _lazy("A paper you voted for was retracted"), "claim": _lazy("Your claim was decided"),
    "moderation": _lazy("From the moderators"), "alert": _lazy("An alert of yours: {who}"),
}


def told(one: Notification) -> Told:
    """A notification as it is shown."""
    text = telling.words(one)
    who = naming.shown(one.actor) if one.actor is not None else (text or _("a name you follow"))
    paper = Shown(one.paper) if one.paper is not None else None
    address = paper.url if paper is not None else ""
    quote = text if one.kind in {"claim", "moderation", "code", "version", "retracted"} else ""
    if one.comment is not None:
        address = f"/comments/{one.comment.key}"
        gone = not comments.visible(one.comment)
        quote = "" if gone else _beginning(one.comment.text)
        address = (paper.url if paper is not None else "") if gone else address
    when, moment = talk.moment(one.made_at)
    said = str(_SAID.get(one.kind, "{who}")).format(who=who)
    return Told(one.pk, said, paper.title if paper is not None else "", address, quote, when, moment,
                one.seen_at is None)


def _beginning(text: str, most: int = 160) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[:most].rsplit(" ", 1)[0] + " …"


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise Http404
    return int(text)
