"""The house's own pages of accounts: overview, sessions, tokens, the way in by invitation, the first account."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any, cast
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from broadsheet.config import current
from broadsheet.errors import UsageError
from broadsheet.languages import number
from broadsheet.readers import naming, roles
from broadsheet.readers import tokens as api_tokens
from broadsheet.readers.accounts import adoption, mail, service
from broadsheet.readers.accounts import invitations as inviting
from broadsheet.readers.accounts.adapter import INVITED, SAID
from broadsheet.readers.accounts.models import Account
from broadsheet.readers.models import Reader
from broadsheet.web import access, proxies
from broadsheet.web.rendering import render
from broadsheet.web.visits import visit_of

log = logging.getLogger("broadsheet.web")
LIFETIMES = (("30", _lazy("30 days")), ("90", _lazy("90 days")), ("365", _lazy("a year")), ("", _lazy("until revoked")))
SCOPES = {
    "read": _lazy("Read: papers, search, lists, and what this site shows to members."),
    "act": _lazy("Act for me: vote, comment, submit, save, follow."),
    "curate": _lazy("Curate: pin, drop and move papers, confirm claims."),
    "moderate": _lazy("Moderate: reports, hiding, blocking."),
    "admin": _lazy("Administer: members and the site’s choices."),
}


# -- parts --------------------------------------------------------------------------------------------------------


def entrance(request: HttpRequest) -> dict[str, Any]:
    """What pages of accounts show beside their form: whether mail is set up, the provider, a sentence of what was done.

    A global of the templates, for views of django-allauth hand over their form only.
    """
    config = current()
    said = ""
    if request.COOKIES and getattr(request, "session", None) is not None and not visit_of(request).local:
        said = str(request.session.pop(SAID, "")) if SAID in request.session else ""
    return {
        "mail": mail.set_up(),
        "registration": config.registration,
        "said": said,
        "provider": config.oidc_name if config.oidc_url else "",
        "by_header": bool(proxies.named(request)),
        "next": request.POST.get("next") or request.GET.get("next") or "",
    }


def not_needed(request: HttpRequest) -> HttpResponse:
    """In local mode there is nobody to sign in."""
    return render(request, "account/local.jinja", {})


def going_on(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A redirect to another host becomes a page that leads there.

    Forms may end at this site only (``form-action 'self'``), and browsers hold redirects after a form to that too.
    """
    target = urlsplit(response["Location"])
    if not target.netloc or target.netloc == request.get_host():
        return response
    if target.scheme not in {"https", "http"}:
        log.error("The OpenID Connect provider names %r to sign in at, which is no web address", target.scheme)
        return render(request, "socialaccount/authentication_error.jinja", {}, status=502)
    page = render(
        request,
        "account/going_on.jinja",
        {"target": response["Location"], "host": target.hostname, "name": current().oidc_name},
    )
    page.cookies = response.cookies
    page["Cache-Control"] = "private, no-store"
    return page


def at_provider(function: Callable[..., HttpResponseBase], request: HttpRequest, **arguments: Any) -> HttpResponseBase:
    """Go to or come from the provider; one that is away, or answers what cannot be used, is a sentence."""
    from allauth.socialaccount.providers.oauth2.client import OAuth2Error
    from requests import RequestException

    try:
        return function(request, **arguments)
    except (RequestException, OAuth2Error, KeyError, ValueError) as problem:
        log.error("The OpenID Connect provider could not be used: %s: %s", type(problem).__name__, problem)
        return render(request, "socialaccount/authentication_error.jinja", {}, status=502)


def _signed_in(request: HttpRequest) -> Account | None:
    return visit_of(request).account


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if visit_of(request).local:
        return not_needed(request)
    return HttpResponseRedirect("/sign-in?" + urlencode({"next": request.get_full_path()}))


def _say(request: HttpRequest, sentence: str) -> None:
    """Keep a sentence for the next page."""
    if not visit_of(request).local:
        request.session[SAID] = sentence


def _reader(account: Account) -> Reader:
    return account.reader or adoption.adopt(account, None, timezone.now())


# -- one's own account --------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD"])
def account(request: HttpRequest) -> HttpResponse:
    """Everything about the account on one page, each part with the way to change it."""
    mine = _signed_in(request)
    if mine is None:
        return _to_sign_in(request)
    from allauth.mfa.models import Authenticator
    from allauth.usersessions.models import UserSession

    reader = _reader(mine)
    kinds = list(Authenticator.objects.filter(user=mine).values_list("type", flat=True))
    return render(
        request,
        "account/account.jinja",
        {
            "account": mine,
            "reader": reader,
            "codes": "totp" in kinds,
            "passkeys": kinds.count("webauthn"),
            "sessions": UserSession.objects.filter(user=mine).count(),
            "tokens": api_tokens.live(reader, timezone.now()).count(),
            "has_password": mine.has_usable_password(),
            "faults": {},
            "administers": visit_of(request).can("administer"),
        },
    )


@require_POST
@csrf_protect
def name(request: HttpRequest) -> HttpResponse:
    """Change the name that others see."""
    mine = _signed_in(request)
    if mine is None:
        return _to_sign_in(request)
    try:
        naming.choose(_reader(mine), request.POST.get("name", "")[:200])
        _say(request, _("Your name is changed."))
    except UsageError as problem:
        _say(request, str(problem))
    return HttpResponseRedirect("/account")


