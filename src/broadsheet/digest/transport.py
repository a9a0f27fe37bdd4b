"""SMTP: one connection for many mails, and what each answer of the server means for the mail in hand."""

from __future__ import annotations

import smtplib
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from urllib.parse import unquote, urlsplit

from broadsheet.errors import BroadsheetError

TIMEOUT = 30.0  # seconds for any one answer
MOST_ON_ONE = 100  # mails on one connection; many servers close it soon after


class Later(BroadsheetError):
    """The server asks to try this mail again later (4xx: greylisting, mailbox busy)."""


class Refused(BroadsheetError):
    """The server refuses this mail for good (5xx). ``hard``: there is no such mailbox."""

    def __init__(self, text: str, *, hard: bool) -> None:
        super().__init__(text)
        self.hard = hard


class Down(BroadsheetError):
    """The server cannot be used at all: no connection, TLS, login or sender refused. ``step`` says where."""

    def __init__(self, step: str, text: str) -> None:
        super().__init__(text)
        self.step = step


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail goes. ``security``: starttls, tls or none (only for a server on this machine or network)."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = ""
    ca_file: Path | None = None

    @classmethod
    def of(cls, url: str, ca_file: Path | None = None) -> Server:
        """Read ``smtp://user:password@host:587``, ``smtps://``, ``smtp+plain://`` (the setting ``smtp_url``)."""
        parts = urlsplit(url)
        security = {"smtps": "tls", "smtp+plain": "none"}.get(parts.scheme, "starttls")
        port = parts.port or {"tls": 465, "none": 25, "starttls": 587}[security]
        return cls(parts.hostname or "", port, security, unquote(parts.username or ""), unquote(parts.password or ""),
                   ca_file)


