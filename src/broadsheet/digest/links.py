"""Links in a mail that lead to one act at one paper: signed, for one purpose, good for a month.

Whoever follows one gets a page with a button: scanners of mail servers fetch every link, and must change nothing.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from hashlib import sha256

from django.conf import settings

from ..readers import roles
from ..readers.models import Reader

VERBS = ("vote", "save")
DAYS = 31


@dataclass(frozen=True, slots=True)
class Act:
    """What a link leads to: a verb, the key of a paper, the subscription whose reader acts."""

    verb: str
    paper: str
    subscription: int


@lru_cache(maxsize=2)
def _key(secret: str) -> bytes:
    return sha256(f"broadsheet.mail.act {secret}".encode()).digest()


def _signature(said: str) -> str:
    """96 bits, so that the address fits a line of the mail."""
    made = hmac.digest(_key(settings.SECRET_KEY), said.encode(), "sha256")[:12]
    return urlsafe_b64encode(made).decode()


def sign(act: Act, day: date) -> str:
    """The part of the address that says and proves the act. ``day``: of the mail."""
    said = f"{act.verb}.{act.paper}.{act.subscription:x}.{day.toordinal():x}"
    return f"{said}.{_signature(said)}"


def read(text: str, today: date) -> Act | None:
    """The act of a link; None when it is not ours, was changed, or is too old."""
    said, _, signature = text.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(said).encode()):
        return None
    verb, paper, subscription, day = said.split(".")
    made = date.fromordinal(int(day, 16))
    return Act(verb, paper, int(subscription, 16)) if today - made <= timedelta(days=DAYS) else None


def may(reader: Reader, verb: str) -> bool:
    """Whether this reader may do so from a mail: whoever may read may save, voting is for members."""
    return roles.can(reader, "vote" if verb == "vote" else "read", local=reader.local)
