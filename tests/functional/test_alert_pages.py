"""Alerts as a person makes them, without a script; as a program does; as the worker finds them in a real index."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from tests.support import accounts
from tests.support import alerting as a
from tests.support.receivers import Receiver

from broadsheet import config
from broadsheet.catalogue import changes
from broadsheet.digest.alerts import finding, service
from broadsheet.digest.alerts.models import Alert, AlertDelivery, AlertPaper
from broadsheet.digest.models import Subscription
from broadsheet.readers import export, leaving, streams
from broadsheet.readers.models import Reader
from broadsheet.search.follower import Follower
from broadsheet.work import alerting

pytestmark = pytest.mark.django_db(transaction=True)
OTHERS = (
    "proteins", "tax law", "compilers", "whales", "superconductors", "poems", "markets", "vaccines", "prime numbers",
    "volcanoes", "speech", "photosynthesis", "black holes", "sleep", "cryptography", "soil", "migration", "lasers",
    "bacteria", "opera", "traffic lights", "genomes", "pottery", "turbulence", "elections", "diamonds",
)


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Client:
    # An index of its own: on PostgreSQL row ids go on over tests, and another's index would hold papers that are gone.
    accounts.site(monkeypatch, smtp_url="smtp://mail.example.org", mail_from="paper@example.org", data=tmp_path,
                  site_url="https://papers.example.org", alert_networks=a.LOOPBACK)
    accounts.account(name="Ada")
    return accounts.sign_in()


def _reader() -> Reader:
    return Reader.objects.get(name="Ada")


def test_from_a_stream_to_an_alert_its_test_its_pause_and_its_end(browser: Client) -> None:
    stream = streams.make(_reader(), "Bridges", streams.Wish(wanted=("bridges",)), accounts.NOW)
    page = browser.get(f"/streams/{stream.key}").content.decode()
    link = re.search(r'href="(/alerts/new\?[^"]+)"', page)
    assert link is not None and browser.get("/alerts").status_code == 200
    form = browser.get(link.group(1).replace("&amp;", "&")).content.decode()
    assert "Alert me: Bridges" in form and 'value="mail" checked' in form and "reader@example.org" in form
    with Receiver([500, 200]) as receiver:
        made = browser.post("/alerts/new", {"kind": "stream", "value": stream.key, "channel": "webhook",
                                            "target": receiver.url, "mode": "once", "hourly": "3"})
        page = made.content.decode()
        secret = re.search(r"whsec_[A-Za-z0-9+/=]{40,}", page)
        assert made.status_code == 200 and secret is not None and made["Cache-Control"] == "private, no-store"
        one = Alert.objects.get()
        place = f"/alerts/{one.key}"
        assert secret.group() not in browser.get(place).content.decode(), "shown once"
        for wanted in ("answered 500", "200: as told"):
            assert browser.post(place, {"do": "test"})["Location"] == f"{place}?done=tested"
            assert wanted in browser.get(place).content.decode()
        assert [json.loads(call.body)["type"] for call in receiver.calls] == ["alert.test"] * 2
    bad = browser.post(place, {"do": "save", "hourly": "999", "mode": "once"})
    assert bad.status_code == 422 and "999 is not a number from 1 to 30" in bad.content.decode()
    browser.post(place, {"do": "save", "mode": "bundled", "hour": "18", "timezone": "Europe/Berlin"})
    assert "every day at 18:00" in browser.get("/alerts").content.decode()
    browser.post(place, {"do": "pause"})
    assert "Resume" in browser.get(place).content.decode()
    browser.post(place, {"do": "remove"})
    assert browser.get(place).status_code == 404 and "Bridges" not in browser.get("/alerts").content.decode()
    assert "Removing an alert: Bridges" in browser.get("/undo").content.decode()
    browser.post("/acts", {"act": "undo"})
    assert browser.get(place).status_code == 200


def test_a_mail_alert_and_what_its_stop_link_does(browser: Client) -> None:
    made = browser.post("/alerts/new", {"kind": "search", "value": "graphs", "channel": "mail", "mode": "once"})
    one = Alert.objects.get()
    assert made["Location"] == f"/alerts/{one.key}?done=made" and one.shown == "reader@example.org"
    key = Subscription.objects.get().key
    assert accounts.client().get(f"/mail/{key}")["Location"] == f"/alerts/{one.key}"
    assert accounts.client().post(f"/mail/stop/{key}").status_code == 200
    assert "Stopped from a mail" in browser.get("/alerts").content.decode()
    browser.post(f"/alerts/{one.key}", {"do": "resume"})
    assert service.state_of(Alert.objects.select_related("mail").get()) == "running"


def test_tests_are_counted(browser: Client) -> None:
    browser.post("/alerts/new", {"kind": "search", "value": "counted", "channel": "webhook",
                                 "target": "http://10.0.0.9/hook", "mode": "once"})
    place = f"/alerts/{Alert.objects.get().key}"
    said = [browser.post(place, {"do": "test"}).status_code for _ in range(8)]
    assert said == [302] * 6 + [429] * 2
    assert "leads into a private network" in browser.get(place).content.decode()


def test_what_another_reader_has_is_not_there(browser: Client) -> None:
    other = a.alert(a.reader("ben"), "https://hooks.example.org/x").alert
    assert browser.get(f"/alerts/{other.key}").status_code == 404
    assert browser.post(f"/alerts/{other.key}", {"do": "remove"}).status_code == 404
    assert accounts.client().get("/alerts")["Location"].startswith("/sign-in")


def test_a_program_makes_tests_and_removes_one(browser: Client) -> None:
    token = browser.get("/api/v1/me").json()["form_token"]

    def send(method: str, place: str, body: object = None) -> object:
        answer = browser.generic(method, f"/api/v1/me/alerts{place}", json.dumps(body) if body else "",
                                 content_type="application/json", HTTP_X_CSRFTOKEN=token)
        return answer.json() if answer.content else answer.status_code

    with Receiver([200]) as receiver:
        made = send("POST", "", {"kind": "search", "value": "graphs", "channel": "webhook", "target": receiver.url})
        assert isinstance(made, dict) and made["secret"].startswith("whsec_") and made["state"] == "running"
        tested = send("POST", f"/{made['key']}/test")
        assert isinstance(tested, dict) and (tested["state"], tested["status"], tested["test"]) == ("sent", 200, True)
    listed = send("GET", "")
    assert isinstance(listed, dict) and [one["secret"] for one in listed["items"]] == [None]
    paused = send("PATCH", f"/{made['key']}", {"paused": True, "mode": "bundled"})
    assert isinstance(paused, dict) and (paused["state"], paused["mode"]) == ("paused-reader", "bundled")
    messages = send("GET", f"/{made['key']}/deliveries")
    assert isinstance(messages, dict) and [one["id"] for one in messages["items"]] == [tested["id"]]
    renewed = send("POST", f"/{made['key']}/secret")
    assert isinstance(renewed, dict) and renewed["secret"] not in (None, made["secret"])
    bad = send("POST", "", {"kind": "search", "value": "x", "channel": "webhook", "target": "ftp://x"})
    assert isinstance(bad, dict) and bad["parameter"] == "target"
    assert send("DELETE", f"/{made['key']}") == 204 and service.of(_reader()) == []


def test_the_worker_finds_in_a_real_index_what_searches_and_seeds_mean(browser: Client) -> None:
    now = datetime.now(UTC)
    day = now.date()
    for number, word in enumerate(OTHERS):  # nearness is measured above what is usual, so there must be something usual
        a.paper(100 + number, f"On {word}", abstract=f"We study {word} and what follows.", at=now, day=day)
    seed = a.paper(1, "Bridges sway in the wind", abstract="Footbridges sway when people walk.", at=now, day=day)
    follower = Follower(config.current().index_dir)
    while follower.step():
        continue
    alerting.find(config.current(), now)
    reader = _reader()
    near = streams.make(reader, "Near", streams.Wish(seeds=("a000000001",)), now)
    by_words = a.alert(reader, "https://x.example.org/1", "search", '"sparse galaxies" cat:cs.RO', now=now).alert
    by_seed = a.alert(reader, "https://x.example.org/2", "stream", near.key, now=now).alert
    later = now + timedelta(seconds=1)
    galaxies = a.paper(2, "Sparse galaxies are seen", at=later, day=day)
    bridges = a.paper(3, "Footbridges that sway when people walk", abstract="Bridges sway.", at=later, day=day)
    assert alerting.find(config.current(), later).papers == 0, "not in the index yet"
    while follower.step():
        continue
    follower.close()
    assert alerting.find(config.current(), later).papers == 2
    found = {(row.alert_id, row.paper_id) for row in AlertPaper.objects.all()}
    assert found == {(by_words.pk, galaxies), (by_seed.pk, bridges)} and seed not in (galaxies, bridges)
    assert finding._position(changes.INTERACTIVE) == changes.newest(changes.INTERACTIVE)


def test_taken_out_whole_and_gone_when_the_reader_leaves(browser: Client) -> None:
    reader = _reader()
    target = service.Target("https://hooks.example.org/T/secret", "https://hooks.example.org/T…")
    service.make(reader, service.About("topic", "robots", "Robots"), "webhook", target, service.Wishes(), accounts.NOW)
    (row,) = export.everything(reader)["alerts"]
    assert (row["kind"], row["target"], row["mode"]) == ("topic", "https://hooks.example.org/T/secret", "once")
    assert "secret" not in row
    other = a.reader("ben")
    service.make(other, service.About("topic", "robots"), "webhook", target, service.Wishes(), accounts.NOW)
    leaving.leave(other, accounts.NOW)
    assert [one.reader_id for one in Alert.objects.all()] == [reader.pk] and not AlertDelivery.objects.exists()


def test_a_chat_is_checked_by_its_service_and_shown_without_what_is_secret(browser: Client) -> None:
    wish = {"kind": "search", "value": "graphs", "channel": "apprise", "mode": "once"}
    for target, wanted in (("slack://not-whole", "not a whole address"), ("json://example.org/x", "not taken here")):
        bad = browser.post("/alerts/new", {**wish, "target": target})
        assert bad.status_code == 422 and wanted in bad.content.decode() and target in bad.content.decode()
    with Receiver() as receiver:
        assert browser.post("/alerts/new", {
            **wish, "target": f"ntfy://127.0.0.1:{receiver.port}/secret-topic"}).status_code == 302
        one = Alert.objects.get()
        assert one.shown == f"ntfy://127.0.0.1:{receiver.port}/…" and not one.secret
        browser.post(f"/alerts/{one.key}", {"do": "test"})
        (call,) = receiver.calls
    assert "secret-topic" in call.body.decode() and "Test: alerts for graphs arrive" in call.body.decode()
    assert "The service took the message" in browser.get(f"/alerts/{one.key}").content.decode()


def test_a_channel_after_the_hash_reaches_the_service(browser: Client) -> None:
    with Receiver() as receiver:
        made = browser.post("/alerts/new", {
            "kind": "search", "value": "graphs", "channel": "apprise", "mode": "once",
            "target": f"rocket://first/second@127.0.0.1:{receiver.port}/#papers"})
        assert made.status_code == 302
        browser.post(f"/alerts/{Alert.objects.get().key}", {"do": "test"})
        (call,) = receiver.calls
    assert call.path == "/hooks/first/second" and json.loads(call.body)["channel"] == "#papers"
