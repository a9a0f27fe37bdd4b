"""Addresses and secrets of alerts, kept so that the database alone does not give them away.

Fernet (AES-128-CBC with HMAC-SHA256) under a key made of the site's ``secret_key``, which lies beside the database or
in the environment, not in it. Whoever changes that key makes every sealed text unreadable: its alert says so.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from functools import lru_cache
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from broadsheet.errors import BroadsheetError


class Unreadable(BroadsheetError):
    """The text was sealed under another key."""


@lru_cache(maxsize=2)
def _fernet(secret: str) -> Fernet:
    return Fernet(urlsafe_b64encode(hmac.digest(secret.encode(), b"broadsheet alerts seal", "sha256")))


def seal(text: str) -> str:
    """The text as it is stored."""
    return _fernet(settings.SECRET_KEY).encrypt(text.encode()).decode()


def opened(sealed: str) -> str:
    """The text that was sealed. Raises :class:`Unreadable`."""
    try:
        return _fernet(settings.SECRET_KEY).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable("The key of this site (`secret_key`) was changed, so the address of this alert cannot be read "
                         "any more. Nothing was sent. Enter the address anew.") from None


def mark(text: str) -> str:
    """A keyed hash: the same text has the same mark, and the mark tells nothing of the text."""
    return hmac.new(settings.SECRET_KEY.encode(), b"broadsheet alerts mark " + text.encode(), sha256).hexdigest()
