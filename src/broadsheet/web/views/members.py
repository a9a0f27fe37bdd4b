"""Members and invitations, for administrators.

Nothing here, for administrators included, shows what anybody reads, saves, hides or votes.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from broadsheet import languages
from broadsheet.config import current
from broadsheet.errors import UsageError
from broadsheet.readers import roles
from broadsheet.readers.accounts import invitations as inviting
from broadsheet.readers.accounts import mail, service
from broadsheet.readers.accounts.models import Account
from broadsheet.web import gate, names
from broadsheet.web.rendering import render
from broadsheet.web.visits import visit_of

PER_PAGE = 100


def _administrator(request: HttpRequest) -> bool:
    """Whether the visitor administers; who does not is told that there is no such page."""
    if not visit_of(request).can("administer"):
        raise Http404
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def members(request: HttpRequest) -> HttpResponse:
    """Who has an account and with which roles. Never what anybody reads: not even the day of the last visit."""
    _administrator(request)
    fault, said, link = "", "", ""
    if request.method == "POST":
        try:
            said, link = _member_act(request)
        except UsageError as problem:
            fault = str(problem)
    asked = " ".join(request.GET.get("q", "").split())[:100]
    rows = service.members()
    if asked:
        rows = rows.filter(email__icontains=asked) | rows.filter(reader__name__icontains=asked)
    page = max(1, int(request.GET["page"])) if request.GET.get("page", "").isdecimal() else 1
    total = rows.count()
    return render(
        request,
        "account/members.jinja",
        {
            "members": list(rows[(page - 1) * PER_PAGE : page * PER_PAGE]),
            "total": total,
            "page": page,
            "asked": asked,
            "last": max(1, -(-total // PER_PAGE)),
            "roles": roles.ROLES,
            "fault": fault,
            "said": said,
            "link": link,
            "me": visit_of(request).account,
        },
        status=422 if fault else 200,
    )


def _member_act(request: HttpRequest) -> tuple[str, str]:
    """Do what an administrator asked for one account; returns a sentence and, for a link, the link."""
    post, now, actor = request.POST, timezone.now(), visit_of(request).reader
    number = post.get("account", "")
    account = Account.objects.filter(pk=int(number)).first() if number.isdecimal() else None
    if account is None:
        raise Http404
    act = post.get("act", "")
    if act == "roles":
        given = service.set_roles(account, post.getlist("role")[:5], now, actor=actor)
        return _("{address} is now {roles}.").format(
            address=account.email, roles=names.roles(given or ["reader"])), ""
    if act == "block":
        service.block(account, post.get("reason", "")[:2000], now, actor=actor)
        return _("{address} is blocked; sessions and tokens have ended.").format(address=account.email), ""
    if act == "unblock":
        service.unblock(account, now, actor=actor)
        return _("{address} is no longer blocked.").format(address=account.email), ""
    if act == "link":
        service.log(actor, "account.link", service.subject(account), now)
        base = current().site_url or f"{request.scheme}://{request.get_host()}"
        said = _("A one-time link for {address}, for a day:").format(address=account.email)
        return said, service.password_link(account, base)
    if act == "end":
        ended = service.end_sessions(account)
        service.log(actor, "account.sessions", service.subject(account), now)
        return ngettext("{count} session of {address} ended.", "{count} sessions of {address} ended.", ended).format(
            count=languages.number(ended), address=account.email), ""
    if act == "remove" and post.get("sure") == account.email:
        service.remove(account, now, actor=actor)
        return _("{address} is removed. Votes and comments stay without a name; all else is erased.").format(
            address=account.email), ""
    raise UsageError(
        _("To remove an account, write its address into the field. Nothing was done.")
        if act == "remove"
        else _("That is not an act. Nothing was done.")
    )


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def invitations(request: HttpRequest) -> HttpResponse:
    """Invitations that wait; a new one is shown once, as a link."""
    _administrator(request)
    now, actor, fault, link = timezone.now(), visit_of(request).reader, "", ""
    post = request.POST
    if request.method == "POST" and "withdraw" in post:
        if not post["withdraw"].isdecimal() or not inviting.withdraw(int(post["withdraw"]), now, actor=actor):
            raise Http404
        return HttpResponseRedirect("/members/invitations")
    if request.method == "POST":
        try:
            _, secret = inviting.make(post.get("email", "")[:300], post.getlist("role")[:5], now, actor=actor)
            link = inviting.link(secret, current().site_url or f"{request.scheme}://{request.get_host()}")
        except UsageError as problem:
            fault = str(problem)
    return render(
        request,
        "account/invitations.jinja",
        {
            "invitations": list(inviting.open_ones(now)[:500]),
            "fault": fault,
            "link": link,
            "roles": roles.ROLES,
            "typed": post.get("email", "")[:254] if fault else "",
            "registration": current().registration,
            "mail": mail.set_up(),
            "days": inviting.DAYS,
        },
        status=422 if fault else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def programs(request: HttpRequest) -> HttpResponse:
    """The secret path for programs that cannot send a token: made, renewed, closed."""
    _administrator(request)
    made = ""
    if request.method == "POST":
        actor, now = visit_of(request).reader, timezone.now()
        if request.POST.get("act") == "close":
            gate.close_secret()
        else:
            base = current().site_url or f"{request.scheme}://{request.get_host()}"
            made = f"{base.rstrip('/')}{gate.PREFIX}{gate.renew_secret()}"
        service.log(actor, "programs.path", "close" if not made else "renew", now)
    return render(
        request, "account/programs.jinja", {"made": made, "exists": gate.has_secret(), "privacy": current().privacy}
    )
