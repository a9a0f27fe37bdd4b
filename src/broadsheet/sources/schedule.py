"""Which sources there are, which are due, and how each is doing: rows that the worker and the pages read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from .models import SourceState
from .presets import Choice, oai_sets
from .registry import CONNECTORS

_ORDER = {name: position for position, name in enumerate(CONNECTORS)}


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How a source is doing. ``outcome``: never, running, ok, empty, failed. ``sentence``: for the reader.

    ``late``: it has not succeeded for a day longer than its pace. ``progress``: {"done", "of", "what"} or empty.
    """

    name: str
    label: str
    enabled: bool
    outcome: str
    sentence: str
    last_try: datetime | None
    last_success: datetime | None
    next_try: datetime | None
    received: int
    last_received: int
    failures: int
    late: bool
    progress: dict[str, Any] = field(default_factory=dict)


def due(now: datetime) -> list[str]:
    """Names of the sources to harvest now, announcements before records."""
    rows = SourceState.objects.filter(enabled=True, due_at__lte=now).values_list("name", "connector", "due_at")
    return [name for name, connector, _ in sorted(rows, key=lambda row: (_ORDER.get(row[1], 99), row[2], row[0]))]


def next_due_at() -> datetime | None:
    """When the next source becomes due; None when none is enabled."""
    rows = SourceState.objects.filter(enabled=True, due_at__isnull=False).order_by("due_at")
    return rows.values_list("due_at", flat=True).first()


def plan_sources(choice: Choice, now: datetime) -> list[str]:
    """Make, change or turn off source rows so that ``choice`` is read; returns the names that are now on.

    Cursors stay: a category added later is back-filled, what was read is not read again.
    """
    wanted: dict[str, dict[str, Any]] = {}
    if choice.categories:
        wanted["arxiv-rss"] = {"categories": list(choice.categories)}
        wanted["arxiv-oai"] = {"sets": oai_sets(choice.categories)}
    if choice.hf:
        wanted["hf-daily"] = {}
    with transaction.atomic():
        known = {row.name: row for row in SourceState.objects.select_for_update().filter(name__in=CONNECTORS)}
        for name, options in wanted.items():
            row = known.get(name)
            if row is None:
                SourceState.objects.create(name=name, connector=name, options=options, due_at=now)
            elif row.options != options or not row.enabled:
                SourceState.objects.filter(name=name).update(options=options, enabled=True, due_at=now)
        SourceState.objects.filter(name__in=set(CONNECTORS) - set(wanted)).update(enabled=False, due_at=None)
    return sorted(wanted, key=lambda name: _ORDER[name])


def ask_again(name: str, now: datetime) -> bool:
    """Make a source due now (the button on the page); False if there is no such source."""
    return bool(SourceState.objects.filter(name=name, enabled=True).update(due_at=now))


def status(now: datetime) -> list[SourceStatus]:
    """All sources, in the order in which they are read; one query."""
    rows = sorted(SourceState.objects.all(), key=lambda row: (_ORDER.get(row.connector, 99), row.name))
    return [_status(row, now) for row in rows]


def _status(row: SourceState, now: datetime) -> SourceStatus:
    connector = CONNECTORS.get(row.connector)
    sentence = row.told or (_("Not asked yet.") if row.outcome == "never" else "")
    if row.outcome == "running":
        sentence = _("Being read now.")
    late = row.enabled and row.succeeded_at is not None and now - row.succeeded_at > timedelta(days=2)
    return SourceStatus(
        name=row.name, label=connector.label if connector else row.connector, enabled=row.enabled, outcome=row.outcome,
        sentence=sentence, last_try=row.tried_at, last_success=row.succeeded_at, next_try=row.due_at,
        received=row.received, last_received=row.last_received, failures=row.failures, late=late,
        progress=dict(row.progress or {}),
    )
