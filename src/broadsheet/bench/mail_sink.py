"""A mail server for measurements: takes everything, writes down what it took, and misbehaves as often as it is told.

A line of the log is ``T MESSAGE-ID RECIPIENT`` when a mail was taken, and ``A MESSAGE-ID`` when the answer that says
so was handed to the network. ``moods`` are parts of 1: ``refuse`` (451 for a whole connection), ``grey`` (450 for the
first try of a mail), ``before`` and ``after`` (the connection is cut before or after a mail is taken).
"""

from __future__ import annotations

import json
import os
import random
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Sink:
    """The server's memory: which mails were sent away once already."""

    log: int
    moods: dict[str, float]
    random: random.Random
    greyed: set[str] = field(default_factory=set)

    def note(self, line: str) -> None:
        """Write a line at once, whole: readers of the log and a killed server see all or nothing of it."""
        os.write(self.log, f"{line}\n".encode())

    def chance(self, mood: str) -> bool:
        """Whether this misfortune happens now."""
        return self.random.random() < self.moods.get(mood, 0.0)


def serve(log: Path, moods: dict[str, float], seed: int) -> None:
    """Listen on a free port of this machine, say which on standard output, run until standard input ends."""
    sink = Sink(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT), moods, random.Random(seed))
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    while True:
        client, _ = listener.accept()
        threading.Thread(target=_talk, args=(client, sink), daemon=True).start()


def _talk(client: socket.socket, sink: Sink) -> None:
    try:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _session(client, sink)
    except OSError:
        return  # the sender was killed or hung up: that is what is measured
    finally:
        client.close()


def _session(client: socket.socket, sink: Sink) -> None:
    def say(text: str) -> None:
        client.sendall(f"{text}\r\n".encode())

    if sink.chance("refuse"):
        say("421 4.3.2 Too busy, come back later")
        return
    lines = client.makefile("rb")
    say("220 sink ESMTP")
    recipient = ""
    for raw in lines:
        line = raw.decode("utf-8", "replace").strip()
        verb = line[:4].upper()
        if verb in {"EHLO", "HELO"}:
            say("250-sink\r\n250-8BITMIME\r\n250 SIZE 1000000" if verb == "EHLO" else "250 sink")
        elif verb == "RCPT":
            recipient = line.partition("<")[2].partition(">")[0]
            say("250 2.1.5 OK")
        elif verb == "DATA":
            say("354 Go on")
            if not _mail(lines, recipient, sink, say):
                return
        elif verb == "QUIT":
            say("221 2.0.0 Bye")
            return
        else:
            say("250 2.0.0 OK")


def _mail(lines: Iterable[bytes], recipient: str, sink: Sink, say: Callable[[str], None]) -> bool:
    """Take one mail; False when the connection is cut."""
    name = ""
    for raw in lines:
        if raw in {b".\r\n", b".\n"}:
            break
        if not name and raw[:11].lower() == b"message-id:":
            name = raw[11:].decode("ascii", "replace").strip()
    else:  # the sender went in the middle of the mail: nothing was taken (RFC 5321, 4.1.1.4)
        return False
    if sink.chance("before"):
        return False
    if name not in sink.greyed and sink.chance("grey"):
        sink.greyed.add(name)
        say("450 4.2.0 Greylisted, come back later")
        return True
    sink.note(f"T {name} {recipient}")
    if sink.chance("after"):
        return False
    say("250 2.0.0 Taken")
    sink.note(f"A {name}")
    return True


if __name__ == "__main__":
    serve(Path(sys.argv[1]), json.loads(sys.argv[2]), int(sys.argv[3]))
