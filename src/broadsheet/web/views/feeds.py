"""Feeds of every list: ``/feeds/NAME.atom``, ``.rss`` and ``.json``, whole within what the sources allow.

A feed covers a span of time, not a number of entries; what is older is linked (RFC 5005): lists are paged with
``next``, days are archives that lead to the day before.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from datetime import datetime
from types import ModuleType
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from broadsheet.errors import BroadsheetError
from broadsheet.feeds import atom, jsonfeed, opml, rss
from broadsheet.feeds.model import Feed, Link
from broadsheet.web import mine, own_feeds, page_cache, proxies, rendering
from broadsheet.web.feed_lists import List, find, standing
from broadsheet.web.frontpage import now
from broadsheet.web.visits import visit_of

from . import own_data

FORMATS: dict[str, ModuleType] = {"atom": atom, "rss": rss, "json": jsonfeed}
_KEPT = 2000
_updated: OrderedDict[str, datetime] = OrderedDict()


@require_safe
def feed(request: HttpRequest, path: str) -> HttpResponse:
    """One feed; the end of the path says the format, ``?page=`` the page of a paged one."""
    name, _, ending = path.rpartition(".")
    if (own := name.partition("/")[0]) in (*own_feeds.KINDS, "mine"):
        return _own(request, own, name, ending)
    form = FORMATS.get(ending)
    if form is None or not name:
        raise Http404("Feeds end in .atom, .rss or .json; see /feeds.")
    moment = now()
    place = request.get_full_path()

    def build() -> HttpResponse:
        found = find(name, request, moment)
        made = _feed(request, found, name, ending)
        _remember(place, made.updated)
        return HttpResponse(form.render(made), content_type=form.MEDIA_TYPE)

    try:
        response = page_cache.page(request, moment.date(), build)
    except BroadsheetError as problem:  # no index yet, or one that is being made anew
        later = HttpResponse(f"{problem}\n", status=503, content_type="text/plain; charset=utf-8")
        later["Retry-After"] = "60"
        return later
    if response.status_code == 200:
        response["Content-Type"] = f"{form.MEDIA_TYPE}; charset=utf-8"
        if place in _updated:
            response["Last-Modified"] = http_date(_updated[place].timestamp())
    return response


def _own(request: HttpRequest, kind: str, name: str, ending: str) -> HttpResponse:
    """A feed of what a reader made: made anew each time, and where it is private kept by no cache."""
    if ending == "opml":
        if name != "mine" and not (kind == "private" and name.endswith("/mine")):
            raise Http404("No list of feeds has this address.")
        secret = name.removeprefix("private/").removesuffix("/mine") if kind == "private" else ""
        if not secret and (no := mine.closed(request, "keep")) is not None:
            return no
        reader = own_feeds.owner(secret) if secret else visit_of(request).ensure_reader(None, now())
        response = own_data.mine_opml(request, reader, secret)
    else:
        form = FORMATS.get(ending)
        if form is None:
            raise Http404("Feeds end in .atom, .rss or .json; see /feeds.")
        made = _feed(request, own_feeds.find(name, request, now()), name, ending)
        response = HttpResponse(form.render(made), content_type=f"{form.MEDIA_TYPE}; charset=utf-8")
        response["Last-Modified"] = http_date(made.updated.timestamp())
    response["Cache-Control"] = "private, no-store" if kind != "streams" and kind != "collections" else "no-cache"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _remember(place: str, updated: datetime) -> None:
    _updated[place] = updated
    while len(_updated) > _KEPT:
        _updated.popitem(last=False)


def base_of(request: HttpRequest) -> str:
    """Scheme and host of the site as this visitor sees it."""
    return request.build_absolute_uri("/").rstrip("/")


def _feed(request: HttpRequest, found: List, name: str, ending: str) -> Feed:
    base = base_of(request)
    feeds_at = base + proxies.by_path(request)
    entries = found.entries(base, visit_of(request).member)
    links = [Link(rel, f"{feeds_at}/feeds/{to}.{ending}{_query(request, page)}") for rel, to, page in found.links]
    newest = max((entry.updated for entry in entries), default=found.since)
    made = Feed(
        id=found.id, title=f"{found.title} · {rendering.site_name(request)}", subtitle=found.subtitle,
        page_url=base + found.page, self_url=feeds_at + request.get_full_path(), updated=newest, entries=tuple(entries),
        links=tuple(links), archive=found.archive, icon=f"{base}{rendering.static('icon.svg', False)}")
    return replace(made, title=rendering.site_name(request)) if name == "front" else made


def _query(request: HttpRequest, page: int) -> str:
    given = {name: value for name, value in request.GET.items() if name != "page"}
    if page > 1:
        given["page"] = str(page)
    return f"?{urlencode(given)}" if given else ""


@require_safe
def feeds(request: HttpRequest) -> HttpResponse:
    """What feeds there are, and the OPML of those that stand."""
    base = base_of(request)
    rows = [(title, f"/feeds/{name}", page) for name, title, page in standing(now())]
    if request.path.endswith(".opml"):
        at = base + proxies.by_path(request)
        listed = [(title, f"{at}{address}.atom", base + page) for title, address, page in rows]
        response = HttpResponse(opml.render(rendering.site_name(request), listed, now()),
                                content_type=f"{opml.MEDIA_TYPE}; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="broadsheet.opml"'
        return response
    return rendering.render(request, "feeds.jinja", {"rows": rows})
