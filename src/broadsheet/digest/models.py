"""Subscriptions, what was sent to whom, and the outbox. Only this room writes them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Subscription(models.Model):
    """An address that gets mail about something, at its hour in its time zone.

    ``kind``: site, stream, topic, category, author, organisation, collection, search, foryou; ``value`` is what the
    kind looks up by. ``key`` is the secret in the links that stop or change it. ``through``: the newest edition day
    that a mail covered; the next one begins after it. ``due_at`` (UTC) is set while active. ``language``: of the mail,
    a key of ``languages.LANGUAGES``.
    """

    class State(models.TextChoices):
        ASKED = "asked"
        ACTIVE = "active"
        STOPPED = "stopped"
        BOUNCED = "bounced"

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=32, unique=True)
    email = models.CharField(max_length=254)
    reader = models.ForeignKey("readers.Reader", on_delete=models.CASCADE, null=True, related_name="mail")
    # Who asked; becomes ``reader`` when the owner of the address confirms.
    asked_by = models.ForeignKey("readers.Reader", on_delete=models.SET_NULL, null=True, related_name="mail_asked")
    kind = models.CharField(max_length=12, default="site")
    value = models.CharField(max_length=400, default="")
    label = models.CharField(max_length=400, default="")
    cadence = models.CharField(max_length=8, default="daily")  # daily, workdays, weekly
    weekday = models.SmallIntegerField(default=0)  # 0 Monday; of weekly ones
    hour = models.SmallIntegerField(default=7)
    timezone = models.CharField(max_length=64, default="UTC")
    most = models.SmallIntegerField(default=10)
    fewest = models.SmallIntegerField(default=1)
    language = models.CharField(max_length=8, default="en")
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, default=None)
    stopped_at = models.DateTimeField(null=True, default=None)
    due_at = models.DateTimeField(null=True, default=None)
    through = models.DateField(null=True, default=None)
    prepared_at = models.DateTimeField(null=True, default=None)  # of the last mail: what came later is new
    bounces = models.SmallIntegerField(default=0)
    bounce = models.TextField(default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["email", "kind", "value"], name="subscription_once")]
        indexes = [models.Index(fields=["due_at"], name="subscription_due", condition=Q(due_at__isnull=False))]


class Sent(models.Model):
    """A paper went to a subscription: never the same one twice."""

    id = models.BigAutoField(primary_key=True)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="sent")
    paper = models.ForeignKey("catalogue.Paper", on_delete=models.CASCADE, related_name="+")
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscription", "paper"], name="sent_once")]


class Outbox(models.Model):
    """One mail, from its choice until it left. Unique per subscription, kind and period, so nothing is made twice.

    ``body`` is the whole message (RFC 5322, zlib), emptied once sent. ``message_id`` stays the same for every try.
    """

    class State(models.TextChoices):
        DUE = "due"
        CLAIMED = "claimed"
        SENT = "sent"
        FAILED = "failed"
        SKIPPED = "skipped"

    id = models.BigAutoField(primary_key=True)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="outbox")
    kind = models.CharField(max_length=8)  # digest, confirm, alert
    period = models.CharField(max_length=24)
    message_id = models.CharField(max_length=120)
    subject = models.TextField(default="")
    body = models.BinaryField(default=b"")
    papers = models.IntegerField(default=0)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DUE)
    holder = models.CharField(max_length=40, default="")
    lease_until = models.DateTimeField(null=True, default=None)
    tries = models.SmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    error = models.TextField(default="")
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, default=None)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscription", "kind", "period"], name="mail_once")]
        indexes = [models.Index(fields=["next_try_at", "id"], name="outbox_due", condition=Q(state="due")),
                   models.Index(fields=["lease_until"], name="outbox_claimed", condition=Q(state="claimed"))]


class Asked(models.Model):
    """An address was sent a confirmation on a day: one a day, whoever asks. ``digest``: keyed hash of the address."""

    id = models.BigAutoField(primary_key=True)
    digest = models.CharField(max_length=64)
    day = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest", "day"], name="asked_once")]


from .alerts.models import Alert, AlertDelivery, AlertPaper, AlertPosition  # noqa: E402 - they name Subscription

__all__ = ["Alert", "AlertDelivery", "AlertPaper", "AlertPosition", "Asked", "Outbox", "Sent", "Subscription"]
