"""Upvotes: one per reader and paper, counted in the transaction of the act.

A vote is always shown. In orders it weighs only when it should: never on a paper that the voter submitted or wrote,
not before a new account is some days old, and not while it is flagged because accounts born together voted together.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext as _

from broadsheet.catalogue import changes
from broadsheet.catalogue.site import choices
from broadsheet.errors import BroadsheetError

from .. import languages
from ..spoken import sentence, spoken
from . import journal, watching
from .models import Activity, Claim, Reader, Report, Vote

_RING = re.compile(r"(?P<count>\d+) accounts that were made within (?P<hours>\d+) hours of each other voted")


class NotAllowed(BroadsheetError):
    """The reader may not do this; the message says why and what stands."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Rules:
    """When votes weigh. ``trust_days``: age of an account from which its votes weigh.

    A ring: at least ``ring_size`` votes on one paper within ``ring_hours``, from accounts younger than ``young_days``
    that were born within ``ring_hours`` × 2 of each other.
    """

    trust_days: float = 3
    young_days: float = 14
    ring_size: int = 4
    ring_hours: float = 24


class Tally(NamedTuple):
    """Counts of one paper: votes shown, votes that weigh in orders, visible comments."""

    votes: int = 0
    weighing: int = 0
    comments: int = 0


NONE = Tally()


def rules() -> Rules:
    """The rules that the site chose, one query."""
    chosen = choices()
    plain = Rules()
    return Rules(trust_days=float(chosen.get("vote_trust_days", plain.trust_days)))


def cast(reader: Reader, paper_id: int, now: datetime, rules: Rules | None = None) -> Tally:
    """Give the reader's vote; a repeated one changes nothing. Returns the counts after it.

    Raises :class:`NotAllowed` for a blocked reader.
    """
    may_act(reader)
    wanted = rules or Rules()
    with transaction.atomic():
        hold(paper_id)
        start = weighs_from(reader, paper_id, now, wanted)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO readers_vote (paper_id, reader_id, made_at, weighs_from, flagged)"
                " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (paper_id, reader_id) DO NOTHING",
                [paper_id, reader.pk, _stamp(now), _stamp(start), False],
            )
            new = cursor.rowcount > 0
        if not new:
            return of(paper_id)
        journal.note(reader, "vote", now, paper=paper_id)
        watching.watch([paper_id])
        if _is_young(reader, now, wanted):
            _flag_ring(reader, paper_id, now, wanted)
        return recount(paper_id, now)


def take_back(reader: Reader, paper_id: int, now: datetime) -> Tally:
    """Take the reader's vote away; without one nothing changes. Returns the counts after it."""
    with transaction.atomic():
        hold(paper_id)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM readers_vote WHERE paper_id = %s AND reader_id = %s", [paper_id, reader.pk])
            gone = cursor.rowcount > 0
        if not gone:
            return of(paper_id)
        journal.note(reader, "unvote", now, paper=paper_id)
        return recount(paper_id, now)


def weighs_from(reader: Reader, paper_id: int, now: datetime, rules: Rules) -> datetime | None:
    """Since when a vote given now weighs: None for one's own, the end of the first days for a new account."""
    if is_own(reader, paper_id):
        return None
    if reader.local or reader.joined_at is None:
        return now
    return max(now, reader.joined_at + timedelta(days=rules.trust_days))


def is_own(reader: Reader, paper_id: int) -> bool:
    """Whether the reader submitted the paper or is confirmed as one of its authors."""
    with connection.cursor() as cursor:  # plain SQL: asked at each vote, and composing costs more than answering
        cursor.execute(
            "SELECT 1 FROM readers_submission WHERE paper_id = %s AND reader_id = %s AND undone_at IS NULL"
            " UNION ALL SELECT 1 FROM readers_claim WHERE paper_id = %s AND reader_id = %s AND state = %s LIMIT 1",
            [paper_id, reader.pk, paper_id, reader.pk, Claim.State.CONFIRMED.value])
        return cursor.fetchone() is not None


def reweigh(reader: Reader, paper_id: int, now: datetime, rules: Rules | None = None) -> None:
    """Weigh the reader's vote again after a submission or claim of the paper changed. Inside a transaction."""
    start = weighs_from(reader, paper_id, now, rules or Rules())
    if Vote.objects.filter(reader=reader, paper_id=paper_id).update(weighs_from=start):
        recount(paper_id, now)


def of(paper_id: int) -> Tally:
    """The counts of one paper."""
    row = Activity.objects.filter(paper_id=paper_id).values_list("votes", "weighing", "comments").first()
    return Tally(*row) if row else NONE


def voted(reader: Reader | None, paper_ids: Collection[int] | None = None) -> frozenset[int]:
    """Which of these papers (all when None) the reader voted for: one query."""
    if reader is None or (paper_ids is not None and not paper_ids):
        return frozenset()
    rows = Vote.objects.filter(reader_id=reader.pk)
    few = paper_ids is not None and len(paper_ids) <= 2000
    if few and paper_ids is not None:
        rows = rows.filter(paper_id__in=list(paper_ids))
    found = frozenset(rows.values_list("paper_id", flat=True))
    return found if paper_ids is None or few else found & frozenset(paper_ids)


def names(paper_id: int, *, limit: int = 50) -> list[Reader]:
    """The readers who voted for a paper and want to be named, newest first; shown only where the site chose to."""
    rows = Vote.objects.filter(paper_id=paper_id, reader__settings__show_votes=True, reader__blocked_at=None).exclude(
        reader__name="")
    return [vote.reader for vote in rows.select_related("reader").order_by("-made_at")[:limit] if vote.reader]


