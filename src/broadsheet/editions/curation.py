"""What editors do to a day: pin a paper among the first five, drop it from the front page, move it to another day,
write a headline and a note. Every act is a row that can be undone; a day without rows is automatic.

A closed day takes no pin, no drop and no paper: its morning stands as it was. Its headline and note can be written at
any time; the page says when. Callers check that the editor may, and log the act.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from ..catalogue import placing
from ..catalogue.models import Paper
from ..errors import UsageError
from ..languages import number
from .choose import SECONDS, Curated
from .models import Curation, DayNote, Snapshot

REACH = timedelta(days=14)  # how far from today a paper may be moved
HEADLINE, NOTE = 200, 10_000  # characters
PLACES = 1 + SECONDS
NEVER = (0, 0)  # the mark of a site whose editors did nothing yet
Act = Curation.Act


def mark() -> tuple[int, int]:
    """Differs whenever an act was done or undone; one query of a table with a row for each act."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(MAX(id), 0), COUNT(undone_at) FROM editions_curation")
        newest, undone = cursor.fetchone()
    return newest, undone


def standing() -> QuerySet[Curation]:
    """The acts that were not undone."""
    return Curation.objects.filter(undone_at__isnull=True)


def of(days: Sequence[date]) -> Curated:
    """What stands of the acts at the papers of ``days``."""
    pins: list[tuple[int, int]] = []
    dropped, moved = set(), set()
    for row in standing().filter(Q(day__in=days) | Q(to_day__in=days)).order_by("place", "-id"):
        if row.act == Act.MOVE:
            if row.to_day in days:
                moved.add(row.paper_id)
        elif row.act == Act.PIN:
            pins.append((row.paper_id, row.place))
        else:
            dropped.add(row.paper_id)
    return Curated(tuple(pins), frozenset(dropped), frozenset(moved))


def of_day(day: date) -> list[Curation]:
    """The acts that stand for one day, moves away from it too, newest first, each with its paper."""
    rows = standing().filter(Q(day=day) | Q(to_day=day)).select_related("paper")
    return list(rows.order_by("-id"))


def pin(paper: Paper, day: date, place: int, by: int | None, now: datetime) -> Curation:
    """Pin a paper of ``day`` at ``place`` (0 leads, at most 4); it is no longer dropped. The same again does nothing.

    Raises :class:`UsageError` for a closed day, a paper of another day, a retracted one, a sixth pin.
    """
    _open(day)
    _belongs(paper, day)
    if not 0 <= place < PLACES:
        raise UsageError(_("Place {place} is none of the first {places}. Nothing was pinned.").format(
            place=place + 1, places=PLACES))
    if paper.retraction:
        raise UsageError(_("This paper is retracted or withdrawn, so it is never chosen. Nothing was pinned."))
    with transaction.atomic():
        own = standing().filter(day=day, paper=paper)
        if (known := own.filter(act=Act.PIN, place=place).first()) is not None:
            return known
        others = standing().filter(day=day, act=Act.PIN).exclude(paper=paper).count()
        if others >= PLACES:
            raise UsageError(_("{count} papers are pinned on this day already. Release one first; nothing was pinned."
                               ).format(count=PLACES))
        own.exclude(act=Act.MOVE).update(undone_at=now)
        return Curation.objects.create(day=day, paper=paper, act=Act.PIN, place=place, by=by, made_at=now)


def drop(paper: Paper, day: date, by: int | None, now: datetime) -> Curation:
    """Take a paper of ``day`` off the front page; its field, list and search keep it. Raises as :func:`pin`."""
    _open(day)
    _belongs(paper, day)
    with transaction.atomic():
        own = standing().filter(day=day, paper=paper)
        if (known := own.filter(act=Act.DROP).first()) is not None:
            return known
        own.exclude(act=Act.MOVE).update(undone_at=now)
        return Curation.objects.create(day=day, paper=paper, act=Act.DROP, by=by, made_at=now)


