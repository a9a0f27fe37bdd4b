"""Harvest one source: ask, read, take in, keep the cursor; page by page, so that a kill at any point loses nothing.

The cursor is saved after each page has been taken in. A run killed between the two reads that page again, and the
intake, which knows each record by source, key and digest, changes nothing the second time.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from django.utils.translation import gettext_noop as noop

from ..catalogue import changes, leases
from ..catalogue.intake import Counts, intake
from ..config import Config, current
from ..errors import BroadsheetError, UsageError
from ..spoken import as_json, in_a_row, message
from . import telling
from .connector import Connector, Cursor, Page, Reject
from .errors import SourceError
from .http import Client
from .manners import clear_dead, holder_name
from .models import SourceState
from .registry import CONNECTORS

log = logging.getLogger(__name__)
Progress = Callable[[dict[str, Any]], None]

LEASE_SECONDS = 600.0  # longer than one page can take with all its tries
FIRST_BACKOFF = timedelta(minutes=5)
LONGEST_BACKOFF = timedelta(hours=6)
SMALL_PAGE = 120  # records; more go through the bulk lane
_PAGE_TRIES = 3
_REJECTS_LIMIT = 64 * 1024 * 1024  # bytes of a rejects file


@dataclass(slots=True)
class Outcome:
    """What became of a harvest. ``outcome``: ok, empty, failed, busy. ``sentence`` is for the reader."""

    name: str
    outcome: str
    sentence: str
    counts: Counts = field(default_factory=Counts)
    pages: int = 0
    next_due: datetime | None = None
    notes: list[str] = field(default_factory=list)
    error: SourceError | None = None


def harvest(name: str, *, now: datetime, since: date | None = None, progress: Progress | None = None,
            client: Client | None = None, config: Config | None = None,
            dice: Callable[[], float] = random.random) -> Outcome:
    """Harvest the source ``name`` until it has no more; the outcome is also stored on its row.

    A failing source is an outcome, never an exception; :class:`UsageError` if there is no such source.
    """
    config = config or current()
    state = SourceState.objects.filter(name=name).first()
    if state is None or state.connector not in CONNECTORS:
        names = ", ".join(SourceState.objects.order_by("name").values_list("name", flat=True))
        raise UsageError(f"There is no source {name!r}; nothing was asked. "
                         + (f"Known ones: {names}." if names else "Choose what to read first (`broadsheet start`)."))
    own = client or Client(config)
    try:
        run = _Run(state, CONNECTORS[state.connector], own, config, now, since, progress, dice)
        if not run.take():
            return Outcome(name, "busy", f"{run.connector.label} is being read by another process just now.")
        try:
            return run.go()
        finally:
            leases.release(run.lease, run.holder)
    finally:
        if client is None:
            own.close()


class _Run:
    """One harvest under way."""

    def __init__(self, state: SourceState, connector: Connector, client: Client, config: Config, now: datetime,
                 since: date | None, progress: Progress | None, dice: Callable[[], float]) -> None:
        self.state = state
        self.connector = connector
        self.client = client
        self.config = config
        self.now = now
        self.since = since
        self.progress = progress
        self.dice = dice
        self.lease = f"source:{state.name}"[:120]
        self.holder = holder_name()
        self.out = Outcome(state.name, "ok", "")
        self.odd: list[str] = []

    def take(self) -> bool:
        """Take the lease on this source, over a dead process of this machine if need be."""
        if leases.acquire(self.lease, self.holder, LEASE_SECONDS, self.client.clock.now()):
            return True
        if not clear_dead(self.lease):
            return False
        return leases.acquire(self.lease, self.holder, LEASE_SECONDS, self.client.clock.now())

    def go(self) -> Outcome:
        """All pages; stores the outcome."""
        options = self.state.options
        self._save(outcome="running", tried_at=self.now)
        try:
            cursor = self.connector.begin(options, self.state.cursor, now=self.now, since=self.since)
            while (page := self._page(options, cursor)) is not None:
                self._take_in(page)
                cursor = page.cursor
            self._succeed(self.connector.end(cursor))
        except SourceError as problem:
            self._fail(problem)
        except Exception as problem:
            # A fault of this machine (disk, database): told on the row if it can be, and raised.
            self._note_fault(problem)
            raise
        return self.out

    def _page(self, options: dict[str, Any], cursor: Cursor) -> Page | None:
        """The next page; an answer that came broken is asked for again, twice."""
        request = self.connector.request(options, cursor, self.config)
        if request is None:
            return None
        for left in reversed(range(_PAGE_TRIES)):
            leases.renew(self.lease, self.holder, LEASE_SECONDS, self.client.clock.now())
            answer = self.client.get(request)
            try:
                return self.connector.read(options, cursor, answer, now=self.now)
            except SourceError as problem:
                if not problem.again or not left:
                    raise
                log.info("%s: %s; asked again", self.state.name, problem.cause)
        raise AssertionError("unreachable")

    def _take_in(self, page: Page) -> None:
        """Records into the catalogue, then the cursor."""
        lane = changes.BULK if len(page.items) > SMALL_PAGE else changes.INTERACTIVE
        pause = self._pause if lane == changes.BULK else None
        counts = intake(page.items, now=self.now, lane=lane, pause=pause)
        counts.rejected += len(page.rejects)
        counts.read += len(page.rejects)
        self._keep_rejects(page.rejects)
        self.out.counts.add(counts)
        self.out.pages += 1
        if page.note:
            (self.odd if page.odd else self.out.notes).append(page.note)
        self.state.received += len(page.items)
        self._save(cursor=page.cursor, progress=page.progress, received=self.state.received)
        if self.progress is not None:
            self.progress(page.progress)

    def _pause(self, took: float) -> None:
        self.client.clock.sleep(min(took, 0.1))

    def _keep_rejects(self, rejects: tuple[Reject, ...]) -> None:
        """One line of JSON for each record that was not taken, in the data directory."""
        if not rejects:
            return
        path = self.config.data / "rejects" / f"{self.state.connector}.jsonl"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists() and path.stat().st_size > _REJECTS_LIMIT:
                return
            with path.open("ab") as file:
                for reject in rejects:
                    file.write(orjson.dumps({
                        "source": self.state.name, "at": self.now.isoformat(), "key": reject.key,
                        "reason": reject.reason, "body": reject.body.decode("utf-8", "replace"),
                    }) + b"\n")
        except OSError as problem:
            log.warning("rejects of %s could not be kept in %s: %s", self.state.name, path, problem)

    def _succeed(self, cursor: Cursor) -> None:
        counts = self.out.counts
        due = self.connector.next_due(self.state.options, cursor, now=self.now)
        due += timedelta(minutes=5 * self.dice())  # sites do not all ask at the same moment
        fresh = SourceState.objects.filter(name=self.state.name).values_list("options", flat=True).first()
        if fresh != self.state.options:
            due = self.now  # the keeper chose other categories meanwhile
        taken = counts.added + counts.updated + counts.merged
        self.out.outcome = "ok" if counts.read else "empty"
        self.out.sentence = in_a_row(_told(self.connector.label, counts, self.out.notes),
                                     *dict.fromkeys(self.odd[:3]), _more(self.odd))
        self.out.next_due = due
        self._save(outcome=self.out.outcome, **_detail(self.out.sentence), cursor=cursor, due_at=due,
                   succeeded_at=self.now, last_received=taken, failures=0)

    def _fail(self, problem: SourceError) -> None:
        failures = self.state.failures + 1
        wait = min(FIRST_BACKOFF * 2 ** min(failures - 1, 10), LONGEST_BACKOFF) * (0.75 + 0.5 * self.dice())
        if problem.retry_after is not None:
            wait = max(wait, timedelta(seconds=min(problem.retry_after, 86_400)))
        due = self.now + wait
        counts = self.out.counts
        kept = (telling.records_kept(counts.read) if counts.read
                else message(noop("What was read before stands.")) if self.state.received
                else message(noop("Nothing was lost.")))
        log.warning("%s failed: %s", self.state.name, problem.cause)
        self.out.outcome, self.out.error, self.out.next_due = "failed", problem, due
        self.out.sentence = in_a_row(problem.sentence, kept, problem.step,
                                     telling.next_try(f"{due:%Y-%m-%d %H:%M} {due.tzname() or ''}".rstrip()))
        self._save(outcome="failed", **_detail(self.out.sentence), due_at=due, failures=failures,
                   last_received=counts.added + counts.updated + counts.merged)

    def _note_fault(self, problem: Exception) -> None:
        text = str(problem) if isinstance(problem, BroadsheetError) else f"{type(problem).__name__}: {problem}"
        try:
            said = message(noop("This machine had a fault while papers came in: {problem} What was read before stands. "
                                "`broadsheet doctor` looks for the cause."), problem=text[:500])
            self._save(outcome="failed", **_detail(said), due_at=self.now + FIRST_BACKOFF,
                       failures=self.state.failures + 1)
        except Exception as second:
            log.error("%s: the outcome could not be stored: %s", self.state.name, second)

    def _save(self, **values: Any) -> None:
        """Only what this run decides: the keeper may change options and ``enabled`` meanwhile."""
        SourceState.objects.filter(name=self.state.name).update(**values)
        for name, value in values.items():
            setattr(self.state, name, value)


def _told(label: str, counts: Counts, notes: list[str]) -> str:
    """The sentence of a run that went well; "nothing" always comes with its cause."""
    if not counts.read:
        empty = message(noop("{source} answered, and its answer held no papers."), source=label)
        return in_a_row(message(noop("Nothing new.")), *(telling.last(notes) or (empty,)))
    return telling.read(counts.read, counts.added, counts.merged, counts.updated, counts.unchanged, counts.rejected)


def _more(odd: list[str]) -> str:
    return telling.more_remarks(len(odd) - 3) if len(odd) > 3 else ""


def _detail(said: str) -> dict[str, Any]:
    """The columns that keep a sentence."""
    return {"detail": str(said), "said": as_json(said)}
