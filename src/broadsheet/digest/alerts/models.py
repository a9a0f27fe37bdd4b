"""Alerts: what a reader wants to be told of at once, where to, what was found for it, and what was sent."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from broadsheet.catalogue.models import Paper
from broadsheet.readers.models import Reader


class Alert(models.Model):
    """New papers of one thing go to one place.

    ``kind``: stream, search, topic, category, author, organisation; ``value`` is what the kind looks up by.
    ``channel``: mail, webhook, apprise. ``target`` and the secrets are sealed (:mod:`.sealed`); ``shown`` is
    the target as pages show it, without what is secret. ``mark``: keyed hash of the target, so that the same alert is
    not made twice. ``mode``: once (at once), bundled (at an hour). ``due_at``: when what waits is bundled next.
    ``paused_by``: empty while it runs; reader, mail (stopped from a mail), failing, gone.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=10, unique=True)
    reader = models.ForeignKey(Reader, on_delete=models.CASCADE, related_name="alerts")
    kind = models.CharField(max_length=12)
    value = models.CharField(max_length=400)
    label = models.CharField(max_length=400, default="")
    channel = models.CharField(max_length=8)
    target = models.TextField()
    shown = models.CharField(max_length=200)
    mark = models.CharField(max_length=64)
    secret = models.TextField(default="")
    secret_before = models.TextField(default="")
    renewed_at = models.DateTimeField(null=True, default=None)
    mail = models.ForeignKey("digest.Subscription", on_delete=models.SET_NULL, null=True, related_name="alerts")
    mode = models.CharField(max_length=8, default="once")
    hourly = models.SmallIntegerField(default=6)  # messages in an hour, at most; the rest comes bundled
    daily = models.SmallIntegerField(default=40)  # messages in 24 hours, at most
    cadence = models.CharField(max_length=8, default="daily")
    weekday = models.SmallIntegerField(default=0)
    hour = models.SmallIntegerField(default=7)
    timezone = models.CharField(max_length=64, default="UTC")
    made_at = models.DateTimeField()
    since = models.DateTimeField()  # papers that came in later are news
    due_at = models.DateTimeField(null=True, default=None)
    paused_by = models.CharField(max_length=8, default="")
    paused_at = models.DateTimeField(null=True, default=None)
    failing_since = models.DateTimeField(null=True, default=None)
    fault = models.TextField(default="")
    told_at = models.DateTimeField(null=True, default=None)  # when the owner was told that it fails
    removed_at = models.DateTimeField(null=True, default=None)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reader", "kind", "value", "channel", "mark"],
                                               condition=Q(removed_at=None), name="alert_once")]
        indexes = [models.Index(fields=["due_at"], name="alert_due", condition=Q(due_at__isnull=False)),
                   models.Index(fields=["kind", "value"], name="alert_about")]


class AlertDelivery(models.Model):
    """One message of an alert, from its finding until it left. ``name``: paper:ID, bundle:MOMENT, test:KEY, unique
    for the alert, so that nothing is made twice; ``key`` goes out as the message's id and stays for every try."""

    class State(models.TextChoices):
        DUE = "due"
        CLAIMED = "claimed"
        SENT = "sent"
        FAILED = "failed"
        SKIPPED = "skipped"

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=32, unique=True)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="deliveries")
    name = models.CharField(max_length=60)
    papers = models.IntegerField(default=0)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DUE)
    holder = models.CharField(max_length=40, default="")
    lease_until = models.DateTimeField(null=True, default=None)
    tries = models.SmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    status = models.SmallIntegerField(default=0)  # of the last HTTP answer, 0 without one
    answer = models.TextField(default="")
    made_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True, default=None)
    sent_at = models.DateTimeField(null=True, default=None)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alert", "name"], name="delivery_once")]
        indexes = [models.Index(fields=["next_try_at", "id"], name="delivery_due", condition=Q(state="due")),
                   models.Index(fields=["lease_until"], name="delivery_claimed", condition=Q(state="claimed"))]


class AlertPaper(models.Model):
    """A paper was found for an alert: never the same one twice. Without a delivery it waits for the next bundle.

    ``why`` in English; ``said``: what it is made of (``spoken.as_json``).
    """

    id = models.BigAutoField(primary_key=True)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="papers")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="+")
    why = models.CharField(max_length=400, default="")
    said = models.JSONField(null=True, default=None)
    found_at = models.DateTimeField()
    delivery = models.ForeignKey(AlertDelivery, on_delete=models.CASCADE, null=True, related_name="found")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alert", "paper"], name="alert_paper_once")]
        indexes = [models.Index(fields=["alert", "id"], name="alert_waiting", condition=Q(delivery=None))]


class AlertPosition(models.Model):
    """How far the finding has read a lane of the change log."""

    name = models.CharField(max_length=40, primary_key=True)
    seq = models.BigIntegerField(default=0)
