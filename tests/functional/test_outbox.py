"""The outbox and the sender against a real SMTP server: each mail once, refusals understood, nothing lost."""

from __future__ import annotations

import smtplib
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.support import mailserver

from broadsheet.digest import outbox
from broadsheet.digest.models import Outbox, Subscription
from broadsheet.digest.sender import Sender, Sending
from broadsheet.digest.transport import Server

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 5, 12, 6, 0, tzinfo=UTC)


class Clock:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.now = NOW
        self.waited: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += timedelta(seconds=seconds)


def _subscription(number: int) -> Subscription:
    return Subscription.objects.create(
        key=f"k{number:031d}", email=f"reader{number}@example.org", state="active", asked_at=NOW, due_at=NOW)


def _mail(subscription: Subscription, period: str = "2026-05-12") -> bool:
    name = f"<{subscription.pk}.{period}@example.org>"
    message = f"Message-ID: {name}\r\nSubject: today\r\n\r\nHello\r\n.dot\r\n".encode()
    with transaction.atomic():
        return outbox.put(subscription, "digest", period, NOW, message=message, message_id=f"{period}", subject="today")


def _send(port: int, clock: Clock, **options: int) -> Sending:
    sender = Sender(Server("127.0.0.1", port, "none"), "paper@example.org", holder="one", clock=clock,
                    wait=clock.wait, random=Random(1), **options)
    return sender.run()


def test_a_period_has_one_mail() -> None:
    subscription = _subscription(1)
    assert _mail(subscription) and not _mail(subscription)
    assert Outbox.objects.count() == 1


def test_every_mail_goes_out_once_over_one_connection() -> None:
    handler, clock = mailserver.Handler(), Clock()
    for number in range(30):
        _mail(_subscription(number))
    with mailserver.running(handler) as port:
        assert _send(port, clock).sent == 30
        assert _send(port, clock).sent == 0
    assert sorted(one.to for one in handler.taken) == sorted(f"reader{n}@example.org" for n in range(30))
    assert handler.taken[0].data.endswith(b"\r\n.dot\r\n")
    assert set(Outbox.objects.values_list("state", "body")) == {("sent", b"")}


def test_greylisting_is_tried_again_later_and_not_forever() -> None:
    clock, seen = Clock(), []

    def grey(to: str) -> str | None:
        seen.append(to)
        return "450 4.2.0 Greylisted, come back" if len(seen) < 3 else None

    handler = mailserver.Handler(on_rcpt=grey)
    _mail(_subscription(1))
    with mailserver.running(handler) as port:
        for _ in range(3):
            _send(port, clock)
            clock.now += timedelta(hours=1)
        assert len(handler.taken) == 1 and Outbox.objects.get().tries == 2
        handler.on_rcpt = lambda to: "450 4.2.0 always"
        _mail(_subscription(2))
        for _ in range(20):
            _send(port, clock)
            clock.now += timedelta(hours=12)
    row = Outbox.objects.get(subscription__email="reader2@example.org")
    assert row.state == "failed" and "always" in row.error and "tried 9 times" in row.error


def test_no_such_mailbox_stops_the_subscription_and_others_go_on() -> None:
    handler = mailserver.Handler(on_rcpt=lambda to: "550 5.1.1 No such user" if "reader1@" in to else None)
    for number in range(3):
        _mail(_subscription(number))
    with mailserver.running(handler) as port:
        done = _send(port, Clock())
    assert (done.sent, done.refused) == (2, 1)
    gone = Subscription.objects.get(email="reader1@example.org")
    assert gone.state == "bounced" and gone.due_at is None and "No such user" in gone.bounce


def test_a_policy_refusal_is_no_missing_mailbox() -> None:
    handler = mailserver.Handler(on_rcpt=lambda to: "550 5.7.1 Blocked by policy")
    subscription = _subscription(1)
    with mailserver.running(handler) as port:
        for day in range(3):
            assert Subscription.objects.get().state == "active"
            _mail(subscription, f"2026-05-1{day}")
            _send(port, Clock())
    assert Subscription.objects.get().state == "bounced"


def test_a_server_that_is_down_costs_no_try_and_no_mail() -> None:
    clock = Clock()
    for number in range(3):
        _mail(_subscription(number))
    with mailserver.running(mailserver.Handler()) as port:
        free = port
    done = _send(free, clock)
    assert done.down.startswith("port:") and done.sent == 0
    assert set(Outbox.objects.values_list("state", "tries")) == {("due", 0)}
    handler = mailserver.Handler(on_mail=lambda sender: "553 5.7.1 Sender not allowed")
    clock.now += timedelta(hours=1)
    with mailserver.running(handler) as port:
        done = _send(port, clock)
    assert done.down.startswith("sender:") and set(Outbox.objects.values_list("state", "tries")) == {("due", 0)}


