"""The polite client and its guard: addresses, redirects, limits, waits, sentences."""

from __future__ import annotations

import socket
from datetime import UTC, datetime

import pytest
from tests.support.harvesting import FastClock, config_for
from tests.support.loopback import Loopback

from broadsheet.sources import addresses, guard
from broadsheet.sources.addresses import is_public
from broadsheet.sources.errors import SourceError
from broadsheet.sources.http import Client, retry_after_of
from broadsheet.sources.manners import LocalTurns, group_of
from broadsheet.sources.messages import Request


@pytest.mark.parametrize("address", [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "not an address", "198.18.0.1", "192.0.2.1",
])
def test_addresses_that_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "151.101.3.42", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses(address):
    assert is_public(address)


def make(world, tmp_path, resolver=guard.resolve, **values):
    clock = FastClock()
    config = config_for(world.base, tmp_path, **values)
    return Client(config, clock=clock, turns=LocalTurns(clock), dice=lambda: 0.5, resolver=resolver, read_seconds=2.0)


def failing(client, url, **values):
    with client, pytest.raises(SourceError) as caught:
        client.get(Request(url, **values))
    return caught.value


def test_redirect_to_private_is_refused_at_connect(tmp_path, monkeypatch):
    """Loopback stands for the open network here; the address behind the redirect does not."""
    monkeypatch.setattr(addresses, "is_public", lambda a: a == "127.0.0.1" or is_public(a))
    with Loopback(faults=["private"]) as world:
        problem = failing(make(world, tmp_path, allow_private_hosts=False), f"{world.base}/rss/cs.LG")
    assert problem.kind == "private" and "10.0.0.1" in problem.cause


def test_name_is_resolved_once_and_the_checked_address_is_connected_to(tmp_path):
    """A name server that answers 127.0.0.1 the second time gains nothing: there is no second time."""
    with Loopback() as world:
        port = int(world.base.rpartition(":")[2])
        asked = []

        def rebinding(host, _port):
            asked.append(host)
            return ["192.0.2.1"] if len(asked) == 1 else ["127.0.0.1"]

        client = make(world, tmp_path, rebinding, allow_private_hosts=False)
        problem = failing(client, f"http://papers.example:{port}/rss/cs.LG")
        assert problem.kind == "private" and len(asked) == 1 and not world.asked


def test_all_answers_private_or_public_mixed(tmp_path, monkeypatch):
    """Of several addresses only the checked ones are tried."""
    monkeypatch.setattr(addresses, "is_public", lambda a: a == "127.0.0.1")
    with Loopback() as world:
        port = int(world.base.rpartition(":")[2])
        with make(world, tmp_path, lambda *_: ["10.0.0.1", "127.0.0.1"], allow_private_hosts=False) as client:
            assert client.get(Request(f"http://papers.example:{port}/rss/cs.LG")).status == 200


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://example.org/", "http://u:p@example.org/", "http://"])
def test_addresses_that_are_never_asked(tmp_path, target):
    with Loopback() as world:
        assert failing(make(world, tmp_path), target).kind == "redirect"


def test_dns_fault_has_its_sentence(tmp_path):
    def lost(*_):
        raise socket.gaierror(-2, "Name or service not known")

    with Loopback() as world:
        problem = failing(make(world, tmp_path, lost), "http://nowhere.example/")
    assert problem.kind == "dns" and "nowhere.example" in problem.sentence and "doctor" in problem.step


def test_tls_fault(tmp_path):
    with Loopback() as world:
        problem = failing(make(world, tmp_path), world.base.replace("http:", "https:"))
    assert problem.kind in ("tls", "connect", "timeout", "cut")


def test_size_limit_stops_while_reading(tmp_path):
    with Loopback(faults=["huge"]) as world:
        problem = failing(make(world, tmp_path), f"{world.base}/rss/cs.LG", limit=1024 * 1024)
    assert problem.kind == "too-large" and len(world.asked) == 1


def test_no_listener_is_a_connect_fault(tmp_path):
    with Loopback() as world:
        gone = world.base
    assert failing(make(world, tmp_path), gone).kind == "connect"


def test_statuses(tmp_path):
    with Loopback() as world:
        problem = failing(make(world, tmp_path), f"{world.base}/nothing")
        assert problem.kind == "refused" and "404" in problem.sentence and len(world.asked) == 1


def test_retry_after_as_seconds_and_date():
    clock = FastClock(datetime(2026, 11, 20, 12, 0, tzinfo=UTC))
    assert retry_after_of("30", clock) == 30
    assert retry_after_of("Fri, 20 Nov 2026 12:01:00 GMT", clock) == 60
    assert retry_after_of("Fri, 20 Nov 2020 12:01:00 GMT", clock) == 0
    assert retry_after_of("soon", clock) is None and retry_after_of("", clock) is None


def test_backoff_doubles_with_jitter(tmp_path):
    with Loopback(faults=["500"] * 3) as world:
        client = make(world, tmp_path)
        failing(client, f"{world.base}/rss/cs.LG")
        assert [round(s) for s in client.clock.slept] == [5, 10]


def test_arxiv_hosts_take_one_turn():
    hosts = ("oaipmh.arxiv.org", "rss.arxiv.org", "export.arxiv.org", "arxiv.org.")
    assert {group_of(host) for host in hosts} == {"arxiv.org"}
    assert group_of("notarxiv.org") == "notarxiv.org"
