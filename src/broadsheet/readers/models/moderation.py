"""Reports by readers, and the log of every privileged act."""

from __future__ import annotations

from django.db import models

from .reader import Reader


class Report(models.Model):
    """A reader's report of a comment, paper or submission. ``subject`` is ``comment:KEY`` or ``paper:KEY``."""

    id = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=40)
    reader = models.ForeignKey(Reader, on_delete=models.SET_NULL, null=True, related_name="+")
    reason = models.TextField()
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, default=None)
    outcome = models.CharField(max_length=12, default="")  # hidden, dismissed

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "reader"], name="report_once")]


class AuditEntry(models.Model):
    """One privileged act: who, what, at what, why, and what is needed to undo it. Rows are never changed but for
    ``undone_at``, and never deleted. ``actor_name`` outlives the account."""

    id = models.BigAutoField(primary_key=True)
    actor = models.ForeignKey(Reader, on_delete=models.SET_NULL, null=True, related_name="+")
    actor_name = models.CharField(max_length=120)
    act = models.CharField(max_length=40)
    subject = models.CharField(max_length=120)
    reason = models.TextField(default="")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, default=None)

    class Meta:
        indexes = [models.Index(fields=["-made_at"], name="audit_newest")]
