"""What is asked of a source and what comes back: plain values, no network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """One GET. ``wants``: ``xml``, ``json``, or ``page`` (HTML). ``absent``: statuses that mean "there is nothing" and
    are answers."""

    url: str
    wants: str = "xml"
    etag: str = ""
    modified: str = ""
    limit: int = 64 * MEGABYTE
    absent: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status (200, 304 or one of ``absent``), whole body, headers in lower case, final address."""

    status: int
    body: bytes
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def etag(self) -> str:
        """For the next conditional request (RFC 9110, 8.8.3)."""
        return self.headers.get("etag", "")

    @property
    def modified(self) -> str:
        """For the next conditional request (RFC 9110, 8.8.2)."""
        return self.headers.get("last-modified", "")
