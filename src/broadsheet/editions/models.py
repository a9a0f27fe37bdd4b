"""Stored mornings: the choice, order and reasons of a day when it closed."""

from __future__ import annotations

from django.db import models


class Snapshot(models.Model):
    """The front page of ``day`` as it was when the day closed; later knowledge never changes it.

    ``choice``: {"zones": {zone: [{"paper": id, "reason": text}]}, "sections": [...], "formula": version}.
    """

    day = models.DateField(primary_key=True)
    number = models.IntegerField()
    closed_at = models.DateTimeField()
    choice = models.JSONField()