class Connection:
    """An open, logged-in connection. Use as a context manager; raises :class:`Down` when it cannot be had."""

    def __init__(self, server: Server, *, timeout: float = TIMEOUT) -> None:
        self.server = server
        self.timeout = timeout
        self.sent = 0
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Connection:
        self.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def open(self) -> None:
        """Connect, secure, log in."""
        server, where = self.server, f"{self.server.host}:{self.server.port}"
        context = ssl.create_default_context(cafile=str(server.ca_file) if server.ca_file else None)
        try:
            if server.security == "tls":
                self._smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=self.timeout, context=context)
            else:
                self._smtp = smtplib.SMTP(server.host, server.port, timeout=self.timeout)
        except ssl.SSLCertVerificationError as problem:
            raise Down("certificate", f"{where} shows a certificate that is not valid for it: "
                                      f"{problem.verify_message}.") from problem
        except ssl.SSLError as problem:
            raise Down("tls", f"{where} does not speak TLS from the start ({problem.reason or problem}).") from problem
        except socket.gaierror as problem:
            raise Down("name", f"the name {server.host} has no address ({problem.strerror}).") from problem
        except TimeoutError as problem:
            raise Down("time-out", f"{where} did not answer within {self.timeout:g} s.") from problem
        except smtplib.SMTPException as problem:
            if _timed_out(problem):
                raise Down("time-out", f"{where} did not answer within {self.timeout:g} s.") from problem
            raise Down("greeting", f"{where} does not greet as a mail server: {_said(problem)}.") from problem
        except OSError as problem:
            raise Down("port", f"nothing takes connections at {where} ({problem.strerror or problem}).") from problem
        if (sock := self._live().sock) is not None:
            # A mail is several packets: the last would wait until the server has said that it got the others (40 ms).
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._secure(context, where)
        self._login(where)

    def _secure(self, context: ssl.SSLContext, where: str) -> None:
        smtp = self._live()
        try:
            smtp.ehlo_or_helo_if_needed()
            if self.server.security == "starttls":
                if not smtp.has_extn("starttls"):
                    raise Down("tls", f"{where} does not offer STARTTLS, so mail and password would go in the clear.")
                smtp.starttls(context=context)
                smtp.ehlo()
        except ssl.SSLCertVerificationError as problem:
            raise Down("certificate", f"{where} shows a certificate that is not valid for it: "
                                      f"{problem.verify_message}.") from problem
        except ssl.SSLError as problem:
            why = problem.reason or problem
            raise Down("tls", f"{where} offers STARTTLS and then fails at it ({why}).") from problem
        except TimeoutError as problem:
            raise Down("time-out", f"{where} did not answer within {self.timeout:g} s.") from problem
        except (smtplib.SMTPException, OSError) as problem:
            if _timed_out(problem):
                raise Down("time-out", f"{where} did not answer within {self.timeout:g} s.") from problem
            raise Down("greeting", f"{where} broke off while greeting: {_said(problem)}.") from problem

    def _login(self, where: str) -> None:
        if not self.server.user:
            return
        try:
            self._live().login(self.server.user, self.server.password)
        except smtplib.SMTPAuthenticationError as problem:
            raise Down("login", f"{where} does not accept the user name or password: {_said(problem)}.") from problem
        except smtplib.SMTPNotSupportedError as problem:
            raise Down("login", f"{where} offers no login on this connection: {problem}.") from problem
        except (smtplib.SMTPException, OSError) as problem:
            raise Down("login", f"{where} broke off at login: {_said(problem)}.") from problem

    def send(self, sender: str, recipient: str, message: bytes) -> str:
        """Hand one mail over; returns the server's last line. Raises Later, Refused or Down.

        After an answer about this mail the connection is reset and can be used for the next.
        """
        smtp = self._live()
        step = "connection"
        try:
            self._mail(smtp, sender, message)
            self._answer("recipient", *smtp.rcpt(recipient))
            step = "handover"  # from here on a broken connection leaves open whether the server has the mail
            code, text = smtp.data(message)
            self._answer("message", code, text)
        except (Later, Refused):
            self._reset()
            raise
        except smtplib.SMTPDataError as problem:
            self._reset()
            self._answer("message", problem.smtp_code, problem.smtp_error)
        except TimeoutError as problem:
            self.close()
            why = f"{self.server.host} did not answer within {self.timeout:g} s."
            raise Down("time-out" if step == "connection" else step, why) from problem
        except (smtplib.SMTPException, OSError) as problem:
            self.close()
            raise Down(step, f"{self.server.host} broke off: {_said(problem)}.") from problem
        self.sent += 1
        return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)

    def _mail(self, smtp: smtplib.SMTP, sender: str, message: bytes) -> None:
        options = [f"size={len(message)}"] if smtp.has_extn("size") else []
        if not sender.isascii() and smtp.has_extn("smtputf8"):
            options.append("SMTPUTF8")
        code, text = smtp.mail(sender, options)
        if code == 421:
            self.close()
            raise Down("connection", f"{self.server.host} closes the connection: {_text(text)}.")
        if code // 100 == 4:
            raise Later(f"{code} {_text(text)}")
        if code // 100 == 5:
            if code == 552:
                raise Refused(f"{code} {_text(text)}", hard=False)
            raise Down("sender", f"{self.server.host} does not accept {sender} as sender: {code} {_text(text)}.")

    def _answer(self, about: str, code: int, raw: bytes | str) -> None:
        text = f"{code} {_text(raw)}"
        if code == 421:
            self.close()
            raise Down("connection", f"{self.server.host} closes the connection: {_text(raw)}.")
        if code // 100 == 4:
            raise Later(text)
        if code // 100 == 5:
            # RFC 3463: 5.1.x is about the address itself; without it 550 and 553 at RCPT say the same.
            enhanced = _text(raw)[:6]
            hard = about == "recipient" and (
                enhanced.startswith("5.1.") or (code in {550, 551, 553} and not enhanced.startswith("5.7.")))
            raise Refused(text, hard=hard)

    def _reset(self) -> None:
        try:
            if self._smtp is not None:
                self._smtp.rset()
        except (smtplib.SMTPException, OSError):
            self.close()

    @property
    def worn(self) -> bool:
        """Whether it should be opened anew before the next mail."""
        return self._smtp is None or self.sent >= MOST_ON_ONE

    def _live(self) -> smtplib.SMTP:
        if self._smtp is None:
            raise Down("connection", f"the connection to {self.server.host} is closed.")
        return self._smtp

    def close(self) -> None:
        """Say goodbye; a server that is gone already is no fault."""
        smtp, self._smtp, self.sent = self._smtp, None, 0
        if smtp is None:
            return
        try:
            smtp.quit()
        except (smtplib.SMTPException, OSError):
            smtp.close()


def _timed_out(problem: BaseException) -> bool:
    """smtplib calls a silent server a closed connection; what it met stands in the context."""
    return isinstance(problem, smtplib.SMTPServerDisconnected) and isinstance(problem.__context__, TimeoutError)


def _text(raw: bytes | str) -> str:
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    return " ".join(text.split())[:300]


def _said(problem: BaseException) -> str:
    if isinstance(problem, smtplib.SMTPResponseException):
        return f"{problem.smtp_code} {_text(problem.smtp_error)}"
    return _text(str(problem)) or type(problem).__name__
