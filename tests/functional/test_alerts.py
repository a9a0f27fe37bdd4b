"""Alerts from the log to the receiver: found once, bundled as asked, signed, tried again, ended, told."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from tests.support import alerting as a
from tests.support.alerting import NOW
from tests.support.receivers import Receiver

from broadsheet.catalogue.models import Paper
from broadsheet.digest.alerts.models import Alert, AlertDelivery

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(hours=2)


def _states(one: Alert) -> list[str]:
    return [row.state for row in AlertDelivery.objects.filter(alert=one).order_by("id")]


def test_a_new_paper_is_posted_once_signed_and_never_again() -> None:
    a.begin()
    with Receiver() as receiver:
        a.paper(1, at=NOW - timedelta(hours=1))  # was there before the alert
        made = a.alert(a.reader(), receiver.url)
        a.paper(2)
        assert a.find().papers == 1
        assert a.sender(LATER).run().sent == 1
        Paper.objects.filter(key="a000000002").update(title="Another title")
        from broadsheet.catalogue import changes

        with pytest.MonkeyPatch.context(), __import__("django").db.transaction.atomic():
            changes.append([Paper.objects.get(key="a000000002").pk], 0)
        assert a.find().papers == 0 and a.sender(LATER).run().sent == 0
    (call,) = receiver.calls
    said = json.loads(call.body)
    assert said["type"] == "alert.papers" and said["data"]["schema"] == 1
    assert [one["key"] for one in said["data"]["papers"]] == ["a000000002"]
    assert said["data"]["papers"][0]["url"] == "https://papers.example.org/papers/2605.00002"
    key = base64.b64decode(made.secret.removeprefix("whsec_"))
    signed = f"{call.headers['webhook-id']}.{call.headers['webhook-timestamp']}.".encode() + call.body
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert call.headers["webhook-signature"] == f"v1,{wanted}"
    assert call.headers["webhook-id"] == said["data"]["id"] and call.headers["content-type"] == "application/json"
    assert call.headers["webhook-timestamp"] == str(int(LATER.timestamp()))
    assert _states(made.alert) == ["sent"]
