"""Beside what is a reader's own: the last acts (to undo them), the secret of feeds, what a watched paper was."""

from __future__ import annotations

from django.db import models

from .reader import Reader


class Done(models.Model):
    """One act that can be undone. ``verb`` names it, ``how`` holds what undoing needs (``readers/undo.py``)."""

    id = models.BigAutoField(primary_key=True)
    reader = models.ForeignKey(Reader, on_delete=models.CASCADE, related_name="acts_done")
    verb = models.CharField(max_length=16)
    how = models.JSONField(default=dict)
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["reader", "-id"], name="done_newest")]


class FeedSecret(models.Model):
    """The secret in the addresses of a reader's private feeds, as SHA-256; a new one makes the old one void."""

    id = models.BigAutoField(primary_key=True)
    reader = models.ForeignKey(Reader, on_delete=models.CASCADE, related_name="feed_secrets")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader"], name="feed_secret_once")]


class Watched(models.Model):
    """What a paper was that somebody voted for or saved: what has changed since is news to them."""

    paper = models.OneToOneField("catalogue.Paper", on_delete=models.CASCADE, primary_key=True, related_name="+")
    versions = models.JSONField(default=list)
    links = models.JSONField(default=list)
    retraction = models.JSONField(null=True, default=None)


class Position(models.Model):
    """How far a loop of the worker has read a lane of the change log."""

    name = models.CharField(max_length=40, primary_key=True)
    seq = models.BigIntegerField(default=0)
