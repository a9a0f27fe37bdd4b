"""One request per host at a time, with a pause after it: a lease row, so that it holds across processes.

arXiv asks for one request per three seconds over one connection for API, OAI-PMH and RSS together
(https://info.arxiv.org/help/api/tou.html): all its hosts share the name ``arxiv.org``.
"""

from __future__ import annotations

import os
import secrets
import socket
from typing import Protocol

from django.utils.translation import gettext_noop as noop

from ..catalogue import leases
from ..catalogue.models import Lease
from ..spoken import message
from .clock import Clock
from .errors import SourceError

GROUPS = ("arxiv.org", "huggingface.co")


def group_of(host: str, port: int | None = None) -> str:
    """The name under which requests to ``host`` take turns: the service if known, else host and port."""
    host = host.rstrip(".").lower()
    for group in GROUPS:
        if host == group or host.endswith(f".{group}"):
            return group
    return f"{host}:{port}" if port else host


def holder_name() -> str:
    """A holder of leases that tells machine and process, so that a dead one is known."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


def clear_dead(name: str) -> bool:
    """Free a lease whose holder was a process of this machine that is gone (kill -9); True if there was one."""
    holder = Lease.objects.filter(name=name).values_list("holder", flat=True).first() or ""
    host, _, rest = holder.partition(":")
    pid = rest.partition(":")[0]
    if host != socket.gethostname()[:40] or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        leases.release(name, holder)
        return True
    except OSError:
        return False
    return False


class Turns(Protocol):
    """Who may ask a host now."""

    def take(self, group: str, seconds: float, patience: float) -> None:
        """Wait until it is our turn and keep others away for ``seconds``; raises SourceError after ``patience``."""
        ...

    def leave(self, group: str, pause: float) -> None:
        """Our request is over; the next, ours included, may begin after ``pause`` seconds."""
        ...


class LeaseTurns:
    """Turns by lease rows. Each turn has a holder of its own, so that our own next request waits as well."""

    def __init__(self, clock: Clock, pause: float = 3.0) -> None:
        self._clock = clock
        self._pause_at_most = pause
        self._holder: dict[str, str] = {}

    def take(self, group: str, seconds: float, patience: float) -> None:
        """See :class:`Turns`. A holder that was killed is passed over; on another machine its lease is waited for."""
        holder = holder_name()
        name = f"host:{group}"
        deadline = self._clock.tick() + patience
        while not leases.acquire(name, holder, seconds, self._clock.now()):
            until = leases.held_until(name)
            left = 0.05 if until is None else (until - self._clock.now()).total_seconds()
            if self._clock.tick() >= deadline:
                raise SourceError(
                    "turn", message(noop("Another process kept asking {group}, and requests to it take turns."),
                                    group=group),
                    message(noop("Nothing is lost: this source is asked again soon.")), again=True,
                    cause=f"no turn at {name} within {patience:.0f} s",
                )
            if left > self._pause_at_most and clear_dead(name):
                # It may have asked a moment ago: the pause is kept all the same.
                self._clock.sleep(self._pause_at_most)
                continue
            # Never longer than a second: the holder may leave earlier than its lease says.
            self._clock.sleep(min(max(left, 0.02), 1.0))
        self._holder[group] = holder

    def leave(self, group: str, pause: float) -> None:
        """See :class:`Turns`."""
        holder = self._holder.pop(group, None)
        if holder is not None:
            leases.renew(f"host:{group}", holder, max(pause, 0.0), self._clock.now())


class LocalTurns:
    """Turns inside one process without a database: for the network test of `doctor` and for tests."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._free_at: dict[str, float] = {}

    def take(self, group: str, seconds: float, patience: float) -> None:
        """See :class:`Turns`."""
        self._clock.sleep(self._free_at.get(group, 0.0) - self._clock.tick())

    def leave(self, group: str, pause: float) -> None:
        """See :class:`Turns`."""
        self._free_at[group] = self._clock.tick() + pause
