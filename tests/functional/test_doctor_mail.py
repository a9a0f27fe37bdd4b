"""`doctor mail` against eight broken set-ups: each fault is named at its step, in a sentence that says what to do."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.support import certificates, mailserver, program

from broadsheet.digest import doctor
from broadsheet.digest.doctor import Step
from broadsheet.digest.setup import Setup
from broadsheet.digest.transport import Server

NOW = datetime(2026, 5, 12, 6, 0, tzinfo=UTC)
SETUP = Setup("https://p.example.org", "Broadsheet", "", "paper@p.example.org", "p.example.org")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificates.make(tmp_path_factory.mktemp("tls"))


def _try(server: Server, timeout: float = 5.0) -> list[Step]:
    return doctor.examine(server, SETUP, "keeper@example.org", NOW, timeout=timeout)


@contextmanager
def _silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        held: list[socket.socket] = []
        threading.Thread(target=lambda: held.append(listener.accept()[0]), daemon=True).start()
        yield int(listener.getsockname()[1])
        for one in held:
            one.close()


def _fault(steps: list[Step], name: str, *words: str) -> None:
    assert [step.ok for step in steps[:-1]] == [True] * (len(steps) - 1), steps
    last = steps[-1]
    assert (last.name, last.ok) == (name, False), steps
    assert all(word in last.said for word in words), last.said
    assert last.said[-1] in ".?" and "Traceback" not in last.said and ".." not in last.said, last.said


def test_wrong_host() -> None:
    _fault(_try(Server("mail.invalid", 587, "starttls")), "name", "'mail.invalid' leads nowhere", "typing error")


def test_wrong_port() -> None:
    with mailserver.running(mailserver.Handler()) as port:
        free = port
    _fault(_try(Server("127.0.0.1", free, "starttls")), "port", f"127.0.0.1:{free}", "587")


def test_wrong_kind_of_tls(certificate: tuple[Path, Path]) -> None:
    with mailserver.running(mailserver.Handler()) as port:
        _fault(_try(Server("localhost", port, "starttls")), "TLS", "does not offer STARTTLS", "smtps://")
        _fault(_try(Server("localhost", port, "tls")), "TLS", "`smtps://`", "smtp://")
    with mailserver.running(mailserver.Handler(), tls=certificate) as port:
        _fault(_try(Server("localhost", port, "starttls"), 1.0), "port", "does not answer in time")


def test_wrong_certificate(certificate: tuple[Path, Path]) -> None:
    with mailserver.running(mailserver.Handler(), starttls=certificate) as port:
        _fault(_try(Server("localhost", port, "starttls")), "TLS", "certificate", "smtp_ca")
        _fault(_try(Server("127.0.0.1", port, "starttls", ca_file=certificate[0])), "TLS", "certificate", "127.0.0.1")


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_wrong_login(certificate: tuple[Path, Path]) -> None:
    with mailserver.running(mailserver.Handler(), login=("ada", "right"), starttls=certificate) as port:
        wrong = Server("localhost", port, "starttls", "ada", "wrong", certificate[0])
        _fault(_try(wrong), "login", "does not accept the user name or password", "%40")
        right = Server("localhost", port, "starttls", "ada", "right", certificate[0])
        assert [(step.name, step.ok) for step in _try(right)] == [(name, True) for name in doctor.STEPS]


def test_sender_refused() -> None:
    handler = mailserver.Handler(on_mail=lambda sender: "553 5.7.1 Sender address rejected: not owned by user")
    with mailserver.running(handler) as port:
        _fault(_try(Server("127.0.0.1", port, "none")), "sender", "paper@p.example.org", "mail_from", "not owned")


def test_greylisting() -> None:
    handler = mailserver.Handler(on_rcpt=lambda to: "450 4.2.0 Greylisted, come back in 5 minutes")
    with mailserver.running(handler) as port:
        _fault(_try(Server("127.0.0.1", port, "none")), "test mail", "greylisting", "tries again by itself")


def test_time_out() -> None:
    with _silent() as port:
        _fault(_try(Server("127.0.0.1", port, "none"), 0.4), "port", "does not answer in time", "firewall")


def test_all_is_well_and_no_such_mailbox() -> None:
    handler = mailserver.Handler()
    with mailserver.running(handler) as port:
        assert all(step.ok for step in _try(Server("127.0.0.1", port, "none")))
        assert handler.taken[0].message["Subject"] == "Test mail of Broadsheet"
        handler.on_rcpt = lambda to: "550 5.1.1 No such user"
        _fault(_try(Server("127.0.0.1", port, "none")), "test mail", "no such mailbox")


def test_the_command_says_it_and_exits_with_1(data_dir: Path) -> None:
    told = program.broadsheet("doctor", "mail", data=data_dir)
    assert told.returncode == 2 and "smtp_url" in told.stderr
    handler = mailserver.Handler()
    with mailserver.running(handler) as port:
        told = program.broadsheet("doctor", "mail", "--to", "keeper@example.org", "--json", data=data_dir,
                                  env={"BROADSHEET_SMTP_URL": f"smtp+plain://127.0.0.1:{port}"})
    made = json.loads(told.stdout)
    assert told.returncode == 1 and made["steps"][-1]["name"] == "links" and len(handler.taken) == 1
