"""Who is let through: the secret path for programs, API tokens, and the door of a site for members only."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.http import urlencode

from broadsheet.api import problems
from broadsheet.api.problems import Problem
from broadsheet.catalogue import site
from broadsheet.config import current

from . import proxies
from .visits import visit_of

Handler = Callable[[HttpRequest], HttpResponseBase]
PREFIX = "/with/"
CHOICE = "program_path"  # the site's choice that holds the hash of the secret
# What a program may read by the secret path.
_FOR_PROGRAMS = ("/api/", "/feeds", "/papers/", "/search")
# What stands before the door of a members' site.
_OPEN = (
    "/feeds/private/",  # who has the secret address reads as its owner does; a wrong one leads nowhere
    "/mail/",  # who has a link from a mail is known by it
    "/sign-in",
    "/sign-up",
    "/sign-out",
    "/invitation/",
    "/account/verify/",
    "/account/oidc/",
    "/setup",
    "/language",
    "/static/",
    "/healthz",
    "/robots.txt",
)
_OWN = ("/account", "/settings")
# What no token opens: whoever has one must not make himself another, or a new password.
_PEOPLE_ONLY = ("/account", "/sign-", "/invitation", "/members", "/settings", "/setup")


def renew_secret() -> str:
    """A new secret for the path of programs; the one before is void. Only its hash is kept."""
    secret = secrets.token_urlsafe(24)
    site.choose(CHOICE, hashlib.sha256(secret.encode()).hexdigest())
    return secret


def has_secret() -> bool:
    """Whether there is a secret path."""
    return bool(site.choice(CHOICE))


def close_secret() -> None:
    """Close the secret path."""
    site.choose(CHOICE, "")


def _fits(secret: str) -> bool:
    kept = str(site.choice(CHOICE) or "")
    return bool(kept) and hmac.compare_digest(kept, hashlib.sha256(secret.encode()).hexdigest())


class SecretPathMiddleware:
    """``/with/SECRET/api/...`` is ``/api/...`` read as a member; with a wrong secret there is no such page."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        secret, slash, rest = request.path_info.removeprefix(PREFIX).partition("/")
        place = slash + rest
        if request.method not in {"GET", "HEAD"} or not place.startswith(_FOR_PROGRAMS) or not _fits(secret):
            return HttpResponse("There is no such page.\n", status=404, content_type="text/plain; charset=utf-8")
        request.META[proxies.BY_PATH] = PREFIX + secret
        request.path_info = request.path = place
        response = self.get_response(request)
        response["Cache-Control"] = "private, no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex"
        return response


class GateMiddleware:
    """Refuse a token that is not right or reaches too far; on a members' site send strangers to the sign-in page."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        visit = visit_of(request)
        if visit.bearer:
            refused = self._token(request)
            if refused is not None:
                return refused
            # A program sends its token itself; there is no ambient authority that another site could use.
            request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        elif visit.account is not None:
            request.user = visit.account
        # A blocked member still reads why, takes the own data out, and leaves.
        free = _OPEN if visit.account is None else _OPEN + _OWN
        if current().privacy == "members" and not request.path.startswith(free) and not visit.can("read"):
            return self._stranger(request)
        return self.get_response(request)

    @staticmethod
    def _token(request: HttpRequest) -> HttpResponse | None:
        visit = visit_of(request)
        if visit.token is None:
            return _refuse(401, "invalid_token", "This token is wrong, has expired or was revoked. Nothing was done.")
        acts = request.method not in {"GET", "HEAD", "OPTIONS"}
        if request.path.startswith(_PEOPLE_ONLY) or (acts and not request.path.startswith("/api/")):
            return _refuse(403, "insufficient_scope", "Tokens are for /api/ and for reading. Nothing was done.")
        if acts and not set(visit.token.scopes) - {"read"}:
            return _refuse(403, "insufficient_scope", "This token may only read. Nothing was done.")
        return None

    @staticmethod
    def _stranger(request: HttpRequest) -> HttpResponse:
        visit = visit_of(request)
        if request.path.startswith("/api/") or request.method not in {"GET", "HEAD"}:
            return _refuse(401, "members_only", "This site is for members: send a token, or sign in.")
        if visit.account is not None:
            return HttpResponseRedirect("/account")
        return HttpResponseRedirect("/sign-in?" + urlencode({"next": request.get_full_path()}))


def _refuse(status: int, code: str, what: str) -> HttpResponse:
    response = problems.response_of(Problem(status, "sign-in" if status == 401 else "not-allowed", what, code=code))
    if code == "invalid_token":
        response["WWW-Authenticate"] += f', error="{code}"'
    return response
