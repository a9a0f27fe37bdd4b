"""Mail about the site or a part of it, to the address of the reader's own account."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from ...catalogue.site import choices
from ...config import current
from ...digest import subscriptions as service
from ...digest.models import Subscription
from ...digest.setup import setup_of
from ...web import by_mail
from .. import problems
from ..call import Call


def _plain(found: Subscription, call: Call) -> dict[str, Any]:
    """Never the key, which is the secret of the links in the mail."""
    paused = service.paused_until(found, call.now)
    return {"number": found.pk, "kind": found.kind, "value": found.value, "label": found.label,
            "cadence": found.cadence, "weekday": found.weekday, "hour": found.hour, "timezone": found.timezone,
            "most": found.most, "fewest": found.fewest, "language": found.language, "state": str(found.state),
            "paused_until": paused.isoformat() if paused else None}


def mine(call: Call) -> dict[str, Any]:
    """Mails that are not stopped, oldest first."""
    return {"items": [_plain(one, call) for one in service.of_reader(call.known)]}


def _own(call: Call) -> Subscription:
    number = str(call.given["number"])
    found = next((one for one in service.of_reader(call.known) if str(one.pk) == number), None)
    if found is None:
        raise problems.not_found("You have no such mail.")
    return found


def _wishes(call: Call, plain: dict[str, Any]) -> service.Wishes:
    given = {name: str(call.body.get(name, value)) for name, value in plain.items()}
    if call.body.get("pause"):
        given["pause"] = call.body["pause"]
    checked = service.check(given, call.today)
    if checked.faults:
        name, said = next(iter(checked.faults.items()))
        raise problems.Problem(422, "refused", f"{name}: {said} Nothing was changed.", parameter=name)
    return checked.wishes


def _about(call: Call) -> service.About:
    """What is asked for, by the name that the catalogue has; raises Problem 404 for what there is not."""
    try:
        return by_mail.about_of(call.body["kind"], call.body.get("value", ""), call.reader)
    except Http404 as problem:
        raise problems.not_found("There is nothing of this name that a mail could be about.") from problem


def subscribe(call: Call) -> dict[str, Any]:
    """Begin a mail to the account's own address, which is confirmed already."""
    account = getattr(call.reader, "account", None)
    if account is None:
        raise problems.Problem(422, "refused", "This reader has no account, and so no address. Nothing was done.")
    plain = service.Wishes()
    wishes = _wishes(call, {name: getattr(plain, name) for name in (
        "cadence", "weekday", "hour", "timezone", "most", "fewest", "language")})
    try:
        made = service.ask(account.email, _about(call), wishes, setup_of(current(), choices()), call.now,
                           reader=call.reader, proven=True)
    except service.Refused as problem:
        raise problems.Problem(422, "refused", str(problem)) from problem
    if made is None:
        raise problems.Problem(422, "refused", f"{service.MOST_OF_ONE} mails are the most of one address. "
                               "Nothing was done.")
    return _plain(made, call)


def change(call: Call) -> dict[str, Any]:
    """Change rhythm and amount, or pause until a day."""
    found = _own(call)
    wishes = _wishes(call, {name: getattr(found, name) for name in (
        "cadence", "weekday", "hour", "timezone", "most", "fewest", "language")})
    changed = service.change(found.key, wishes, call.now)
    return _plain(changed or found, call)


def stop(call: Call) -> None:
    """Stop it; what waits in the outbox is not sent."""
    service.stop(_own(call).key, call.now)
