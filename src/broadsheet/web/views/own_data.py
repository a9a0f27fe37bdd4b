"""One's own data: private feeds, everything as a file, a library brought in, and leaving."""

from __future__ import annotations

from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet.catalogue import papers
from broadsheet.catalogue.models import Paper
from broadsheet.errors import BroadsheetError, UsageError
from broadsheet.feeds import opml
from broadsheet.languages import day_short
from broadsheet.readers import collections as collecting
from broadsheet.readers import export, feed_secrets, follows, leaving, library, taste
from broadsheet.readers import streams as streaming
from broadsheet.readers.models import Reader
from broadsheet.web import access, mine, rendering
from broadsheet.web.citing import bibtex as cite
from broadsheet.web.frontpage import now
from broadsheet.web.rendering import render
from broadsheet.web.visits import visit_of

WHERE = {"collection": _lazy("a collection"), "stream": _lazy("a stream"), "order": _lazy("my order")}


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def feeds(request: HttpRequest) -> HttpResponse:
    """Addresses of one's feeds; POST makes a new secret for the private ones, which is shown this once."""
    if (no := mine.closed(request, "keep")) is not None:
        return no
    visit, secret = visit_of(request), ""
    if request.method == "POST":
        reader = visit.ensure_reader(None, timezone.now())
        if request.POST.get("do") == "close":
            feed_secrets.close(reader)
            return HttpResponseRedirect("/settings/feeds")
        secret = feed_secrets.renew(reader, timezone.now())
    base = request.build_absolute_uri("/").rstrip("/")
    response = render(request, "own_feeds.jinja", {
        "places": mine.PLACES, "base": base, "secret": secret, "since": feed_secrets.since(visit.reader),
        "rows": _own_feeds(visit.reader, secret) if visit.reader is not None else []})
    if secret:
        response["Cache-Control"] = "private, no-store"
    return response


def _own_feeds(reader: Reader, secret: str) -> list[tuple[str, str, bool]]:
    """(title, name of the feed, whether everybody may read it) of all that is the reader's own."""
    rows = [(_("Saved"), "saved", False)]
    rows += [(one.name, f"collections/{one.key}", one.shared) for one in collecting.of(reader)]
    rows += [(one.name, f"streams/{one.key}", one.shared) for one in streaming.of(reader)]
    return [(title, name if shared else f"private/{secret}/{name}" if secret else "", shared)
            for title, name, shared in rows]


_FEED_OF = {"topic": "topics", "category": "topics", "author": "authors", "organisation": "organisations"}


