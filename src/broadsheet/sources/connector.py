"""What a connector is: three pure functions around the polite client, which alone touches the network.

``begin`` makes the cursor of a run, ``request`` says what to ask next, ``read`` turns the answer into records and the
cursor after it. Cursors are JSON and are saved after each page: a killed run goes on where it was.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from ..catalogue.records import Incoming
from ..config import Config
from .messages import Answer, Request

Cursor = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that was not taken: its bytes and the reason."""

    key: str
    reason: str
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer, read. ``note``: why there is nothing, or what is odd (a stale feed), as a sentence for the reader.

    ``progress``: {"done", "of", "what"} after this page. ``again``: the page was not data but a reason to ask anew.
    """

    items: tuple[Incoming, ...]
    cursor: Cursor
    rejects: tuple[Reject, ...] = ()
    note: str = ""
    odd: bool = False
    progress: dict[str, Any] = field(default_factory=dict)


class Connector(Protocol):
    """One kind of source. ``pace``: seconds until a source that went well is due again, judged by :meth:`next_due`."""

    name: str
    label: str

    def begin(self, options: dict[str, Any], cursor: Cursor, *, now: datetime, since: date | None) -> Cursor:
        """The cursor of a run: the unfinished one as it is, else a new one from ``since`` or where the last ended."""
        ...

    def request(self, options: dict[str, Any], cursor: Cursor, config: Config) -> Request | None:
        """What to ask next; None when the run is over."""
        ...

    def read(self, options: dict[str, Any], cursor: Cursor, answer: Answer, *, now: datetime) -> Page:
        """The answer as a page; raises :class:`SourceError` when it is not one."""
        ...

    def end(self, cursor: Cursor) -> Cursor:
        """What to keep of the cursor when a run is over."""
        ...

    def next_due(self, options: dict[str, Any], cursor: Cursor, *, now: datetime) -> datetime:
        """When to ask again after a run that went well."""
        ...
