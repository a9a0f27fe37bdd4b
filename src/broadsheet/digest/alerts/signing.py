"""Signatures of webhooks as the Standard Webhooks specification (version 1.0.0) has them. Pure.

What is signed is ``ID.TIMESTAMP.BODY``; the secret is ``whsec_`` and the key in base64; the header holds one or more
signatures ``v1,BASE64`` with a space between, so that a secret can be renewed without a gap.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import datetime

PREFIX = "whsec_"
BYTES = 32  # the specification wants 24 to 64


def new_secret() -> str:
    """A secret of 256 random bits."""
    return PREFIX + b64encode(secrets.token_bytes(BYTES)).decode()


def signature(secret: str, message: str, timestamp: int, body: bytes) -> str:
    """One signature. ``timestamp``: seconds since 1970."""
    said = f"{message}.{timestamp}.".encode() + body
    return "v1," + b64encode(hmac.digest(b64decode(secret.removeprefix(PREFIX)), said, "sha256")).decode()


def headers(secrets_: Iterable[str], message: str, now: datetime, body: bytes) -> dict[str, str]:
    """The three headers of one try; the timestamp is that of the try, the id that of the message."""
    at = int(now.timestamp())
    return {"webhook-id": message, "webhook-timestamp": str(at),
            "webhook-signature": " ".join(signature(one, message, at, body) for one in secrets_)}
