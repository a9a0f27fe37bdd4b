"""Upvotes, one per reader and paper, and the counts that pages and orders read."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .reader import Reader


class Vote(models.Model):
    """One reader's upvote of a paper. ``reader`` is null when an erased account left its votes anonymous.

    ``weighs_from`` says since when the vote weighs in orders: at once, at the end of a new account's first days, or
    never (null: on one's own submission or paper). It is shown in counts in any case. ``flagged`` is set when the
    vote was given together with those of accounts born together; a flagged vote waits for a moderator.
    """

    id = models.BigAutoField(primary_key=True)
    paper = models.ForeignKey("catalogue.Paper", on_delete=models.CASCADE, related_name="+")
    reader = models.ForeignKey(Reader, on_delete=models.SET_NULL, null=True, related_name="votes")
    made_at = models.DateTimeField()
    weighs_from = models.DateTimeField(null=True)
    flagged = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "reader"], name="vote_once")]
        indexes = [models.Index(fields=["made_at"], name="vote_made")]


class Activity(models.Model):
    """Counts of a paper, written in the transaction of the act that changes them; a missing row means zeros.

    ``votes`` is what is shown; ``weighing`` what orders count. ``due_at`` is the next moment at which a young vote
    begins to weigh.
    """

    paper = models.OneToOneField("catalogue.Paper", on_delete=models.CASCADE, primary_key=True, related_name="activity")
    votes = models.IntegerField(default=0)
    weighing = models.IntegerField(default=0)
    comments = models.IntegerField(default=0)
    last_vote_at = models.DateTimeField(null=True)
    last_comment_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["last_vote_at"], name="activity_voted"),
            models.Index(fields=["due_at"], name="activity_due", condition=Q(due_at__isnull=False)),
        ]
