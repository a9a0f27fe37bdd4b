"""One POST through the guarded way out: for messages that a site sends by its readers' wish (webhooks).

Not polite as harvests are (no turns, no tries of its own): who calls decides when to try again. Redirects are never
followed, the answer is read up to a limit of size and time, and every failure is one :class:`SourceError`.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

import httpcore
import httpx

from .. import __version__
from ..config import Config
from .clock import Clock, SystemClock
from .errors import SourceError
from .guard import GuardedTransport, Resolve, resolve
from .http import retry_after_of, told

CONNECT_SECONDS = 10.0
TOTAL_SECONDS = 20.0
MOST_READ = 64 * 1024  # bytes of an answer that are looked at; its text is for people only


@dataclass(frozen=True, slots=True)
class Posted:
    """What came back: any status, the beginning of the text, what Retry-After asked for in seconds."""

    status: int
    text: str
    retry_after: float | None = None


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """The certificates that are trusted, read once: most of what a message would cost otherwise."""
    return httpx.create_ssl_context()


def post(config: Config, url: str, body: bytes, headers: Mapping[str, str], *, networks: tuple[str, ...] = (),
         resolver: Resolve = resolve, seconds: float = TOTAL_SECONDS, clock: Clock | None = None) -> Posted:
    """POST ``body`` to ``url`` (http or https). Private addresses are refused but for ``networks``.

    Raises :class:`SourceError` when no answer came; an answer of any status is returned.
    """
    if config.offline:
        raise SourceError("offline", "Broadsheet is set to ask no other host.", "Set `offline = false` to send.")
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or parts.username:
        raise SourceError("redirect", "This is not an address that can be called.", "Write https://host/path.")
    transport = GuardedTransport(allow_private=False, proxy=config.proxy, resolver=resolver, networks=networks,
                                 tls=_tls())
    transport.deadline.begin(seconds)
    named = {"User-Agent": f"Broadsheet/{__version__} (alerts)", **headers}
    try:
        with httpx.Client(transport=transport, follow_redirects=False, trust_env=False, headers=named,
                          timeout=httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds))) as client, \
                client.stream("POST", url, content=body) as answer:
            text = _start(answer)
            after = retry_after_of(answer.headers.get("retry-after", ""), clock or SystemClock())
            return Posted(answer.status_code, text, after)
    except SourceError:
        raise
    except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, httpcore.ConnectError, httpcore.TimeoutException,
            httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError, OSError, ValueError) as problem:
        raise told(problem, host, config.proxy) from None


def _start(answer: httpx.Response) -> str:
    """The beginning of an answer as it came, unpacked by nobody: a bomb stays small, an endless one is left."""
    read = b""
    for chunk in answer.iter_raw():
        read += chunk
        if len(read) >= MOST_READ:
            break
    return " ".join(read[:MOST_READ].decode("utf-8", "replace").replace("\0", " ").split())[:300]
