"""Ways in for programs and for the invited: API tokens and invitations, kept as hashes only."""

from __future__ import annotations

from django.db import models

from .reader import Reader


class ApiToken(models.Model):
    """``digest``: SHA-256 of a token of 256 random bits, shown once. ``scopes``: read, act, curate, moderate, admin."""

    id = models.BigAutoField(primary_key=True)
    reader = models.ForeignKey(Reader, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    prefix = models.CharField(max_length=12)
    scopes = models.JSONField(default=list)
    made_at = models.DateTimeField()
    used_on = models.DateField(null=True, default=None)
    expires_at = models.DateTimeField(null=True, default=None)
    revoked_at = models.DateTimeField(null=True, default=None)


class Invitation(models.Model):
    """A one-time way to an account, for an address or for whoever holds the link."""

    id = models.BigAutoField(primary_key=True)
    digest = models.CharField(max_length=64, unique=True)
    email = models.CharField(max_length=254, default="")
    roles = models.JSONField(default=list)
    made_by = models.ForeignKey(Reader, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, default=None)
    used_by = models.ForeignKey(Reader, on_delete=models.SET_NULL, null=True, related_name="+")
