"""From papers to messages: one each while an alert may send, the rest bundled at the next occasion, and said."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from broadsheet.spoken import as_json

from .. import schedule
from .models import Alert, AlertDelivery, AlertPaper

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOST_IN_ONE = 200  # papers of a bundle; more wait for the next


def new_key() -> str:
    """The id of a message: 120 random bits."""
    return f"msg_{secrets.token_hex(14)}"


def put(alert: Alert, why: Mapping[int, str], now: datetime) -> tuple[int, int]:
    """Store what was found, and at-once messages for as much as may leave now. Inside a transaction.

    Returns how many papers were new to the alert and how many messages were made. An alert that was paused, changed
    or removed meanwhile is read anew here.
    """
    found = Alert.objects.select_for_update(of=("self",)).filter(
        pk=alert.pk, removed_at=None, paused_by="", since=alert.since).first()
    if found is None:
        return 0, 0
    known = set(AlertPaper.objects.filter(alert=found, paper__in=list(why)).values_list("paper_id", flat=True))
    fresh = [paper for paper in why if paper not in known]
    if not fresh:
        return 0, 0
    rows = AlertPaper.objects.bulk_create(
        [AlertPaper(alert=found, paper_id=paper, why=str(why[paper])[:400], said=as_json(why[paper]), found_at=now)
         for paper in fresh])
    if found.mode == "bundled":
        return len(fresh), 0
    waits = AlertPaper.objects.filter(alert=found, delivery=None).exclude(id__in=[row.pk for row in rows]).exists()
    room = 0 if waits else _room(found, now)  # what waits for a bundle is not overtaken
    for row in rows[:room]:
        row.delivery = _delivery(found, f"paper:{row.paper_id}", 1, now)
        row.save(update_fields=["delivery"])
    if len(rows) > room and found.due_at is None:
        found.due_at = now + HOUR
        found.save(update_fields=["due_at"])
    return len(fresh), min(room, len(rows))


def _room(alert: Alert, now: datetime) -> int:
    """How many messages may be made now, by what was made in the last hour and the last 24 hours."""
    made = AlertDelivery.objects.filter(alert=alert).exclude(name__startswith="test:")
    hour = made.filter(made_at__gt=now - HOUR).count()
    day = made.filter(made_at__gt=now - DAY).count()
    return max(0, min(alert.hourly - hour, alert.daily - day))


def _delivery(alert: Alert, name: str, papers: int, now: datetime) -> AlertDelivery:
    return AlertDelivery.objects.create(key=new_key(), alert=alert, name=name, papers=papers, next_try_at=now,
                                        made_at=now)


def bundle(now: datetime, limit: int = 200) -> int:
    """Make the bundles that are due; returns how many. One transaction for each alert."""
    made = 0
    for pk in list(Alert.objects.filter(due_at__lte=now).order_by("due_at").values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            alert = Alert.objects.select_for_update(of=("self",)).filter(pk=pk, due_at__lte=now).first()
            if alert is None:
                continue
            made += _bundle(alert, now)
    return made


def _bundle(alert: Alert, now: datetime) -> int:
    waiting: Sequence[AlertPaper] = ()
    if alert.removed_at is None and not alert.paused_by:
        waiting = list(AlertPaper.objects.filter(alert=alert, delivery=None).order_by("id")[:MOST_IN_ONE + 1])
    if waiting and alert.mode == "once" and not _room(alert, now):
        alert.due_at = now + HOUR  # the day's messages are used up, or the hour's
        alert.save(update_fields=["due_at"])
        return 0
    rows = waiting[:MOST_IN_ONE]
    if rows:
        delivery = _delivery(alert, f"bundle:{now:%Y-%m-%dT%H:%M:%S.%f}", len(rows), now)
        AlertPaper.objects.filter(id__in=[row.pk for row in rows]).update(delivery=delivery)
    more = len(waiting) > len(rows)
    alert.due_at = now + HOUR if more else next_due(alert, now)
    alert.save(update_fields=["due_at"])
    return 1 if rows else 0


def next_due(alert: Alert, after: datetime) -> datetime | None:
    """When the next bundle of the alert is due; None for one that sends at once."""
    if alert.mode != "bundled":
        return None
    return schedule.next_due(after, cadence=alert.cadence, weekday=alert.weekday, hour=alert.hour,
                             timezone=alert.timezone)


def test(alert: Alert, now: datetime) -> AlertDelivery:
    """Make a message that says only that messages arrive."""
    key = new_key()
    return AlertDelivery.objects.create(key=key, alert=alert, name=f"test:{key}", next_try_at=now, made_at=now)
