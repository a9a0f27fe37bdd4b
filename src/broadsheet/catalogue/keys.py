"""Permanent public keys of papers: 10 characters of Crockford's base 32 (no I, L, O, U)."""

from __future__ import annotations

import secrets
from collections.abc import Callable

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_key(randbits: Callable[[int], int] = secrets.randbits) -> str:
    """A random key of 50 bits; ``randbits`` is the source of randomness (replaced in replays)."""
    number = randbits(50)
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(45, -5, -5))
