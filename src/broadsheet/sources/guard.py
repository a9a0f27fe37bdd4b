"""The guarded way out: the address a name resolves to is checked at connect time, and that address is connected to.

Checking a name first and connecting to it later can be cheated by a name server that answers differently the second
time (DNS rebinding). Here resolving, checking and connecting are one step in httpcore's network backend.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx
from django.utils.translation import gettext_noop as noop

from ..spoken import message
from .addresses import is_allowed, is_inside
from .errors import SourceError

Resolve = Callable[[str, int], list[str]]


def resolve(host: str, port: int) -> list[str]:
    """All addresses of ``host``, in the system's order. Raises ``socket.gaierror``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _private(host: str, address: str) -> SourceError:
    where = host if host == address else f"{host} ({address})"
    return SourceError(
        "private",
        message(noop("{where} is an address of the private network, and harvests do not go there."), where=where),
        message(noop("If this source is meant to be inside your network, set `allow_private_hosts = true`.")),
        cause=f"refused to connect to {where}: not a public address",
    )


class Deadline:
    """When the answer in hand must be whole: a server that sends a byte a minute would hold us for months."""

    def __init__(self) -> None:
        self.until = float("inf")

    def begin(self, seconds: float) -> None:
        """A new request begins now."""
        self.until = time.monotonic() + seconds

    def left(self, timeout: float | None) -> float:
        """Seconds that one reading may take; raises httpcore's ReadTimeout when none is left."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the whole answer took too long")
        return left if timeout is None else min(left, timeout)


class _Timed(httpcore.NetworkStream):
    """A connection whose readings end at the deadline."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(self, ssl_context: ssl.SSLContext, server_hostname: str | None = None,
                  timeout: float | None = None) -> httpcore.NetworkStream:
        return _Timed(self._inner.start_tls(ssl_context, server_hostname, self._deadline.left(timeout)), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class GuardedBackend(httpcore.NetworkBackend):
    """Resolves a name, checks each address, connects to a checked one (never to the name again)."""

    def __init__(self, *, allow_private: bool, trusted: Iterable[tuple[str, int]] = (),
                 resolver: Resolve = resolve, deadline: Deadline | None = None, networks: Iterable[str] = ()) -> None:
        self._inner = httpcore.SyncBackend()
        self._deadline = deadline or Deadline()
        self._allow_private = allow_private
        self._networks = tuple(networks)
        self._trusted = frozenset(trusted)  # the keeper's own proxy
        self._resolve = resolver

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
                    socket_options: Iterable[Any] | None = None) -> httpcore.NetworkStream:
        """Connect to the first checked address that answers; raises :class:`SourceError` or httpcore's ConnectError."""
        name = host.strip("[]")
        try:
            addresses = self._resolve(name, port)
        except (OSError, UnicodeError) as problem:
            raise SourceError(
                "dns", message(noop("The name {name} could not be found in the network."), name=name),
                message(noop("Check the network of this machine and its name server; `broadsheet doctor` tries both.")),
                cause=f"DNS: {name}: {problem}", again=True,
            ) from None
        checked = [a for a in addresses
                   if self._allow_private or (name, port) in self._trusted or is_allowed(a, self._networks)]
        if not checked:
            raise _private(name, addresses[0] if addresses else name)
        fault: Exception | None = None
        for address in checked[:4]:
            try:
                stream = self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
                return _Timed(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as problem:
                fault = problem
        assert fault is not None
        raise fault

    def connect_unix_socket(self, path: str, timeout: float | None = None,
                            socket_options: Iterable[Any] | None = None) -> httpcore.NetworkStream:
        """Never: a source is a host."""
        raise httpcore.ConnectError(f"sockets are not sources: {path}")

    def sleep(self, seconds: float) -> None:
        """Of httpcore's own retries, which are off."""
        self._inner.sleep(seconds)


class _Stream(httpx.SyncByteStream):
    def __init__(self, inner: Iterable[bytes]) -> None:
        self._inner = inner

    def __iter__(self) -> Iterator[bytes]:
        yield from self._inner

    def close(self) -> None:
        close = getattr(self._inner, "close", None)
        if close is not None:
            close()


class GuardedTransport(httpx.BaseTransport):
    """httpx's transport over a pool of one connection with the guarded backend; proxies by address."""

    def __init__(self, *, allow_private: bool, proxy: str = "", resolver: Resolve = resolve,
                 tls: ssl.SSLContext | None = None, networks: Iterable[str] = ()) -> None:
        context = tls or httpx.create_ssl_context()
        self.deadline = Deadline()
        self._networks = tuple(networks)
        self._check_literal = bool(proxy) and not allow_private
        self._pool: httpcore.ConnectionPool
        limits = {"max_connections": 1, "max_keepalive_connections": 1, "keepalive_expiry": 20.0, "retries": 0}
        if proxy:
            parts = urlsplit(proxy)
            port = parts.port or (443 if parts.scheme == "https" else 80)
            auth = (parts.username or "", parts.password or "") if parts.username else None
            bare = f"{parts.scheme}://{parts.hostname}:{port}"
            trusted = [(parts.hostname or "", port)]
            backend = GuardedBackend(allow_private=allow_private, trusted=trusted, resolver=resolver,
                                     deadline=self.deadline, networks=self._networks)
            self._pool = httpcore.HTTPProxy(
                bare, proxy_auth=auth, ssl_context=context, network_backend=backend, **limits  # type: ignore[arg-type]
            )
        else:
            backend = GuardedBackend(allow_private=allow_private, resolver=resolver, deadline=self.deadline,
                                     networks=self._networks)
            self._pool = httpcore.ConnectionPool(
                ssl_context=context, network_backend=backend, **limits  # type: ignore[arg-type]
            )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send; raises httpcore's exceptions and :class:`SourceError`, which :mod:`.http` turns into sentences.

        Through a proxy it is the proxy that resolves; then literal addresses and loopback names are checked here.
        """
        host = request.url.host
        if self._check_literal and is_inside(host, self._networks):
            raise _private(host, host)
        answer = self._pool.handle_request(httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port,
                             target=request.url.raw_path),
            headers=request.headers.raw, content=request.stream, extensions=request.extensions,
        ))
        assert not isinstance(answer.stream, bytes)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Stream(answer.stream),  # type: ignore[arg-type]
                              extensions=answer.extensions)

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()
