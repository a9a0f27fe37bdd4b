"""How much an account may do in a span of time: little in its first days, enough for a person later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from . import votes
from .models import Reader

YOUNG = timedelta(days=7)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class TooMany(votes.NotAllowed):
    """More of one act than the account may do in a span of time."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``young`` acts in ``span`` for an account in its first days, ``most`` for others.

    ``told``: the sentence for who is over it; ``{most}`` is the number.
    """

    young: int
    most: int
    span: timedelta
    told: str


LIMITS: dict[str, Limit] = {
    "comment": Limit(6, 60, HOUR, noop("{most} comments in an hour are the most that this account may write. Nothing "
                                       "was sent; your text is still in the form. Go on in a while.")),
    "submit": Limit(3, 30, DAY, noop("{most} papers a day are the most that this account may raise. Nothing was "
                                     "raised. Go on tomorrow.")),
    "claim": Limit(5, 40, DAY, noop("{most} claims a day are the most that this account may make. Nothing was "
                                    "claimed. Go on tomorrow.")),
    "report": Limit(5, 40, DAY, noop("{most} reports a day are the most that this account may send. Nothing was "
                                     "sent. Go on tomorrow.")),
}


def is_young(reader: Reader, now: datetime) -> bool:
    """Whether the account is in its first days."""
    return reader.joined_at is not None and now - reader.joined_at < YOUNG


def check(reader: Reader, act: str, rows: QuerySet[Any], now: datetime) -> None:
    """Raise :class:`TooMany` if the reader did ``act`` too often. ``rows``: the reader's own, with ``made_at``.

    Inside the transaction of the act, so that two at once are counted. The keeper at the machine is never held back.
    """
    if reader.local:
        return
    limit = LIMITS[act]
    most = limit.young if is_young(reader, now) else limit.most
    if rows.filter(made_at__gt=now - limit.span).count() >= most:
        raise TooMany(_(limit.told).format(most=most))
