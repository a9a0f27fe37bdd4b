"""`broadsheet doctor mail`: tries the way of a mail step by step and names the first fault for a keeper."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from .message import Envelope, compose, render
from .setup import Setup
from .transport import Connection, Down, Later, Refused, Server

TIMEOUT = 15.0
STEPS = ("name", "port", "TLS", "login", "sender", "test mail")
_STEP_OF = {"name": "name", "port": "port", "time-out": "port", "greeting": "port", "tls": "TLS", "certificate": "TLS",
            "login": "login", "sender": "sender", "connection": "test mail", "handover": "test mail"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name, whether it went well, and a sentence."""

    name: str
    ok: bool
    said: str


def examine(server: Server, setup: Setup, to: str, now: datetime, *, timeout: float = TIMEOUT,
            connect: Callable[..., Connection] = Connection) -> list[Step]:
    """Try name, port, TLS, login, sender and a test mail to ``to`` (none when empty); stops at the first fault."""
    done: list[Step] = []
    try:
        told = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        return [Step("name", False, f"The name {server.host!r} leads nowhere. Look for a typing error in `smtp_url`; "
                     "if the name is right, this machine’s name service (DNS) does not know it.")]
    done.append(Step("name", True, f"{server.host} is at {', '.join(sorted({str(one[4][0]) for one in told}))}."))
    connection = connect(server, timeout=timeout)
    try:
        connection.open()
    except Down as problem:
        return [*done, *_before(problem.step, server, done), Step(*_fault(problem, server))]
    done += _well(server, ("port", "TLS", "login"))
    try:
        return [*done, *_mail(connection, setup, to, now)]
    except Down as problem:
        return [*done, Step(*_fault(problem, server, setup.mail_from))]
    finally:
        connection.close()


def _well(server: Server, names: tuple[str, ...]) -> list[Step]:
    secured = {"tls": "TLS from the start, with a certificate that is valid for it.",
               "starttls": "STARTTLS, with a certificate that is valid for it.",
               "none": "No encryption, as `smtp+plain` asks: right only for a server on this machine or network."}
    said = {"port": f"A mail server answers at port {server.port}.", "TLS": secured[server.security],
            "login": f"The login of {server.user} is accepted." if server.user else "No login is set in `smtp_url`."}
    return [Step(name, True, said[name]) for name in names]


def _before(step: str, server: Server, done: list[Step]) -> list[Step]:
    """The steps that went well before the one that failed while the connection was opened."""
    names = ("port", "TLS", "login")
    failed = _STEP_OF.get(step, "port")
    return _well(server, names[:names.index(failed)]) if failed in names else []


def _fault(problem: Down, server: Server, sender: str = "") -> tuple[str, bool, str]:
    """Step, False, and the sentence: what happened and what to do."""
    where = f"{server.host}:{server.port}"
    scheme = {"tls": "smtps", "starttls": "smtp", "none": "smtp+plain"}[server.security]
    other = ("Try `smtp://` with port 587 (STARTTLS)" if server.security == "tls"
             else "Try `smtps://` with port 465 (TLS from the start)")
    advice = {
        "port": f"Nothing takes connections at {where}. Is the port right (587 for smtp, 465 for smtps, 25 for "
                "smtp+plain), does the server run, and does no firewall or hosting company close that port?",
        "time-out": f"{where} does not answer in time. Often a firewall or hosting company drops the connection "
                    "silently: try port 587 or 465 rather than 25, and ask who runs the network. A server that waits "
                    "for TLS from the start is silent too: that is `smtps://`, port 465.",
        "greeting": f"What answers at {where} does not greet as a mail server ({problem}) "
                    "The port may belong to another service, or expect TLS from the start (`smtps://`, port 465).",
        "tls": f"{where} does not do the kind of TLS that `{scheme}://` asks for ({problem}) {other}.",
        "certificate": f"The certificate of {where} is not valid for it ({problem}) Use the name in the certificate as "
                       "host of `smtp_url`; for an authority of your own, set `smtp_ca` to its file.",
        "login": f"{problem} Check user and password in `smtp_url` (letters such as @ or / in them are written as %40, "
                 "%2F); some providers want a password made for programs.",
        "sender": f"{problem} Set `mail_from` to an address that this login may send from.",
    }
    said = advice.get(problem.step, f"{where} broke off while taking the test mail: {problem} Run this again; if it "
                      "stays so, look into the log of that server.")
    return _STEP_OF.get(problem.step, "test mail"), False, _once(said)


def told(problem: Down, server: Server, sender: str) -> str:
    """What a keeper is told of a fault: what happened and what to do."""
    return _fault(problem, server, sender)[2]


def _once(text: str) -> str:
    return " ".join(text.split()).replace(".)", ").").replace("..", ".").replace(")..", ").")


def _mail(connection: Connection, setup: Setup, to: str, now: datetime) -> list[Step]:
    if not to:
        return [Step("test mail", True, "None was sent: give an address with --to.")]
    name = f"test:{to}:{now.isoformat()}"
    context = {"site": setup.site_name, "site_url": f"{setup.base}/"}
    message = compose(Envelope(setup.mail_from, setup.site_name, to, "", "", "", name, now),
                      f"Test mail of {setup.site_name}", render("test.txt.jinja", **context),
                      render("test.html.jinja", **context), listed=False)
    accepted = Step("sender", True, f"{setup.mail_from} is accepted as sender.")
    try:
        answer = connection.send(setup.mail_from, to, message)
    except Later as problem:
        return [accepted, Step("test mail", False, f"The server asks to come back later ({problem}). This is "
                               "greylisting or a full queue, not a fault of yours: Broadsheet tries again by itself, "
                               "from two minutes to eight hours later. Run this again in ten minutes.")]
    except Refused as problem:
        return [accepted, Step("test mail", False, f"The server refuses mail to {to} ({problem}). "
                               + ("There is no such mailbox; try another address." if problem.hard else
                                  "It may not relay for this login, or a policy stops the mail; its text says which."))]
    return [accepted, Step("test mail", True, f"The server took a mail to {to} ({answer}). Look into that mailbox, and "
                           "into its junk mail.")]


def of_config(steps: list[Step], setup: Setup, *, has_address: bool) -> list[Step]:
    """Add what no server can tell: links in mails need the public address of the site."""
    if has_address:
        return steps
    return [*steps, Step("links", False, f"Links in mails would lead to {setup.base}, which readers cannot open. Set "
                         "`site_url` to the public address of this site.")]


def plain(server: Server) -> Server:
    """The server without its password, for printing."""
    return replace(server, password="")
