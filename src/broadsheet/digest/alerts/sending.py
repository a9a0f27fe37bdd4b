"""Sends what is due: claims with a lease, tries once, writes the answer; tells owners of what fails, ends what is dead.

The only window for a second copy lies between the receiver's OK and the commit of :func:`_sent`; that copy carries the
same id, by which the receiver knows it. A mail has no such window here: it goes into the mail's outbox in the
transaction that marks the message as sent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop as noop
from django.utils.translation import override

from broadsheet import languages, spoken
from broadsheet.catalogue.models import Paper
from broadsheet.catalogue.site import choice
from broadsheet.readers import notifications, roles

from .. import outbox
from ..models import Subscription
from ..setup import Setup
from . import apprising, bundling, saying, sealed, service, turns
from .models import Alert, AlertDelivery, AlertPaper
from .ways import Answer, Ways

log = logging.getLogger("broadsheet.digest")
State = AlertDelivery.State
LEASE = timedelta(minutes=5)
# After the first try: half a minute to a day, three days in all (Standard Webhooks, "Retry schedule").
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (
    30, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 21 * 3600))
REFUSALS = 4  # tries at what says no: a receiver that is being set up gets two and a half hours
LONGEST_WAIT = timedelta(hours=24)  # that a Retry-After may ask for
TELL_AFTER = 3  # failed tries after which the owner is told
PAUSE_AFTER = timedelta(days=5)  # of failing without one success, after which an alert is paused
RENEWED = timedelta(hours=24)  # how long messages are signed with the old secret too
BATCH = 20


@dataclass(slots=True)
class Sent:
    """What one run did."""

    sent: int = 0
    later: int = 0
    failed: int = 0
    skipped: int = 0
    errors: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Sender:
    """One who sends, with a name (``holder``). ``clock`` gives the time, ``random`` the jitter."""

    ways: Ways
    setup: Setup
    holder: str
    clock: Callable[[], datetime]
    random: Random = field(default_factory=Random)

    def run(self, *, most: int | None = None, stop: Callable[[], bool] = lambda: False) -> Sent:
        """Send what is due until nothing is left, or ``most`` were tried."""
        done, tried = Sent(), 0
        while not stop() and (most is None or tried < most):
            rows = claim(self.holder, self.clock(), BATCH if most is None else min(BATCH, most - tried))
            if not rows:
                break
            for row in rows:
                tried += 1
                self.one(row, done)
        return done

    def one(self, row: AlertDelivery, done: Sent | None = None) -> Answer | None:
        """Try one claimed message; None where nobody wants it any more, or another sender has it by now."""
        done = done if done is not None else Sent()
        if not AlertDelivery.objects.filter(pk=row.pk, holder=self.holder, state=State.CLAIMED).update(
                lease_until=self.clock() + LEASE):
            return None
        message = self.message(row)
        if message is None:
            _close(row, self.holder, State.SKIPPED, "")
            done.skipped += 1
            return None
        try:
            with override(language_of(message.alert)):
                answer = self._try(message)
        except sealed.Unreadable as problem:
            answer = Answer("refused", str(problem), "Enter the address of the alert anew.")
        except Exception as problem:  # one message never stops the others
            log.exception("message %s could not be sent", row.key)
            answer = Answer("later", f"The message could not be made: {type(problem).__name__}.", "Tell the keeper.")
        now = self.clock()
        if answer.kind == "sent":
            if row.alert.channel != "mail":
                _sent(row, self.holder, answer, now)
            done.sent += 1
        elif failed(row, self.holder, answer, now, self.random):
            done.later += 1
        else:
            done.failed += 1
        if answer.kind != "sent":
            done.errors.append(f"{row.alert.shown}: {answer.said}")
        return answer

    def message(self, row: AlertDelivery) -> saying.Message | None:
        """What is sent, as it is now: papers that were hidden since are left out, removed alerts say nothing."""
        alert, test = row.alert, row.name.startswith("test:")
        reader = alert.reader
        if alert.removed_at is not None or reader.blocked_at is not None or (alert.paused_by and not test):
            return None
        if self.setup.private and not roles.can(reader, "read", local=reader.local, private=True):
            return None
        found = AlertPaper.objects.filter(delivery=row, paper__state=Paper.State.LIVE).select_related("paper")
        items = [saying.Item(one.paper, spoken.of_json(one.why, one.said)) for one in found.order_by("id")]
        if not items and not test:
            return None
        more = alert.hourly if alert.mode == "once" and row.name.startswith("bundle:") else 0
        return saying.Message(alert, row, items, self.setup, more)

    def _try(self, message: saying.Message) -> Answer:
        alert, now = message.alert, self.clock()
        if alert.channel == "mail":
            return self._mail(message, now)
        url = sealed.opened(alert.target)
        if alert.channel == "webhook":
            return self.ways.webhook(message, url, secrets_of(alert, now), now)
        return self.ways.chat(message, url, schemes_for(alert, self.ways.config.alert_schemes))

    def _mail(self, message: saying.Message, now: datetime) -> Answer:
        """Into the mail's outbox, in the transaction that marks the message as sent: the mail's sender goes on."""
        alert, row = message.alert, message.delivery
        if alert.mail is None or alert.mail.state != Subscription.State.ACTIVE:
            said = "The mail was stopped from a mail, or came back."
            return Answer("gone", said, "Resume the alert to get it again.")
        member = roles.can(alert.reader, "see_members_text", local=alert.reader.local)
        body, name, subject = saying.as_mail(message, now, member=member)
        with transaction.atomic():
            if not AlertDelivery.objects.filter(pk=row.pk, holder=self.holder, state=State.CLAIMED).exists():
                return Answer("sent", "Another process did.")
            outbox.put(alert.mail, "alert", row.key[:24], now, message=body, message_id=name, subject=subject,
                       papers=len(message.items))
            _sent(row, self.holder, Answer("sent", "Handed to the mail."), now)
        return Answer("sent", "Handed to the mail.")


def language_of(alert: Alert) -> str:
    """The language of its messages: the reader's, else the site's."""
    own = languages.known(alert.reader.settings.get("language"))
    return own or languages.known(choice("language"), languages.SOURCE)


def schemes_for(alert: Alert, more: tuple[str, ...]) -> tuple[str, ...] | None:
    """Services that the alert's reader may use: all for keepers, the listed ones for the others."""
    if roles.can(alert.reader, "administer", local=alert.reader.local):
        return None
    return (*apprising.SERVICES, *more)


