"""Makes the mails that are due: choice, letter, message and outbox row, one transaction for each subscription.

A mail covers the days since the last one, and of the days before what came after that mail was made, so that no paper
is lost by coming late. A paper goes to a subscription once, and a subscription gets one mail for a period.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.db import transaction

from ..editions import calendar
from ..editions.service import Site
from . import outbox, schedule
from .choice import Item, Limits, choose
from .letter import Letter, Line, counted, day_words, zones_of
from .message import Envelope, build, message_id
from .models import Outbox, Sent, Subscription
from .pools import TALKED, Pool, items_of, pool
from .setup import Setup

log = logging.getLogger("broadsheet.digest")
MOST_DAYS = 11  # edition days that one mail may cover
LATE = timedelta(days=3)  # how far behind the last mail a paper may still come
PER_TOPIC = 3
TALKED_SHOWN = 3
WEEKLY_MOST = 15


@dataclass(slots=True)
class Prepared:
    """What one run did. ``problems``: papers or subscriptions that could not be used, each in a sentence."""

    mails: int = 0
    skipped: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Preparer:
    """Prepares mails at a moment; reads each span of days once for all subscriptions that look at it."""

    setup: Setup
    site: Site
    now: datetime
    _pools: dict[tuple[date, ...], Pool] = field(default_factory=dict)

    def run(self, limit: int = 1000) -> Prepared:
        """Prepare up to ``limit`` due subscriptions."""
        done = Prepared()
        due = Subscription.objects.filter(due_at__lte=self.now, state=Subscription.State.ACTIVE)
        for subscription in due.order_by("due_at", "id")[:limit]:
            try:
                made = self.one(subscription)
            except Exception as problem:  # one subscription never stops the others; it is tried again later
                log.exception("the digest of subscription %d was not prepared", subscription.pk)
                done.problems.append(f"subscription {subscription.pk}: {problem}")
                Subscription.objects.filter(pk=subscription.pk).update(due_at=self.now + timedelta(minutes=10))
                continue
            done.mails += made
            done.skipped += not made
        return done

    def one(self, subscription: Subscription) -> bool:
        """Prepare one subscription's mail of the period; False when there is nothing to send."""
        due = subscription.due_at or self.now
        today = due.astimezone(schedule.zone(subscription.timezone)).date()
        period = schedule.period_of(due, cadence=subscription.cadence, timezone=subscription.timezone)
        days = self._days(subscription, today)
        found = self._pool(days, today) if days else None
        chosen = self.chosen(subscription, found) if found is not None else ()
        enough = len(chosen) >= max(1, subscription.fewest) or (not chosen and bool(self.setup.notes))
        letter = self.letter(subscription, found, chosen, today) if enough else None
        return self._commit(subscription, due, period, days, chosen, letter)

    def preview(self, subscription: Subscription) -> Letter:
        """The letter that a subscription would get now; nothing is stored."""
        today = self.now.astimezone(schedule.zone(subscription.timezone)).date()
        days = self._days(subscription, today)
        found = self._pool(days, today) if days else None
        return self.letter(subscription, found, self.chosen(subscription, found) if found else (), today)

    def chosen(self, subscription: Subscription, found: Pool) -> tuple[Item, ...]:
        """The papers for a subscription: wanted, diverse, never sent before."""
        items = items_of(subscription, found)
        had: frozenset[int] = frozenset()
        if items and subscription.pk:
            had = frozenset(Sent.objects.filter(subscription=subscription, paper_id__in=[item.paper for item in items])
                            .values_list("paper_id", flat=True))
        fresh = [new for item in items if item.paper not in had and (new := _if_new(item, subscription, found))]
        most = min(subscription.most, 50) if subscription.cadence != "weekly" else max(subscription.most, WEEKLY_MOST)
        if subscription.kind == "site":
            return choose(fresh, {}, Limits(most=most, per_topic=PER_TOPIC)).items
        # Who follows one topic wants it, so its papers do not crowd each other out.
        weights = dict.fromkeys((topic for item in fresh for topic in item.about), 0.5)
        return choose(fresh, weights, Limits(most=most, per_topic=most)).items

    def letter(self, subscription: Subscription, found: Pool | None, chosen: Sequence[Item], today: date) -> Letter:
        """The letter of a choice."""
        setup, member = self.setup, subscription.reader_id is not None
        lines: list[tuple[str, Line]] = []
        if found is not None:
            found.read([item.paper for item in chosen])
            ranked = sorted(chosen, key=lambda item: (_zone(found, item) != "", -item.want, item.paper))
            lines = [(_zone(found, item), line) for item in ranked
                     if (line := self._line(found, item.paper, item.reason, member)) is not None]
            if subscription.kind == "site" and chosen:
                names = {item.paper for item in chosen}
                talked = [one for one in found.talked.items() if one[0] not in names][:TALKED_SHOWN]
                found.read([paper for paper, _ in talked])
                lines += [(TALKED, line) for paper, reason in talked
                          if (line := self._line(found, paper, reason, member)) is not None]
        day = found.days[0] if found is not None else today
        total = found.since(subscription.through) if found is not None else 0
        return Letter(
            site=setup.site_name, site_url=f"{setup.base}/", heading=self._heading(subscription, found, today),
            about=self._about(subscription, total, len(chosen)), zones=zones_of(lines),
            notes=(*self._quiet_days(subscription, today), *setup.notes),
            all_url=f"{setup.base}/papers/date/{day}", all_words=f"All {total:,} papers" if total else "The whole site",
            upcoming=self._upcoming(subscription),
            why_sent=_why_sent(subscription),
            stop_url=f"{setup.base}/mail/stop/{subscription.key}", change_url=f"{setup.base}/mail/{subscription.key}")

    def _line(self, found: Pool, paper: int, reason: str, member: bool) -> Line | None:
        """One bad paper never stops a digest: it is left out and named in the log."""
        try:
            return found.line(paper, reason, member=member)
        except Exception:
            log.exception("paper %d cannot be printed in a mail and is left out", paper)
            return None

    def _days(self, subscription: Subscription, today: date) -> tuple[date, ...]:
        """The edition days to look at, newest first."""
        newest = calendar.newest_day(today)
        if newest is None:
            return ()
        first = subscription.through
        if first is None:
            first = newest - timedelta(days=6) if subscription.cadence == "weekly" else newest
        else:
            first -= LATE
        counts = calendar.rough_counts(max(first, today - timedelta(days=14)), today)
        return tuple(one.day for one in reversed(counts))[:MOST_DAYS]

    def _pool(self, days: tuple[date, ...], today: date) -> Pool:
        if days not in self._pools:
            if len(self._pools) > 8:
                self._pools.clear()
            self._pools[days] = pool(days, today, self.site, self.setup.base)
        return self._pools[days]

    def _heading(self, subscription: Subscription, found: Pool | None, today: date) -> str:
        if subscription.cadence == "weekly":
            year, week, _ = today.isocalendar()
            return f"Week {week} of {year}"
        number = f", No. {found.number:,}" if found is not None and found.number else ""
        return f"{day_words(today)}{number}"

    def _about(self, subscription: Subscription, total: int, chosen: int) -> str:
        whom = self.setup.group if subscription.kind == "site" else subscription.label or subscription.value
        if not chosen:
            return "No new paper was announced."
        said = f"{counted(chosen, 'paper')} of {total:,}" if chosen < total else counted(chosen, "paper")
        return f"{said}, chosen for {whom}." if whom else f"{said}."

    def _quiet_days(self, subscription: Subscription, today: date) -> tuple[str, ...]:
        """One line for the days since the last mail on which nothing was announced."""
        if subscription.through is None or subscription.cadence == "weekly":
            return ()
        with_papers = {one.day for one in calendar.rough_counts(subscription.through, today)}
        span = (today - subscription.through).days
        quiet = [subscription.through + timedelta(days=n) for n in range(1, min(span, MOST_DAYS) + 1)]
        names = [day_words(day).split(" ")[0] for day in quiet if day not in with_papers and day < today]
        if not names:
            return ()
        said = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
        return (f"Nothing was announced on {said}.",)

    def _upcoming(self, subscription: Subscription) -> str:
        moment = _next(subscription, self.now).astimezone(schedule.zone(subscription.timezone))
        return f"{day_words(moment.date()).split(' ')[0]} {moment:%H:%M}"

    def _commit(self, subscription: Subscription, due: datetime, period: str, days: tuple[date, ...],
                chosen: Sequence[Item], letter: Letter | None) -> bool:
        """Outbox row, what was sent and the next due moment, all or nothing."""
        message = None
        if letter is not None:
            name = f"{subscription.key}:digest:{period}"
            message = build(letter, Envelope(
                self.setup.mail_from, self.setup.site_name, subscription.email,
                f"{subscription.kind}.{self.setup.host}", self.setup.site_name, letter.stop_url, name, self.now))
        with transaction.atomic():
            current = Subscription.objects.select_for_update().filter(
                pk=subscription.pk, state=Subscription.State.ACTIVE, due_at=subscription.due_at).first()
            if current is None:  # stopped, changed or prepared by somebody else meanwhile
                return False
            put = message is not None and letter is not None and outbox.put(
                current, "digest", period, self.now, message=message.as_bytes(),
                message_id=message_id(f"{subscription.key}:digest:{period}", self.setup.mail_from),
                subject=letter.subject, papers=len(chosen))
            if put:
                Sent.objects.bulk_create(
                    [Sent(subscription=current, paper_id=item.paper, day=days[0]) for item in chosen],
                    ignore_conflicts=True)
                current.prepared_at = self.now
                if days:
                    current.through = days[0]
            elif days and current.through is None:
                current.through = days[-1] - timedelta(days=1)  # so that the papers of a skipped mail wait
            current.due_at = _next(current, max(due, self.now))
            current.save(update_fields=["through", "prepared_at", "due_at"])
        return bool(put)


