"""Clients for `bench web`: several connections, one thread, as little work of their own as can be.

The clients share the machine with the server they measure, so each request is one write and each answer is only cut at
its length. Every client waits for its answer and asks again at once (a closed loop), as DESIGN's budgets are meant.
"""

from __future__ import annotations

import gzip
import http.client
import os
import re
import selectors
import socket
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from ..errors import BroadsheetError

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
Headers = Callable[[], str]


def percentiles(times: Sequence[float]) -> tuple[float, float]:
    """Median and 99th percentile, milliseconds."""
    if len(times) < 2:
        return (round(times[0], 2),) * 2 if times else (0.0, 0.0)
    return round(statistics.median(times), 2), round(statistics.quantiles(times, n=100)[98], 2)


@dataclass(slots=True)
class Client:
    """One connection that is kept alive. ``headers``: further header lines, asked anew for each request.

    ``expects``: statuses that are no fault.
    """

    port: int
    headers: Headers
    times: list[float] = field(default_factory=list)
    bytes: int = 0
    expects: tuple[str, ...] = ("200",)
    _socket: socket.socket | None = None
    _started: float = 0.0
    _got: bytearray = field(default_factory=bytearray)
    _length: int = -1
    _address: str = ""

    def connect(self) -> socket.socket:
        """The open connection."""
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=30)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket

    def close(self) -> None:
        """End the connection; the next request opens another. A server ends those that were idle for long itself."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def ask(self, address: str) -> None:
        """Send one GET."""
        request = (f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nAccept-Encoding: gzip\r\n"
                   f"{self.headers()}\r\n").encode()
        self._got.clear()
        self._length, self._address = -1, address
        self._started = time.perf_counter()
        self.connect().sendall(request)

    def post(self, address: str, body: str, headers: str) -> None:
        """Send a form."""
        request = (f"POST {address} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{headers}"
                   f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}")
        self._got.clear()
        self._length, self._address = -1, address
        self._started = time.perf_counter()
        self.connect().sendall(request.encode())

    def listen(self) -> bool:
        """Read what is there; True when the answer is whole. Raises BroadsheetError unless it is a page."""
        part = self.connect().recv(262_144)
        if not part:
            raise BroadsheetError(f"The server closed the connection at {self._address}; nothing was changed.")
        self._got += part
        if self._length < 0:
            end = self._got.find(b"\r\n\r\n")
            found = _LENGTH.search(self._got, 0, end + 2) if end >= 0 else None
            if found is None:
                return False
            if self._got[9:12].decode("latin-1") not in self.expects:
                raise BroadsheetError(
                    f"{self._address} answered {self._got[9:12].decode()} to the benchmark; nothing was changed.")
            self.bytes = int(found[1])
            self._length = end + 4 + self.bytes
        if len(self._got) < self._length:
            return False
        self.times.append((time.perf_counter() - self._started) * 1000)
        return True

    def page(self) -> str:
        """The page that came last, unpacked."""
        return gzip.decompress(self._got[self._length - self.bytes :]).decode()


def run(clients: Sequence[Client], seconds: float, address: Callable[[], str], *, whole: bool = True) -> list[float]:
    """All clients ask as fast as they are answered, for ``seconds``; every time, milliseconds.

    ``whole``: each client's last page is unpacked and looked at, so that no half page is measured as one.
    """
    ends = time.monotonic() + seconds
    with selectors.DefaultSelector() as ready:
        for client in clients:
            client.times.clear()
            ready.register(client.connect(), selectors.EVENT_READ, client)
            client.ask(address())
        asking = len(clients)
        while asking:
            for key, _ in ready.select(30):
                client = key.data
                if not client.listen():
                    continue
                if time.monotonic() < ends:
                    client.ask(address())
                else:
                    asking -= 1
                    ready.unregister(client.connect())
                    client.close()
    for client in clients if whole else ():
        if "</html>" not in client.page():
            raise BroadsheetError("The server sent half a page to the benchmark; nothing was measured.")
    return [value for client in clients for value in client.times]


class Browser:
    """What a person's browser does to become a reader: keeps cookies, sends forms with their token."""

    def __init__(self, port: int, **headers: str) -> None:
        self.headers = {"Host": f"127.0.0.1:{port}", **headers}
        self.cookies: dict[str, str] = {}
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    @property
    def cookie(self) -> str:
        """The header's value."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def ask(self, method: str, address: str, form: dict[str, str] | None = None) -> str:
        """The page (of whatever status). Redirects are not followed."""
        headers = dict(self.headers)
        if self.cookies:
            headers["Cookie"] = self.cookie
        body = None
        if form is not None:
            headers["Content-Type"], body = "application/x-www-form-urlencoded", urlencode(form)
        self._connection.request(method, address, body, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                for one in SimpleCookie(value).values():
                    self.cookies[one.key] = one.value
        if answer.status >= 400:
            raise BroadsheetError(f"{method} {address} answered {answer.status} to the benchmark.")
        return text

    def send(self, page: str, address: str, **form: str) -> str:
        """Send a form with the token that stands on ``page``."""
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.ask("GET", page))
        if found is None:
            raise BroadsheetError(f"{page} shows the benchmark no form; nothing was measured.")
        return self.ask("POST", address, {"csrfmiddlewaretoken": found[1], **form})


def cpu_seconds(pid: int) -> float | None:
    """CPU time of a process and of its living children, seconds; None where the system does not say (``/proc``)."""
    try:
        family = [pid]
        for one in family:
            for task in Path(f"/proc/{one}/task").iterdir():
                family += [int(child) for child in (task / "children").read_text().split()]
        ticks = 0
        for one in family:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    except (OSError, ValueError):
        return None
    return ticks / os.sysconf("SC_CLK_TCK")