def test_a_connection_dropped_before_the_mail_was_taken_loses_nothing() -> None:
    clock, dropped = Clock(), []

    def drop(to: str, data: bytes) -> str | None:
        if to not in dropped:
            dropped.append(to)
            return "drop before"
        return None

    handler = mailserver.Handler(on_data=drop)
    for number in range(4):
        _mail(_subscription(number))
    with mailserver.running(handler) as port:
        for _ in range(8):
            _send(port, clock)
            clock.now += timedelta(minutes=10)
    assert sorted(one.to for one in handler.taken) == [f"reader{n}@example.org" for n in range(4)]


def test_a_connection_that_breaks_at_one_mail_keeps_no_other_waiting() -> None:
    clock, cut = Clock(), ["reader1@example.org", "reader3@example.org"]

    def once(to: str, data: bytes) -> str | None:
        if to in cut:
            cut.remove(to)
            return "drop after"
        return None

    handler = mailserver.Handler(on_data=once)
    for number in range(6):
        _mail(_subscription(number))
    with mailserver.running(handler) as port:
        done = _send(port, clock)
        assert (done.sent, done.later, done.down) == (4, 2, "")
        assert sorted(Outbox.objects.values_list("state", "tries")) == [("due", 1)] * 2 + [("sent", 0)] * 4
        clock.now += timedelta(hours=1)
        assert _send(port, clock).sent == 2
    copies = [one.to for one in handler.taken]
    assert sorted(copies) == sorted([f"reader{n}@example.org" for n in range(6)] + ["reader1@example.org",
                                                                                     "reader3@example.org"])
    again = [str(one.message["Message-ID"]) for one in handler.taken if one.to == "reader1@example.org"]
    assert len(again) == 2 and len(set(again)) == 1, "the copy in the window bears the same Message-ID"


def test_a_server_that_breaks_off_at_every_mail_is_down() -> None:
    handler, clock = mailserver.Handler(on_data=lambda to, data: "drop before"), Clock()
    for number in range(4):
        _mail(_subscription(number))
    with mailserver.running(handler) as port:
        done = _send(port, clock)
    assert done.down.startswith("handover:") and done.sent == 0
    assert set(Outbox.objects.values_list("state", "tries")) == {("due", 0)}


def test_due_mails_are_claimed_along_an_index_however_many_wait() -> None:
    for number in range(4):
        _mail(_subscription(number))
    with CaptureQueriesContext(connection) as asked:
        assert len(outbox.claim("one", NOW, 2)) == 2
    plans = []
    for query in asked.captured_queries:
        if connection.vendor == "sqlite" and query["sql"].startswith("SELECT"):
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN QUERY PLAN " + query["sql"])
                plans.extend(row[3] for row in cursor.fetchall())
    assert not [plan for plan in plans if "TEMP B-TREE" in plan or plan.startswith("SCAN")], plans


def test_a_sender_that_died_leaves_its_mails_to_the_next() -> None:
    handler, clock = mailserver.Handler(), Clock()
    _mail(_subscription(1))
    assert len(outbox.claim("dead", NOW)) == 1
    with mailserver.running(handler) as port:
        assert _send(port, clock).sent == 0
        clock.now += timedelta(minutes=6)
        assert _send(port, clock).sent == 1


def test_who_stopped_meanwhile_gets_nothing() -> None:
    handler, subscription = mailserver.Handler(), _subscription(1)
    _mail(subscription)
    Subscription.objects.update(state="stopped")
    with mailserver.running(handler) as port:
        assert _send(port, Clock()).skipped == 1
    assert not handler.taken and Outbox.objects.get().state == "skipped"


def test_the_rate_a_minute_is_kept() -> None:
    handler, clock = mailserver.Handler(), Clock()
    for number in range(25):
        _mail(_subscription(number))
    with mailserver.running(handler) as port:
        _send(port, clock, per_minute=10)
    assert len(handler.taken) == 25 and sum(clock.waited) >= 119


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_the_server_is_asked_by_name_and_password() -> None:
    with mailserver.running(mailserver.Handler(), login=("ada", "right")) as port, smtplib.SMTP(
            "127.0.0.1", port) as smtp:
        smtp.ehlo()
        assert smtp.has_extn("auth")
        _mail(_subscription(1))
        server = Server.of(f"smtp+plain://ada:wrong@127.0.0.1:{port}")
        clock = Clock()
        done = Sender(server, "p@example.org", holder="one", clock=clock, wait=clock.wait).run()
        assert done.down.startswith("login:") and "535" in done.down
