"""What a reader is told inside the site."""

from __future__ import annotations

from django.db import models

from .reader import Reader


class Notification(models.Model):
    """``kind``: mention, reply, followed, code, version, retracted, claim, moderation.

    ``once`` names what is told, so that telling it twice makes one row. ``text`` is in English; ``said``: what it is
    made of, so that it can be spoken in the reader's language (``spoken.as_json``), None where it is no sentence.
    """

    id = models.BigAutoField(primary_key=True)
    reader = models.ForeignKey(Reader, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=12)
    once = models.CharField(max_length=120)
    paper = models.ForeignKey("catalogue.Paper", on_delete=models.CASCADE, null=True, related_name="+")
    comment = models.ForeignKey("readers.Comment", on_delete=models.CASCADE, null=True, related_name="+")
    actor = models.ForeignKey(Reader, on_delete=models.SET_NULL, null=True, related_name="+")
    text = models.TextField(default="")
    said = models.JSONField(null=True, default=None)
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, default=None)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader", "once"], name="notification_once")]
        indexes = [models.Index(fields=["reader", "-made_at"], name="notification_newest")]
