"""Readers with alerts, papers that come in, and an index that is only asked for: ground of the tests of alerts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction

from broadsheet import config
from broadsheet.catalogue import changes
from broadsheet.catalogue.models import Paper, PaperAuthor, PaperTerm
from broadsheet.config import Config
from broadsheet.digest.alerts import bundling, finding, service
from broadsheet.digest.alerts.models import Alert
from broadsheet.digest.alerts.sending import Sender
from broadsheet.digest.alerts.ways import Ways
from broadsheet.digest.setup import setup_of
from broadsheet.readers import service as readers
from broadsheet.readers.models import Reader

NOW = datetime(2026, 5, 12, 9, 0, tzinfo=UTC)
DAY = date(2026, 5, 12)
LOOPBACK = ("127.0.0.0/8",)


@dataclass
class Looked:
    """An index that has everything, and finds what the test says."""

    found: dict[str, set[int]] = field(default_factory=dict)
    behind: bool = False

    def positions(self) -> Mapping[int, int]:
        """The end of the log."""
        return {} if self.behind else changes.latest()

    def search(self, text: str) -> Collection[int]:
        """What the test put there."""
        return self.found.get(text, set())

    def near(self, seeds: Sequence[str], rows: Sequence[int]) -> dict[int, tuple[float, str]]:
        """Nothing is near."""
        return {}


def reader(name: str = "ada", *roles: str) -> Reader:
    """A member."""
    made = readers.make(NOW)
    made.joined_at, made.name, made.slug = NOW - timedelta(days=400), name, name
    made.roles = list(roles)
    made.save()
    return made


def paper(number: int, title: str = "", *, at: datetime = NOW + timedelta(hours=1), day: date = DAY, lane: int = 0,
          **more: Any) -> int:
    """A paper comes in, with its change row; its row id."""
    with transaction.atomic():
        made = Paper.objects.create(**{
            "key": f"a{number:09d}", "title": title or f"Robots that walk, part {number}", "edition_day": day,
            "abstract": "They walk.", "added_at": at, "changed_at": at, "organisation": "CERN", "rights": "public",
            "identifiers": [["arxiv", f"2605.{number:05d}"]], "categories": ["cs.RO"], "published": "2026-05-11",
            "authors": [{"name": "Ada Lovelace"}], **more})
        PaperAuthor.objects.create(paper=made, position=0, folded="ada-lovelace")
        PaperTerm.objects.create(paper=made, kind="topic", slug="robots")
        PaperTerm.objects.create(paper=made, kind="category", slug="cs.ro")
        changes.append([made.pk], lane)
    return int(made.pk)


def alert(owner: Reader, url: str, kind: str = "topic", value: str = "robots", *, channel: str = "webhook",
          now: datetime = NOW, label: str = "Robots", **wishes: Any) -> service.Made:
    """An alert; its target is taken as it is."""
    target = service.Target(url, url[:60])
    return service.make(owner, service.About(kind, value, label), channel, target, service.Wishes(**wishes), now)


def find(now: datetime = NOW + timedelta(hours=2), look: Looked | None = None, today: date = DAY) -> finding.Found:
    """Everything that waits in the log, then what is due to be bundled."""
    look = look or Looked()
    done = finding.step(now, today, look)
    while done.read:
        more = finding.step(now, today, look)
        done.papers, done.messages = done.papers + more.papers, done.messages + more.messages
        if not more.read:
            break
    done.messages += bundling.bundle(now)
    return done


def begin() -> None:
    """The finding's first look: what is there already is not news."""
    finding.step(NOW, DAY, Looked())


def settings(**more: Any) -> Config:
    """Settings of a site that alerts may leave to loopback."""
    return replace(config.current(), **{"alert_networks": LOOPBACK, "site_url": "https://papers.example.org", **more})


def sender(now: datetime, holder: str = "one", ways: Ways | None = None, **more: Any) -> Sender:
    """One who sends at a standing clock."""
    used = settings(**more)
    return Sender(ways or Ways(used, seconds=5.0), setup_of(used, {"name": "The Paper"}), holder, lambda: now)


def again(one: Alert) -> Alert:
    """The alert as it is now."""
    return Alert.objects.select_related("reader", "mail").get(pk=one.pk)
