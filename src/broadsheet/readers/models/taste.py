"""What "my order" learns from: acts, and the lines of what was learned that the reader removed."""

from __future__ import annotations

from django.db import models

from .reader import Reader


class TasteAct(models.Model):
    """One act that says what a reader wants. ``kind``: more, less, vote, save, hide, start, library; ``sign``: 1 or -1.

    One row per reader, paper and kind: taking the act back takes its lesson back.
    """

    id = models.BigAutoField(primary_key=True)
    reader = models.ForeignKey(Reader, on_delete=models.CASCADE, related_name="taste_acts")
    paper = models.ForeignKey("catalogue.Paper", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8)
    sign = models.SmallIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader", "paper", "kind"], name="taste_once")]
        indexes = [models.Index(fields=["-made_at"], name="taste_newest")]


class TasteRemoved(models.Model):
    """A line of what was learned that the reader struck out, such as ``author:NAME`` or ``topic:…``."""

    id = models.BigAutoField(primary_key=True)
    reader = models.ForeignKey(Reader, on_delete=models.CASCADE, related_name="taste_removed")
    feature = models.CharField(max_length=300)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader", "feature"], name="taste_removed_once")]
