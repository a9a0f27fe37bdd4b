"""What stands between us and a source: proxies, certificates, dripping servers, answers packed twice."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.support.harvesting import FastClock, config_for
from tests.support.loopback import Loopback

from broadsheet.sources import addresses, http
from broadsheet.sources.errors import SourceError
from broadsheet.sources.http import Client
from broadsheet.sources.manners import LocalTurns
from broadsheet.sources.messages import Answer, Request

CERTIFICATE = Path(__file__).parents[1] / "data" / "tls" / "unknown-authority.pem"
Talk = Callable[[socket.socket, bytes], None]


@contextmanager
def serving(talk: Talk, *, tls: bool = False) -> Iterator[int]:
    """A server that hands each connection, with its first request, to ``talk``; its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if tls else None
    if context is not None:
        context.load_cert_chain(CERTIFICATE)

    def one(connection: socket.socket) -> None:
        with connection:
            try:
                stream = context.wrap_socket(connection, server_side=True) if context else connection
                talk(stream, stream.recv(65536))
            except OSError:
                return

    def run() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    threading.Thread(target=run, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def say(text: bytes) -> Talk:
    """Answer always the same."""
    def talk(stream: socket.socket, _: bytes) -> None:
        stream.sendall(text)
    return talk


def ask(tmp_path: Path, url: str, **values: object) -> Answer:
    """One request by the real client; turns and waits pass at once."""
    clock = FastClock()
    config = config_for("http://127.0.0.1:1", tmp_path, **values)
    with Client(config, clock=clock, turns=LocalTurns(clock), dice=lambda: 0.5, read_seconds=2.0) as client:
        return client.get(Request(url))


def told(tmp_path: Path, url: str, **values: object) -> SourceError:
    """The error of one request."""
    with pytest.raises(SourceError) as caught:
        ask(tmp_path, url, **values)
    return caught.value


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        return int(gone.getsockname()[1])


@pytest.mark.parametrize("target", ["http://papers.example/oai", "https://papers.example/oai"])
def test_a_proxy_that_is_not_there(tmp_path: Path, target: str) -> None:
    problem = told(tmp_path, target, proxy=f"http://127.0.0.1:{closed_port()}")
    assert (problem.kind, problem.sentence) == ("connect", "No connection to the proxy could be made.")
    assert "`proxy`" in problem.step


@pytest.mark.parametrize(("target", "sentence"), [
    ("http://papers.example/oai", "The proxy wants a sign-in (HTTP 407)."),
    ("https://papers.example/oai", "The proxy did not let the request to papers.example through."),
])
def test_a_proxy_that_wants_a_sign_in(tmp_path: Path, target: str, sentence: str) -> None:
    with serving(say(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")) as port:
        problem = told(tmp_path, target, proxy=f"http://me:secret@127.0.0.1:{port}")
    assert (problem.kind, problem.sentence) == ("proxy", sentence)
    assert "`proxy`" in problem.step and "secret" not in f"{problem} {problem.cause}"


def test_a_proxy_lets_requests_through_and_inner_addresses_do_not_pass(tmp_path: Path) -> None:
    seen: list[bytes] = []

    def talk(stream: socket.socket, request: bytes) -> None:
        seen.append(request.split(b"\r\n")[0])
        stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 5\r\n\r\n<a/>\n")

    with serving(talk) as port:
        proxy = f"http://127.0.0.1:{port}"
        assert ask(tmp_path, "http://papers.example/oai", proxy=proxy, allow_private_hosts=False).body == b"<a/>\n"
        for inner in ("127.0.0.1", "localhost", "10.0.0.1", "127.1", "2130706433", "0x7f.1", "[::1]"):
            assert told(tmp_path, f"http://{inner}/", proxy=proxy, allow_private_hosts=False).kind == "private", inner
    assert seen == [b"GET http://papers.example/oai HTTP/1.1"]


def test_a_certificate_that_nobody_knows(tmp_path: Path) -> None:
    with serving(say(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<a/>"), tls=True) as port:
        problem = told(tmp_path, f"https://127.0.0.1:{port}/oai")
    assert (problem.kind, problem.sentence) == ("tls", "The secure connection to 127.0.0.1 could not be made.")
    assert "clock" in problem.step and "SSL_CERT_FILE" in problem.step and "CERTIFICATE_VERIFY_FAILED" in problem.cause


def test_a_server_that_speaks_no_tls(tmp_path: Path) -> None:
    with Loopback() as world:
        problem = told(tmp_path, world.base.replace("http:", "https:"))
    assert problem.kind in ("tls", "cut") and "127.0.0.1" in problem.sentence


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_server_that_drips_is_left_at_the_deadline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setattr(http, "TOTAL_SECONDS", 0.6)
    monkeypatch.setattr(http, "TRIES", 1)

    def talk(stream: socket.socket, _: bytes) -> None:
        stream.sendall(b"HTTP/1.1 200 OK\r\n" + (b"Content-Length: 1000\r\n\r\n" if part == "body" else b""))
        for _ in range(100):
            stream.sendall(b"x" if part == "body" else b"X-Drip: 1\r\n")
            time.sleep(0.1)

    with serving(talk) as port:
        started = time.monotonic()
        problem = told(tmp_path, f"http://127.0.0.1:{port}/")
    assert problem.kind == "timeout" and time.monotonic() - started < 3


def test_an_answer_packed_twice_is_not_unpacked(tmp_path: Path) -> None:
    body = gzip.compress(gzip.compress(b"<a>" + b"x" * 10_000_000 + b"</a>"))
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with serving(say(head + body)) as port:
        problem = told(tmp_path, f"http://127.0.0.1:{port}/")
    assert (problem.kind, problem.sentence) == ("malformed", "The answer of 127.0.0.1 could not be unpacked.")


def test_an_answer_packed_once_is_read(tmp_path: Path) -> None:
    body = gzip.compress(b"<a>text</a>")
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with serving(say(head + body)) as port:
        assert ask(tmp_path, f"http://127.0.0.1:{port}/").body == b"<a>text</a>"


@pytest.mark.parametrize(("status", "kind", "words"), [
    (401, "refused", "wants a sign-in"), (403, "refused", "check `contact`"), (404, "refused", "Check the address"),
    (410, "refused", "gone for good"), (429, "busy", "asked again later"), (500, "server", "asked again later"),
    (503, "busy", "asked again later"),
])
def test_each_status_has_its_sentence_and_step(tmp_path: Path, status: int, kind: str, words: str) -> None:
    with serving(say(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode())) as port:
        problem = told(tmp_path, f"http://127.0.0.1:{port}/")
    assert problem.kind == kind and words in problem.step and f"(HTTP {status})" in problem.sentence


def test_names_that_mean_this_machine_in_other_spellings() -> None:
    assert all(addresses.is_inside(name) for name in ("127.1", "0x7f.0.0.1", "017700000001", "foo.localhost", "10.1"))
    assert not any(addresses.is_inside(name) for name in ("arxiv.org", "8.8.8.8", "134744072.example"))
