"""Numbers without end, invented addresses and costly texts: nobody gets more than a share, and nothing ends in 500."""

from __future__ import annotations

import json

import pytest
from django.http import Http404
from django.test import RequestFactory
from tests.support import alerting as a
from tests.support.accounts import site
from tests.support.receivers import Receiver

from broadsheet.catalogue.importing import bibtex
from broadsheet.catalogue.importing.jsonl import BadRecord
from broadsheet.digest.alerts import apprising, sealed, sending, service, standing, turns
from broadsheet.digest.alerts.models import Alert, AlertDelivery
from broadsheet.digest.alerts.ways import Ways
from broadsheet.web import feed_paging, limits


@pytest.mark.parametrize("page", ["00000199999999999999999", "1" * 4400, "000001" + "9" * 5000, "10001", "-1", "²"])
def test_a_page_of_a_feed_is_a_number_that_a_database_can_hold(page: str, rf: RequestFactory) -> None:
    with pytest.raises(Http404):
        feed_paging.page_of(rf.get("/feeds/front.atom", {"page": page}))


def test_where_proxies_are_named_nobody_else_says_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    site(monkeypatch, trusted_proxies=("10.0.0.1/32",))
    # REMOTE_ADDR is what the named proxy said by then, or who came past it.
    for invented in ("198.51.100.1", "198.51.100.2, 203.0.113.9", ""):
        assert limits.client_in({"REMOTE_ADDR": "10.7.7.7", "HTTP_X_FORWARDED_FOR": invented}) == "10.7.7.7"


@pytest.mark.django_db(transaction=True)
def test_a_receiver_that_repeats_what_it_was_sent_tells_no_secret() -> None:
    secret = "/services/T0123/B4567/very-secret-path?key=hidden%20words"
    made = a.alert(a.reader(), "", label="What nobody else knows").alert
    with Receiver([(500, {}, f"<pre>Cannot POST {secret} (hidden words) What nobody else knows</pre>".encode()),
                   (500, {}, b"-" * 285 + secret.encode())]) as receiver:
        Alert.objects.filter(pk=made.pk).update(target=sealed.seal(receiver.url.replace("/hook", secret)))
        for _ in range(2):
            row = sending.test(a.again(made), Ways(a.settings()), a.sender(a.NOW).setup, lambda: a.NOW)[0]
            kept = f"{row.answer} {a.again(made).fault}"
            assert "answered 500" in kept and not any(
                word in kept for word in ("very-secret-path", "B4567", "hidden", "/services")), kept
        Alert.objects.filter(pk=made.pk).update(failing_since=a.NOW, fault="h answered 500: What nobody else knows.")
        told = standing.of_all(a.NOW)["failing"][0]
    assert len(receiver.calls) == 2 and told["fault"] == "h answered 500."


@pytest.mark.django_db(transaction=True)
def test_slow_receivers_hold_two_of_those_who_test_and_no_reader_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    ada, bob = a.reader("ada"), a.reader("bob")
    made = a.alert(ada, "https://slow.example.org/").alert
    with turns.turn(ada.pk) as first, turns.turn(ada.pk) as again, turns.turn(bob.pk) as second, turns.turn(0) as third:
        assert (first, again, second, third) == (True, False, True, False)
        with pytest.raises(service.Refused, match="nothing was done"):
            sending.test(made, Ways(a.settings()), a.sender(a.NOW).setup, lambda: a.NOW)
        with pytest.raises(service.Refused, match="nothing was done"):
            service.target_of(ada, "apprise", "ntfy://example.org/topic", a.settings())
    assert not AlertDelivery.objects.exists()
    with turns.turn(ada.pk) as free:
        assert free


@pytest.mark.django_db(transaction=True)
def test_whoever_waits_for_a_test_of_a_chat_waits_no_longer_than_for_a_webhook() -> None:
    made, given = a.alert(a.reader(), "ntfy://example.org/topic", channel="apprise").alert, list[float]()

    def run(errand: apprising.Errand) -> apprising.Outcome:
        given.append(errand.seconds)
        return apprising.Outcome(True)

    for seconds in (10.0, 20.0, 60.0):
        sending.test(made, Ways(a.settings(), seconds=seconds, run=run), a.sender(a.NOW).setup, lambda: a.NOW)
    assert given == [20.0, 40.0, apprising.SECONDS]


@pytest.mark.django_db(transaction=True)
def test_a_message_whose_turn_came_too_late_is_left_to_whoever_has_it_now() -> None:
    """Slow receivers before it in the batch used up the lease; another sender took it meanwhile."""
    with Receiver() as receiver:
        made = a.alert(a.reader(), receiver.url).alert
        AlertDelivery.objects.create(key="msg_1", alert=made, name="test:1", next_try_at=a.NOW, made_at=a.NOW)
        slow = a.sender(a.NOW, "slow")
        (row,) = sending.claim("slow", a.NOW, 20)
        later = a.NOW + sending.LEASE
        (taken,) = sending.claim("quick", later, 20)
        assert slow.one(row) is None and receiver.calls == []
        assert a.sender(later, "quick").one(taken) is not None and len(receiver.calls) == 1


def test_bibtex_of_a_size_that_no_paper_has_is_not_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    longest, clean = [0], bibtex._clean

    def looked(value: str) -> str:
        longest[0] = max(longest[0], len(value))
        return clean(value)

    monkeypatch.setattr(bibtex, "_clean", looked)
    for name in ("title", "abstract", "url", "author", "keywords"):
        fields = {"title": "A title", name: "\\'{e}" * 60_000}
        with pytest.raises(BadRecord):
            bibtex.parse_entry(json.dumps({"key": "a", "type": "misc", "fields": fields}).encode())
    assert longest[0] < 100
