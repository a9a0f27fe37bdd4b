"""Feeds of every list: ``/feeds/NAME.atom``, ``.rss`` and ``.json``, whole within what the sources allow.

A feed covers a span of time, not a number of entries; what is older is linked (RFC 5005): lists are paged with
``next``, days are archives that lead to the day before.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import blake2b
from types import ModuleType
from urllib.parse import quote, urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from broadsheet import languages
from broadsheet.errors import BroadsheetError
from broadsheet.feeds import atom, jsonfeed, opml, rss
from broadsheet.feeds.model import Feed, Link
from broadsheet.readers import tallies
from broadsheet.web import mine, own_feeds, page_cache, proxies, rendering
from broadsheet.web.feed_lists import List, find, standing
from broadsheet.web.frontpage import now
from broadsheet.web.visits import visit_of

from . import own_data

FORMATS: dict[str, ModuleType] = {"atom": atom, "rss": rss, "json": jsonfeed}
_KEPT = 4000
_seen: OrderedDict[Hashable, tuple[str, datetime]] = OrderedDict()  # address -> ETag and since when
# What votes order, and what grows older without a write, may be a minute behind; comments never (one may be hidden).
_AGEING, _AGEING_SECONDS = ("front", "trending", "list"), 60.0


@require_safe
def feed(request: HttpRequest, path: str) -> HttpResponse:
    """One feed; the end of the path says the format, ``?page=`` the page of a paged one."""
    name, _, ending = path.rpartition(".")
    if (own := name.partition("/")[0]) in (*own_feeds.KINDS, "mine"):
        return _own(request, own, name, ending)
    form = FORMATS.get(ending)
    if form is None or not name:
        raise Http404("Feeds end in .atom, .rss or .json; see /feeds.")
    moment, kind = now(), name.partition("/")[0]

    def build() -> HttpResponse:
        made = _feed(request, find(name, request, moment), name, ending)
        return HttpResponse(form.render(made), content_type=form.MEDIA_TYPE)

    try:
        response = page_cache.page(
            request, moment.date(), build, ground=tallies.position if kind == "comments" else None,
            seconds=lambda: _AGEING_SECONDS if kind in _AGEING else 86_400.0)
    except BroadsheetError as problem:  # no index yet, or one that is being made anew
        later = HttpResponse(f"{problem}\n", status=503, content_type="text/plain; charset=utf-8")
        later["Retry-After"] = "60"
        return later
    if response.status_code == 200:
        response["Content-Type"] = f"{form.MEDIA_TYPE}; charset=utf-8"
        _say_since_when(request, response, moment)
    return response


def _say_since_when(request: HttpRequest, response: HttpResponse, moment: datetime) -> None:
    """Set ``Last-Modified`` to when this content was first given out here (and an ETag where there is none).

    Not the youngest entry's date: a list changes too when a paper leaves it or an old one is taken in, and whoever asks
    by date alone would never hear of it. Each process counts by itself; the worst that follows is a 200 in place of a
    304. Two contents never bear the same second.
    """
    if not response.has_header("ETag"):
        response["ETag"] = f'W/"{blake2b(response.content, digest_size=10).hexdigest()}"'
    place = (request.get_host(), request.get_full_path(), languages.active(), visit_of(request).audience)
    known = _seen.pop(place, None)
    if known is None or known[0] != response["ETag"]:
        first = moment.replace(microsecond=0)
        known = response["ETag"], first if known is None else max(first, known[1] + timedelta(seconds=1))
    _seen[place] = known
    while len(_seen) > _KEPT:
        _seen.popitem(last=False)
    response["Last-Modified"] = http_date(known[1].timestamp())


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
        _say_since_when(request, response, now())
    response["Cache-Control"] = "private, no-store" if kind != "streams" and kind != "collections" else "no-cache"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def base_of(request: HttpRequest) -> str:
    """Scheme and host of the site as this visitor sees it."""
    return request.build_absolute_uri("/").rstrip("/")


def _feed(request: HttpRequest, found: List, name: str, ending: str) -> Feed:
    base = base_of(request)
    feeds_at = base + proxies.by_path(request)
    entries = found.entries(base, visit_of(request).member)
    links = [Link(rel, f"{feeds_at}/feeds/{quote(to)}.{ending}{_query(request, place)}")
             for rel, to, place in found.links]
    newest = max((entry.updated for entry in entries), default=found.since)
    newest = max(newest, found.changed) if found.changed is not None else newest
    made = Feed(
        id=found.id, title=f"{found.title} · {rendering.site_name(request)}", subtitle=found.subtitle,
        page_url=base + found.page, self_url=feeds_at + request.get_full_path(), updated=newest, entries=tuple(entries),
        links=tuple(links), archive=found.archive, language=languages.active(),
        icon=f"{base}{rendering.static('icon.svg', False)}")
    return replace(made, title=rendering.site_name(request)) if name == "front" else made


def _query(request: HttpRequest, place: int | date) -> str:
    given = {name: value for name, value in request.GET.items() if name not in {"page", "before"}}
    if isinstance(place, date):
        given["before"] = place.isoformat()
    elif place > 1:
        given["page"] = str(place)
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
