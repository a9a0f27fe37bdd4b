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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "paper", "correct horse"  # of a server that lives as long as the measurement


@dataclass
class Faulty:
    """What the server does with mails. ``moods``: parts of 1, as in ``mail_sink``."""

    log: int
    moods: dict[str, float]
    random: random.Random
    greyed: set[bytes] = field(default_factory=set)

    def note(self, line: str) -> None:
        """Write a line at once, whole."""
        os.write(self.log, f"{line}\n".encode())

    def chance(self, mood: str) -> bool:
        """Whether this misfortune happens now."""
        return self.random.random() < self.moods.get(mood, 0.0)

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
        name = next((line[11:].strip() for line in head.split(b"\r\n") if line[:11].lower() == b"message-id:"), b"")
        if self.chance("before"):
            server.transport.abort()  # type: ignore[union-attr]
            return "421 4.3.0 gone"
        if name not in self.greyed and self.chance("grey"):
            self.greyed.add(name)
            self.note(f"G {name.decode('ascii', 'replace')}")
            return "450 4.2.0 Greylisted, come back later"
        said = name.decode("ascii", "replace")
        self.note(f"T {said} {envelope.rcpt_tos[0]}")
        if self.chance("after"):
            server.transport.abort()  # type: ignore[union-attr]
            return "421 4.3.0 gone"
        self.note(f"A {said}")
        return "250 2.0.0 Taken"


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
