"""Pages for what went wrong: each says what happened, what was kept, what to do; with a number to quote."""

from __future__ import annotations

import logging
import secrets

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from broadsheet import languages
from broadsheet.api import problems
from broadsheet.web.rendering import render

log = logging.getLogger("broadsheet.web")
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# The last resort when even the notice cannot be drawn (a database that is gone, say).
_BARE = ('<!doctype html><html lang="{}"><title>{}</title><h1>{}</h1><p>{}</p><p><a href="/">{}</a></p></html>')


def number() -> str:
    """A number to quote, as in ``7K3M-QX12``; it stands in the log beside the cause."""
    text = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{text[:4]}-{text[4:]}"


def _notice(request: HttpRequest, status: int, heading: str, lines: list[str]) -> HttpResponse:
    quote = number()
    level = logging.ERROR if status >= 500 else logging.INFO
    log.log(level, "%s on %s (%s)", status, request.path[:200], quote)
    if request.path.startswith("/api/"):
        name = {404: "not-found", 403: "form-token"}.get(status, "fault")
        return problems.response_of(problems.Problem(status, name, " ".join((heading + ".", lines[0])), quote=quote))
    try:
        return render(request, "error.jinja", {
            "heading": heading, "lines": lines, "quote": quote, "now": timezone.localtime(),
            "wanted": request.path.strip("/").replace("papers/", "")[:200] if status == 404 else "",
        }, status=status)
    except Exception:
        log.exception("The notice itself could not be drawn (%s)", quote)
        heading = _("This page could not be made")
        said = _("The fault is ours, and it is written down. Nothing of yours is lost. To quote: {number}")
        return HttpResponse(_BARE.format(
            languages.active(), heading, heading, said.format(number=quote), _("Today’s edition")), status=status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    said = str(exception.args[0]) if exception is not None and exception.args and isinstance(
        exception.args[0], str) else ""
    if said.endswith(" matches the given query."):  # Django's own words, for programmers
        said = ""
    return _notice(request, 404, _("There is no such page"),
                   [said or _("Nothing stands at this address: it was mistyped, or what stood here was taken away."),
                    _("Look for it by its title or number:")])


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """403."""
    return _notice(request, 403, _("This is not allowed from here"),
                   [_("Nothing was changed. The page was open for very long, came from another site, or is the "
                    "keeper’s alone."), _("Go back, load the page again, and try once more; or search:")])


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without its token (``CSRF_FAILURE_VIEW``)."""
    return forbidden(request, reason=reason)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: plain, since the asked host or the request itself cannot be trusted."""
    return HttpResponse(_("This request cannot be read, or asks for a host that is not this site. Nothing was "
                          "changed.\nThe keeper adds host names with the setting `allowed_hosts`.\n"),
                        status=400, content_type="text/plain; charset=utf-8")


def broken(request: HttpRequest) -> HttpResponse:
    """500. Django has logged the cause; our number stands one line below it."""
    response = _notice(request, 500, _("This page could not be made"),
                       [_("The fault is ours, and it is written down. Your marks are kept."),
                        _("Go on with today’s edition, or search:")])
    response["Cache-Control"] = "no-store"
    return response
