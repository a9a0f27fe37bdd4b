"""Sends what is due: one connection, one mail at a time, at most so many a minute, stopping when the server is down."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from . import outbox
from .models import Outbox
from .transport import Connection, Down, Later, Refused, Server

DOWN_PAUSE = timedelta(minutes=2)  # before the server is tried again after it could not be used at all
ONCE_MORE = frozenset({"connection", "port", "greeting"})  # steps that may go well when tried again at once
BATCH = 20


@dataclass(slots=True)
class Sending:
    """What one run did. ``down``: why the server could not be used, with the step (``doctor mail`` tells more)."""

    sent: int = 0
    later: int = 0
    refused: int = 0
    skipped: int = 0
    down: str = ""
    errors: list[str] = field(default_factory=list)


class Sender:
    """A sender with a name (``holder``). ``clock`` gives the time, ``wait`` sleeps: both are replaced in replays."""

    def __init__(
        self, server: Server, mail_from: str, *, holder: str, clock: Callable[[], datetime],
        wait: Callable[[float], object], per_minute: int = 300, random: Random | None = None,
        connect: Callable[[Server], Connection] = Connection,
    ) -> None:
        self.server, self.mail_from, self.holder = server, mail_from, holder
        self.clock, self.wait, self.per_minute = clock, wait, per_minute
        self.random = random or Random()
        self.connection = connect(server)
        self._times: deque[datetime] = deque()
        self._worked = False  # a mail was taken since something last broke

    def run(self, *, most: int | None = None, stop: Callable[[], bool] = lambda: False) -> Sending:
        """Send due mails until none is left, ``most`` were tried, or the server is down. The connection is closed."""
        done = Sending()
        tried = 0
        try:
            while not stop() and not done.down and (most is None or tried < most):
                room = BATCH if most is None else min(BATCH, most - tried)
                rows = outbox.claim(self.holder, self.clock(), room)
                if not rows:
                    break
                tried += len(rows)
                self._send_batch(rows, done)
        finally:
            self.connection.close()
        return done

    def _send_batch(self, rows: list[Outbox], done: Sending) -> None:
        for place, row in enumerate(rows):
            if not outbox.still_wanted(row):
                outbox.skip(row, self.holder)
                done.skipped += 1
                continue
            self._pace()
            if problem := self._one(row, done):
                done.down = f"{problem.step}: {problem}"
                outbox.release(rows[place:], self.holder, self.clock() + DOWN_PAUSE, str(problem))
                return

    def _one(self, row: Outbox, done: Sending) -> Down | None:
        """Send one mail and note what became of it; the problem where the server cannot be used now.

        What broke before the mail was handed over is tried once more at once: a long connection is closed sooner or
        later, and a busy server turns one away now and then. What broke while it was handed over leaves open whether
        the server has it: this mail waits, the others go on, unless two in a row end so.
        """
        for again in (True, False):
            try:
                self._send(row)
            except Later as answer:
                outbox.retry(row, self.holder, str(answer), self.clock(), self.random)
                done.later += 1
            except Refused as answer:
                outbox.give_up(row, self.holder, str(answer), self.clock(), hard=answer.hard)
                done.refused += 1
            except Down as problem:
                worked, self._worked = self._worked, self._worked and problem.step != "handover"
                if worked and problem.step == "handover":
                    outbox.retry(row, self.holder, str(problem), self.clock(), self.random)
                    done.later += 1
                    return None
                if again and problem.step in ONCE_MORE:
                    continue
                return problem
            else:
                self._worked = True
                done.sent += 1
            return None
        return None

    def _send(self, row: Outbox) -> None:
        if self.connection.worn:
            self.connection.close()
            self.connection.open()
        self.connection.send(self.mail_from, row.subscription.email, outbox.message_of(row))
        outbox.delivered(row, self.holder, self.clock())

    def _pace(self) -> None:
        """Wait until the last minute holds fewer than ``per_minute`` mails."""
        now = self.clock()
        while self._times and now - self._times[0] >= timedelta(minutes=1):
            self._times.popleft()
        if len(self._times) >= self.per_minute:
            self.wait(60 - (now - self._times[0]).total_seconds())
            now = self.clock()
        self._times.append(now)
