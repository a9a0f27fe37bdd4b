"""Addresses that readers send: none leads into the keeper's network, whatever it resolves to or redirects to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.support.harvesting import FastClock, config_for

from broadsheet.catalogue.models import Paper, SourceRecord
from broadsheet.config import Config
from broadsheet.readers import service
from broadsheet.readers.models import Reader
from broadsheet.sources import lookup
from broadsheet.sources.errors import SourceError
from broadsheet.sources.http import Client
from broadsheet.text.identifiers import normalise
from broadsheet.web import bringing

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PRIVATE = ["http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::1]:{port}/", "http://127.1:{port}/",
           "http://2130706433:{port}/", "http://0x7f.1:{port}/", "http://0:{port}/", "http://[::ffff:127.0.0.1]:{port}/",
           "http://10.0.0.1/", "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data/", "http://100.64.0.1/",
           "http://[fd00::1]/", "http://[64:ff9b::7f00:1]/"]


class _Inside:
    """A server inside: whoever reaches it is noted."""

    def __init__(self) -> None:
        self.reached: list[str] = []
        self.body, self.status, self.headers = b"<html></html>", 200, {"Content-Type": "text/html"}


@contextmanager
def _inside() -> Iterator[tuple[_Inside, int]]:
    told = _Inside()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.reached.append(self.path)
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told.body)

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield told, server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    """Private hosts are allowed to the sources that the keeper chose: not to what readers send."""
    return config_for("http://127.0.0.1:9", tmp_path, request_pause=0.0, crossref_url="http://127.0.0.1:9",
                      datacite_url="http://127.0.0.1:9")


def _ways(config: Config, *answers: list[str]) -> lookup.Ways:
    """The real clients; with ``answers`` a name server that says one after the other."""
    said = list(answers)

    def resolver(host: str, port: int) -> list[str]:
        return said.pop(0) if len(said) > 1 else said[0]

    how: dict[str, Any] = {"resolver": resolver} if said else {}
    return lookup.Ways(Client(config, clock=FastClock(), hurry=True),
                       Client(config, clock=FastClock(), hurry=True, public_only=True, **how))


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_not_asked(address: str, settings: Config) -> None:
    with _inside() as (inside, port):
        try:
            name = normalise("url", address.format(port=port))
        except ValueError:
            return
        name = ("url", name[1].replace("https://", "http://"))
        with pytest.raises(SourceError) as fault:
            lookup.fetch(name, settings, _ways(settings))
        assert inside.reached == [] and fault.value.kind in {"private", "dns", "connect", "redirect"}, fault.value.cause
        assert "meta-data" not in str(fault.value)


def test_a_name_that_resolves_inside_is_not_asked_even_at_the_second_time(settings: Config) -> None:
    with _inside() as (inside, port):
        for answers in ([["127.0.0.1"]], [["203.0.113.7", "127.0.0.1"], ["127.0.0.1"]], [["::1"]]):
            with pytest.raises(SourceError) as fault:
                lookup.fetch(("url", f"http://rebind.example:{port}/"), settings, _ways(settings, *answers))
            assert fault.value.kind in {"private", "connect", "timeout"}
        assert inside.reached == []


@pytest.mark.parametrize("target", ["http://127.0.0.1:{port}/secret", "file:///etc/passwd", "gopher://127.0.0.1/",
                                    "http://user:pass@127.0.0.1:{port}/secret", "//127.0.0.1:{port}/secret"])
def test_a_redirect_does_not_lead_inside(target: str, settings: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first hop is let through (a public site, as far as the guard knows); the next is checked anew."""
    from broadsheet.sources import addresses

    with _inside() as (inside, port):
        inside.status, inside.headers = 302, {"Location": target.format(port=port), "Content-Length": "0"}
        inside.body = b""
        seen: list[str] = []

        def once(address: str) -> bool:
            seen.append(address)
            return len(seen) == 1

        monkeypatch.setattr(addresses, "is_public", once)
        with pytest.raises(SourceError):
            lookup.fetch(("url", f"http://public.example:{port}/first"), settings, _ways(settings, ["127.0.0.1"]))
        assert inside.reached == ["/first"]


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """For the tests below the loopback server counts as a site of the open network."""
    from broadsheet.sources import addresses

    monkeypatch.setattr(addresses, "is_public", lambda address: True)


@pytest.mark.usefixtures("outside")
def test_a_huge_page_a_bomb_and_a_page_of_nothing_are_refused(settings: Config) -> None:
    import gzip

    with _inside() as (site, port):
        for body, headers, kind in (
            (b"<html>" + b"x" * (3 << 20), {}, "too-large"),
            (gzip.compress(b"<html>" + b" " * (64 << 20)), {"Content-Encoding": "gzip"}, "too-large"),
            (b"<html><title>A page</title></html>", {}, "absent"),
            (b'<meta name="citation_title" content="' + b"x" * 4000 + b'">', {}, "absent"),
            (b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaa">]><l>&a;</l>', {}, "absent"),
        ):
            site.body, site.headers = body, {"Content-Type": "text/html", **headers}
            with pytest.raises(SourceError) as fault:
                lookup.fetch(("url", f"http://example.org:{port}/p"), settings, _ways(settings, ["127.0.0.1"]))
            assert fault.value.kind == kind, fault.value.cause


def _reader() -> Reader:
    bringing._fetches._full.clear()
    return service.make(NOW)


@pytest.mark.usefixtures("outside")
def test_a_page_cannot_speak_for_a_paper_that_is_not_its_own(settings: Config) -> None:
    """It names another DOI; the registry does not answer, so nothing is taken, least of all the page's own words."""
    with _inside() as (site, port):
        site.body = b'<meta name="citation_title" content="Mine"><meta name="citation_doi" content="10.1000/famous">'
        with pytest.raises(bringing.NotBrought):
            bringing.bring(f"http://example.org:{port}/p", _reader(), settings, by=_ways(settings, ["127.0.0.1"]))
    assert not Paper.objects.exists() and not SourceRecord.objects.exists()


def test_ten_lookups_then_patience(settings: Config) -> None:
    reader = _reader()
    shut = replace(settings, arxiv_oai_url="http://127.0.0.1:9/oai")
    said = []
    for number in range(12):
        with pytest.raises(bringing.NotBrought) as fault:
            bringing.bring(f"2611.{number:05d}", reader, shut, by=_ways(shut))
        said.append(str(fault.value))
    assert "many papers in a short time" in said[-1] and "many papers" not in said[0]
