"""``python -m broadsheet.digest.alerts.child``: one errand from standard input, its outcome on standard output.

This process holds nothing of the site: no database, no settings, no secret but the one address. Before anything of the
errand is looked at, an audit hook (PEP 578) is set that cannot be taken away again. The interpreter calls it before
every connect(2) and sendto(2) with the address itself, whichever library asked and however the name was resolved, so
a name that resolves differently the second time, or a redirect, is checked like the first. Other programs, files
to write, other processes and local sockets are refused altogether.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import resource
import socket
import sys
from typing import Any
from urllib.parse import urlsplit

from broadsheet.sources.addresses import is_allowed, is_inside

MEMORY = 1 << 30  # bytes of address space; an answer without end stops there
REFUSED = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty",
           "pty.spawn", "socket.bind", "ctypes.dlopen", "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.chmod",
           "os.chown", "os.link", "os.symlink", "os.truncate", "shutil.rmtree")
FILES = (os.devnull, "/dev/urandom", "/etc/mime.types")  # besides the program's own and certificates


class Refused(PermissionError):
    """The guard said no."""


class Guard:
    """The hook. ``networks``: private ones that the keeper opened; ``trusted``: addresses of the keeper's proxy."""

    def __init__(self, networks: tuple[str, ...], trusted: frozenset[tuple[str, int]]) -> None:
        self.networks, self.trusted = networks, trusted
        self.readable = tuple({os.path.realpath(path) for path in (*sys.path, sys.prefix, sys.base_prefix,
                                                                  "/etc/ssl", "/usr/share/ca-certificates",
                                                                  "/usr/lib/ssl", "/etc/pki") if path})
        self.private = ""  # the first address that was refused

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Called by the interpreter; raising refuses what was about to be done."""
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            self._reach(arguments[0], arguments[1])
        elif event == "open":
            self._open(*arguments)
        elif event in REFUSED:
            raise Refused(f"{event} is not for messages")

    def _reach(self, sock: socket.socket, address: Any) -> None:
        if address is None:  # a message on a connected socket, whose connect was checked
            return
        if sock.family not in (socket.AF_INET, socket.AF_INET6) or not isinstance(address, tuple):
            raise Refused("only addresses of the network")
        host, port = str(address[0]), int(address[1])
        if (host, port) in self.trusted or is_allowed(host, self.networks):
            return
        self.private = self.private or host
        raise Refused(f"{host} is not a public address")

    def _open(self, path: Any, _mode: Any, flags: Any) -> None:
        if not isinstance(path, str | bytes):
            return  # a descriptor that is open already
        real = os.path.realpath(os.fsdecode(path))
        if real in FILES:
            return
        if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND):
            raise Refused("nothing is written")
        if not any(real == place or real.startswith(place + os.sep) for place in self.readable):
            raise Refused(f"{real} is not for messages")


def main() -> None:
    """Read the errand, do it, say what came of it."""
    errand = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out = sys.stdout
    sys.stdout = sys.stderr
    done = _do(errand)
    out.write(json.dumps({"ok": False, "said": "", "step": "", "shown": "", "again": False, **done}) + "\n")
    out.flush()


def _do(errand: dict[str, Any]) -> dict[str, Any]:
    from broadsheet.digest.alerts.apprising import NEVER, SERVICES, scheme_of

    scheme = scheme_of(errand["url"])
    allowed = errand["schemes"]
    if scheme in NEVER or (allowed is not None and scheme not in allowed):
        return {"said": f"Addresses that begin with {scheme or 'this'}:// are not taken here.",
                "step": "Choose one of the services that are listed."}
    import apprise
    from apprise.common import PersistentStoreMode

    said = _Said()
    logging.getLogger("apprise").addHandler(said)
    asset = apprise.AppriseAsset(app_id="Broadsheet", app_desc="Papers", app_url="", async_mode=False,
                                 secure_logging=True, storage_mode=PersistentStoreMode.MEMORY, plugin_paths=[])
    place = SERVICES.get(scheme)
    maker = None
    if place is not None:
        module, name = place.split(".")
        maker = getattr(importlib.import_module(f"apprise.plugins.{module}"), name)
    else:
        apprise.Apprise.instantiate("json://localhost", asset=asset)  # loads every service while files may be read
    guard = Guard(tuple(errand["networks"]), _proxied(errand["proxy"]))
    sys.addaudithook(guard)
    try:
        service = _made(maker, errand["url"], asset)
        if service is None:
            return {"said": "This is not a whole address of its service.", "step": "Copy it from the service again."}
        if errand["do"] == "check":
            return {"ok": True, "said": str(service.service_name), "shown": service.url(privacy=True)[:400]}
        ok = bool(service.notify(body=errand["text"], title=errand["title"], body_format=apprise.NotifyFormat.TEXT))
    except Exception as problem:
        ok = False
        said.lines.append(f"{type(problem).__name__}: {problem}")
    return _outcome(ok, guard, said.lines)


def _made(maker: Any, url: str, asset: Any) -> Any:
    """The service of the address, or None."""
    import apprise

    if maker is None:
        return apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    found = maker.parse_url(url.replace("/#", "/%23"))  # as Apprise does: else a channel would be a fragment, and lost
    if not found:
        return None
    try:
        return maker(**{**found, "asset": asset})
    except TypeError:
        return None


def _proxied(proxy: str) -> frozenset[tuple[str, int]]:
    """Send requests through the keeper's proxy, and check there what the proxy will resolve; its own addresses."""
    if not proxy:
        return frozenset()
    import requests

    parts = urlsplit(proxy)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    os.environ.update(HTTP_PROXY=proxy, HTTPS_PROXY=proxy, http_proxy=proxy, https_proxy=proxy)
    plain = requests.adapters.HTTPAdapter.send

    def send(self: Any, request: Any, *arguments: Any, **named: Any) -> Any:
        if is_inside(urlsplit(request.url).hostname or ""):
            raise Refused("not a public address")
        return plain(self, request, *arguments, **named)

    requests.adapters.HTTPAdapter.send = send  # type: ignore[method-assign]
    found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    return frozenset((str(entry[4][0]), port) for entry in found)


class _Said(logging.Handler):
    """Keeps what Apprise logs as warnings: that is where it tells what a service answered."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self.lines.append(" ".join(record.getMessage().split()))


def _outcome(ok: bool, guard: Guard, lines: list[str]) -> dict[str, Any]:
    if ok:
        return {"ok": True, "said": "The service took the message."}
    if guard.private:
        return {"said": "The address leads into a private network.", "step":
                "Use an address of the open network, or ask the keeper to add the network to `alert_networks`."}
    told = next((line for line in lines if line), "The service did not take the message.")
    return {"said": told[:300], "step": "Check the address at the service; its token may have been renewed.",
            "again": True}


if __name__ == "__main__":
    main()
