"""Alerts: what is told at once or bundled, and where to. Addresses and secrets never come back whole."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from ...catalogue.site import choices
from ...config import current
from ...digest.alerts import sending, service
from ...digest.alerts.models import Alert, AlertDelivery
from ...digest.alerts.ways import Ways
from ...digest.setup import setup_of
from ...web import by_mail
from ...web.views.alerts import testers
from .. import problems
from ..call import Call, Reply

_RHYTHM = tuple(service.Wishes().as_row())


def _plain(found: Alert, secret: str = "") -> dict[str, Any]:
    return {"key": found.key, "kind": found.kind, "value": found.value, "label": found.label,
            "channel": found.channel, "target": found.shown, **{name: getattr(found, name) for name in _RHYTHM},
            "state": service.state_of(found), "fault": found.fault, "made_at": found.made_at.isoformat(),
            "next": found.due_at.isoformat() if found.due_at else None, "secret": secret or None}


def _delivery(row: AlertDelivery) -> dict[str, Any]:
    return {"id": row.key, "test": row.name.startswith("test:"), "papers": row.papers, "state": str(row.state),
            "tries": row.tries, "status": row.status, "answer": row.answer, "made_at": row.made_at.isoformat(),
            "sent_at": row.sent_at.isoformat() if row.sent_at else None,
            "next_try_at": row.next_try_at.isoformat() if row.state == AlertDelivery.State.DUE else None}


def mine(call: Call) -> dict[str, Any]:
    """All alerts, oldest first."""
    return {"items": [_plain(one) for one in service.of(call.known)]}


def _own(call: Call) -> Alert:
    found = service.find(call.known, str(call.given["alert"]))
    if found is None:
        raise problems.not_found("You have no such alert.")
    return found


def _refused(problem: service.Refused) -> problems.Problem:
    return problems.Problem(422, "refused", str(problem), parameter=problem.field)


def _wishes(call: Call, plain: service.Wishes) -> service.Wishes:
    checked = service.check({name: str(call.body[name]) for name in _RHYTHM if name in call.body}, plain)
    if checked.faults:
        name, said = next(iter(checked.faults.items()))
        raise problems.Problem(422, "refused", f"{name}: {said} Nothing was changed.", parameter=name)
    return checked.wishes


def make(call: Call) -> Reply:
    """Make an alert; the same one again is answered as it is (200), without the secret."""
    try:
        about = by_mail.about_of(call.body["kind"], call.body["value"], call.known)
    except Http404:
        raise problems.not_found("There is nothing of this name.") from None
    wishes = _wishes(call, service.Wishes(timezone=current().timezone))
    try:
        target = service.target_of(call.reader, call.body["channel"], call.body.get("target", ""), current())
        made = service.make(call.reader, service.About(about.kind, about.value, about.label), call.body["channel"],
                            target, wishes, call.now)
    except service.Refused as problem:
        raise _refused(problem) from problem
    return Reply(_plain(made.alert, made.secret), 201)


def one(call: Call) -> dict[str, Any]:
    """One alert."""
    return _plain(_own(call))


def change(call: Call) -> dict[str, Any]:
    """Change when and where to; ``paused`` stops it and lets it go on."""
    found, body = _own(call), call.body
    plain = service.Wishes(**{name: getattr(found, name) for name in _RHYTHM})
    try:
        target = None
        if "target" in body and found.channel != "mail":
            target = service.target_of(call.reader, found.channel, body["target"], current())
        service.change(call.reader, found, _wishes(call, plain), target, call.now)
        if "paused" in body:
            (service.pause if body["paused"] else service.resume)(call.reader, found, call.now)
    except service.Refused as problem:
        raise _refused(problem) from problem
    return _plain(_own(call))


def remove(call: Call) -> None:
    """Remove it; what waits is not sent. Undo brings it back."""
    service.remove(call.reader, _own(call), call.now)


def deliveries(call: Call) -> dict[str, Any]:
    """The newest messages first."""
    return {"items": [_delivery(row) for row in service.deliveries(_own(call), call.limit)]}


def test(call: Call) -> dict[str, Any]:
    """Send a test now; the answer says what became of it."""
    found = _own(call)
    wait = testers().take(f"reader {found.reader_id}")
    if wait:
        raise problems.Problem(429, "too-fast", "Several tests in a short while. Nothing was sent.",
                               retry_after=max(1, round(wait)))
    try:
        row, _ = sending.test(found, Ways(current(), seconds=10.0), setup_of(current(), choices()), lambda: call.now)
    except service.Refused as problem:
        raise problems.Problem(429, "too-fast", str(problem), retry_after=10) from problem
    return _delivery(row)


def renew(call: Call) -> dict[str, Any]:
    """A new secret, told this once; calls are signed with the old one too for a day."""
    found = _own(call)
    try:
        secret = service.renew(call.reader, found, call.now)
    except service.Refused as problem:
        raise _refused(problem) from problem
    return _plain(_own(call), secret)
