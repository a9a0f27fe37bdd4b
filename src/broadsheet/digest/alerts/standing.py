"""How the alerts of all readers stand, for keepers: numbers and causes, never whose they are or what about."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count

from .models import Alert, AlertDelivery

_SAID = re.compile(r"( answered \d{3}): .*", re.DOTALL)
NAMED = 50  # failing alerts that are named


def of_all(now: datetime) -> dict[str, Any]:
    """``alerts``, ``running``, ``paused``, ``channels``, ``due``, ``sent_day``, ``failed_day``, ``failing``."""
    alerts = Alert.objects.filter(removed_at=None)
    rows = AlertDelivery.objects.filter(tried_at__gt=now - timedelta(days=1))
    channels = alerts.values_list("channel").annotate(count=Count("id")).order_by("channel")
    waiting = AlertDelivery.objects.filter(state__in=(AlertDelivery.State.DUE, AlertDelivery.State.CLAIMED))
    failing = alerts.exclude(failing_since=None).order_by("failing_since")[:NAMED]
    return {
        "alerts": alerts.count(), "running": alerts.filter(paused_by="").count(),
        "paused": alerts.exclude(paused_by="").count(), "channels": dict(channels), "due": waiting.count(),
        "sent_day": rows.filter(state=AlertDelivery.State.SENT).count(),
        "failed_day": rows.filter(state=AlertDelivery.State.FAILED).count(),
        "failing": [{"key": one.key, "channel": one.channel, "host": _host(one), "fault": _fault(one),
                     "since": one.failing_since.astimezone(UTC).isoformat(timespec="seconds")}
                    for one in failing if one.failing_since is not None]}


def _fault(alert: Alert) -> str:
    """Why it fails, without the receiver's own words: those may repeat what it was sent."""
    return _SAID.sub(r"\1.", alert.fault)


def _host(alert: Alert) -> str:
    """Where it goes, as far as a keeper must know: the scheme and the host; of a mail nothing."""
    if alert.channel == "mail":
        return "mail"
    scheme, _, rest = alert.shown.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}" if alert.channel == "webhook" else f"{scheme}://"
