"""The polite client: every request to a source goes through here.

It names itself and its keeper, takes turns (:mod:`.manners`), honours Retry-After, asks conditionally, limits time and
size while reading, backs off with jitter, checks every redirect, connects to checked addresses only (:mod:`.guard`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from types import TracebackType
from urllib.parse import SplitResult, urljoin, urlsplit

import httpcore
import httpx
from django.utils.translation import gettext_noop as noop

from .. import __version__
from ..config import Config
from ..spoken import message
from .clock import Clock, SystemClock
from .errors import ADDRESS, LATER, SourceError
from .guard import Deadline, GuardedTransport, Resolve, resolve
from .manners import LeaseTurns, Turns, group_of
from .messages import MEGABYTE, Answer, Request

TRIES = 3
MAX_REDIRECTS = 5
CONNECT_SECONDS = 15.0
READ_SECONDS = 60.0  # arXiv's OAI-PMH needs tens of seconds for a first page
TOTAL_SECONDS = 180.0
FIRST_WAIT = 5.0  # seconds; doubled at each failure, times 0.5 to 1.5
UNASKED_WAIT = 1.0  # the same where no connection was made: nobody was burdened, and somebody may wait for the word
_ACCEPTS = {"xml": "application/xml, text/xml, */*;q=0.5", "json": "application/json", "page": "text/html, */*;q=0.5"}
LONGEST_WAIT = 120.0  # a source that asks for more is left until it is due again
HURRY_SECONDS = 15.0  # for the whole of an answer, and for a turn, where a person waits


class Client:
    """GETs for sources. Use as a context manager. ``dice`` gives numbers from 0 to 1 for the jitter.

    ``hurry``: a person waits, so there is one try and a short patience. ``public_only``: the address comes from a
    reader, so private ones are refused even where the keeper allows them to sources.
    """

    def __init__(self, config: Config, *, clock: Clock | None = None, turns: Turns | None = None,
                 dice: Callable[[], float] | None = None, resolver: Resolve = resolve,
                 read_seconds: float = READ_SECONDS, hurry: bool = False, public_only: bool = False) -> None:
        self._config = config
        self._tries = 1 if hurry else TRIES
        self._total = HURRY_SECONDS if hurry else TOTAL_SECONDS
        self._patience = HURRY_SECONDS if hurry else 2 * TOTAL_SECONDS
        self._private = config.allow_private_hosts and not public_only
        self.clock: Clock = clock or SystemClock()
        self._turns: Turns = turns or LeaseTurns(self.clock, config.request_pause)
        self._dice = dice or random.Random().random
        self._read_seconds = min(read_seconds, self._total)
        self._resolver = resolver
        self._http: httpx.Client | None = None
        self._deadline: Deadline | None = None

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def get(self, request: Request) -> Answer:
        """Ask, at most three times; raises :class:`SourceError` (kinds are listed there), nothing else."""
        if self._config.offline:
            raise SourceError("offline", message(noop("Broadsheet is set to ask no other host.")),
                              message(noop("Set `offline = false` to harvest, or bring papers with `broadsheet "
                                           "import FILE`.")))
        for attempt in range(1, self._tries + 1):
            try:
                return self._follow(request, attempt)
            except SourceError as problem:
                wait = self._wait(problem, attempt)
                if not problem.again or attempt == self._tries or wait > LONGEST_WAIT:
                    raise
        raise AssertionError("unreachable")

    def _wait(self, problem: SourceError, attempt: int) -> float:
        """Seconds until the next try: what the source asked for, else backoff with jitter."""
        if problem.retry_after is not None:
            return problem.retry_after
        first = UNASKED_WAIT if problem.kind in ("dns", "connect") else FIRST_WAIT
        return first * 2.0 ** (attempt - 1) * (0.5 + self._dice())

    def _follow(self, request: Request, attempt: int) -> Answer:
        """One try with its redirects; each hop is checked and takes its turn."""
        url = request.url
        for _ in range(MAX_REDIRECTS + 1):
            parts = _checked(url, request.url)
            group = group_of(parts.hostname or "", parts.port)
            # As long as one answer may take, or a second process would ask while the first still listens.
            self._turns.take(group, self._total + CONNECT_SECONDS, patience=self._patience)
            pause = self._config.request_pause
            try:
                answer, target = self._once(request, url)
            except SourceError as problem:
                if problem.again and attempt < self._tries:
                    pause = max(pause, min(self._wait(problem, attempt), LONGEST_WAIT))
                raise
            finally:
                # The wait before the next try is a turn left late: other processes keep away as long as we do.
                self._turns.leave(group, pause)
            if answer is not None:
                return answer
            url = urljoin(url, target)
        raise SourceError("redirect", message(noop("{url} sends from one address to the next without end."),
                                              url=_host(request.url)),
                          ADDRESS,
                          cause=f"more than {MAX_REDIRECTS} redirects from {request.url}")

    def _client(self) -> httpx.Client:
        if self._http is None:
            transport = GuardedTransport(allow_private=self._private, proxy=self._config.proxy,
                                         resolver=self._resolver)
            self._deadline = transport.deadline
            contact = self._config.contact or self._config.site_url or "not given"
            self._http = httpx.Client(
                transport=transport, follow_redirects=False, trust_env=False,
                timeout=httpx.Timeout(self._read_seconds, connect=CONNECT_SECONDS),
                headers={"Accept-Encoding": "gzip, deflate",
                         "User-Agent": f"Broadsheet/{__version__} (paper reader; contact: {contact})"},
            )
        return self._http

    def _once(self, request: Request, url: str) -> tuple[Answer | None, str]:
        """One request. ``(answer, "")``, or ``(None, target)`` of a redirect."""
        headers = {"Accept": _ACCEPTS[request.wants]}
        if request.etag:
            headers["If-None-Match"] = request.etag
        if request.modified:
            headers["If-Modified-Since"] = request.modified
        host = _host(url)
        try:
            client = self._client()
            if self._deadline is not None:
                self._deadline.begin(self._total)
            with client.stream("GET", url, headers=headers) as response:
                if response.status_code in (301, 302, 303, 307, 308):
                    return None, response.headers.get("location", "")
                names = {name.lower(): value for name, value in response.headers.items()}
                if response.status_code == 304 or response.status_code in request.absent:
                    return Answer(response.status_code, b"", url, names), ""
                if response.status_code != 200:
                    raise self._refused(response, host)
                body = self._read(response, request, host)
                return Answer(200, _checked_body(body, names, request, host), url, names), ""
        except SourceError:
            raise
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, httpcore.ConnectError, httpcore.TimeoutException,
                httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError, OSError, ValueError) as problem:
            self.close()  # what is left of the connection is not to be trusted
            raise told(problem, host, self._config.proxy) from None

    def _read(self, response: httpx.Response, request: Request, host: str) -> bytes:
        """The body, unpacked, stopped at the limits of size and time."""
        packed = response.headers.get("content-encoding", "").lower()
        if packed not in ("", "identity", "gzip", "x-gzip", "deflate"):
            # Packed twice, a megabyte becomes a terabyte before any limit sees a byte of it.
            raise SourceError("malformed", message(noop("The answer of {host} could not be unpacked."), host=host),
                              LATER, again=True,
                              cause=f"{request.url}: content encoding {packed[:60]!r} was not asked for")
        deadline = self.clock.tick() + self._total
        chunks: list[bytes] = []
        size = 0
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > request.limit:
                raise SourceError(
                    "too-large", message(noop("The answer of {host} is larger than {limit} MB."),
                                         host=host, limit=request.limit // MEGABYTE),
                    message(noop("Nothing of it was taken. If this goes on, check the address of this source.")),
                    cause=f"{request.url}: body over {request.limit} bytes",
                )
            if self.clock.tick() > deadline:
                raise SourceError("timeout", message(noop("{host} sent its answer too slowly."), host=host), LATER,
                                  cause=f"{request.url}: not finished after {self._total:.0f} s", again=True)
            chunks.append(chunk)
        return b"".join(chunks)

    def _refused(self, response: httpx.Response, host: str) -> SourceError:
        """The sentence for a status that is no answer."""
        status = response.status_code
        cause = f"{response.request.url}: HTTP {status}"
        after = retry_after_of(response.headers.get("retry-after", ""), self.clock)
        if status in (429, 503):
            said = message(noop("{host} is busy (HTTP {status})."), host=host, status=status)
            if after is not None:
                said = message(noop("{host} is busy and asked to wait {seconds} seconds (HTTP {status})."), host=host,
                               seconds=f"{after:.0f}", status=status)
            return SourceError("busy", said, LATER, cause=cause, again=True, retry_after=after)
        if status == 407:
            return SourceError("proxy", message(noop("The proxy wants a sign-in (HTTP 407).")),
                               message(noop("Write name and password into `proxy`: http://name:password@host:port.")),
                               cause=cause)
        if status >= 500:
            return SourceError("server", message(noop("{host} had an error of its own (HTTP {status})."),
                                                 host=host, status=status), LATER,
                               cause=cause, again=True, retry_after=after)
        step = {
            401: message(noop("This source wants a sign-in; check its address.")),
            403: message(noop("This machine is refused; check `contact` in the settings, and whether requests came "
                              "too fast.")),
            410: message(noop("This address is gone for good; change it in the settings.")),
        }.get(status, ADDRESS)
        return SourceError("refused", message(noop("{host} refused the request (HTTP {status})."),
                                              host=host, status=status), step, cause=cause)


def _host(url: str) -> str:
    return urlsplit(url).hostname or url[:80]


def _checked(url: str, first: str) -> SplitResult:
    """The parts of an address that may be asked; raises :class:`SourceError` for others (redirects lead anywhere)."""
    try:
        parts = urlsplit(url)
        port_ok = parts.port is None or parts.port > 0
    except ValueError:
        port_ok, parts = False, urlsplit("")
    downgraded = first.startswith("https://") and parts.scheme == "http"
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_ok or downgraded or parts.username:
        raise SourceError(
            "redirect", message(noop("{first} led to an address that is not asked."), first=_host(first)),
            ADDRESS, cause=f"from {first}: refused {url[:200]!r}",
        )
    return parts


def _checked_body(body: bytes, headers: Mapping[str, str], request: Request, host: str) -> bytes:
    """Refuse an empty success, and a page for people where data was asked for."""
    if not body.strip():
        raise SourceError("empty", message(noop("{host} answered with nothing at all."), host=host), LATER,
                          cause=f"{request.url}: 200 without a body", again=True)
    if request.wants == "page":
        return body
    start = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    said = headers.get("content-type", "").lower()
    if start.startswith((b"<!doctype html", b"<html")) or ("text/html" in said and not start.startswith(b"<?xml")):
        raise SourceError(
            "html", message(noop("{host} answered with a page for people in place of data."), host=host),
            message(noop("A sign-in page of your network, a maintenance notice or a bot check may be in the way: "
                         "open the address in a browser.")), cause=f"{request.url}: HTML ({said or 'no content type'})",
        )
    return body


def told(problem: Exception, host: str, proxy: str) -> SourceError:
    """Turn an exception of the network into the family's sentence."""
    cause = f"{host}: {type(problem).__name__}: {problem}"
    text = str(problem)
    if isinstance(problem, httpx.TimeoutException | httpcore.TimeoutException):
        return SourceError("timeout", message(noop("{host} did not answer in time."), host=host), LATER, cause=cause,
                           again=True)
    if isinstance(problem, httpx.ProxyError | httpcore.ProxyError):
        return SourceError("proxy", message(noop("The proxy did not let the request to {host} through."), host=host),
                           message(noop("Check `proxy` in the settings.")), cause=cause)
    if "CERTIFICATE" in text.upper() or "SSL" in text.upper():
        return SourceError("tls", message(noop("The secure connection to {host} could not be made."), host=host),
                           message(noop("Check this machine's clock and its certificates; a network that inspects "
                                        "traffic needs its own certificate installed (SSL_CERT_FILE).")), cause=cause)
    if isinstance(problem, httpx.DecodingError):
        return SourceError("malformed", message(noop("The answer of {host} could not be unpacked."), host=host), LATER,
                           cause=cause, again=True)
    if isinstance(problem, httpx.ProtocolError | httpcore.ProtocolError | httpx.ReadError | httpcore.ReadError):
        return SourceError("cut", message(noop("The answer of {host} broke off before its end."), host=host), LATER,
                           cause=cause, again=True)
    if isinstance(problem, httpx.InvalidURL | ValueError):
        return SourceError("redirect", message(noop("The address of {host} cannot be asked."), host=host),
                           ADDRESS, cause=cause)
    through = message(noop("the proxy")) if proxy else host
    return SourceError("connect", message(noop("No connection to {through} could be made."), through=through),
                       message(noop("Check the network of this machine, or set `proxy` if one is needed to go out.")),
                       cause=cause, again=True)


def retry_after_of(value: str, clock: Clock) -> float | None:
    """Seconds of a Retry-After header: a number or a date (RFC 9110, 10.2.3). None if absent or unreadable."""
    value = value.strip()
    if value.isascii() and value.isdigit() and len(value) < 8:
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
        return max(0.0, (moment - clock.now()).total_seconds())
    except (ValueError, TypeError):
        return None
