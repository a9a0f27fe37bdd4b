"""Stored mornings: the choice, order and reasons of a day when it closed."""

from __future__ import annotations

from django.db import models


class Snapshot(models.Model):
    """The front page of ``day`` as it was when the day closed; later knowledge never changes it.

    ``choice``: {"zones": {zone: [{"paper": id, "reason": text}]}, "sections": [...], "formula": version,
    "inputs": {id: numbers of the formula}} (``snapshots.py``, ``places.py``).
    """

    day = models.DateField(primary_key=True)
    number = models.IntegerField()
    closed_at = models.DateTimeField()
    choice = models.JSONField()


class Curation(models.Model):
    """An editor's act at the edition of ``day``: pin ``paper`` at ``place``, drop it, or move it to ``to_day``.

    ``by`` is the row id of the editor's Reader (a room above; no foreign key). Undone acts stay as history.
    """

    class Act(models.TextChoices):
        PIN = "pin"
        DROP = "drop"
        MOVE = "move"

    id = models.BigAutoField(primary_key=True)
    day = models.DateField(db_index=True)
    paper = models.ForeignKey("catalogue.Paper", on_delete=models.CASCADE, related_name="+")
    act = models.CharField(max_length=4, choices=Act.choices)
    place = models.IntegerField(default=0)
    to_day = models.DateField(null=True, default=None, db_index=True)
    by = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, default=None)


class DayNote(models.Model):
    """What editors wrote over a day: its headline and a note (Markdown; ``html`` is the safe rendering)."""

    day = models.DateField(primary_key=True)
    headline = models.CharField(max_length=200, default="")
    text = models.TextField(default="")
    html = models.TextField(default="")
    by = models.BigIntegerField(null=True)
    changed_at = models.DateTimeField()
