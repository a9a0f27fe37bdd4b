"""A mail server with TLS and a login for replays: aiosmtpd, made to misbehave as often as it is told.

Writes the same log as ``mail_sink`` (``T MESSAGE-ID RECIPIENT`` taken, ``A MESSAGE-ID`` answered), and ``G`` for a mail
sent away once, ``R`` for a connection refused. aiosmtpd comes with the parts for development.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import random
import ssl
import sys
import threading
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from .mail_sink import Sink

USER, PASSWORD = "paper", "correct horse"  # of a server that lives as long as the measurement


class Faulty(Sink):
    """What the server does with mails: moods, memory and log are those of ``mail_sink``."""

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str,
                          responses: list[str]) -> list[str]:
        """Refuse some connections at their first word."""
        session.host_name = hostname
        if session.ssl is None and self.chance("refuse"):
            self.note("R")
            return ["421 4.3.2 Too busy, come back later"]
        return responses

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take the mail, or send it away, or cut the connection before or after taking it."""
        content = envelope.content or b""
        head = (content.encode() if isinstance(content, str) else content)[:4000]
        found = next((line[11:].strip() for line in head.split(b"\r\n") if line[:11].lower() == b"message-id:"), b"")
        name = found.decode("ascii", "replace")
        if self.chance("before"):
            return _cut(server)
        if name not in self.greyed and self.chance("grey"):
            self.greyed.add(name)
            self.note(f"G {name}")
            return "450 4.2.0 Greylisted, come back later"
        self.note(f"T {name} {envelope.rcpt_tos[0]}")
        if self.chance("after"):
            return _cut(server)
        self.note(f"A {name}")
        return "250 2.0.0 Taken"


def _cut(server: SMTP) -> str:
    """Hang up; the answer never leaves."""
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()
    return "421 4.3.0 gone"


def _login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    given = (data.login, data.password) if isinstance(data, LoginPassword) else (b"", b"")
    return AuthResult(success=given == (USER.encode(), PASSWORD.encode()), handled=False)


async def _serve(faulty: Faulty, certificate: Path, key: Path) -> None:
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # it warns of an attribute of its own at each login
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(faulty, hostname="localhost", tls_context=context, require_starttls=True, authenticator=_login,
                     auth_required=True, auth_require_tls=True, loop=loop), "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


def main() -> None:
    """``LOG MOODS SEED CERTIFICATE KEY``: listen on a free port, say which, run until standard input ends."""
    log, moods, seed = Path(sys.argv[1]), json.loads(sys.argv[2]), int(sys.argv[3])
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    faulty = Faulty(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT), moods, random.Random(seed))
    asyncio.run(_serve(faulty, Path(sys.argv[4]), Path(sys.argv[5])))


if __name__ == "__main__":
    main()
