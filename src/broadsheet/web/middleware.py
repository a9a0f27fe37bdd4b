"""What every answer has in common: strict headers, who is looking, a limit for walkers of the archive."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode

from broadsheet.api import problems
from broadsheet.readers import service

from . import access, limits
from .visits import Visit

Handler = Callable[[HttpRequest], HttpResponseBase]
log = logging.getLogger("broadsheet.web")

# Nothing inline, nothing from another host. `connect-src` is for htmx, `img-src` for the plots' files.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=(), browsing-topics=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
ANONYMOUS_SECONDS = 60  # how long a shared cache may keep an anonymous page


class HeadersMiddleware:
    """Set the security headers that no view may forget, and the length, so that no answer goes out in chunks."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if isinstance(response, HttpResponse) and response.status_code not in {204, 304}:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response


class ReaderMiddleware:
    """Attach the :class:`Visit`; take the tokened link; mark pages private or cacheable; hold walkers back."""

    buckets: limits.Buckets | limits.SharedBuckets = limits.Buckets()

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "key" in request.GET and request.path == "/" and request.method in {"GET", "HEAD"}:
            return self._tokened(request)
        visit = Visit(request)
        request.visit = visit  # type: ignore[attr-defined]
        request.reader = visit.reader if visit.personal else None  # type: ignore[attr-defined]
        if not visit.personal and limits.counts(request.path):
            wait = self.buckets.take(limits.client_of(request))
            if wait:
                return _later(wait, api=request.path.startswith("/api/"))
        response = self.get_response(request)
        _say_who_may_keep(response, visit)
        if request.method == "GET" and response.status_code == 200 and visit.reader is not None:
            # After the answer is sent: the reader waits for no write.
            response._resource_closers.append(lambda: _note(visit))  # type: ignore[attr-defined]
        return response

    @staticmethod
    def _tokened(request: HttpRequest) -> HttpResponse:
        """Answer the link that `start` prints: the cookie if the token fits, and the address without the token."""
        rest = request.GET.copy()
        given = str(rest.pop("key")[0])[:200]
        response = HttpResponseRedirect("/" + (f"?{urlencode(rest, doseq=True)}" if rest else ""))
        response["Cache-Control"] = "no-store"
        if access.loopback_request(request) and access.token_fits(given):
            access.let_in_locally(response, request)
        return response


def _say_who_may_keep(response: HttpResponseBase, visit: Visit) -> None:
    """Anonymous pages may be kept whole by any cache; a reader's by nobody."""
    patch_vary_headers(response, ("Cookie",))
    if visit.personal:
        response.headers.setdefault("Cache-Control", "private, no-cache")
    elif response.status_code in {200, 301, 308} and not response.cookies:
        response.headers.setdefault("Cache-Control", f"public, max-age={ANONYMOUS_SECONDS}")
    else:
        response.headers.setdefault("Cache-Control", "no-store")


def _note(visit: Visit) -> None:
    try:
        if visit.reader is not None:
            service.visited(visit.reader, timezone.now())
    except DatabaseError:
        log.warning("The visit was not noted: the database was busy. Nothing else is affected.")


def _later(wait: float, *, api: bool = False) -> HttpResponse:
    """429: plain text, made without template or database, so that refusing is cheaper than serving."""
    seconds = max(1, math.ceil(wait))
    if api:
        return problems.response_of(problems.Problem(
            429, "too-fast", f"Too many requests in a short time. Nothing is wrong; go on in {seconds} s. A token may "
            "ask more often.", retry_after=seconds))
    response = HttpResponse(
        f"Too many pages in a short time. Nothing is wrong; go on in {seconds} s.\n"
        "Programs: see /robots.txt, and /api/v1/papers for lists.\n",
        status=429, content_type="text/plain; charset=utf-8")
    response["Retry-After"] = str(seconds)
    response["Cache-Control"] = "no-store"
    return response