@require_http_methods(["GET", "HEAD"])
def protection(request: HttpRequest) -> HttpResponse:
    """Passkeys, one-time codes and recovery codes."""
    mine = _signed_in(request)
    if mine is None:
        return _to_sign_in(request)
    from allauth.mfa.models import Authenticator

    found = list(Authenticator.objects.filter(user=mine).order_by("created_at", "pk"))
    return render(
        request,
        "account/protection.jinja",
        {
            "passkeys": [one.wrap() for one in found if one.type == "webauthn"],
            "codes": next((one for one in found if one.type == "totp"), None),
            "recovery": next(
                (len(one.wrap().get_unused_codes()) for one in found if one.type == "recovery_codes"), None
            ),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def sessions(request: HttpRequest) -> HttpResponse:
    """Where the account is signed in; each session can be ended, or all others at once."""
    mine = _signed_in(request)
    if mine is None:
        return _to_sign_in(request)
    from allauth.usersessions.models import UserSession

    here = request.session.session_key or ""
    if request.method == "POST":
        ended = request.POST.get("end", "")
        if ended == "others":
            count = service.end_sessions(mine, keep=here)
            _say(request, ngettext(
                "{count} other session ended.", "{count} other sessions ended.", count).format(count=number(count)))
        elif not ended.isdecimal() or not service.end_session(mine, int(ended)):
            raise Http404
        elif request.session.exists(here):
            _say(request, _("That session has ended."))
        else:
            request.session.flush()
            return HttpResponseRedirect("/sign-in")
        return HttpResponseRedirect("/account/sessions")
    rows = UserSession.objects.purge_and_list(mine)
    rows.sort(key=lambda row: (row.session_key != here, -row.created_at.timestamp()))
    return render(request, "account/sessions.jinja", {"sessions": rows, "here_key": here})


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def tokens(request: HttpRequest) -> HttpResponse:
    """API tokens: made here, shown once, revoked here."""
    mine, now = _signed_in(request), timezone.now()
    if mine is None:
        return _to_sign_in(request)
    reader, fault, made = _reader(mine), "", ""
    post = request.POST
    if request.method == "POST" and "revoke" in post:
        if not post["revoke"].isdecimal() or not api_tokens.revoke(reader, int(post["revoke"]), now):
            raise Http404
        _say(request, _("The token is revoked."))
        return HttpResponseRedirect("/account/tokens")
    if request.method == "POST":
        days = post.get("days", "365")
        try:
            made = api_tokens.make(
                reader,
                post.get("name", "")[:200],
                post.getlist("scope")[:10],
                now,
                days=int(days) if days.isdecimal() else None,
            )[1]
        except UsageError as problem:
            fault = str(problem)
    return render(
        request,
        "account/tokens.jinja",
        {
            "tokens": list(api_tokens.live(reader, now)),
            "made": made,
            "fault": fault,
            "typed": post.get("name", "")[:80],
            "scopes": [(scope, SCOPES[scope]) for scope in roles.scopes_for(reader)],
            "lifetimes": LIFETIMES,
            "picked": post.getlist("scope")[:10] if fault else ["read"],
            "base": current().site_url.rstrip("/") or f"{request.scheme}://{request.get_host()}",
        },
        status=422 if fault else 200,
    )


# -- coming in ----------------------------------------------------------------------------------------------------


@csrf_protect
def reset(request: HttpRequest) -> HttpResponseBase:
    """Ask for a link by mail; where no mail is set up, say whom to ask instead."""
    if visit_of(request).local:
        return not_needed(request)
    if not mail.set_up():
        return render(request, "account/reset_by_keeper.jinja", {}, status=200 if request.method == "GET" else 503)
    from allauth.account.views import password_reset

    return cast(HttpResponseBase, password_reset(request))


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Show an invitation; taking it (by POST, so that no mail scanner does) leads to the form."""
    if visit_of(request).local:
        return not_needed(request)
    found = inviting.find(secret, timezone.now()) if current().registration != "closed" else None
    if found is None:
        return render(request, "account/invitation_gone.jinja", {}, status=404)
    if request.method == "POST":
        if request.user.is_authenticated:
            request.session.flush()
        request.session[INVITED] = found.pk
        request.session.cycle_key()
        return HttpResponseRedirect("/sign-up")
    response = render(request, "account/invitation.jinja", {"invitation": found})
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def first_administrator(request: HttpRequest) -> HttpResponse:
    """After the set-up code: the first administrator's account. There is no second time."""
    visit, now = visit_of(request), timezone.now()
    if visit.local:
        return not_needed(request)
    if service.has_administrator() or visit.account is not None or not access.is_keeper(request):
        raise Http404
    post, faults = request.POST, cast(dict[str, str], {})
    if request.method == "POST":
        made = _make_administrator(
            post.get("email", "")[:300], post.get("name", "")[:60], post.get("password", ""), now, faults
        )
        if made is not None:
            return _enter(request, made)
    return render(
        request,
        "account/first_administrator.jinja",
        {"faults": faults, "email": post.get("email", "")[:254], "name": post.get("name", "")[:60]},
        status=422 if faults else 200,
    )


def _make_administrator(
    email: str,
    name: str,
    password: str,
    now: datetime,
    faults: dict[str, str],
) -> Account | None:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    try:
        validate_password(password, Account(email=email))
    except ValidationError as problem:
        faults["password"] = " ".join(problem.messages)
    try:
        service.address(email)
        return None if faults else service.add(email, name, ("administrator",), now, password=password)
    except UsageError as problem:
        faults["email"] = str(problem)
        return None


def _enter(request: HttpRequest, made: Account) -> HttpResponse:
    """Sign the new administrator in, and end what the set-up code gave."""
    from allauth.account.adapter import get_adapter
    from allauth.account.internal.flows.login import perform_login, record_authentication
    from allauth.account.models import Login

    access.end_keeper(current().data)
    record_authentication(request, made, method="password", email=made.email)
    get_adapter(request)
    response = cast(HttpResponse, perform_login(request, Login(user=made, redirect_url="/setup")))
    access.forget(response, access.KEEPER_COOKIE)
    return response
