"""Running time for the network: waiting and deadlines. Injected, so that tests wait for nothing."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the polite client needs of time."""

    def now(self) -> datetime:
        """This moment, aware."""
        ...

    def tick(self) -> float:
        """Seconds from an arbitrary point, never going back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """This moment in UTC."""
        return datetime.now(UTC)

    def tick(self) -> float:
        """The monotonic clock."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait for ``seconds``; nothing for zero and less."""
        if seconds > 0:
            time.sleep(seconds)
