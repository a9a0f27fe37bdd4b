"""Who may do what at this address: local mode, the keeper, the one-time set-up code.

Local mode means: no sign-in, the browser is the keeper's own. It holds only while **all** of this is true: the
program listens on loopback; the asked host is a loopback name (so a name that an attacker points at 127.0.0.1
does not count); no proxy left a ``Forwarded`` or ``X-Forwarded-*`` header; and the browser once came by the link
with the token that ``broadsheet start`` prints (so other users of the machine are not let in).
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import hmac
import ipaddress
import json
import secrets
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from django.core import signing
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

from broadsheet.config import Config, current
from broadsheet.errors import BroadsheetError

from . import known, proxies

READER_COOKIE = "broadsheet_reader"
LOCAL_COOKIE = "broadsheet_local"
KEEPER_COOKIE = "broadsheet_keeper"
COOKIE_DAYS = 400  # browsers cap cookies there (RFC 6265bis, section 5.5)
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_OF_PROXIES = frozenset({"HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_REAL_IP"})
CODE_HOURS = 24
CODE_GUESSES = 5  # per minute; with 50 bits a code outlives its day by far
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def is_loopback(address: str) -> bool:
    """Whether an address or host name means this machine only. Names other than ``localhost`` never do."""
    name = address.strip().strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.split("%")[0]).is_loopback
    except ValueError:
        return False


def host_name(request: HttpRequest) -> str:
    """The asked host without its port, lower case; empty when the header is not allowed."""
    try:
        host = request.get_host().lower()
    except DisallowedHost:
        return ""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def loopback_request(request: HttpRequest, config: Config | None = None) -> bool:
    """All conditions of local mode but the token: bound to loopback, loopback name, no proxy in between."""
    config = config or current()
    if not is_loopback(config.host) or host_name(request) not in LOOPBACK_NAMES:
        return False
    if request.META.get(proxies.PROXIED) or any(
            name in _OF_PROXIES or name.startswith("HTTP_X_FORWARDED") for name in request.META):
        return False
    peer = str(request.META.get("REMOTE_ADDR") or "")
    return not peer or is_loopback(peer)


def from_our_pages(request: HttpRequest) -> bool:
    """Whether a form was sent from a page of this site: browsers say so, and programs have nothing to be abused.

    For forms without a token, which a page that everybody shares cannot carry.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin", "")
    return not origin or urlsplit(origin).netloc == request.get_host()


# -- the token of the link that `start` prints -------------------------------------------------------------------

