"""Papers that readers brought, and papers that readers say are theirs."""

from __future__ import annotations

from django.db import models

from .reader import Reader


class Submission(models.Model):
    """``reader`` raised ``paper`` into the edition of ``day`` with a ``note``; one per reader and paper.

    It stands while the reader has not taken it back and no moderator has hidden it. ``reader`` is null when an erased
    account left it without a name.
    """

    id = models.BigAutoField(primary_key=True)
    paper = models.ForeignKey("catalogue.Paper", on_delete=models.CASCADE, related_name="+")
    reader = models.ForeignKey(Reader, on_delete=models.SET_NULL, null=True, related_name="submissions")
    note = models.TextField(default="")
    day = models.DateField(db_index=True)
    made_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, default=None)
    hidden_at = models.DateTimeField(null=True, default=None)
    hidden_reason = models.TextField(default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "reader"], name="submission_once")]

    @property
    def stands(self) -> bool:
        """Whether the paper is in the day's edition by this submission."""
        return self.undone_at is None and self.hidden_at is None


class Claim(models.Model):
    """A reader's claim to be the author at ``position`` (from 0) of a paper, until an editor decides.

    ``name`` is the author's name as printed when the claim was made: a later record may order authors anew.
    """

    class State(models.TextChoices):
        OPEN = "open"
        CONFIRMED = "confirmed"
        REFUSED = "refused"

    id = models.BigAutoField(primary_key=True)
    paper = models.ForeignKey("catalogue.Paper", on_delete=models.CASCADE, related_name="+")
    reader = models.ForeignKey(Reader, on_delete=models.CASCADE, related_name="claims")
    position = models.IntegerField()
    name = models.CharField(max_length=400, default="")
    note = models.TextField(default="")
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    made_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, default=None)
    decided_by = models.ForeignKey(Reader, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "reader"], name="claim_once")]
