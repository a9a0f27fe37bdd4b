"""`broadsheet alerts`: what keepers are told of alerts, and what they are not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.support import alerting as a
from tests.support.alerting import NOW
from tests.support.receivers import Receiver
from typer.testing import CliRunner

from broadsheet import config
from broadsheet.cli import alerts as commands
from broadsheet.cli.main import app
from broadsheet.digest.alerts import standing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands look at the test's own database."""
    used = replace(config.current(), alert_networks=a.LOOPBACK)
    monkeypatch.setattr(commands, "boot", lambda data, create=False: used)


def _run(*words: str) -> tuple[int, Any]:
    done = CliRunner().invoke(app, ["alerts", *words, "--json"])
    return done.exit_code, json.loads(done.stdout)


def test_a_failing_alert_is_named_by_key_and_host_and_tested() -> None:
    assert _run("status") == (0, {"alerts": 0, "running": 0, "paused": 0, "channels": {}, "due": 0, "sent_day": 0,
                                  "failed_day": 0, "failing": []})
    a.begin()
    with Receiver([500, 500, 200]) as receiver:
        made = a.alert(a.reader(), receiver.url, label="What nobody else knows").alert
        a.paper(1)
        a.find()
        a.sender(NOW + timedelta(hours=2)).run()
        code, told = _run("status")
        assert code == 1 and told["due"] == 1 and told["channels"] == {"webhook": 1}
        (one,) = told["failing"]
        assert one["key"] == made.key and one["host"] == f"http://127.0.0.1:{receiver.port}"
        assert "500" in one["fault"] and "What nobody else knows" not in json.dumps(told)
        code, told = _run("test", made.key)
        assert (code, told["state"], told["status"]) == (1, "failed", 500) and told["next_step"]
        code, told = _run("test", made.key.upper())
        assert (code, told["state"]) == (0, "sent")
    assert _run("status")[0] == 0, "a test that arrived ends the fault"
    assert _run("test", "0000000000")[0] == 2


def test_of_a_mail_and_a_chat_no_address_is_told() -> None:
    reader = a.reader()
    for channel, target in (("mail", "ada@example.org"), ("apprise", "ntfys://ntfy.sh/secret")):
        made = a.alert(reader, target, channel=channel).alert
        made.failing_since, made.fault = NOW, "It fails."
        made.save()
    told = standing.of_all(NOW)
    assert {one["host"] for one in told["failing"]} == {"mail", "ntfys://"}
    assert "ada@" not in str(told) and "secret" not in str(told)
