"""What a reader keeps: collections, private notes and tags."""

from __future__ import annotations

from django.db import models

from .reader import Reader


class Collection(models.Model):
    """A named, ordered list of papers. ``shared``: anybody who may read the site may read it at its address."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=10, unique=True)
    reader = models.ForeignKey(Reader, on_delete=models.CASCADE, related_name="collections")
    name = models.CharField(max_length=120)
    note = models.TextField(default="")
    shared = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader", "name"], name="collection_name")]


class Kept(models.Model):
    """A paper in a collection at a place, with the reader's remark."""

    id = models.BigAutoField(primary_key=True)
    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="kept")
    paper = models.ForeignKey("catalogue.Paper", on_delete=models.CASCADE, related_name="+")
    place = models.FloatField()
    note = models.TextField(default="")
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["collection", "paper"], name="kept_once")]


class Note(models.Model):
    """A reader's private note and tags at a paper; nobody else is shown them."""

    id = models.BigAutoField(primary_key=True)
    reader = models.ForeignKey(Reader, on_delete=models.CASCADE, related_name="notes")
    paper = models.ForeignKey("catalogue.Paper", on_delete=models.CASCADE, related_name="+")
    text = models.TextField(default="")
    tags = models.JSONField(default=list)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader", "paper"], name="note_once")]
