"""The mail: subscribe with an address, see tomorrow's mail first, confirm, change, stop, and act from a mail.

Who may act here holds a secret address (the key of a subscription, a signed link), so no cookie is asked for and none
can be abused: another site does not know the address. Subscribing needs no secret; it is taken from our own pages only
(``Origin``, ``Sec-Fetch-Site``), and does no more than ask the owner of an address, once a day. GET changes nothing
anywhere: scanners of mail servers fetch every link.
"""

from __future__ import annotations

import logging
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from broadsheet import languages
from broadsheet.catalogue import papers
from broadsheet.config import current
from broadsheet.digest import links
from broadsheet.digest import subscriptions as service
from broadsheet.digest.models import Subscription
from broadsheet.digest.schedule import zone
from broadsheet.digest.setup import setup_of
from broadsheet.languages import LANGUAGES
from broadsheet.readers import service as readers
from broadsheet.readers import votes
from broadsheet.web import by_mail, limits, rendering
from broadsheet.web.frontpage import now
from broadsheet.web.rendering import render
from broadsheet.web.visits import visit_of

from . import errors

log = logging.getLogger("broadsheet.web")
ASKS, PAUSE = 6.0, 1 / 600  # how often one visitor may ask for mail: six at once, then one in ten minutes


@lru_cache(maxsize=1)
def _askers() -> limits.Buckets | limits.SharedBuckets:
    try:
        return limits.SharedBuckets(current().data / "askers", ASKS, PAUSE)
    except OSError as problem:
        log.warning("Who asks for mail is counted by each process alone: %s", problem.strerror)
        return limits.Buckets(ASKS, PAUSE)


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """Names of time zones for the form."""
    places = (one for one in available_timezones() if "/" in one and not one.startswith(("Etc/", "posix")))
    return (*sorted(places), "UTC")


