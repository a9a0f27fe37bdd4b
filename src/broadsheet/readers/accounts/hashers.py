"""Argon2id with the cost that OWASP's Password Storage Cheat Sheet names first: 46 MiB, one pass, one lane.

Django's own default takes 100 MiB for each sign-in, which several at once would feel on a small machine.
"""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Stored hashes of another cost are renewed at the next sign-in."""

    time_cost = 1
    memory_cost = 47_104  # KiB
    parallelism = 1
