"""The door before Django: a whole anonymous page that stands is given again without waking the rest of the house.

Nothing is decided here: what is kept, under what state, and with which headers was decided by the answer that went
through all of Django before. Whoever brings a cookie (but those of forms and of the language) or a token, sends
anything but GET, asks conditionally, or has used up the limit of pages goes in; so does everybody where a trusted proxy
speaks for others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from broadsheet import languages
from broadsheet.config import current

from . import limits, page_cache, speaking, warming, watch
from .frontpage import now
from .middleware import ReaderMiddleware
from .packing import gzipped, joined

Environ = dict[str, Any]
Start = Callable[..., Any]
_INWARD = ("HTTP_AUTHORIZATION", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE")


def _anonymous(environ: Environ) -> str | None:
    """The language that the browser was set to (empty: none); None where a request may be somebody's own."""
    if environ["REQUEST_METHOD"] != "GET" or any(name in environ for name in _INWARD) or current().trusted_proxies:
        return None
    language = ""
    if cookies := environ.get("HTTP_COOKIE", ""):
        for one in cookies.split(";"):
            name, _, value = one.strip().partition("=")
            if name == speaking.COOKIE and value in languages.LANGUAGES:
                language = value
            elif name != "csrftoken":
                return None
    return language


class Door:
    """A WSGI application around Django's."""

    def __init__(self, inside: Callable[[Environ, Start], Iterable[bytes]]) -> None:
        self.inside = inside

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """Answer at the door if that is possible."""
        language = _anonymous(environ)
        if language is None:
            return self._inside(environ, start_response)
        packed = "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "")
        place = (
            "door",
            language,
            environ["wsgi.url_scheme"],
            environ.get("HTTP_HOST", ""),
            environ.get("SCRIPT_NAME", ""),
            environ["PATH_INFO"],
            environ.get("QUERY_STRING", ""),
        )
        kept = page_cache.find(place)
        if kept is not None and packed in kept.headers and self._open(kept, environ):
            start_response("200 OK", list(kept.headers[packed]))
            return [(gzipped if packed else joined)(kept.pieces)]

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            made = environ.get(page_cache.FOR_DOOR)
            sets = any(name.lower() == "set-cookie" for name, _ in headers)
            if made is not None and status.startswith("200 ") and not sets:
                made.headers[packed] = list(headers)
                page_cache.keep(place, made)
            return start_response(status, headers, *more)

        return self._inside(environ, start)

    def _inside(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        answer = self.inside(environ, start_response)
        if environ["PATH_INFO"] != "/healthz":
            warming.answered()
        return answer

    @staticmethod
    def _open(kept: page_cache.Kept, environ: Environ) -> bool:
        at = watch.version()
        if not kept.stands(watch.state(watch.house(at), now())):
            return False
        if kept.beside is not None and (at is None or kept.version != at):
            return False
        path = environ["PATH_INFO"]
        return not limits.counts(path) or not ReaderMiddleware.buckets.take(limits.client_in(environ))