def secrets_of(alert: Alert, now: datetime) -> list[str]:
    """The secret, and for a day after its renewal the one before."""
    found = [sealed.opened(alert.secret)]
    if alert.secret_before and alert.renewed_at is not None and now - alert.renewed_at < RENEWED:
        found.append(sealed.opened(alert.secret_before))
    return found


def claim(holder: str, now: datetime, limit: int) -> list[AlertDelivery]:
    """Take due messages, of each alert the oldest only; those of a sender that died come back after the lease."""
    due = Q(state=State.DUE, next_try_at__lte=now) | Q(state=State.CLAIMED, lease_until__lte=now)
    with transaction.atomic():
        rows = list(AlertDelivery.objects.select_for_update(skip_locked=True, of=("self",)).filter(due)
                    .select_related("alert__reader", "alert__mail").order_by("next_try_at", "id")[:limit * 4])
        first: dict[int, AlertDelivery] = {}
        for row in rows:
            first.setdefault(row.alert_id, row)
        taken = list(first.values())[:limit]
        AlertDelivery.objects.filter(id__in=[row.pk for row in taken]).update(
            state=State.CLAIMED, holder=holder, lease_until=now + LEASE)
    return taken


def take(row: AlertDelivery, holder: str, now: datetime) -> AlertDelivery | None:
    """Claim this one message, for a test that somebody waits for; None when a sender has it already."""
    if not AlertDelivery.objects.filter(pk=row.pk, state=State.DUE).update(
            state=State.CLAIMED, holder=holder, lease_until=now + LEASE):
        return None
    return AlertDelivery.objects.select_related("alert__reader", "alert__mail").get(pk=row.pk)


