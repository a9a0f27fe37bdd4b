"""How what was done to alerts is taken back, and what the list of acts calls it; loaded when Django starts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop as noop

from broadsheet.catalogue.signals import papers_merged
from broadsheet.readers import export, undo
from broadsheet.readers.models import Reader

from . import service
from .models import Alert, AlertPaper

WORDS = {"alert made": noop("Making an alert: {label}"), "alert changed": noop("Changing an alert: {label}"),
         "alert paused": noop("Pausing an alert: {label}"), "alert removed": noop("Removing an alert: {label}")}


def connect() -> None:
    """Take part in undo and in what a reader takes out, and follow papers that are merged; called once."""
    export.also("alerts", service.export)
    undo.WORDS.update(WORDS)
    papers_merged.connect(_merged, dispatch_uid="alerts-merged")


def _merged(kept: int, absorbed: int, now: datetime, **_more: Any) -> None:
    """What was told under the absorbed paper's number is told of the paper that it became."""
    rows = AlertPaper.objects.filter(paper_id=absorbed).exclude(
        alert__in=AlertPaper.objects.filter(paper_id=kept).values("alert"))
    rows.update(paper_id=kept)


@undo.reverses("alert made")
def _made(reader: Reader, how: dict[str, Any], now: datetime) -> str:
    found = service.find(reader, how["alert"])
    if found is not None:
        service.remove(reader, found, now)
    return ""


@undo.reverses("alert changed")
def _changed(reader: Reader, how: dict[str, Any], now: datetime) -> str:
    found = service.find(reader, how["alert"])
    if found is not None:
        try:
            with transaction.atomic():
                Alert.objects.filter(pk=found.pk).update(**how["before"])
        except IntegrityError:  # another alert has that address by now
            how["before"] = {}
        found.refresh_from_db()
        Alert.objects.filter(pk=found.pk).update(due_at=service.next_due(found, now))
    return ""


@undo.reverses("alert paused")
def _paused(reader: Reader, how: dict[str, Any], now: datetime) -> str:
    found = service.find(reader, how["alert"])
    if found is not None and found.paused_by == "reader":
        service.resume(reader, found, now)
    return ""


@undo.reverses("alert removed")
def _removed(reader: Reader, how: dict[str, Any], now: datetime) -> str:
    found = Alert.objects.filter(reader=reader, key=how["alert"]).exclude(removed_at=None).first()
    if found is None:
        return ""
    try:
        with transaction.atomic():
            Alert.objects.filter(pk=found.pk).update(removed_at=None)
            service.resume(reader, found, now)
    except IntegrityError:  # the same alert was made anew meanwhile
        return ""
    return ""
