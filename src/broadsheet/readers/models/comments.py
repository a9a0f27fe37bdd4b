"""Comments on papers: flat with one level of replies, edited openly, hidden with a reason."""

from __future__ import annotations

from django.db import models

from .reader import Reader


class Comment(models.Model):
    """``text`` is Markdown as typed, ``html`` its safe rendering (made once, at writing).

    A comment that its author took back keeps its row, without text, while replies hang on it. A hidden one keeps its
    text for moderators. ``reader`` is null when an erased account left its comments anonymous.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=10, unique=True)
    paper = models.ForeignKey("catalogue.Paper", on_delete=models.CASCADE, related_name="+")
    reader = models.ForeignKey(Reader, on_delete=models.SET_NULL, null=True, related_name="comments")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="replies")
    token = models.CharField(max_length=40, null=True, unique=True, default=None)  # a form sent twice is one
    text = models.TextField()
    html = models.TextField()
    made_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, default=None)
    deleted_at = models.DateTimeField(null=True, default=None)
    hidden_at = models.DateTimeField(null=True, default=None)
    hidden_reason = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(fields=["paper", "made_at"], name="comment_paper"),
            models.Index(fields=["-made_at"], name="comment_made"),
        ]


class Mention(models.Model):
    """A reader named with @ in a comment."""

    id = models.BigAutoField(primary_key=True)
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions")
    reader = models.ForeignKey(Reader, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "reader"], name="mention_once")]
