"""Mails of accounts go the way of the digest: the same server, login, encryption, and authority of one's own."""

from __future__ import annotations

import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from tests.support import certificates, mailserver
from tests.support.accounts import site

from broadsheet import settings
from broadsheet.digest.transport import Server
from broadsheet.readers.accounts.mail import Mail

USER, PASSWORD = "paper", "p@ss/word"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificates.make(tmp_path_factory.mktemp("tls"))


def _send(port: int, user: str = "", password: str = "", **how: bool) -> int:
    message = EmailMessage("A link", "Follow it.", "paper@p.example.org", ["r@example.org"])
    sender = Mail(host="localhost", port=port, username=user, password=password, timeout=20, **how)
    return int(sender.send_messages([message]))


@pytest.mark.parametrize("kind", ["starttls", "tls"])
def test_an_authority_of_ones_own_is_trusted_where_it_is_set(
        kind: str, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    handler = mailserver.Handler()
    how = {"use_tls": kind == "starttls", "use_ssl": kind == "tls"}
    login = (USER, PASSWORD) if kind == "starttls" else None  # the test's server takes a login after STARTTLS only
    with mailserver.running(handler, login=login, starttls=certificate if kind == "starttls" else None,
                            tls=certificate if kind == "tls" else None) as port:
        site(monkeypatch, smtp_ca=None)
        with pytest.raises(ssl.SSLCertVerificationError):
            _send(port, *(login or ()), **how)
        assert handler.taken == []
        site(monkeypatch, smtp_ca=certificate[0])
        assert _send(port, *(login or ()), **how) == 1 and handler.taken[0].to == "r@example.org"


@pytest.mark.parametrize("url", ["smtp://u:p%40ss@mail.example.org", "smtps://u:p@mail.example.org:4650",
                                 "smtp+plain://127.0.0.1"])
def test_both_senders_read_the_address_of_the_server_alike(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "_c", replace(settings._c, smtp_url=url))
    made, server = settings._mail(), Server.of(url)
    assert made["EMAIL_BACKEND"] == f"{Mail.__module__}.{Mail.__qualname__}"
    assert (made["EMAIL_HOST"], made["EMAIL_PORT"], made["EMAIL_HOST_USER"], made["EMAIL_HOST_PASSWORD"]) == (
        server.host, server.port, server.user, server.password)
    kind = {"tls": (False, True), "starttls": (True, False), "none": (False, False)}[server.security]
    assert (made["EMAIL_USE_TLS"], made["EMAIL_USE_SSL"]) == kind