def _token(data: Path) -> str:
    """The token of this installation, made once, readable by its owner only."""
    path = data / "local-token"
    try:
        return known.text(path)
    except FileNotFoundError:
        token = secrets.token_urlsafe(24)
    try:
        data.mkdir(0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(token, "ascii")
    except FileExistsError:
        return path.read_text("ascii").strip()
    except OSError as problem:
        raise BroadsheetError(
            f"The token of the local link cannot be written: {path} ({problem.strerror}). Nothing was changed. "
            "Make the data directory writable or choose another with --data."
        ) from problem
    return token


def local_link(config: Config, port: int | None = None) -> str:
    """The address to open in a browser of this machine; ``port`` overrides a configured 0."""
    host = config.host if config.host in {"localhost", "127.0.0.1"} else "[::1]" if ":" in config.host else "127.0.0.1"
    return f"http://{host}:{port or config.port}/?key={_token(config.data)}"


def token_fits(given: str, config: Config | None = None) -> bool:
    """Compare a given token in constant time."""
    return hmac.compare_digest(given.encode(), _token((config or current()).data).encode())


def _fingerprint(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def let_in_locally(response: HttpResponse, request: HttpRequest) -> None:
    """Give the browser the signed cookie of local mode. Deleting the file ``local-token`` takes it back."""
    _set(response, request, LOCAL_COOKIE, _fingerprint(_token(current().data)))


def is_local(request: HttpRequest) -> bool:
    """Whether this request is in local mode, cookie included."""
    if LOCAL_COOKIE not in request.COOKIES or not loopback_request(request):
        return False
    return hmac.compare_digest(_get(request, LOCAL_COOKIE), _fingerprint(_token(current().data)))


# -- the one-time set-up code ------------------------------------------------------------------------------------

@contextlib.contextmanager
def _locked(data: Path) -> Iterator[IO[str]]:
    """The file of the set-up code, held alone among all processes."""
    with (data / "setup-code").open("r+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file


def make_code(data_dir: Path, now: datetime) -> str:
    """Make a new one-time set-up code (50 random bits); one made before is void. Only its hash is kept."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(10))
    data_dir.mkdir(0o700, parents=True, exist_ok=True)
    path = data_dir / "setup-code"
    path.touch(mode=0o600, exist_ok=True)
    with _locked(data_dir) as file:
        _store(file, {"hash": _fingerprint(code), "made": now.isoformat(), "wrong": []})
    return f"{code[:5]}-{code[5:]}"


def check_code(data_dir: Path, code: str, now: datetime) -> bool:
    """Whether the code is right; a right one is consumed. At most five guesses a minute are looked at."""
    plain = code.upper().translate(str.maketrans("OIL", "011", "- \t"))[:40]
    try:
        with _locked(data_dir) as file:
            kept = json.loads(file.read() or "{}")
            if not kept.get("hash") or now - datetime.fromisoformat(kept["made"]) > timedelta(hours=CODE_HOURS):
                return False
            recent = [at for at in kept["wrong"] if now - datetime.fromisoformat(at) < timedelta(minutes=1)]
            if len(recent) >= CODE_GUESSES:
                return False
            if hmac.compare_digest(kept["hash"], _fingerprint(plain)):
                _store(file, {})
                return True
            _store(file, {**kept, "wrong": [*recent, now.isoformat()]})
    except FileNotFoundError:
        return False
    return False


def _store(file: IO[str], value: dict[str, object]) -> None:
    file.seek(0)
    file.truncate()
    json.dump(value, file)
    file.flush()


def let_in_keeper(response: HttpResponse, request: HttpRequest) -> None:
    """Give the browser that knew the set-up code the keeper's cookie. Deleting ``keeper-key`` takes it back."""
    path = current().data / "keeper-key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(24), "ascii")
    _set(response, request, KEEPER_COOKIE, _fingerprint(path.read_text("ascii")))


def end_keeper(data: Path) -> None:
    """From the first administrator's account on, the set-up code and the cookies that it gave open nothing."""
    for name in ("keeper-key", "setup-code"):
        (data / name).unlink(missing_ok=True)


def is_keeper(request: HttpRequest) -> bool:
    """Whether this browser may choose for the site: local mode, or it gave the set-up code."""
    if is_local(request):
        return True
    if KEEPER_COOKIE not in request.COOKIES:
        return False
    try:
        key = known.text(current().data / "keeper-key")
    except OSError:
        return False
    return hmac.compare_digest(_get(request, KEEPER_COOKIE), _fingerprint(key))


# -- signed cookies ----------------------------------------------------------------------------------------------

def reader_key(request: HttpRequest) -> str:
    """The key in the reader's signed cookie; empty when there is none or its signature is wrong."""
    return _get(request, READER_COOKIE)


def remember_reader(response: HttpResponse, request: HttpRequest, key: str) -> None:
    """Give the browser the reader's signed cookie."""
    _set(response, request, READER_COOKIE, key)


def forget(response: HttpResponse, *names: str) -> None:
    """Take cookies back."""
    for name in names:
        response.delete_cookie(name, samesite="Lax")


@lru_cache(maxsize=4096)
def _signed(name: str, value: str, hour: int) -> str:
    """The value of a signed cookie, looked at once an hour: within it, a signature that was good stays good."""
    try:
        return str(signing.loads(value, salt=name, max_age=COOKIE_DAYS * 86400))
    except signing.BadSignature:
        return ""


def _get(request: HttpRequest, name: str) -> str:
    value = request.COOKIES.get(name, "")
    return _signed(name, value, int(time.time() // 3600)) if value else ""


def _set(response: HttpResponse, request: HttpRequest, name: str, value: str) -> None:
    response.set_cookie(name, signing.dumps(value, salt=name), max_age=COOKIE_DAYS * 86400,
                        secure=request.is_secure(), httponly=True, samesite="Lax")
