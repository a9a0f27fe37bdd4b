"""Links in a mail that lead to one act at one paper: signed, for one purpose, good for a month.

Whoever follows one gets a page with a button: scanners of mail servers fetch every link, and must change nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from django.conf import settings
from django.core.signing import BadSignature, Signer

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
def _signer(secret: str) -> Signer:
    return Signer(key=secret, salt="broadsheet.mail.act")


def sign(act: Act, day: date) -> str:
    """The part of the address that says and proves the act. ``day``: of the mail."""
    return _signer(settings.SECRET_KEY).sign(
        f"{act.verb}.{act.paper}.{act.subscription:x}.{day.toordinal():x}").replace(":", ".")


def read(text: str, today: date) -> Act | None:
    """The act of a link; None when it is not ours, was changed, or is too old."""
    said, _, signature = text.rpartition(".")
    try:
        verb, paper, subscription, day = _signer(settings.SECRET_KEY).unsign(f"{said}:{signature}").split(".")
        made = date.fromordinal(int(day, 16))
        found = Act(verb, paper, int(subscription, 16))
    except (BadSignature, ValueError, OverflowError):
        return None
    return found if verb in VERBS and today - made <= timedelta(days=DAYS) else None


def may(reader: Reader, verb: str) -> bool:
    """Whether this reader may do so from a mail: whoever may read may save, voting is for members."""
    return roles.can(reader, "vote" if verb == "vote" else "read", local=reader.local)
