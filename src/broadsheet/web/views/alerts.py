"""Alerts: the list, the form, and the page of each with its last messages, a test, pause, secret and removal."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from broadsheet import languages
from broadsheet.config import current
from broadsheet.digest.alerts import apprising, saying, sending, service
from broadsheet.digest.alerts.models import Alert, AlertDelivery
from broadsheet.digest.alerts.ways import Ways
from broadsheet.digest.schedule import zone
from broadsheet.digest.setup import setup_of
from broadsheet.readers import roles
from broadsheet.readers.models import Reader
from broadsheet.web import by_mail, limits, mine, rendering
from broadsheet.web.frontpage import now
from broadsheet.web.rendering import render
from broadsheet.web.visits import visit_of

from .mail import zones

CHANNELS = {"mail": gettext_lazy("Mail"), "webhook": gettext_lazy("Webhook"), "apprise": gettext_lazy("Chat or push")}
MODES = {"once": gettext_lazy("At once, when a paper is there"),
         "bundled": gettext_lazy("Bundled: one message, at an hour of your choice")}
CADENCES = {"daily": gettext_lazy("Every day"), "workdays": gettext_lazy("On working days"),
            "weekly": gettext_lazy("Once a week")}
STATES = {
    "running": gettext_lazy("Running"), "failing": gettext_lazy("Failing"),
    "paused-reader": gettext_lazy("Paused"), "paused-mail": gettext_lazy("Stopped from a mail"),
    "paused-failing": gettext_lazy("Paused after failing for days"),
    "paused-gone": gettext_lazy("Ended by the receiver")}
DELIVERED = {"due": gettext_lazy("Waits"), "claimed": gettext_lazy("Under way"), "sent": gettext_lazy("Arrived"),
             "failed": gettext_lazy("Given up"), "skipped": gettext_lazy("Not sent")}


@dataclass
class Typed:
    """The form's fields as texts, and what is wrong with them."""

    channel: str = "webhook"
    target: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


@lru_cache(maxsize=1)
def testers() -> limits.Buckets | limits.SharedBuckets:
    """How often each reader may test, counted over all processes of the machine."""
    return limits.shared("alert-tests", service.TESTS, service.TEST_RATE)


@require_http_methods(["GET", "HEAD"])
def alerts(request: HttpRequest) -> HttpResponse:
    """The reader's alerts."""
    if (no := mine.closed(request, "follow")) is not None:
        return no
    rows = [_shown(one) for one in service.of(visit_of(request).reader)]
    return render(request, "alerts.jinja", {"places": mine.PLACES, "rows": rows})


def _shown(one: Alert) -> dict[str, Any]:
    """What pages say of an alert."""
    state = service.state_of(one)
    return {"row": one, "name": one.label or one.value, "page": saying.address(one),
            "channel": CHANNELS.get(one.channel, one.channel), "when": _when(one),
            "state": state, "state_words": STATES.get(state, state), "paused": state.startswith("paused")}


def _when(one: Alert) -> str:
    if one.mode == "once":
        return ngettext("at once, at most {count} message an hour", "at once, at most {count} messages an hour",
                        one.hourly).format(count=one.hourly)
    if one.cadence == "weekly":
        return _("bundled, on {day} at {hour}:00").format(day=languages.weekdays()[one.weekday], hour=f"{one.hour:02d}")
    if one.cadence == "workdays":
        return _("bundled, on working days at {hour}:00").format(hour=f"{one.hour:02d}")
    return _("bundled, every day at {hour}:00").format(hour=f"{one.hour:02d}")


# -- making -------------------------------------------------------------------------------------------------------

@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def new(request: HttpRequest) -> HttpResponse:
    """Make an alert about ``kind`` and ``value``. The secret of a webhook stands on the page that answers, once."""
    if (no := mine.closed(request, "follow")) is not None:
        return no
    visit = visit_of(request)
    given = request.POST if request.method == "POST" else request.GET
    about = _about(given.get("kind", ""), given.get("value", ""), visit.reader)
    plain = service.Wishes(timezone=current().timezone)
    if request.method != "POST":
        channel = "mail" if visit.account is not None and current().smtp_url else "webhook"
        return _form(request, None, about, Typed(channel, fields={k: str(v) for k, v in plain.as_row().items()}))
    typed, checked = _typed(request, plain)
    response = HttpResponseRedirect("/alerts")
    reader = visit.ensure_reader(response, now())
    try:
        target = service.target_of(reader, typed.channel, typed.target, current())
        if not typed.faults:
            made = service.make(reader, about, typed.channel, target, checked, now())
    except service.Refused as problem:
        typed.faults[problem.field] = str(problem)
    if typed.faults:
        return _form(request, None, about, typed, status=422)
    if made.secret:
        return _page(request, made.alert, secret=made.secret)
    response["Location"] = f"/alerts/{made.alert.key}?done=made"
    return response


def _about(kind: str, value: str, reader: Reader | None) -> service.About:
    """What is asked for, by its name in the catalogue. Raises Http404 for what there is not."""
    if kind not in service.KINDS:
        raise Http404(_("No alert is about this."))
    found = by_mail.about_of(kind, value, reader)
    return service.About(found.kind, found.value, found.label)


def _typed(request: HttpRequest, plain: service.Wishes) -> tuple[Typed, service.Wishes]:
    given = {name: request.POST.get(name, "")[:100] for name in plain.as_row() if name in request.POST}
    checked = service.check(given, plain)
    fields = {**{name: str(value) for name, value in plain.as_row().items()}, **given}
    return Typed(request.POST.get("channel", "")[:10], request.POST.get("target", "")[:2100].strip(), fields,
                 dict(checked.faults)), checked.wishes


