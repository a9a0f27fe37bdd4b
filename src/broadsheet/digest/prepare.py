"""Makes the mails that are due: choice, letter, message and outbox row, many subscriptions in one transaction.

A mail covers the days since the last one, and of the days before what came after that mail was made, so that no paper
is lost by coming late. A paper goes to a subscription once, and a subscription gets one mail for a period. What many
subscriptions have in common (papers of the days, choices, lines, pages) is made once for all of them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from .. import languages
from ..editions import calendar
from ..editions.service import Site
from ..readers import roles
from ..readers.service import hidden_by
from . import outbox, schedule, weeks
from .choice import Item, Limits, choose
from .letter import Letter
from .liking import TasteOf
from .message import Envelope, build, message_id
from .models import Outbox, Sent, Subscription
from .pools import OF_READERS, Pool, items_of, newest_with, pool
from .setup import Setup
from .writing import Writer, heading, next_due

__all__ = ["Prepared", "Preparer", "Setup", "waiting"]
log = logging.getLogger("broadsheet.digest")
MOST_DAYS = 11  # edition days that one mail may cover
LATE = timedelta(days=3)  # how far behind the last mail a paper may still come
PER_TOPIC = 3
WEEKLY_MOST = 15
LOOKED_BACK = 5  # editions that a preview looks at where the newest has nothing
TOGETHER = 100  # subscriptions in one transaction: others write between two of them
NONE: frozenset[int] = frozenset()


@dataclass(slots=True)
class Prepared:
    """What one run did. ``problems``: papers or subscriptions that could not be used, each in a sentence."""

    mails: int = 0
    skipped: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Made:
    """A mail ready for the outbox, or none (``message`` empty), and what its subscription knows afterwards."""

    subscription: Subscription
    due: datetime
    period: str
    days: tuple[date, ...]
    chosen: tuple[Item, ...]
    subject: str = ""
    message_id: str = ""
    message: bytes = b""


@dataclass(slots=True)
class Preparer:
    """Prepares mails at a moment; reads each span of days once for all subscriptions that look at it."""

    setup: Setup
    site: Site
    now: datetime
    taste_of: TasteOf | None = None  # what readers' acts taught, for mails of what is for them
    _pools: dict[tuple[date, ...], Pool] = field(default_factory=dict)
    _spans: dict[tuple[object, ...], tuple[date, ...]] = field(default_factory=dict)
    _fresh: dict[tuple[object, ...], tuple[Item, ...]] = field(default_factory=dict)
    _choices: dict[tuple[object, ...], tuple[Item, ...]] = field(default_factory=dict)
    _writer: Writer | None = None

    @property
    def writer(self) -> Writer:
        """The writer of this run."""
        if self._writer is None:
            self._writer = Writer(self.setup, self.now)
        return self._writer

    def run(self, limit: int = 1000) -> Prepared:
        """Prepare up to ``limit`` due subscriptions."""
        done = Prepared()
        due = Subscription.objects.filter(due_at__lte=self.now, state=Subscription.State.ACTIVE)
        ids = list(due.order_by("due_at", "id").values_list("id", flat=True)[:limit])
        for start in range(0, len(ids), TOGETHER):
            rows = Subscription.objects.select_related("reader").in_bulk(ids[start:start + TOGETHER])
            self._together([rows[one] for one in ids[start:start + TOGETHER] if one in rows], done)
        return done

    def one(self, subscription: Subscription) -> bool:
        """Prepare one subscription's mail of the period; False when there is nothing to send."""
        return bool(self._commit([self._make(subscription, self._had([subscription]))]))

    def _together(self, subscriptions: Sequence[Subscription], done: Prepared) -> None:
        had = self._had(subscriptions)
        made = []
        for subscription in subscriptions:
            try:
                made.append(self._make(subscription, had))
            except Exception as problem:  # one subscription never stops the others; it is tried again later
                log.exception("the digest of subscription %d was not prepared", subscription.pk)
                done.problems.append(f"subscription {subscription.pk}: {problem}")
                Subscription.objects.filter(pk=subscription.pk).update(due_at=self.now + timedelta(minutes=10))
        mails = self._commit(made)
        done.mails += mails
        done.skipped += len(made) - mails

    def _had(self, subscriptions: Sequence[Subscription]) -> Mapping[int, frozenset[int]]:
        """Papers that went to these subscriptions, as far back as a mail may look, and those that their readers hid."""
        rows = Sent.objects.filter(subscription__in=[one.pk for one in subscriptions])
        if all(one.kind not in {"collection", "search"} for one in subscriptions):
            rows = rows.filter(day__gte=self.now.date() - timedelta(days=30))
        found: dict[int, set[int]] = {}
        for subscription, paper in rows.values_list("subscription_id", "paper_id"):
            found.setdefault(subscription, set()).add(paper)
        hidden = hidden_by({one.reader_id for one in subscriptions if one.reader_id is not None})
        for one_of in subscriptions:  # what a reader hid for ever is in no mail either
            if gone := hidden.get(one_of.reader_id or 0):
                found.setdefault(one_of.pk, set()).update(gone)
        return {one: frozenset(papers) for one, papers in found.items()}

    def _make(self, subscription: Subscription, had: Mapping[int, frozenset[int]]) -> Made:
        """Choice, letter and message of a subscription, in its language; nothing is stored."""
        if subscription.language == languages.active():
            return self._chosen_and_written(subscription, had)
        with override(languages.known(subscription.language, languages.SOURCE)):
            return self._chosen_and_written(subscription, had)

    def _chosen_and_written(self, subscription: Subscription, had: Mapping[int, frozenset[int]]) -> Made:
        due = subscription.due_at or self.now
        today = due.astimezone(schedule.zone(subscription.timezone)).date()
        period = schedule.period_of(due, cadence=subscription.cadence, timezone=subscription.timezone)
        reader = subscription.reader
        if self.setup.private and (reader is None or not roles.can(reader, "read", local=reader.local, private=True)):
            return Made(subscription, due, period, (), ())
        days = self._days(subscription, today)
        found = self._pool(days, today) if days else None
        chosen = self.chosen(subscription, found, had.get(subscription.pk, NONE)) if found is not None else ()
        if len(chosen) < max(1, subscription.fewest) and (chosen or not self.setup.notes):
            return Made(subscription, due, period, days, chosen)
        letter = self.writer.letter(subscription, found, chosen, today)
        name = f"{subscription.key}:digest:{period}"
        envelope = Envelope(self.setup.mail_from, self.setup.site_name, subscription.email,
                            f"{subscription.kind}.{self.setup.host}", self.setup.site_name, letter.stop_url, name,
                            self.now)
        return Made(subscription, due, period, days, chosen, letter.subject, message_id(name, self.setup.mail_from),
                    build(letter, envelope))

    def preview(self, subscription: Subscription) -> Letter:
        """The letter that a subscription would get now, in its language; nothing is stored. One that is not there yet
        speaks the language of the moment, which it would get.

        Where it would bring no paper, what the newest edition had that holds one; the letter says so.
        """
        language = languages.known(subscription.language) if subscription.pk else ""
        with override(language or languages.active()):
            return self._previewed(subscription)

    def _previewed(self, subscription: Subscription) -> Letter:
        today = self.now.astimezone(schedule.zone(subscription.timezone)).date()
        days = self._days(subscription, today)
        found = self._pool(days, today) if days else None
        chosen = self.chosen(subscription, found, NONE) if found is not None else ()
        notes: tuple[str, ...] = ()
        shown = today
        for days in () if chosen else self._earlier(subscription, today):
            earlier = self._pool(days, today)
            if chosen := self.chosen(subscription, earlier, NONE):
                found, shown = earlier, days[0]
                notes = (_("Nothing is new now, so no mail would come. This is from {days}.").format(
                    days=weeks.heading(days) if len(days) > 1 else languages.day_long(days[0])),)
                break
        letter = self.writer.letter(subscription, found, chosen, today)
        return replace(letter, heading=heading(subscription, found, shown), notes=(*notes, *letter.notes))

    def _earlier(self, subscription: Subscription, today: date) -> Iterator[tuple[date, ...]]:
        """Spans of earlier days that a preview may show instead, newest first."""
        if (day := newest_with(subscription.kind, subscription.value, today)) is not None:
            if subscription.cadence == "weekly":
                yield self._of_week(weeks.of(day), today)
            else:
                for _turn in range(LOOKED_BACK):
                    if day is None:
                        return
                    yield (day,)
                    day = calendar.day_before(day)

    @staticmethod
    def _of_week(week: weeks.Week, today: date) -> tuple[date, ...]:
        """The days of a week that have papers, newest first."""
        first, *_rest, last = weeks.days(week)
        return tuple(one.day for one in reversed(calendar.rough_counts(first, min(last, today))))

    def chosen(self, subscription: Subscription, found: Pool, had: frozenset[int] = NONE) -> tuple[Item, ...]:
        """The papers for a subscription: wanted, diverse, never sent before."""
        own = subscription.reader_id if subscription.kind in OF_READERS else None
        ground = (found.days, subscription.kind, subscription.value, subscription.label, own, subscription.through,
                  subscription.prepared_at)
        fresh = self._fresh.get(ground)
        if fresh is None:
            if len(self._fresh) > 500:  # each reader's own may be another
                self._fresh.clear()
                self._choices.clear()
            made = (_if_new(item, subscription, found) for item in items_of(subscription, found, self.taste_of))
            fresh = self._fresh[ground] = tuple(item for item in made if item is not None)
        again = frozenset(item.paper for item in fresh if item.paper in had) if had else NONE
        most = min(subscription.most, 50) if subscription.cadence != "weekly" else max(subscription.most, WEEKLY_MOST)
        place = (ground, most, again)
        if place not in self._choices:
            self._choices[place] = best(subscription.kind, [item for item in fresh if item.paper not in again], most)
        return self._choices[place]

    def _days(self, subscription: Subscription, today: date) -> tuple[date, ...]:
        """The edition days to look at, newest first."""
        place = (today, subscription.through, subscription.cadence)
        if place not in self._spans:
            self._spans[place] = self._look(subscription, today)
        return self._spans[place]

    def _look(self, subscription: Subscription, today: date) -> tuple[date, ...]:
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

    def _commit(self, made: Sequence[Made]) -> int:
        """Outbox rows, what was sent and the next due moments, all or nothing. Returns how many mails were put."""
        with transaction.atomic():
            rows = {one.pk: one for one in Subscription.objects.select_for_update(of=("self",)).filter(
                pk__in=[one.subscription.pk for one in made], state=Subscription.State.ACTIVE)}
            # One that was stopped, changed or prepared by somebody else meanwhile is left alone.
            still = [(rows[one.subscription.pk], one) for one in made if one.subscription.pk in rows
                     and rows[one.subscription.pk].due_at == one.subscription.due_at]
            ready = [(row, one) for row, one in still if one.message]
            new = outbox.put_all([outbox.row_of(row, "digest", one.period, self.now, message=one.message,
                                                message_id=one.message_id, subject=one.subject, papers=len(one.chosen))
                                  for row, one in ready])
            Sent.objects.bulk_create(
                [Sent(subscription=row, paper_id=item.paper, day=one.days[0]) for row, one in ready if row.pk in new
                 for item in one.chosen], ignore_conflicts=True)
            alike: dict[tuple[date | None, datetime | None, datetime | None], list[int]] = {}
            for row, one in still:
                self._advance(row, one, put=row.pk in new)
                alike.setdefault((row.through, row.prepared_at, row.due_at), []).append(row.pk)
            for (through, prepared, due), rows_alike in alike.items():
                Subscription.objects.filter(pk__in=rows_alike).update(
                    through=through, prepared_at=prepared, due_at=due)
        return len(new)

    def _advance(self, row: Subscription, one: Made, *, put: bool) -> None:
        if put:
            row.prepared_at = self.now
            if one.days:
                row.through = one.days[0]
        elif one.days and row.through is None:
            row.through = one.days[-1] - timedelta(days=1)  # so that the papers of a skipped mail wait
        row.due_at = next_due(row, max(one.due, self.now))


def best(kind: str, fresh: Sequence[Item], most: int) -> tuple[Item, ...]:
    """The choice of a mail of this kind."""
    if kind == "site":
        return choose(fresh, {}, Limits(most=most, per_topic=PER_TOPIC)).items
    if kind == "foryou":
        streams = sorted({name for item in fresh for name in item.streams})
        return choose(fresh, {}, Limits(most=most, per_topic=max(PER_TOPIC, most // 2), streams=streams)).items
    # Who follows one topic wants it, so its papers do not crowd each other out.
    weights = dict.fromkeys((topic for item in fresh for topic in item.about), 0.5)
    return choose(fresh, weights, Limits(most=most, per_topic=most)).items


def _if_new(item: Item, subscription: Subscription, found: Pool) -> Item | None:
    """The paper if the last mail could not have had it; one that comes late for an earlier day is marked so."""
    candidate, through, since = found.candidates[item.paper], subscription.through, subscription.prepared_at
    if through is None or candidate.day is None or candidate.day > through:
        return item
    added = item.since or candidate.added_at
    if since is None or added is None or added <= since:
        return None
    return replace(item, late=item.since is None and candidate.day < through)


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
