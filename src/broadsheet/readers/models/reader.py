"""A reader and what is the reader's own: marks and reading settings. Nobody else is shown who reads what."""

from __future__ import annotations

from django.db import models


class Reader(models.Model):
    """Made at the first act (signed cookie); an account adopts it later. The local reader is one such row.

    ``settings``: {"order": "chosen"|"newest", "categories": [...], "without": [...words], "hide_read": bool,
    "theme": "system"|"light"|"dark", "keys": bool, "keep_marks": bool}.
    ``name`` is what others see beside votes, comments and submissions; empty for a reader without an account.
    ``roles``: any of editor, moderator, administrator (``readers/roles.py`` says what each may do).
    """

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=26, unique=True)
    local = models.BooleanField(default=False)
    name = models.CharField(max_length=60, default="")
    slug = models.CharField(max_length=60, null=True, unique=True, default=None)
    roles = models.JSONField(default=list)
    joined_at = models.DateTimeField(null=True, default=None)  # when an account adopted the row; null without one
    blocked_at = models.DateTimeField(null=True, default=None)
    blocked_reason = models.TextField(default="")
    settings = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    last_visit = models.DateTimeField(null=True)
    previous_visit = models.DateTimeField(null=True)


class Mark(models.Model):
    """One mark of a reader at a paper. ``kind``: read, saved, hidden.

    ``place``: where a saved paper stands in the reader's own order, lower first; null until the list is moved in.
    """

    id = models.BigAutoField(primary_key=True)
    reader = models.ForeignKey(Reader, on_delete=models.CASCADE, related_name="marks")
    paper = models.ForeignKey("catalogue.Paper", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8)
    made_at = models.DateTimeField()
    place = models.FloatField(null=True, default=None)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader", "paper", "kind"], name="mark_once")]