def _sent(row: AlertDelivery, holder: str, answer: Answer, now: datetime) -> None:
    with transaction.atomic():
        AlertDelivery.objects.filter(pk=row.pk, holder=holder).update(
            state=State.SENT, sent_at=now, tried_at=now, tries=row.tries + 1, status=answer.status,
            answer=answer.said[:300], holder="", lease_until=None)
        Alert.objects.filter(pk=row.alert_id).exclude(failing_since=None, fault="").update(
            failing_since=None, fault="", told_at=None)


def _close(row: AlertDelivery, holder: str, state: str, said: str) -> None:
    AlertDelivery.objects.filter(pk=row.pk, holder=holder).update(
        state=state, answer=said[:300], holder="", lease_until=None)


def failed(row: AlertDelivery, holder: str, answer: Answer, now: datetime, random: Random) -> bool:
    """Write a failure down; False when the message is given up. A test is tried once."""
    tries = row.tries + 1
    again = not row.name.startswith("test:") and answer.kind != "gone" and tries <= len(PAUSES) and (
        answer.kind == "later" or tries < REFUSALS)
    said = f"{answer.said} {answer.step}".strip()
    with transaction.atomic():
        alert = Alert.objects.select_for_update(of=("self",)).get(pk=row.alert_id)
        changes = {"tries": tries, "tried_at": now, "status": answer.status, "answer": answer.said[:300], "holder": "",
                   "lease_until": None}
        if again:
            wait = PAUSES[tries - 1] * random.uniform(1.0, 1.2)
            if answer.wait is not None:
                wait = min(max(wait, timedelta(seconds=answer.wait)), LONGEST_WAIT)
            changes.update(state=State.DUE, next_try_at=now + wait)
            # Its other messages wait with it: a receiver in trouble is asked once, not once for each.
            AlertDelivery.objects.filter(alert=alert, state=State.DUE, next_try_at__lt=now + wait).update(
                next_try_at=now + wait)
        else:
            changes.update(state=State.FAILED)
        AlertDelivery.objects.filter(pk=row.pk, holder=holder).update(**changes)
        _note(alert, said, now, tell=tries >= TELL_AFTER or not again, gone=answer.kind == "gone", given_up=not again,
              test=row.name.startswith("test:"))
    return again


def _note(alert: Alert, said: str, now: datetime, *, tell: bool, gone: bool, given_up: bool, test: bool) -> None:
    """The alert's own state after a failure: since when, what its owner is told, whether it is paused."""
    alert.fault = said[:500]
    if test:  # whoever tests sees the answer; nothing is told twice
        alert.save(update_fields=["fault"])
        return
    alert.failing_since = alert.failing_since or now
    name = alert.label or alert.value
    begun = f"{alert.key}:{alert.failing_since:%Y%m%dT%H%M%S}"
    if gone or (given_up and now - alert.failing_since >= PAUSE_AFTER):
        alert.paused_by, alert.paused_at = "gone" if gone else "failing", now
        AlertDelivery.objects.filter(alert=alert, state=State.DUE).update(state=State.SKIPPED)
        notifications.tell([alert.reader_id], "alert", f"alert-paused:{begun}", now,
                           text=spoken.message(noop("{alert} → {target}: paused. {problem}"), alert=name[:100],
                                               target=alert.shown[:100], problem=said[:400]))
    elif tell and alert.told_at is None:
        alert.told_at = now
        notifications.tell([alert.reader_id], "alert", f"alert-failing:{begun}", now,
                           text=spoken.message(noop("{alert} → {target}: failing. {problem}"), alert=name[:100],
                                               target=alert.shown[:100], problem=said[:400]))
    alert.save(update_fields=["fault", "failing_since", "told_at", "paused_by", "paused_at"])


def test(alert: Alert, ways: Ways, setup: Setup, clock: Callable[[], datetime]) -> tuple[AlertDelivery, Answer | None]:
    """Send a test now, while somebody waits; a sender that is quicker sends it, and the answer is None.

    Raises :class:`~.service.Refused` while too many wait already.
    """
    with turns.turn(alert.reader_id) as free:
        if not free:
            raise service.busy("target")
        row = bundling.test(alert, clock())
        sender = Sender(ways, setup, f"test-{row.key}"[:40], clock)
        taken = take(row, sender.holder, clock())
        answer = sender.one(taken) if taken is not None else None
    row.refresh_from_db()
    return row, answer