def _why_sent(subscription: Subscription) -> str:
    since = subscription.confirmed_at
    on = f" on {day_words(since.date()).split(' ', 1)[1]}" if since is not None else ""
    return f"Sent to {subscription.email} because you asked for it{on}."


def _if_new(item: Item, subscription: Subscription, found: Pool) -> Item | None:
    """The paper if the last mail could not have had it; one that comes late for an earlier day is marked so."""
    candidate, through, since = found.candidates[item.paper], subscription.through, subscription.prepared_at
    if through is None or candidate.day is None or candidate.day > through:
        return item
    if since is None or candidate.added_at is None or candidate.added_at <= since:
        return None
    return replace(item, late=candidate.day < through)


def _zone(found: Pool, item: Item) -> str:
    return found.chosen.get(item.paper, ("", "", 0.0))[0]


def _next(subscription: Subscription, after: datetime) -> datetime:
    return schedule.next_due(after, cadence=subscription.cadence, weekday=subscription.weekday,
                             hour=subscription.hour, timezone=subscription.timezone)


def waiting(now: datetime) -> Mapping[str, int | str]:
    """Numbers for the status page and ``broadsheet digest status``."""
    active = Subscription.objects.filter(state=Subscription.State.ACTIVE)
    return {
        "subscriptions": active.count(), "due": active.filter(due_at__lte=now).count(),
        "outbox": Outbox.objects.filter(state__in=[Outbox.State.DUE, Outbox.State.CLAIMED]).count(),
        "sent": Outbox.objects.filter(state=Outbox.State.SENT).count(),
        "failed": Outbox.objects.filter(state=Outbox.State.FAILED).count(),
        "bounced": Subscription.objects.filter(state=Subscription.State.BOUNCED).count(),
        "last_error": Outbox.objects.exclude(error="").order_by("-id").values_list("error", flat=True).first() or "",
    }
