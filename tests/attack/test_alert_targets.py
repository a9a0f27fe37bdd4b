"""Addresses of alerts come from readers: none leads into the keeper's network, by webhook or by any service of Apprise.

The children are real ones; a name server that lies is played by a module that Python loads at their start.
"""

from __future__ import annotations

import gzip
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.attack.test_submitted_addresses import PRIVATE
from tests.support import alerting as a
from tests.support.harvesting import config_for

from broadsheet.digest.alerts import apprising, service
from broadsheet.digest.alerts.apprising import Errand, Outcome
from broadsheet.sources.addresses import is_allowed
from broadsheet.sources.errors import SourceError
from broadsheet.sources.post import MOST_READ, post

READERS = tuple(apprising.SERVICES)
OPENED = ("127.0.0.2/32",)  # the one private network that these sites open


class Place:
    """A server at an address of this machine: whoever reaches it is noted."""

    def __init__(self, host: str) -> None:
        self.host, self.reached = host, list[str]()
        self.status, self.headers, self.body = 200, dict[str, str](), b"{}"
        self.endless = False


@contextmanager
def _place(host: str = "127.0.0.1") -> Iterator[tuple[Place, int]]:
    told = Place(host)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.reached.append(self.path)
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(told.body)
                while told.endless:
                    self.wfile.write(b"x" * 65536)
            except OSError:
                told.endless = False

        do_GET = do_PUT = do_POST

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer((host, 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield told, server.server_address[1]
    finally:
        told.endless = False
        server.shutdown()
        server.server_close()


# -- webhooks -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("address", PRIVATE)
def test_a_webhook_does_not_lead_inside(address: str, tmp_path: Path) -> None:
    config = config_for("http://127.0.0.1:9", tmp_path)  # which lets harvests reach private hosts: not this
    with _place() as (inside, port), pytest.raises(SourceError) as fault:
        post(config, address.format(port=port), b"{}", {})
    assert inside.reached == [] and fault.value.kind in {"private", "dns", "connect"}, fault.value.cause


def test_a_name_that_answers_differently_the_second_time_is_not_called(tmp_path: Path) -> None:
    config = config_for("http://127.0.0.1:9", tmp_path)
    with _place() as (inside, port):
        for answers in ([["203.0.113.7"], ["127.0.0.1"]], [["127.0.0.1"]], [["203.0.113.7", "127.0.0.1"]]):
            said = list(answers)
            for _ in range(2):
                with pytest.raises(SourceError) as fault:
                    post(config, f"http://rebind.example:{port}/", b"{}", {},
                         resolver=lambda host, port, said=said: said.pop(0) if len(said) > 1 else said[0])
                assert fault.value.kind == "private"
        assert inside.reached == []


def test_a_webhook_follows_no_redirect_and_takes_no_bomb(tmp_path: Path) -> None:
    config = config_for("http://127.0.0.1:9", tmp_path)
    with _place("127.0.0.2") as (open_, port), _place() as (inside, secret):
        url = f"http://127.0.0.2:{port}/hook"
        open_.status, open_.headers = 307, {"Location": f"http://127.0.0.1:{secret}/secret"}
        assert post(config, url, b"{}", {}, networks=OPENED).status == 307 and inside.reached == []
        open_.status, open_.headers = 200, {"Content-Encoding": "gzip"}
        open_.body = gzip.compress(b" " * (64 << 20))
        assert len(post(config, url, b"{}", {}, networks=OPENED).text) <= 300
        open_.headers, open_.body, open_.endless = {}, b"", True
        assert post(config, url, b"{}", {}, networks=OPENED).text.startswith("x") and MOST_READ == 64 * 1024


def test_only_the_opened_networks_are_open() -> None:
    networks = ("10.1.2.0/24", "fd00:5::/64")
    assert all(is_allowed(one, networks) for one in ("10.1.2.9", "::ffff:10.1.2.9", "fd00:5::7", "8.8.8.8"))
    assert not any(is_allowed(one, networks) for one in ("10.1.3.9", "127.0.0.1", "fd00:6::1", "169.254.169.254",
                                                         "64:ff9b::a01:309", "no address"))


# -- services of Apprise, each in a real child ----------------------------------------------------------------------

def _send(url: str, *, networks: tuple[str, ...] = OPENED, schemes: tuple[str, ...] | None = READERS,
          seconds: float = 120.0, proxy: str = "") -> Outcome:
    return apprising.run(Errand("send", url, "A title", "A text", networks, proxy, schemes), seconds)


def test_a_service_at_an_opened_address_is_reached_and_one_beside_it_is_not() -> None:
    with _place("127.0.0.2") as (open_, port), _place() as (inside, secret):
        assert _send(f"ntfy://127.0.0.2:{port}/topic").ok and len(open_.reached) == 1
        for url in (f"ntfy://127.0.0.1:{secret}/t", f"gotify://localhost:{secret}/token",
                    f"json://127.0.0.1:{secret}/"):
            schemes = None if url.startswith("json") else READERS
            done = _send(url, schemes=schemes)
            assert not done.ok and "private network" in done.said, done
        assert inside.reached == []


def test_a_redirect_of_a_service_does_not_lead_inside() -> None:
    with _place("127.0.0.2") as (open_, port), _place() as (inside, secret):
        open_.status, open_.headers = 302, {"Location": f"http://127.0.0.1:{secret}/secret"}
        done = _send(f"ntfy://127.0.0.2:{port}/topic")
    assert not done.ok and open_.reached and inside.reached == []
    assert "private network" in done.said


LYING = """
import socket
answers = {answers!r}
def lying(host, port, family=0, type=0, proto=0, flags=0, real=socket.getaddrinfo):
    if host != "rebind.example":
        return real(host, port, family, type, proto, flags)
    said = answers.pop(0) if len(answers) > 1 else answers[0]
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in said]
socket.getaddrinfo = lying
"""


def _name_server(home: Path, monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
    home.mkdir(exist_ok=True)
    (home / "sitecustomize.py").write_text(LYING.format(answers=list(answers)), "utf-8")
    monkeypatch.syspath_prepend(str(home))


def test_a_name_that_turns_inside_between_two_lookups_is_stopped_at_connect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    with _place("127.0.0.2") as (open_, port):
        # The same port at both addresses, so that nothing but the answer of the name server differs.
        inside = socket.create_server(("127.0.0.1", port))
        inside.settimeout(0.2)
        open_.status, open_.headers = 302, {"Location": f"http://rebind.example:{port}/again"}
        _name_server(tmp_path / "turns", monkeypatch, ["127.0.0.2"], ["127.0.0.1"])
        done = _send(f"ntfy://rebind.example:{port}/topic")
        assert not done.ok and "private network" in done.said and len(open_.reached) == 1
        with pytest.raises(TimeoutError):
            inside.accept()
        inside.close()


def test_of_several_addresses_only_the_allowed_one_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with _place("127.0.0.2") as (open_, port):
        inside = socket.create_server(("127.0.0.1", port))
        inside.settimeout(0.2)
        _name_server(tmp_path / "both", monkeypatch, ["127.0.0.1", "127.0.0.2"])
        assert _send(f"ntfy://rebind.example:{port}/topic").ok and len(open_.reached) == 1
        with pytest.raises(TimeoutError):
            inside.accept()
        inside.close()


def test_datagrams_are_guarded_too_for_keepers() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listens:
        listens.bind(("127.0.0.1", 0))
        listens.settimeout(0.2)
        done = _send(f"rsyslog://127.0.0.1:{listens.getsockname()[1]}", schemes=None)
        assert not done.ok
        with pytest.raises(TimeoutError):
            listens.recv(100)


def test_an_answer_without_end_ends_with_the_child() -> None:
    with _place("127.0.0.2") as (open_, port):
        open_.endless = True
        done = _send(f"ntfy://127.0.0.2:{port}/topic", seconds=20.0)
    assert not done.ok and done.again


@pytest.mark.parametrize("url", ["exec://id", "file:///etc/passwd", "mailto://u:p@example.org", "json://example.org",
                                 "dbus://", "syslog://", "http://example.org", "slack", "JSON://example.org"])
def test_readers_are_held_to_the_list(url: str) -> None:
    done = apprising.run(Errand("check", url, schemes=READERS), 120.0)
    assert not done.ok and "not taken here" in done.said


def test_an_address_of_each_service_is_read_by_its_own_client() -> None:
    addresses = (
        f"discord://4174/{'w' * 24}", f"slack://T0000000/B0000000/{'x' * 24}/#papers", f"tgram://1234567:{'c' * 24}/12",
        "matrixs://user:password@matrix.example.org/#papers", "ntfys://ntfy.sh/topic",
        f"mmosts://chat.example.org/{'a' * 26}", "rockets://user:password@chat.example.org/#papers",
        f"zulip://bot@example/{'b' * 32}", f"gotifys://push.example.org/A{'d' * 14}", f"pover://{'u' * 30}@{'a' * 30}",
        "nctalks://user:password@cloud.example.org/room")
    read = [apprising.run(Errand("check", url, schemes=READERS), 120.0) for url in addresses]
    assert tuple(done.said for done in read) == apprising.NAMES
    assert not any("password" in done.shown for done in read)


GUARDED = """
import os, socket, subprocess, sys
from broadsheet.digest.alerts.child import Guard
sys.addaudithook(Guard(("127.0.0.2/32",), frozenset()))
def tried(act):
    try:
        act()
    except PermissionError:
        return "refused"
    except OSError as problem:
        return f"went on: {problem}"
    return "done"
tcp, udp = socket.socket(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for act in (
    lambda: tcp.connect(("127.0.0.1", 9)), lambda: tcp.connect(("localhost", 9)),
    lambda: socket.create_connection(("169.254.169.254", 80), 1), lambda: udp.sendto(b"x", ("127.0.0.1", 9)),
    lambda: udp.sendmsg([b"x"], [], 0, ("127.0.0.1", 9)), lambda: tcp.connect_ex(("127.0.0.1", 9)),
    lambda: socket.socket(socket.AF_UNIX).connect("/run/dbus/system_bus_socket"),
    lambda: socket.socket(socket.AF_INET6).connect(("::1", 9)),
    lambda: socket.socket(socket.AF_INET6).connect(("::ffff:127.0.0.1", 9)),
    lambda: udp.bind(("0.0.0.0", 0)), lambda: open("/etc/passwd"), lambda: open("new.txt", "w"),
    lambda: subprocess.run(["id"]), lambda: os.system("id"), lambda: os.execv("/bin/id", ["id"]), lambda: os.fork(),
    lambda: os.remove("new.txt"),
):
    print(tried(act))
print(tried(lambda: tcp.connect(("127.0.0.2", 9))))
"""


def test_the_guard_refuses_every_way_around_it(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", GUARDED], capture_output=True, text=True, cwd=tmp_path, check=False,
                          timeout=120)
    lines = done.stdout.splitlines()
    assert lines[:-1] == ["refused"] * 17, done
    assert lines[-1].startswith("went on"), "an opened address is tried"


@pytest.mark.django_db
def test_the_form_refuses_what_is_no_address() -> None:
    reader = a.reader()
    for text in ("", "ftp://example.org/x", "https://user:pass@example.org/x", "https:///x", "https://exa mple.org/",
                 "javascript:alert(1)", "https://example.org/#x", "https://example.org/" + "x" * 2001, "https://x:99999/"):
        with pytest.raises(service.Refused) as fault:
            service.target_of(reader, "webhook", text, a.settings())
        assert fault.value.field == "target"
    shown = service.target_of(reader, "webhook", "https://hooks.example.org/T0/B0/secret", a.settings()).shown
    assert shown == "https://hooks.example.org/T0/…"
