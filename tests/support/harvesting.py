"""What the tests of harvests share: a clock that never waits, settings for the loopback server, the state in rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from broadsheet.config import Config, load

if TYPE_CHECKING:
    from broadsheet.sources.http import Client

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # a Friday, after the lists of that day


class FastClock:
    """Time that passes only by sleeping; ``slept`` lists the waits."""

    def __init__(self, now: datetime = NOW) -> None:
        self.moment = now
        self.slept: list[float] = []

    def now(self) -> datetime:
        """This moment."""
        return self.moment

    def tick(self) -> float:
        """Seconds."""
        return self.moment.timestamp()

    def sleep(self, seconds: float) -> None:
        """Passes at once."""
        if seconds > 0:
            self.slept.append(seconds)
            self.moment += timedelta(seconds=seconds)


def config_for(base: str, data: Path, **values: Any) -> Config:
    """Settings that send every connector to the loopback server."""
    settings = load({"data": str(data)}, {})
    return replace(settings, **{"arxiv_oai_url": f"{base}/oai", "arxiv_rss_url": f"{base}/rss", "hf_url": base,
                                "allow_private_hosts": True, "contact": "keeper@example.org", **values})


def client_for(config: Config, clock: FastClock | None = None, **values: Any) -> Client:
    """The real client with a clock that does not wait."""
    from broadsheet.sources.http import Client  # needs Django, which a process of its own sets up later

    return Client(config, clock=clock or FastClock(), dice=lambda: 0.5, **values)


def state_of_catalogue() -> list[tuple[Any, ...]]:
    """Papers, records and announcements without row numbers, random keys and times: equal states compare equal."""
    from broadsheet.catalogue.models import Announcement, Identifier, Paper, SourceRecord

    rows: list[tuple[Any, ...]] = [("paper", p.title, p.state, str(p.identifiers), str(p.authors), str(p.edition_day))
                                   for p in Paper.objects.all()]
    rows += [("record", r.source, r.source_key, r.form, bytes(r.digest).hex(), r.paper.title)
             for r in SourceRecord.objects.select_related("paper")]
    rows += [("announced", a.list, str(a.day), a.category, a.kind, str(a.inferred), str(a.votes), a.paper.title)
             for a in Announcement.objects.select_related("paper")]
    rows += [("name", i.scheme, i.value, i.paper.title) for i in Identifier.objects.select_related("paper")]
    return sorted(rows)
