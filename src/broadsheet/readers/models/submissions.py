"""Papers that readers brought, and papers that readers say are theirs."""

from __future__ import annotations

from django.db import models

from .reader import Reader


class Submission(models.Model):
    """``reader`` raised ``paper`` into the edition of ``day`` with a ``note``; one per reader and paper."""

    id = models.BigAutoField(primary_key=True)
    paper = models.ForeignKey("catalogue.Paper", on_delete=models.CASCADE, related_name="+")
    reader = models.ForeignKey(Reader, on_delete=models.SET_NULL, null=True, related_name="submissions")
    note = models.TextField(default="")
    day = models.DateField(db_index=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "reader"], name="submission_once")]


class Claim(models.Model):
    """A reader's claim to be the author at ``position`` (from 0) of a paper, until an editor decides."""

    class State(models.TextChoices):
        OPEN = "open"
        CONFIRMED = "confirmed"
        REFUSED = "refused"

    id = models.BigAutoField(primary_key=True)
    paper = models.ForeignKey("catalogue.Paper", on_delete=models.CASCADE, related_name="+")
    reader = models.ForeignKey(Reader, on_delete=models.CASCADE, related_name="claims")
    position = models.IntegerField()
    note = models.TextField(default="")
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    made_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, default=None)
    decided_by = models.ForeignKey(Reader, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "reader"], name="claim_once")]
