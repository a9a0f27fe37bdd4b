"""What docs/programs/webhooks.md promises: its sample verifies a real call, its members are all there."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from tests.support import alerting as a
from tests.support.alerting import NOW
from tests.support.program import ROOT
from tests.support.receivers import Receiver

from broadsheet.digest.alerts import sending

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = (ROOT / "docs" / "programs" / "webhooks.md").read_text("utf-8")
LATER = NOW + timedelta(hours=2)


def _sample() -> Any:
    names: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", TEXT, re.S)[0], names)
    return names["verify"]


def test_the_sample_verifies_what_is_sent_and_nothing_that_was_changed() -> None:
    a.begin()
    with Receiver() as receiver:
        made = a.alert(a.reader(), receiver.url)
        a.paper(1)
        a.find()
        a.sender(LATER).run()
    (call,) = receiver.calls
    verify, now = _sample(), LATER.timestamp()
    assert verify(made.secret, call.headers, call.body, now)
    assert not verify(made.secret, call.headers, call.body + b" ", now)
    assert not verify(made.secret, {**call.headers, "webhook-id": "msg_other"}, call.body, now)
    assert not verify(made.secret, call.headers, call.body, now + 301), "an old call is no call"
    assert not verify("whsec_" + "A" * 44, call.headers, call.body, now)
    assert verify(made.secret, {**call.headers, "webhook-signature": "v1,AAAA " + call.headers["webhook-signature"]},
                  call.body, now)


def test_the_members_and_pauses_that_are_named_are_those_that_are_sent() -> None:
    a.begin()
    with Receiver() as receiver:
        a.alert(a.reader(), receiver.url)
        a.paper(1)
        a.find()
        a.sender(LATER).run()
    said = json.loads(receiver.calls[0].body)
    told = set(re.findall(r"`([\w.]+)`", TEXT[TEXT.index("| member"):TEXT.index("An abstract")]))
    members = {*said, *(f"data.{name}" for name in said["data"]), *said["data"]["alert"], *said["data"]["site"],
               *said["data"]["papers"][0]}
    assert members - {"data"} <= told and told - members == {"alert.papers", "alert.test"}
    assert "30 s, 5 and 30 min, 2, 5, 10, 14, 20 and 21 h" in TEXT
    assert [pause.total_seconds() for pause in sending.PAUSES] == [
        30, 300, 1800, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 21))]
