"""What a reader follows, and streams: saved searches that are pages of their own."""

from __future__ import annotations

from django.db import models

from .reader import Reader


class Follow(models.Model):
    """``kind``: topic, author, organisation, category, reader, search; ``value`` is what the kind looks up by."""

    id = models.BigAutoField(primary_key=True)
    reader = models.ForeignKey(Reader, on_delete=models.CASCADE, related_name="follows")
    kind = models.CharField(max_length=12)
    value = models.CharField(max_length=400)
    label = models.CharField(max_length=400)
    made_at = models.DateTimeField()
    told_seq = models.BigIntegerField(default=0)  # paper row id up to which the reader was told

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader", "kind", "value"], name="follow_once")]
        indexes = [models.Index(fields=["kind", "value"], name="follow_value")]


class Stream(models.Model):
    """A saved search. ``wanted``, ``unwanted``: words or phrases; ``categories``: prefixes; ``cap``: papers a day."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=10, unique=True)
    reader = models.ForeignKey(Reader, on_delete=models.CASCADE, related_name="streams")
    name = models.CharField(max_length=120)
    wanted = models.JSONField(default=list)
    unwanted = models.JSONField(default=list)
    categories = models.JSONField(default=list)
    seeds = models.JSONField(default=list)  # keys of papers whose neighbours are wanted
    cap = models.IntegerField(default=20)
    shared = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader", "name"], name="stream_name")]