def move(paper: Paper, to_day: date, by: int | None, now: datetime, today: date) -> Curation:
    """Make ``to_day`` the home edition of a paper; lists keep their members. Its pin or drop on the old day is undone.

    Raises :class:`UsageError` for a closed day, one more than two weeks away, a paper without a day, a sample paper.
    """
    day = paper.edition_day
    if day is None or paper.sample:
        raise UsageError(_("A paper of the bundled sample stays where it is.") if paper.sample else
                         _("This paper belongs to no day, so it cannot be moved to another. Nothing was changed."))
    if abs(to_day - today) > REACH:
        raise UsageError(_("A paper can be moved to a day within {days} days of today, not to {day}. Nothing was "
                           "changed.").format(days=REACH.days, day=to_day))
    _open(to_day)
    with transaction.atomic():
        if to_day == day:
            known = standing().filter(paper=paper, act=Act.MOVE, to_day=day).order_by("-id").first()
            if known is None:
                raise UsageError(_("The paper belongs to this day already. Nothing was changed."))
            return known
        standing().filter(paper=paper).exclude(act=Act.MOVE).update(undone_at=now)
        made = Curation.objects.create(day=day, paper=paper, act=Act.MOVE, to_day=to_day, by=by, made_at=now)
        placing.place(paper, to_day, now)
    return made


def release(paper: Paper, day: date, now: datetime) -> bool:
    """Undo a pin or drop of a paper on ``day``; False where there is none. Raises as :func:`pin` for a closed day."""
    acts = standing().filter(paper=paper, day=day).exclude(act=Act.MOVE)
    if not acts.exists():
        return False
    _open(day)
    with transaction.atomic():
        return bool(acts.update(undone_at=now))


def send_back(paper: Paper, now: datetime) -> bool:
    """Undo all moves of a paper: its records decide its day again. False where it was not moved."""
    with transaction.atomic():
        if not standing().filter(paper=paper, act=Act.MOVE).update(undone_at=now):
            return False
        standing().filter(paper=paper).update(undone_at=now)
        placing.place(paper, None, now)
    return True


def state(paper: Paper, day: date) -> tuple[int | None, bool]:
    """Where a paper is pinned on ``day`` (None: nowhere), and whether it is dropped."""
    own = list(standing().filter(paper=paper, day=day).exclude(act=Act.MOVE).order_by("-id"))
    place = next((one.place for one in own if one.act == Act.PIN), None)
    return place, any(one.act == Act.DROP for one in own)


def moved_to(paper: Paper) -> date | None:
    """The day that editors moved a paper to; None where its records decide."""
    last = standing().filter(paper=paper, act=Act.MOVE).order_by("-id").first()
    return last.to_day if last is not None else None


def write(day: date, headline: str, text: str, html: str, by: int | None, now: datetime) -> DayNote | None:
    """Write the day's headline and note (``html``: its safe rendering); both empty: there is none.

    Raises :class:`UsageError` when one of them is too long.
    """
    headline = " ".join(headline.split())
    if len(headline) > HEADLINE:
        raise UsageError(_("The headline has {count} characters, {most} fit. Nothing was changed; shorten it and send "
                           "it again.").format(count=number(len(headline)), most=number(HEADLINE)))
    if len(text) > NOTE:
        raise UsageError(_("The note has {count} characters, {most} fit. Nothing was changed; shorten it and send it "
                           "again.").format(count=number(len(text)), most=number(NOTE)))
    with transaction.atomic():
        made, _new = DayNote.objects.update_or_create(day=day, defaults={
            "headline": headline, "text": text, "html": html if text else "", "by": by, "changed_at": now})
    return made if headline or text else None


def note_of(day: date) -> DayNote | None:
    """The headline and note of a day, None where nothing is written."""
    found = DayNote.objects.filter(day=day).first()
    return found if found is not None and (found.headline or found.text) else None


def _open(day: date) -> None:
    if Snapshot.objects.filter(day=day).exists():
        raise UsageError(_("The edition of {day} is closed: it stands as it stood that morning. Nothing was changed; "
                           "its headline and note can still be written.").format(day=day))


def _belongs(paper: Paper, day: date) -> None:
    if paper.edition_day is None:
        raise UsageError(_("The paper belongs to no day, not to {day}. Nothing was changed; move it first.").format(
            day=day))
    if paper.edition_day != day:
        raise UsageError(_("The paper belongs to {own}, not to {day}. Nothing was changed; move it first.").format(
            own=paper.edition_day, day=day))