def mine_opml(request: HttpRequest, reader: Reader, secret: str = "") -> HttpResponse:
    """OPML of the reader's feeds: what is followed and shared; with the secret what is private too."""
    base = request.build_absolute_uri("/").rstrip("/")
    rows = [(title, f"{base}/feeds/{name}.atom", base + ("/saved" if name.endswith("saved") else f"/{name}"))
            for title, name, shared in _own_feeds(reader, secret) if name]
    rows = [(title, feed, page.replace(f"/private/{secret}", "") if secret else page) for title, feed, page in rows]
    for one in follows.of(reader):
        page = base + follows.address(one)
        if one.kind in _FEED_OF:
            rows.append((one.label, f"{base}/feeds{follows.address(one)}.atom", page))
        elif one.kind == "search":
            rows.append((one.label, f"{base}/feeds/search.atom?" + urlencode({"q": one.value}), page))
    response = HttpResponse(opml.render(rendering.site_name(request), rows, now()),
                            content_type=f"{opml.MEDIA_TYPE}; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="broadsheet-mine.opml"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def bibtex(request: HttpRequest) -> HttpResponse:
    """All papers that one saved, collected, voted for or wrote a note at, as BibTeX."""
    reader = visit_of(request).reader
    if reader is None and (no := mine.closed(request, "keep")) is not None:
        return no
    ids = export.library(reader) if reader is not None else []
    there: dict[int, Paper] = {}
    for start in range(0, len(ids), 500):
        there.update(papers.by_ids(ids[start:start + 500]))
    response = HttpResponse("\n".join(cite(there[row]) for row in ids if row in there),
                            content_type="application/x-bibtex; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="broadsheet.bib"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@csrf_protect
def bring(request: HttpRequest) -> HttpResponse:
    """Bring in a BibTeX library: as a collection, as the beginning of a stream, or to teach "my order"."""
    if (no := mine.closed(request, "keep")) is not None:
        return no
    where, given = request.POST.get("where", ""), request.FILES.get("file")
    try:
        if where not in WHERE:
            raise UsageError(_("Where the library shall go is not said. Nothing was brought in."))
        if given is None or given.size is None:
            raise UsageError(_("No file was chosen. Nothing was brought in."))
        if given.size > library.MOST_BYTES:
            raise UsageError(_("The file is larger than {size} MB. Nothing was brought in. Split it, and bring in its "
                               "parts.").format(size=library.MOST_BYTES >> 20))
        found = library.find(given.read(), _by_title)
        place = _brought(request, where, found)
    except UsageError as problem:
        return mine.refused(request, str(problem), 422)
    return render(request, "brought.jinja", {"found": found, "where": where, "place": place, "words": WHERE[where]})


def _brought(request: HttpRequest, where: str, found: library.Found) -> str:
    """Put the papers where they shall go; the address of the place."""
    moment = timezone.now()
    if not found.papers:
        return ""
    reader = visit_of(request).ensure_reader(None, moment)
    if where == "order":
        taste.record(reader, found.papers[:taste.MOST_ACTS], taste.LIBRARY, 1, moment)
        return "/taste"
    if where == "collection":
        name = _("Library of {moment}").format(moment=f"{day_short(moment.date())}, {moment:%H:%M}")
        made = collecting.make(reader, name, moment)
        collecting.add(reader, made, found.papers, moment)
        return f"/collections/{made.key}"
    keys = Paper.objects.filter(id__in=found.papers[:streaming.MOST_SEEDS]).values_list("key", flat=True)
    return "/streams/new?" + urlencode({"seeds": "\n".join(keys), "name": _("Like my library")})


def _by_title(title: str) -> int | None:
    """The paper with exactly this title, by the index; None while there is none."""
    from broadsheet.search import service
    from broadsheet.text.folding import slug

    try:
        hits = service.search('"' + title.replace('"', " ")[:600] + '"', mode="words", limit=3, today=now().date(),
                              with_facets=False).hits
    except BroadsheetError:
        return None
    wanted = slug(title)
    return next((hit.row for hit in hits if slug(hit.title) == wanted), None)


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def leave(request: HttpRequest) -> HttpResponse:
    """Leave: what stays and what goes is said first; the word ``leave`` confirms it."""
    visit = visit_of(request)
    if visit.reader is None and visit.account is None:
        return HttpResponseRedirect("/settings")
    fault = ""
    if request.method == "POST":
        if request.POST.get("sure", "").strip().lower() == "leave":
            gone = _left(request, leaving.REMOVE if request.POST.get("comments") == "remove" else leaving.KEEP)
            if isinstance(gone, HttpResponse):
                return gone
            fault = gone
        else:
            fault = _("Write leave into the field to say that you are sure. Nothing was erased.")
    votes, comments = leaving.counts(visit.reader) if visit.reader is not None else (0, 0)
    return render(request, "leave.jinja", {
        "votes": votes, "comments": comments, "fault": fault, "account": visit.account,
        "remove": request.POST.get("comments") == "remove"}, status=422 if fault else 200)


def _left(request: HttpRequest, comments: str) -> HttpResponse | str:
    """Erase; the way out, or why it could not be done."""
    from broadsheet.readers.accounts import service as accounts

    visit, moment = visit_of(request), timezone.now()
    response = HttpResponseRedirect("/")
    try:
        with transaction.atomic():
            if visit.account is not None:
                if visit.account.reader is not None:
                    leaving.clear_comments(visit.account.reader, moment, comments=comments)
                accounts.remove(visit.account, moment, actor=visit.account.reader)
            elif visit.reader is not None:
                leaving.leave(visit.reader, moment, comments=comments)
    except UsageError as problem:
        return str(problem)
    if visit.account is not None:
        logout(request)
    elif not visit.local:
        access.forget(response, access.READER_COOKIE)
    for name in ("reader", "account", "settings"):
        visit.__dict__.pop(name, None)
    visit.__dict__["reader"] = None
    return response
