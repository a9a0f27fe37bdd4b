"""Tomorrow's mail before anyone subscribes, in a frame; and that same mail sent once to one's own address.

Sent is only to an address that is proven: of the visitor's account, of a mail that the visitor confirmed, of the
keeper. So nobody can be written to by somebody else through this.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from broadsheet.config import current
from broadsheet.digest import doctor
from broadsheet.digest import subscriptions as service
from broadsheet.digest.letter import Letter
from broadsheet.digest.message import Envelope, build, html_of, text_of
from broadsheet.digest.models import Subscription
from broadsheet.digest.notes import notes_of
from broadsheet.digest.prepare import Preparer
from broadsheet.digest.setup import Setup, setup_of
from broadsheet.digest.subscriptions import About
from broadsheet.digest.transport import Connection, Down, Later, Refused, Server
from broadsheet.web import limits, rendering
from broadsheet.web.for_you import taste_of
from broadsheet.web.frontpage import now, site_of
from broadsheet.web.rendering import render
from broadsheet.web.visits import visit_of

from .mail import about_in

TRIALS, PAUSE = 3.0, 1 / 600  # how often an address gets a trial: three at once, then one in ten minutes
PATIENCE = 10.0  # seconds for any answer of the mail server; a person waits
# The mail as it is: styles stand inside it, nothing else may be loaded, and only our own page shows it in a frame.
LETTER_POLICY = ("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
                 "frame-ancestors 'self'; sandbox allow-top-navigation-by-user-activation allow-popups")
FRAME_POLICY = ("default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; "
                "connect-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")


@lru_cache(maxsize=1)
def _trials() -> limits.Buckets | limits.SharedBuckets:
    return limits.shared("trials", TRIALS, PAUSE)


def _weekly(request: HttpRequest) -> bool:
    return (request.POST if request.method == "POST" else request.GET).get("cadence") == "weekly"


@require_safe
def preview(request: HttpRequest) -> HttpResponse:
    """Tomorrow's mail as it would be now, in a frame, before anyone subscribes."""
    if not visit_of(request).can("read"):
        raise Http404
    return _page(request, about_in(request))


def _page(request: HttpRequest, about: About, *, done: str = "", fault: str = "", status: int = 200) -> HttpResponse:
    weekly = _weekly(request)
    query = about.query("weekly" if weekly else "")
    response = render(request, "mail_preview.jinja", {
        "about": about, "query": query, "weekly": weekly, "sends": rendering.sends_mail(), "done": done,
        "fault": fault, "addresses": addresses(request), "letter": f"/mail/preview/letter{query}",
        "other": f"/mail/preview{about.query('' if weekly else 'weekly')}",
        "text": f"/mail/preview/letter{query}{'&' if query else '?'}as=text"}, status=status)
    response["Content-Security-Policy"] = FRAME_POLICY
    return response


def _letter(request: HttpRequest, about: About, moment: datetime, setup: Setup, email: str = "") -> Letter:
    """The letter about something, as a new subscription would get it; ``email``: to whom it is sent as a trial."""
    visit, config = visit_of(request), current()
    shown = Subscription(
        pk=0, key="0" * 32, email=email, kind=about.kind, value=about.value, label=about.label, state="active",
        cadence="weekly" if _weekly(request) else "daily", weekday=(moment + timedelta(days=1)).weekday(),
        timezone=config.timezone, asked_at=moment, due_at=moment,
        reader=visit.reader if visit.reader is not None and (email or about.kind in service.OWN_KINDS) else None)
    return Preparer(setup, site_of(request), moment, taste_of).preview(shown)


def _setup(request: HttpRequest, moment: datetime) -> Setup:
    return setup_of(current(), rendering.site(request), notes_of(moment))


@require_safe
def letter(request: HttpRequest) -> HttpResponse:
    """The mail itself: HTML in a frame of ours, or its plain text."""
    if not visit_of(request).can("read"):
        raise Http404
    moment = now()
    made = _letter(request, about_in(request), moment, _setup(request, moment))
    if request.GET.get("as") == "text":
        return HttpResponse(text_of(made), content_type="text/plain; charset=utf-8")
    response = HttpResponse(html_of(made).replace("<head>", '<head><base target="_top">', 1))
    response["Content-Security-Policy"] = LETTER_POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    return response


def addresses(request: HttpRequest) -> list[str]:
    """To whom the visitor may send a trial: addresses that are proven to be the visitor's own."""
    visit = visit_of(request)
    if not rendering.sends_mail():
        return []
    found = [visit.account.email] if visit.account is not None else []
    if visit.account is not None or visit.local:
        found += [one.email for one in service.of_reader(visit.reader) if one.state == Subscription.State.ACTIVE]
    if visit.keeper and current().contact:
        found.append(current().contact)
    return list(dict.fromkeys(one.strip().lower() for one in found))


@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Send the mail that the page shows, now, once. POST ``to``: one of the visitor's own addresses."""
    if not visit_of(request).can("read"):
        raise Http404
    about, own = about_in(request), addresses(request)
    to = request.POST.get("to", "").strip().lower() or (own[0] if own else "")
    if to not in own:
        raise Http404(_("A trial goes to an address of one’s own only: of an account, or of a mail that was "
                        "confirmed."))
    if current().offline:
        return _page(request, about, status=409, fault=_(
            "This site is set to ask no other machine (`offline`). Nothing was sent."))
    if wait := _trials().take(to):
        minutes = max(1, round(wait / 60))
        response = _page(request, about, status=429, fault=ngettext(
            "Several trials went to this address in a short while. Come back in {minutes} minute; nothing was sent "
            "now.", "Several trials went to this address in a short while. Come back in {minutes} minutes; nothing "
            "was sent now.", minutes).format(minutes=minutes))
        response["Retry-After"] = str(max(1, round(wait)))
        return response
    fault = _sent(request, about, to, now())
    if fault:
        return _page(request, about, fault=fault, status=409)
    return _page(request, about, done=_("The mail server took it. Look into the mailbox of {address}, and into its "
                                        "junk mail.").format(address=to))


def _sent(request: HttpRequest, about: About, to: str, moment: datetime) -> str:
    """Hand the mail over; empty, or a sentence for what went wrong."""
    setup = _setup(request, moment)
    made = _letter(request, about, moment, setup, to)
    message = build(made, Envelope(setup.mail_from, setup.site_name, to, "", "", "",
                                   f"trial:{to}:{moment.isoformat()}", moment))
    server = Server.of(current().smtp_url, current().smtp_ca)
    try:
        with Connection(server, timeout=PATIENCE) as connection:
            connection.send(setup.mail_from, to, message)
    except Later as problem:
        return _("The mail server asks to come back later ({answer}). Nothing was sent; try again in ten "
                 "minutes.").format(answer=problem)
    except Refused as problem:
        return _("The mail server refuses it ({answer}). Nothing was sent.").format(answer=problem)
    except Down as problem:
        if visit_of(request).keeper:
            return doctor.told(problem, server, setup.mail_from)
        return _("The mail server of this site cannot be used now. Nothing was sent; its keeper sees the cause with "
                 "`broadsheet doctor mail`.")
    return ""