def _form(request: HttpRequest, one: Alert | None, about: service.About, typed: Typed, *,
          status: int = 200) -> HttpResponse:
    visit = visit_of(request)
    reader = visit.reader
    keeper = reader is not None and roles.can(reader, "administer", local=reader.local)
    return render(request, "alert_form.jinja", {
        "places": mine.PLACES, "alert": one, "about": about, "typed": typed, "channels": CHANNELS, "modes": MODES,
        "cadences": CADENCES, "zones": zones(), "weekdays": languages.weekdays(),
        "services": apprising.NAMES, "keeper": keeper, "sends": bool(current().smtp_url),
        "address": visit.account.email if visit.account is not None else "",
    }, status=status)


# -- one alert ----------------------------------------------------------------------------------------------------

@require_http_methods(["GET", "HEAD", "POST"])
@csrf_protect
def alert(request: HttpRequest, key: str) -> HttpResponse:
    """An alert of the reader's own. POST ``do``: save, pause, resume, test, renew, remove."""
    if (no := mine.closed(request, "follow")) is not None:
        return no
    found = service.find(visit_of(request).reader, key)
    if found is None:
        raise Http404(_("No alert of yours has this address."))
    if request.method != "POST":
        return _page(request, found)
    do = request.POST.get("do", "")
    try:
        if do == "save":
            return _saved(request, found)
        if do == "renew":
            return _page(request, found, secret=service.renew(found.reader, found, now()))
        if do == "test":
            return _tested(request, found)
        if do == "pause":
            service.pause(found.reader, found, now())
        elif do == "resume":
            service.resume(found.reader, found, now())
        elif do == "remove":
            service.remove(found.reader, found, now())
            return HttpResponseRedirect("/alerts")
    except service.Refused as problem:
        return mine.refused(request, str(problem), 422)
    return HttpResponseRedirect(f"/alerts/{found.key}")


def _saved(request: HttpRequest, found: Alert) -> HttpResponse:
    typed, wishes = _typed(request, _wishes(found))
    try:
        target = None
        if typed.target and found.channel != "mail":
            target = service.target_of(found.reader, found.channel, typed.target, current())
        if not typed.faults:
            service.change(found.reader, found, wishes, target, now())
    except service.Refused as problem:
        typed.faults[problem.field] = str(problem)
    if typed.faults:
        return _page(request, found, typed=typed, status=422)
    return HttpResponseRedirect(f"/alerts/{found.key}?done=saved")


def _wishes(found: Alert) -> service.Wishes:
    return service.Wishes(**{name: getattr(found, name) for name in service.Wishes().as_row()})


def _tested(request: HttpRequest, found: Alert) -> HttpResponse:
    """Send a test now; what became of it stands first among the messages."""
    wait = testers().take(f"reader {found.reader_id}")
    if wait:
        response = mine.refused(request, ngettext(
            "You have tested several times in a short while. Come back in {count} minute; nothing was sent.",
            "You have tested several times in a short while. Come back in {count} minutes; nothing was sent.",
            max(1, round(wait / 60))).format(count=max(1, round(wait / 60))), 429)
        response["Retry-After"] = str(max(1, round(wait)))
        return response
    sending.test(found, Ways(current(), seconds=10.0), setup_of(current(), rendering.site(request)), now)
    return HttpResponseRedirect(f"/alerts/{found.key}?done=tested")


_DONE = {"saved": gettext_lazy("Your changes are saved."),
         "made": gettext_lazy("The alert is made. Try it with a test."),
         "tested": gettext_lazy("The test was tried; what became of it stands below.")}


def _page(request: HttpRequest, found: Alert, *, secret: str = "", typed: Typed | None = None,
          status: int = 200) -> HttpResponse:
    fields = {name: str(value) for name, value in _wishes(found).as_row().items()}
    about = service.About(found.kind, found.value, found.label)
    place = zone(found.timezone)
    response = render(request, "alert.jinja", {
        **_shown(found), "places": mine.PLACES, "alert": found, "about": about, "secret": secret,
        "typed": typed or Typed(found.channel, "", fields), "modes": MODES, "cadences": CADENCES, "zones": zones(),
        "weekdays": languages.weekdays(), "done": _DONE.get(request.GET.get("done", "")),
        "deliveries": [_delivered(one, place) for one in service.deliveries(found)],
        "next": f"{languages.day_long(found.due_at.astimezone(place).date())}, "
                f"{found.due_at.astimezone(place):%H:%M}" if found.due_at else "",
    }, status=status)
    if secret:
        response["Cache-Control"] = "private, no-store"
    return response


def _delivered(one: AlertDelivery, place: Any) -> dict[str, Any]:
    moment = (one.sent_at or one.tried_at or one.made_at).astimezone(place)
    if one.name.startswith("test:"):
        what = _("Test")
    else:
        what = ngettext("{count} paper", "{count} papers", one.papers).format(count=one.papers)
    again = one.next_try_at.astimezone(place) if one.state == "due" and one.tries else None
    return {"row": one, "what": what, "state": DELIVERED[one.state], "moment": moment,
            "when": f"{languages.day_short(moment.date())}, {moment:%H:%M}",
            "again": f"{languages.day_short(again.date())}, {again:%H:%M}" if again else ""}