def _ours(request: HttpRequest) -> bool:
    """Whether a form was sent from a page of this site: browsers say so, and programs have nothing to be abused."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin", "")
    return not origin or urlsplit(origin).netloc == request.get_host()


# -- what about ---------------------------------------------------------------------------------------------------

def about_in(request: HttpRequest) -> service.About:
    """What is asked for. Raises Http404 for what there is not."""
    given = request.POST if request.method == "POST" else request.GET
    return by_mail.about_of(given.get("kind", ""), given.get("value", ""), visit_of(request).reader)


# -- subscribing --------------------------------------------------------------------------------------------------

@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: HttpRequest) -> HttpResponse:
    """The form; after it the same sentence for every address."""
    if not visit_of(request).can("read"):
        raise Http404
    about = about_in(request)
    if request.method != "POST":
        return _form(request, about)
    if not _ours(request):
        return errors.forbidden(request)
    if not current().smtp_url:
        return _form(request, about, status=409)
    wait = _askers().take(limits.client_of(request))
    if wait:
        response = _form(request, about, status=429, fault=ngettext(
            "You have asked several times in a short while. Come back in {minutes} minute; nothing was sent now.",
            "You have asked several times in a short while. Come back in {minutes} minutes; nothing was sent now.",
            max(1, round(wait / 60))).format(minutes=max(1, round(wait / 60))))
        response["Retry-After"] = str(max(1, round(wait)))
        return response
    visit, typed = visit_of(request), request.POST.get("email", "")[:400]
    own = visit.account.email if visit.account is not None else ""
    cadence = request.POST.get("cadence", "daily")
    wishes = service.Wishes(cadence=cadence if cadence in service.CADENCE_WORDS else "daily",
                            timezone=current().timezone)
    try:
        made = service.ask(typed or own, about, wishes, setup_of(current(), rendering.site(request)), now(),
                           reader=visit.reader, proven=bool(own) and (typed or own).strip().lower() == own.lower())
    except service.Refused as problem:
        return _form(request, about, status=422, fault=str(problem))
    if made is not None:
        return HttpResponseRedirect(f"/mail/{made.key}?done=confirmed")
    return render(request, "mail_asked.jinja", {"about": about, "email": typed.strip()})


def _form(request: HttpRequest, about: service.About, *, status: int = 200, fault: str = "") -> HttpResponse:
    visit = visit_of(request)
    return render(request, "mail.jinja", {
        "about": about, "query": about.query(), "fault": fault, "sends": bool(current().smtp_url),
        "typed": request.POST.get("email", "")[:254] or (visit.account.email if visit.account else ""),
        "cadence": (request.POST or request.GET).get("cadence", "daily"), "cadences": service.CADENCE_WORDS,
        "mine": [_shown(one) for one in service.of_reader(visit.reader)], "keeper": visit.keeper,
    }, status=status)


# -- by the key of a subscription ---------------------------------------------------------------------------------

def _found(key: str) -> Subscription:
    found = service.find(key)
    if found is None:
        raise Http404(_("This link leads to no subscription: it was cut off, or its address was forgotten."))
    return found


def _shown(found: Subscription) -> dict[str, Any]:
    """What pages say of a subscription."""
    about = by_mail.known_to(found)
    moment = found.due_at.astimezone(zone(found.timezone)) if found.due_at else None
    return {"row": found, "about": about, "when": service.CADENCE_WORDS[found.cadence],
            "next": f"{languages.day_long(moment.date())}, {moment:%H:%M}" if moment else ""}


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """The link of the confirmation mail: a button; the button starts the mail."""
    found = _found(key)
    if request.method != "POST":
        if found.state == Subscription.State.ACTIVE:
            return HttpResponseRedirect(f"/mail/{key}")
        return render(request, "mail_confirm.jinja", _shown(found))
    if service.confirm(key, now()) is None:
        raise Http404(_("This link is too old, or the mail was stopped since. Subscribe again; it takes a minute."))
    return HttpResponseRedirect(f"/mail/{key}?done=confirmed")


@require_http_methods(["GET", "HEAD", "POST"])
def subscription(request: HttpRequest, key: str) -> HttpResponse:
    """The settings of a subscription."""
    found = _found(key)
    if found.state == Subscription.State.ASKED:
        return HttpResponseRedirect(f"/mail/confirm/{key}")
    if found.kind == service.ALERT:
        return HttpResponseRedirect(f"/alerts/{found.value}")
    if request.method != "POST":
        return _settings(request, found, {})
    given = {name: request.POST.get(name, "")[:100] for name in request.POST}
    checked = service.check(given, now().date())
    if checked.faults:
        return _settings(request, found, checked.faults, typed=given, status=422)
    service.change(key, checked.wishes, now())
    return HttpResponseRedirect(f"/mail/{key}?done=saved")


_DONE = {"confirmed": _lazy("Your mail is set up."), "saved": _lazy("Your changes are saved."),
         "resumed": _lazy("Your mail goes on.")}


def _settings(request: HttpRequest, found: Subscription, faults: dict[str, str], *, typed: dict[str, str] | None = None,
              status: int = 200) -> HttpResponse:
    paused = service.paused_until(found, now())
    values = {"cadence": found.cadence, "weekday": str(found.weekday), "hour": str(found.hour),
              "timezone": found.timezone, "most": str(found.most), "fewest": str(found.fewest),
              "pause": paused.isoformat() if paused else "", "language": found.language}
    return render(request, "mail_settings.jinja", {
        **_shown(found), "faults": faults, "typed": {**values, **(typed or {})}, "zones": zones(),
        "cadences": service.CADENCE_WORDS, "weekdays": service.WEEKDAYS,
        "languages": LANGUAGES, "done": _DONE.get(request.GET.get("done", "")),
        "paused": paused, "key": found.key,
    }, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, key: str) -> HttpResponse:
    """Unsubscribe: POST does it, with no cookie and whatever the body says (RFC 8058); GET only shows the button."""
    found = _found(key)
    if request.method == "POST":
        found = service.stop(key, now()) or found
    return render(request, "mail_stop.jinja", {**_shown(found), "key": key, "stopped": found.state == "stopped"})


@require_http_methods(["POST"])
def resume(request: HttpRequest, key: str) -> HttpResponse:
    """Take the unsubscribing back."""
    if service.resume(_found(key).key, now()) is None:
        raise Http404(_("There is nothing to take back here. Subscribe again; it takes a minute."))
    return HttpResponseRedirect(f"/mail/{key}?done=resumed")


# -- acts from a mail ---------------------------------------------------------------------------------------------

@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, token: str) -> HttpResponse:
    """Vote or save from a mail: a page with one button, then done; the act can be taken back there."""
    moment: datetime = now()
    wanted = links.read(token, moment.date())
    row = Subscription.objects.select_related("reader").filter(pk=wanted.subscription).first() if wanted else None
    paper = papers.by_key(wanted.paper) if wanted else None
    reader = row.reader if row is not None else None
    if wanted is None or reader is None or paper is None or not links.may(reader, wanted.verb):
        raise Http404(_("This link is too old, or was cut off. Nothing was changed."))
    done, fault = "", ""
    if request.method == "POST":
        undo = "undo" in request.POST
        try:
            if wanted.verb == "vote":
                (votes.take_back if undo else votes.cast)(reader, paper.pk, moment)
            elif undo:
                readers.unmark(reader, [paper.pk], readers.SAVED)
            else:
                readers.mark(reader, [paper.pk], readers.SAVED, moment)
            done = "undone" if undo else "done"
        except votes.NotAllowed as problem:
            fault = str(problem)
    from broadsheet.web.shown import Shown

    return render(request, "mail_act.jinja", {"verb": wanted.verb, "shown": Shown(paper), "done": done, "fault": fault,
                                              "token": token}, status=403 if fault else 200)
