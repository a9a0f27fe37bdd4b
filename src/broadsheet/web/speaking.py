"""Which language a page is in: this browser's choice, else the reader's setting, else the site's, else English.

The browser's choice is a plain cookie, set by the buttons in the foot of every page. It decides nothing but words, so
it is not signed, and an anonymous page stays cacheable whole: it varies by ``Cookie`` already. ``Accept-Language`` is
not asked (DECISIONS.md). Programs are answered in English; feeds speak the site's language, whoever fetches them.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import override

from .. import config, languages
from ..catalogue import site
from . import access, rendering
from .visits import visit_of

COOKIE = "language"
CHOICE = "language"  # the site's choice
_PROGRAMS = ("/api/", "/static/", "/healthz", "/robots.txt")
_FEEDS = ("/feeds/", "/feeds.opml")


def of_site(request: HttpRequest) -> str:
    """The language that the site chose."""
    told = config.current().site
    if CHOICE in told:
        return languages.known(told[CHOICE], languages.SOURCE)
    if request.method in {"GET", "HEAD"}:  # the page asks for the choices in any case
        return languages.known(rendering.site(request).get(CHOICE), languages.SOURCE)
    return languages.known(site.choice(CHOICE), languages.SOURCE)


def of_browser(request: HttpRequest) -> str:
    """The language that this browser was set to; empty where it was not."""
    return languages.known(request.COOKIES.get(COOKIE))


def of(request: HttpRequest) -> str:
    """The language of the answer to ``request``."""
    if request.path.startswith(_PROGRAMS):
        return languages.SOURCE
    if request.path.startswith(_FEEDS):
        return of_site(request)
    chosen = of_browser(request)
    if chosen:
        return chosen
    visit = visit_of(request)
    own = visit.settings.language if visit.personal else ""
    return languages.known(own) or of_site(request)


def remember(response: HttpResponse, request: HttpRequest, language: str) -> None:
    """Set this browser to a language; with an empty one, back to the reader's or the site's."""
    if languages.known(language):
        response.set_cookie(COOKIE, language, max_age=access.COOKIE_DAYS * 86400, secure=request.is_secure(),
                            httponly=True, samesite="Lax")
    elif COOKIE in request.COOKIES:
        access.forget(response, COOKIE)


class LanguageMiddleware:
    """Make every text of the answer in its language."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = of(request)
        if language == languages.active():
            return self.get_response(request)
        with override(language):
            return self.get_response(request)
