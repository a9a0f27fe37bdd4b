"""What a reader follows, and the last acts with their undoing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from broadsheet.errors import UsageError
from broadsheet.readers import follows, journal, undo
from broadsheet.readers.models import Reader
from broadsheet.web import mine, talk
from broadsheet.web.rendering import render
from broadsheet.web.visits import visit_of

HEADINGS = {"topic": _lazy("Topics"), "author": _lazy("Authors’ names"), "organisation": _lazy("Organisations"),
            "category": _lazy("Categories"), "reader": _lazy("Readers"), "search": _lazy("Searches")}


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def following(request: HttpRequest) -> HttpResponse:
    """The list; POST ``do`` (follow, unfollow), ``kind``, ``value``, ``label`` changes it and returns to ``next``."""
    if (no := mine.closed(request, "follow")) is not None:
        return no
    visit = visit_of(request)
    if request.method == "POST":
        response = HttpResponseRedirect(mine.back_of(request, "/following"))
        try:
            _changed(request, visit.ensure_reader(response, timezone.now()))
        except UsageError as problem:
            return mine.refused(request, str(problem), 422)
        return response
    groups: dict[str, list[tuple[object, str]]] = {}
    for one in follows.of(visit.reader):
        groups.setdefault(str(HEADINGS[one.kind]), []).append((one, follows.address(one)))
    return render(request, "following.jinja", {"places": mine.PLACES, "groups": groups})


def _changed(request: HttpRequest, reader: Reader) -> None:
    post, now = request.POST, timezone.now()
    kind, value = post.get("kind", "")[:40], post.get("value", "")[:1000]
    if post.get("do") == "unfollow":
        follows.unfollow(reader, kind, value, now)
        return
    if kind == "reader" and not Reader.objects.filter(slug=value, blocked_at=None).exists():
        raise UsageError(_("No reader has this name. Nothing was changed."))
    follows.follow(reader, kind, value, post.get("label", "")[:1000], now)


@require_safe
def undone(request: HttpRequest) -> HttpResponse:
    """The last acts, newest first; the button takes back the newest (the key z does the same on every page)."""
    visit = visit_of(request)
    if visit.reader is None and (no := mine.closed(request, "keep")) is not None:
        return no
    rows = journal.last(visit.reader) if visit.reader is not None else []
    titles = undo.titles(rows)
    return render(request, "undo.jinja", {
        "places": mine.PLACES, "personal": visit.personal,
        "acts": [(undo.words(row), titles.get(row.pk, ""), talk.moment(row.made_at)) for row in rows]})