def recount(paper_id: int, now: datetime) -> Tally:
    """Count a paper's votes and visible comments anew and log the change. Inside the transaction of the act."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*), COUNT(CASE WHEN weighs_from <= %s AND NOT flagged THEN 1 END), MAX(made_at),"
            " MIN(CASE WHEN weighs_from > %s AND NOT flagged THEN weighs_from END)"
            " FROM readers_vote WHERE paper_id = %s",
            [_stamp(now), _stamp(now), paper_id],
        )
        votes, weighing, last_vote, due = cursor.fetchone()
        cursor.execute(
            "SELECT COUNT(*), MAX(made_at) FROM readers_comment"
            " WHERE paper_id = %s AND deleted_at IS NULL AND hidden_at IS NULL",
            [paper_id],
        )
        comments, last_comment = cursor.fetchone()
        cursor.execute(
            "INSERT INTO readers_activity (paper_id, votes, weighing, comments, last_vote_at, last_comment_at, due_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (paper_id) DO UPDATE SET votes = excluded.votes,"
            " weighing = excluded.weighing, comments = excluded.comments, last_vote_at = excluded.last_vote_at,"
            " last_comment_at = excluded.last_comment_at, due_at = excluded.due_at",
            [paper_id, votes, weighing, comments, last_vote, last_comment, due],
        )
    changes.append([paper_id], changes.ACTIVITY)
    return Tally(votes, weighing, comments)


def ripen(now: datetime, *, limit: int = 200) -> int:
    """Recount papers at which a young vote begins to weigh; returns how many. Each in its own transaction."""
    due = list(Activity.objects.filter(due_at__lte=now).order_by("due_at").values_list("paper_id", flat=True)[:limit])
    for paper_id in due:
        with transaction.atomic():
            hold(paper_id)
            recount(paper_id, now)
    return len(due)


def clear_flags(paper_id: int, now: datetime) -> int:
    """A moderator found nothing wrong: the flagged votes of a paper weigh again. Returns how many."""
    with transaction.atomic():
        hold(paper_id)
        cleared = Vote.objects.filter(paper_id=paper_id, flagged=True).update(flagged=False)
        if cleared:
            recount(paper_id, now)
    return cleared


def may_act(reader: Reader) -> None:
    """Raise :class:`NotAllowed` if moderators blocked the reader."""
    if reader.blocked_at is not None:
        raise NotAllowed(_(
            "This account was blocked on {day}: {reason}. Nothing was changed; what you kept stays yours. A moderator "
            "can lift the block.").format(day=languages.day(reader.blocked_at),
                                          reason=reader.blocked_reason or _("no reason given")))


def _stamp(moment: datetime | None) -> Any:
    """A moment as the ORM stores it: SQLite compares text, so the form must be the same."""
    return connection.ops.adapt_datetimefield_value(moment) if moment is not None else None


def _is_young(reader: Reader, now: datetime, rules: Rules) -> bool:
    return reader.joined_at is not None and now - reader.joined_at < timedelta(days=rules.young_days)


def _flag_ring(reader: Reader, paper_id: int, now: datetime, rules: Rules) -> None:
    """Flag votes given together by accounts born together, and tell the moderators once."""
    if reader.joined_at is None:
        return
    apart = timedelta(hours=rules.ring_hours * 2)
    together = Vote.objects.filter(
        paper_id=paper_id, made_at__gte=now - timedelta(hours=rules.ring_hours),
        reader__joined_at__gte=reader.joined_at - apart, reader__joined_at__lte=reader.joined_at + apart,
    )
    ids = list(together.values_list("id", flat=True))
    if len(ids) < rules.ring_size:
        return
    Vote.objects.filter(id__in=ids).update(flagged=True)
    subject = f"votes:{paper_id}"
    if not Report.objects.filter(subject=subject, closed_at__isnull=True).exists():
        Report.objects.create(
            subject=subject, reader=None, made_at=now,
            reason=str(ring(len(ids), round(apart.total_seconds() / 3600))))


@sentence("ring")
def ring(accounts: int, hours: int) -> str:
    """Why votes were flagged, for moderators."""
    return _("{count} accounts that were made within {hours} hours of each other voted for this paper on one day. "
             "Their votes are shown but do not weigh until you decide.").format(count=accounts, hours=hours)


def said_ring(reason: str) -> str:
    """A report's reason; one that the site wrote itself is spoken in the language of the moment."""
    found = _RING.match(reason)
    return spoken(ring(int(found["count"]), int(found["hours"]))) if found else reason


def hold(paper_id: int) -> None:
    """Hold others back who count the same paper: the row stays locked until the commit.

    SQLite has one writer, and its transactions begin as writing ones, so there is nothing to do.
    """
    if connection.vendor == "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO readers_activity (paper_id, votes, weighing, comments) VALUES (%s, 0, 0, 0)"
            " ON CONFLICT (paper_id) DO UPDATE SET votes = readers_activity.votes",
            [paper_id],
        )


def forget_reader(reader: Reader, now: datetime) -> None:
    """Before an account is erased: its votes stay as anonymous ones (rows without a reader; counts do not change)."""
    Vote.objects.filter(reader=reader).update(reader=None)


def rows_of(reader: Reader) -> Iterable[dict[str, Any]]:
    """The reader's votes for the export, oldest first."""
    rows = Vote.objects.filter(reader=reader).order_by("made_at").values_list(
        "paper__key", "paper__title", "made_at", "weighs_from")
    for key, title, made, start in rows:
        yield {"paper": key, "title": title, "at": made.isoformat(), "weighs": start is not None}
