"""A real SMTP server on loopback (aiosmtpd) that keeps what it takes, and misbehaves when told to."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Taken:
    """What the server took: recipient, sender, bytes."""

    to: str
    sender: str
    data: bytes

    @property
    def message(self) -> EmailMessage:
        """The message, parsed."""
        found = message_from_bytes(self.data, policy=policy.default)
        assert isinstance(found, EmailMessage)
        return found


@dataclass
class Handler:
    """``on_rcpt`` and ``on_data`` may return an answer such as ``450 4.2.0 later``; None takes the mail."""

    taken: list[Taken] = field(default_factory=list)
    on_mail: Callable[[str], str | None] = lambda sender: None
    on_rcpt: Callable[[str], str | None] = lambda to: None
    on_data: Callable[[str, bytes], str | None] = lambda to, data: None

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str,
                          options: list[str]) -> str:
        answer = self.on_mail(address)
        if answer:
            return answer
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str,
                          options: list[str]) -> str:
        answer = self.on_rcpt(address)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        to = envelope.rcpt_tos[0]
        data = bytes(envelope.content or b"")
        answer = self.on_data(to, data)
        if answer == "drop before":
            server.transport.abort()
            return "421 4.3.0 gone"
        if answer and answer != "drop after":
            return answer
        self.taken.append(Taken(to, envelope.mail_from or "", data))
        if answer == "drop after":
            server.transport.abort()
        return "250 2.0.0 taken"


@contextmanager
def running(handler: Handler, *, starttls: tuple[Path, Path] | None = None, tls: tuple[Path, Path] | None = None,
            login: tuple[str, str] | None = None) -> Iterator[int]:
    """Run the server; yields its port. ``starttls`` and ``tls``: certificate and key; ``login``: user and password."""
    options: dict[str, Any] = {"hostname": "127.0.0.1", "port": 0}
    if starttls:
        options["tls_context"] = _context(starttls)
    if login:
        options.update(authenticator=_authenticator(login), auth_required=True, auth_require_tls=bool(starttls))
    if tls:
        options["ssl_context"] = _context(tls)
    controller = _OpenPort(handler, **options)
    controller.start()
    try:
        yield int(controller.server.sockets[0].getsockname()[1])
    finally:
        controller.stop()


class _OpenPort(Controller):
    """Binds to a free port, and asks itself at that port whether it runs."""

    def _trigger_server(self) -> None:
        self.port = int(self.server.sockets[0].getsockname()[1])
        super()._trigger_server()


def _context(files: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    return context


def _authenticator(login: tuple[str, str]) -> Callable[..., AuthResult]:
    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        given = (data.login.decode(), data.password.decode()) if isinstance(data, LoginPassword) else ("", "")
        return AuthResult(success=given == login, handled=False)

    return check
