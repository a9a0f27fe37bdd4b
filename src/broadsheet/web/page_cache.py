"""Pages kept whole, packed. Never stale: a kept page stands only while nothing that it depends on has changed.

An anonymous page is kept under its language, its address and the *state of the house* (``watch``): the position of
the change log, the choices of the site, how the sources are doing, the date. A reader's page depends on more (marks,
settings, visits), so it is kept only while nothing at all was committed to the database by anybody, and half a minute
at most; its token is cut out and set in anew for each answer.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from threading import Lock

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.utils.cache import patch_vary_headers

from .. import languages
from . import packing, rendering, watch
from .frontpage import now
from .visits import visit_of

MOST_BYTES = 48 * 1024 * 1024
OWN_SECONDS = 30.0
FOR_DOOR = "broadsheet.kept"  # where the door (``door.py``) finds the page that an answer was made of
_TOKEN, _LETTERS = b' name="csrfmiddlewaretoken" value="', 64
State = tuple[bytes, date, bool]


@dataclass(slots=True, eq=False)
class Kept:
    """One page. ``until``: monotonic seconds. ``beside``: what the page itself named as its ground (``ground``).

    ``version`` is that of the database when the page was last known to stand; ``headers`` are those of whole answers,
    plain and packed, as the door repeats them.
    """

    state: State
    version: tuple[int, int, int] | None
    until: float
    beside: object
    pieces: list[packing.Piece]
    digest: str
    headers: dict[bool, list[tuple[str, str]]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Bytes kept."""
        return sum(len(one.packed) for one in self.pieces) + 500

    def stands(self, state: State) -> bool:
        """Whether an anonymous page may be given again, as far as the house says."""
        return self.state == state and time.monotonic() < self.until


_pages: OrderedDict[Hashable, Kept] = OrderedDict()
_size = 0
_lock = Lock()


def forget() -> None:
    """Drop all kept pages."""
    global _size
    watch.forget()
    with _lock:
        _pages.clear()
        _size = 0


def find(place: Hashable) -> Kept | None:
    """The page kept under a place, if any; whether it stands is another question."""
    with _lock:
        kept = _pages.get(place)
        if kept is not None:
            _pages.move_to_end(place)
    return kept


def keep(place: Hashable, kept: Kept) -> None:
    """Keep a page under a place; the longest unused go when room is short."""
    global _size
    with _lock:
        old = _pages.pop(place, None)
        _size += kept.size - (old.size if old is not None else 0)
        _pages[place] = kept
        while _size > MOST_BYTES and _pages:
            _size -= _pages.popitem(last=False)[1].size


def page(
    request: HttpRequest,
    today: date,
    build: Callable[[], HttpResponse],
    *,
    ground: Callable[[], object] | None = None,
    seconds: Callable[[], float] | None = None,
) -> HttpResponse:
    """The answer of ``build``, or the one kept since it was built.

    ``ground``: asked when something was written, for what the page depends on beside the house. ``seconds``: asked
    after the page was built, how long it may be kept at most (a day when not given).
    """
    if request.method not in {"GET", "HEAD"}:
        return build()
    visit = visit_of(request)
    at = watch.version()
    house = watch.house(at, getattr(request, "_broadsheet_site", None))
    state = watch.state(house, now())
    rendering.know_site(request, house.choices)
    language = languages.active()
    place = (language, visit.audience, request.META.get("HTTP_HOST", ""), request.scheme, request.get_full_path())
    if visit.personal and at is None:
        return _answer(request, _kept(build(), state, at, None, 0.0), own=True)
    kept = find(place)
    if kept is None or not kept.stands(state) or not _confirmed(kept, at, visit.personal, ground):
        beside = ground() if ground is not None else None
        response = build()
        longest = seconds() if seconds is not None else 86_400.0
        made = _kept(response, state, at, beside, min(longest, OWN_SECONDS) if visit.personal else longest)
        if isinstance(made, HttpResponse):
            return made
        kept = made
        keep(place, kept)
    return _answer(request, kept, own=visit.personal)


def _confirmed(
    kept: Kept, at: tuple[int, int, int] | None, personal: bool, ground: Callable[[], object] | None
) -> bool:
    """Whether the page stands although something may have been written; if so, it is known to stand now."""
    if at is not None and kept.version == at:
        return True
    if personal or (ground is not None and ground() != kept.beside):
        return False
    kept.version = at
    return True


def _kept(
    response: HttpResponse, state: State, at: tuple[int, int, int] | None, beside: object, seconds: float
) -> Kept | HttpResponse:
    """The page in pieces; what is no whole page (a redirect, a fault, a cookie) stays as it is."""
    if response.status_code != 200 or response.cookies or response.streaming:
        return response
    body, pieces, start = response.content, [], 0
    digest = blake2b(digest_size=10)
    while (found := body.find(_TOKEN, start)) >= 0:
        cut = found + len(_TOKEN)
        pieces.append(packing.piece(body[start:cut]))
        digest.update(body[start:cut])
        start = cut + _LETTERS
    pieces.append(packing.piece(body[start:]))
    digest.update(body[start:])
    return Kept(state, at, time.monotonic() + seconds, beside, pieces, digest.hexdigest())


def _answer(request: HttpRequest, kept: Kept | HttpResponse, *, own: bool) -> HttpResponse:
    """An answer from the pieces. A token is masked anew each time and not packed, so no length tells of it (BREACH)."""
    if isinstance(kept, HttpResponse):
        return kept
    between = [get_token(request).encode()] * (len(kept.pieces) - 1) if len(kept.pieces) > 1 else []
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    make = packing.gzipped if packed else packing.joined
    response = HttpResponse(make(kept.pieces, between))
    if packed:
        response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ("Accept-Encoding",))
    secret = str(request.META.get("CSRF_COOKIE", "")) if between else ""
    digest = blake2b(f"{kept.digest}{secret}".encode(), digest_size=10).hexdigest() if secret else kept.digest
    response["ETag"] = f'W/"{digest}"'
    if not own and not between:
        request.META[FOR_DOOR] = kept
    return response
