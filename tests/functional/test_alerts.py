"""Alerts from the log to the receiver: found once, bundled as asked, signed, tried again, ended, told."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.db import transaction
from tests.support import alerting as a
from tests.support.alerting import DAY, NOW
from tests.support.receivers import Receiver

from broadsheet.catalogue import changes
from broadsheet.catalogue.models import Paper
from broadsheet.digest.alerts import sending, service, signing
from broadsheet.digest.alerts.models import Alert, AlertDelivery, AlertPaper
from broadsheet.digest.models import Outbox, Subscription
from broadsheet.readers import notifications, streams, undo
from broadsheet.readers import service as readers

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + timedelta(hours=2)
NOBODY = "http://127.0.0.1:9/hook"


def _states(one: Alert) -> list[str]:
    return [row.state for row in AlertDelivery.objects.filter(alert=one).order_by("id")]


def _told(one: Alert) -> list[str]:
    return [row.text for row in notifications.newest(one.reader)]


def test_a_new_paper_is_posted_once_signed_and_never_again() -> None:
    a.begin()
    with Receiver() as receiver:
        a.paper(1, at=NOW - timedelta(hours=1))  # was there before the alert
        a.paper(3, day=DAY - timedelta(days=30))  # of an edition long ago: brought in late, no news
        made = a.alert(a.reader(), receiver.url)
        row = a.paper(2)
        assert a.find().papers == 1
        assert a.sender(LATER).run().sent == 1
        with transaction.atomic():
            Paper.objects.filter(pk=row).update(title="Another title")
            changes.append([row], changes.BULK)
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


def test_the_example_of_the_specification_has_its_signature() -> None:
    """Standard Webhooks, "Verifying signatures": id, timestamp, body, secret and what they make."""
    assert signing.signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
                             b'{"test": 2432232314}') == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(("kind", "value"), [("category", "cs.RO"), ("author", "Ada Lovelace"),
                                             ("organisation", "CERN"), ("search", "robots")])
def test_each_kind_finds_what_it_is_about(kind: str, value: str) -> None:
    a.begin()
    made = a.alert(a.reader(), NOBODY, kind, value)
    other = a.alert(a.reader("ben"), NOBODY, kind, "something else")
    row = a.paper(1)
    assert a.find(look=a.Looked({"robots": {row}})).papers == 1
    assert AlertPaper.objects.get().alert_id == made.alert.pk != other.alert.pk


def test_a_stream_keeps_to_its_words_its_cap_and_its_reader() -> None:
    a.begin()
    reader, other = a.reader(), a.reader("ben")
    wish = streams.Wish(wanted=("bridges",), unwanted=("steel",), cap=2)
    stream = streams.make(reader, "Bridges", wish, NOW)
    made = a.alert(reader, NOBODY, "stream", stream.key).alert
    foreign = a.alert(other, NOBODY, "stream", stream.key).alert
    a.paper(1, "Bridges of steel")
    a.paper(2, "Towers")
    a.paper(3, "Bridges of wood", published="2026-05-10")
    a.paper(4, "Bridges of stone", published="2026-05-11")
    a.paper(5, "Bridges of glass", published="2026-05-12")
    a.find()
    told = [one.paper.title for one in AlertPaper.objects.filter(alert=made).order_by("paper_id")]
    assert told == ["Bridges of stone", "Bridges of glass"], "the best two of the day"
    assert not AlertPaper.objects.filter(alert=foreign).exists(), "a private stream is its reader's"
    assert AlertPaper.objects.filter(alert=made).first().why == "Says “bridges”"  # type: ignore[union-attr]


def test_what_the_index_lacks_waits_and_comes_later() -> None:
    a.begin()
    made = a.alert(a.reader(), NOBODY, "search", "robots")
    row = a.paper(1)
    assert a.find(look=a.Looked({"robots": {row}}, behind=True)).papers == 0
    assert a.find(look=a.Looked({"robots": {row}})).papers == 1 and _states(made.alert) == ["due"]


def test_hidden_papers_and_blocked_readers_bring_nothing() -> None:
    a.begin()
    reader, other = a.reader(), a.reader("ben")
    a.alert(reader, NOBODY)
    a.alert(other, NOBODY)
    row = a.paper(1)
    readers.mark(reader, [row], readers.HIDDEN, NOW)
    other.blocked_at = NOW
    other.save()
    assert a.find().papers == 0


def test_more_than_an_hour_may_hold_comes_together_and_says_so() -> None:
    a.begin()
    with Receiver() as receiver:
        made = a.alert(a.reader(), receiver.url, hourly=2).alert
        for number in range(5):
            a.paper(number)
        assert a.find().messages == 2 and a.sender(LATER).run().sent == 2
        a.paper(9, at=LATER)
        assert a.find(LATER + timedelta(minutes=59)).messages == 0
        assert a.find(LATER + timedelta(minutes=61)).messages == 1
        assert a.sender(LATER + timedelta(hours=2)).run().sent == 1
    bundle = json.loads(receiver.calls[2].body)["data"]
    assert len(bundle["papers"]) == 4 and "at most 2 messages an hour" in bundle["note"]
    assert len({one.headers["webhook-id"] for one in receiver.calls}) == 3
    assert AlertPaper.objects.filter(alert=made).count() == 6


def test_a_bundle_comes_at_its_hour_in_its_zone_and_holds_what_came_since() -> None:
    a.begin()
    with Receiver() as receiver:
        made = a.alert(a.reader(), receiver.url, mode="bundled", hour=18, timezone="Europe/Berlin").alert
        a.paper(1)
        a.paper(2)
        assert a.find().messages == 0 and a.again(made).due_at == NOW.replace(hour=16)
        assert a.find(NOW.replace(hour=16)).messages == 1
        assert a.sender(NOW.replace(hour=16)).run().sent == 1
        assert a.find(NOW.replace(hour=16) + timedelta(days=1)).messages == 0  # nothing new, nothing sent
    assert [len(json.loads(one.body)["data"]["papers"]) for one in receiver.calls] == [2]
    assert a.again(made).due_at == NOW.replace(hour=16) + timedelta(days=2)


def test_an_error_is_tried_again_with_the_same_id_and_grows_rarer() -> None:
    a.begin()
    with Receiver([500, 503, 200]) as receiver:
        made = a.alert(a.reader(), receiver.url).alert
        a.paper(1)
        a.find()
        moment, waits = LATER, []
        for _ in range(3):
            a.sender(moment).run()
            row = AlertDelivery.objects.get()
            waits.append(row.next_try_at - moment)
            moment = row.next_try_at
    assert [row.state for row in AlertDelivery.objects.all()] == ["sent"]
    assert timedelta(seconds=30) <= waits[0] <= timedelta(seconds=36)
    assert timedelta(minutes=5) <= waits[1] <= timedelta(minutes=6)
    assert len({one.headers["webhook-id"] for one in receiver.calls}) == 1
    stamps = [int(one.headers["webhook-timestamp"]) for one in receiver.calls]
    assert stamps == sorted(set(stamps)), "each try is signed at its own moment"
    assert a.again(made).failing_since is None and a.again(made).fault == ""


def test_retry_after_is_heeded_up_to_a_day() -> None:
    a.begin()
    with Receiver([(429, {"Retry-After": "7200"}, b"slow down"), (503, {"Retry-After": "9999999"}, b"")]) as receiver:
        a.alert(a.reader(), receiver.url)
        a.paper(1)
        a.find()
        a.sender(LATER).run()
        first = AlertDelivery.objects.get().next_try_at
        assert first == LATER + timedelta(hours=2)
        a.sender(first).run()
        assert AlertDelivery.objects.get().next_try_at == first + timedelta(hours=24)


def test_three_days_of_errors_are_given_up_told_once_and_after_five_days_paused() -> None:
    a.begin()
    with Receiver([500] * 40) as receiver:
        made = a.alert(a.reader(), receiver.url).alert
        a.paper(1)
        a.find()
        moment = LATER
        while (row := AlertDelivery.objects.order_by("id").first()) is not None and row.state == "due":
            moment = max(moment, row.next_try_at)
            a.sender(moment).run()
        assert row is not None and row.state == "failed" and row.tries == len(sending.PAUSES) + 1
        assert timedelta(days=3) <= moment - LATER <= timedelta(days=3.7)
        assert len(_told(made)) == 1 and "failing. 127.0.0.1 answered 500" in _told(made)[0]
        assert service.state_of(a.again(made)) == "failing"
        a.paper(2, at=moment, day=moment.date())
        a.find(moment + timedelta(minutes=1), today=moment.date())
        while (row := AlertDelivery.objects.order_by("-id").first()) is not None and row.state == "due":
            moment = max(moment, row.next_try_at)
            a.sender(moment).run()
        assert a.again(made).paused_by == "failing" and len(_told(made)) == 2 and "paused" in _told(made)[0]
        a.paper(3, at=moment, day=moment.date())
        assert a.find(moment, today=moment.date()).papers == 0, "a paused alert looks for nothing"
        service.resume(made.reader, a.again(made), moment)
        receiver.script.clear()
        a.paper(4, at=moment + timedelta(hours=1), day=moment.date())
        a.find(moment + timedelta(hours=1), today=moment.date())
        assert a.sender(moment + timedelta(hours=1)).run().sent == 1
        assert service.state_of(a.again(made)) == "running"


def test_gone_ends_it_a_redirect_is_not_followed_a_refusal_is_tried_a_few_times() -> None:
    a.begin()
    with Receiver([410]) as gone, Receiver([(302, {"Location": "/elsewhere"}, b"")] * 9) as away, \
            Receiver([404] * 9) as missing:
        ended = a.alert(a.reader(), gone.url).alert
        led = a.alert(a.reader("ben"), away.url).alert
        wrong = a.alert(a.reader("cy"), missing.url).alert
        a.paper(1)
        a.find()
        moment = LATER
        for _ in range(6):
            a.sender(moment).run()
            moment += timedelta(hours=3)
    assert len(gone.calls) == 1 and a.again(ended).paused_by == "gone" and "410" in a.again(ended).fault
    assert [one.path for one in away.calls] == ["/hook"] * sending.REFUSALS and "redirect" in a.again(led).fault
    assert len(missing.calls) == sending.REFUSALS and _states(wrong) == ["failed"]
    assert "Check the path" in _told(wrong)[0]


def test_a_slow_receiver_costs_one_time_out_and_the_others_are_sent() -> None:
    a.begin()
    with Receiver(["hold"]) as slow, Receiver() as quick:
        late = a.alert(a.reader(), slow.url).alert
        good = a.alert(a.reader("ben"), quick.url).alert
        a.paper(1)
        a.find()
        from broadsheet.digest.alerts.ways import Ways

        done = a.sender(LATER, ways=Ways(a.settings(), seconds=0.3)).run()
    assert (done.sent, done.later) == (1, 1) and _states(late) == ["due"] and _states(good) == ["sent"]
    assert "did not answer in time" in a.again(late).fault


def test_a_receiver_in_trouble_is_asked_once_for_all_its_messages() -> None:
    a.begin()
    with Receiver([500] * 9) as receiver:
        a.alert(a.reader(), receiver.url)
        for number in range(4):
            a.paper(number)
        a.find()
        a.sender(LATER).run()
        a.sender(LATER).run()
    assert len(receiver.calls) == 1


def test_what_was_hidden_meanwhile_is_not_sent() -> None:
    a.begin()
    made = a.alert(a.reader(), NOBODY).alert
    row = a.paper(1)
    a.find()
    Paper.objects.filter(pk=row).update(state="hidden")
    assert a.sender(LATER).run().skipped == 1 and _states(made) == ["skipped"]


def test_members_only_abstracts_do_not_leave() -> None:
    a.begin()
    with Receiver() as receiver:
        a.alert(a.reader(), receiver.url)
        a.paper(1, rights="members", abstract="They walk. " * 80)
        a.find()
        a.sender(LATER).run()
    paper = json.loads(receiver.calls[0].body)["data"]["papers"][0]
    assert paper["abstract_is_excerpt"] and len(paper["abstract"]) <= 300


def test_a_renewed_secret_and_the_old_one_both_verify_for_a_day() -> None:
    a.begin()
    with Receiver() as receiver:
        made = a.alert(a.reader(), receiver.url, hourly=30)
        renewed = service.renew(made.alert.reader, a.again(made.alert), LATER)
        for hours in (1, 25):
            moment = LATER + timedelta(hours=hours)
            a.paper(hours, at=moment)
            a.find(moment)
            a.sender(moment).run()
    for call, secrets in zip(receiver.calls, ([renewed, made.secret], [renewed]), strict=True):
        wanted = [signing.signature(one, call.headers["webhook-id"], int(call.headers["webhook-timestamp"]), call.body)
                  for one in secrets]
        assert call.headers["webhook-signature"].split(" ") == wanted


def test_secrets_and_addresses_are_not_in_the_database_in_the_clear() -> None:
    reader = a.reader()
    target = service.target_of(reader, "webhook", "https://hooks.example.org/very-secret-path", a.settings())
    made = service.make(reader, service.About("topic", "robots"), "webhook", target, service.Wishes(), NOW)
    row = Alert.objects.values().get()
    assert "very-secret-path" not in json.dumps(row, default=str) and made.secret not in json.dumps(row, default=str)


def test_making_pausing_changing_removing_can_be_undone_and_repeated() -> None:
    reader = a.reader()
    first = a.alert(reader, NOBODY)
    again = a.alert(reader, NOBODY)
    assert again.alert.pk == first.alert.pk and not again.new and again.secret == ""
    one = a.again(first.alert)
    service.change(reader, one, service.Wishes(mode="bundled", hour=5), None, NOW)
    assert a.again(one).due_at is not None
    service.pause(reader, a.again(one), NOW)
    service.pause(reader, a.again(one), NOW)
    service.remove(reader, a.again(one), NOW)
    assert service.of(reader) == []
    undo.undo(reader, LATER)
    assert [row.key for row in service.of(reader)] == [one.key] and a.again(one).paused_by == ""
    service.pause(reader, a.again(one), NOW)
    undo.undo(reader, LATER)
    assert service.state_of(a.again(one)) == "running"
    service.remove(reader, a.again(one), NOW)
    assert service.tidy(NOW + timedelta(days=31)) > 0 and not Alert.objects.exists()


def test_a_mail_goes_through_the_outbox_in_the_same_transaction_and_stops_with_one_click() -> None:
    a.begin()
    reader = a.reader()
    made = a.alert(reader, "ada@example.org", channel="mail").alert
    a.paper(1)
    a.find()
    assert a.sender(LATER).run().sent == 1 and _states(made) == ["sent"]
    row = Outbox.objects.get()
    from email import message_from_bytes
    from email.policy import default

    from broadsheet.digest import outbox, subscriptions

    mail = message_from_bytes(outbox.message_of(row), policy=default)
    assert mail["To"] == "ada@example.org" and mail["Subject"] == "Robots that walk, part 1"
    assert "List-Unsubscribe=One-Click" in mail["List-Unsubscribe-Post"] and row.message_id == mail["Message-ID"]
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "https://papers.example.org/papers/2605.00001" in text and "New for Robots" in text
    subscriptions.stop(a.again(made).mail.key, LATER)  # type: ignore[union-attr]
    a.paper(2)
    assert a.find().papers == 0 and service.state_of(a.again(made)) == "paused-mail"
    assert subscriptions.of_reader(reader) == [] and Subscription.objects.get().due_at is None
    service.resume(reader, a.again(made), LATER)
    assert service.state_of(a.again(made)) == "running" and Subscription.objects.get().due_at is None


def test_merged_papers_are_not_told_twice() -> None:
    from broadsheet.catalogue.signals import papers_merged

    a.begin()
    made = a.alert(a.reader(), NOBODY).alert
    old, new = a.paper(1), None
    a.find()
    new = a.paper(2, at=LATER)
    with transaction.atomic():
        papers_merged.send(sender=None, kept=new, absorbed=old, now=LATER)
    assert a.find(LATER).papers == 0 and AlertPaper.objects.get(alert=made).paper_id == new
