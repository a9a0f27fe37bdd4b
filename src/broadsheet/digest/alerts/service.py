"""Alerts as their readers make, change, pause, test and remove them. Everything may be repeated and taken back."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from broadsheet.catalogue.keys import new_key
from broadsheet.config import Config
from broadsheet.errors import UsageError
from broadsheet.readers import journal, roles, votes
from broadsheet.readers.models import Reader

from .. import schedule
from ..models import Subscription
from . import apprising, bundling, sealed, signing, turns
from .models import Alert, AlertDelivery, AlertPaper

KINDS = ("stream", "search", "topic", "category", "author", "organisation")
CHANNELS = ("mail", "webhook", "apprise")
MODES = ("once", "bundled")
MOST = 50  # alerts of one reader
KEEP_REMOVED = timedelta(days=30)  # how long a removed alert can be brought back
KEEP_DELIVERIES = timedelta(days=60)
SHOWN = 20  # deliveries on a page
TESTS, TEST_RATE = 6.0, 1 / 60  # tests that one reader may send at once, and then a second
Check = Callable[[apprising.Errand], apprising.Outcome]


@dataclass(frozen=True, slots=True)
class About:
    """What an alert is about; ``label`` for people."""

    kind: str
    value: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Wishes:
    """When and how much."""

    mode: str = "once"
    hourly: int = 6
    cadence: str = "daily"
    weekday: int = 0
    hour: int = 7
    timezone: str = "UTC"

    def as_row(self) -> dict[str, Any]:
        """The values of the table's columns."""
        return {name: getattr(self, name) for name in ("mode", "hourly", "cadence", "weekday", "hour", "timezone")}


@dataclass(frozen=True, slots=True)
class Checked:
    """What was typed, and a sentence for each that cannot be."""

    wishes: Wishes
    faults: dict[str, str] = field(default_factory=dict)


class Refused(UsageError):
    """What was asked for cannot be. ``field``: the name of the form's field that it is about."""

    def __init__(self, field_name: str, text: str) -> None:
        self.field = field_name
        super().__init__(text)


def busy(field_name: str) -> Refused:
    """Too many wait for other machines already."""
    return Refused(field_name, _("Other addresses are being tried just now, and nothing was done. Try again in a "
                                 "moment."))


def check(given: Mapping[str, str], plain: Wishes) -> Checked:
    """Read the form; what is not given stays as ``plain`` has it."""
    faults: dict[str, str] = {}

    def number(name: str, low: int, high: int, before: int) -> int:
        text = str(given.get(name, before)).strip()
        if text.isascii() and text.isdigit() and len(text) < 6 and low <= int(text) <= high:
            return int(text)
        faults[name] = _("{text} is not a number from {low} to {high}.").format(text=text[:20], low=low, high=high)
        return before

    mode, cadence = given.get("mode", plain.mode), given.get("cadence", plain.cadence)
    place = given.get("timezone", plain.timezone)
    if mode not in MODES:
        faults["mode"], mode = _("Choose when the messages come."), plain.mode
    if cadence not in schedule.CADENCES:
        faults["cadence"], cadence = _("Choose how often the bundle comes."), plain.cadence
    if place not in available_timezones():
        faults["timezone"] = _("{text} is not a time zone. Choose one, such as Europe/Berlin.").format(text=place[:40])
        place = plain.timezone
    return Checked(Wishes(mode, number("hourly", 1, 30, plain.hourly), cadence,
                          number("weekday", 0, 6, plain.weekday), number("hour", 0, 23, plain.hour), place), faults)


# -- addresses ----------------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Target:
    """Where messages go: the whole address, and as pages show it."""

    address: str
    shown: str


def target_of(reader: Reader, channel: str, text: str, config: Config, *, run: Check = apprising.run) -> Target:
    """The address as it was typed, checked. Raises :class:`Refused` with the sentence for its field."""
    text = text.strip()
    if channel == "mail":
        return _mail_of(reader, config)
    if not text or len(text) > 2000 or any(letter.isspace() or not letter.isprintable() for letter in text):
        raise Refused("target", _("Enter an address on one line, at most 2,000 characters."))
    if channel == "webhook":
        return _webhook_of(text)
    if channel == "apprise":
        return _service_of(reader, text, config, run)
    raise Refused("channel", _("Choose where the messages go."))


def _mail_of(reader: Reader, config: Config) -> Target:
    account = getattr(reader, "account", None)
    if account is None:
        raise Refused("channel", _("Alerts by mail go to the address of your account, and you have none here."))
    if not config.smtp_url:
        raise Refused("channel", _("This site sends no mail yet. Choose a webhook or a chat, or ask its keeper."))
    return Target(account.email, account.email)


def _webhook_of(text: str) -> Target:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    named = "." in host or ":" in host or host == "localhost"
    if parts.scheme not in ("https", "http") or not named:
        raise Refused("target", _("This is not an address that can be called. It looks like https://example.org/hook."))
    if parts.username or parts.password or parts.fragment:
        raise Refused("target", _("Leave names, passwords and # out of the address; the signature proves who calls."))
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    cut = f"{path[:4]}…" if len(path) > 5 else path
    return Target(text, f"{parts.scheme}://{host}{f':{port}' if port else ''}{cut}"[:200])


def _service_of(reader: Reader, text: str, config: Config, run: Check) -> Target:
    scheme = apprising.scheme_of(text)
    keeper = roles.can(reader, "administer", local=reader.local)
    allowed = None if keeper else (*apprising.SERVICES, *config.alert_schemes)
    if not re.fullmatch(r"[a-z][a-z0-9]{0,30}", scheme) or scheme in apprising.NEVER or (
            allowed is not None and scheme not in allowed):
        said = _("Addresses that begin with {scheme}:// are not taken here. These are: {names}.")
        raise Refused("target", said.format(scheme=scheme[:30] or "…", names=", ".join(apprising.NAMES)))
    with turns.turn(reader.pk) as free:
        if not free:
            raise busy("target")
        done = run(apprising.Errand("check", text, schemes=allowed))
    if not done.ok and not done.again:
        raise Refused("target", _("This is not a whole address of its service. Copy it from there again."))
    # Apprise hides tokens; what follows the first part is hidden here, for a topic or a room can be as good as one.
    place = done.shown.partition("?")[0].split("/") if done.ok else []
    return Target(text, f"{'/'.join(place[:3])}/…"[:200] if len(place) > 3 else f"{scheme}://…")


# -- acts ---------------------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Made:
    """An alert, and the secret of a new webhook, which is shown this once."""

    alert: Alert
    secret: str = ""
    new: bool = True


def make(reader: Reader, about: About, channel: str, target: Target, wishes: Wishes, now: datetime) -> Made:
    """Make an alert; the same one again is returned as it is. Raises :class:`Refused`."""
    votes.may_act(reader)
    if about.kind not in KINDS or not about.value:
        raise Refused("kind", _("No alert can be about this."))
    mark = sealed.mark(target.address)
    place = {"reader": reader, "kind": about.kind, "value": about.value[:400], "channel": channel, "mark": mark,
             "removed_at": None}
    secret = signing.new_secret() if channel == "webhook" else ""
    try:
        with transaction.atomic():
            known = Alert.objects.filter(**place).first()
            if known is not None:
                return Made(known, new=False)
            if Alert.objects.filter(reader=reader, removed_at=None).count() >= MOST:
                said = _("{most} alerts are the most of one reader. Nothing was made.")
                raise Refused("kind", said.format(most=MOST))
            made = Alert(**place, key=new_key(), label=about.label[:400], target=sealed.seal(target.address),
                         shown=target.shown, secret=sealed.seal(secret) if secret else "", made_at=now, since=now,
                         **wishes.as_row())
            made.due_at = bundling.next_due(made, now)
            if channel == "mail":
                made.mail = _mail_row(reader, made, target.address, now)
            made.save()
            journal.note(reader, "alert made", now, alert=made.key, label=made.label or made.value)
    except IntegrityError:
        return Made(Alert.objects.get(**place), new=False)
    return Made(made, secret)


def _mail_row(reader: Reader, alert: Alert, address: str, now: datetime) -> Subscription:
    """What a mail can be stopped by with one click; never due, for the alert says when there is something."""
    return Subscription.objects.create(
        key=secrets.token_hex(16), email=address, reader=reader, kind="alert", value=alert.key,
        label=alert.label or alert.value[:400], state=Subscription.State.ACTIVE, asked_at=now, confirmed_at=now,
        timezone=alert.timezone)


def of(reader: Reader | None) -> list[Alert]:
    """The reader's alerts, oldest first."""
    if reader is None:
        return []
    return list(Alert.objects.filter(reader=reader, removed_at=None).select_related("mail").order_by("id"))


def find(reader: Reader | None, key: str) -> Alert | None:
    """The reader's own alert with this key."""
    if reader is None:
        return None
    return Alert.objects.filter(reader=reader, key=key[:10], removed_at=None).select_related("mail", "reader").first()


def state_of(alert: Alert) -> str:
    """running, failing, or why it is paused: reader, mail, failing, gone."""
    if alert.paused_by:
        return f"paused-{alert.paused_by}"
    if alert.mail is not None and alert.mail.state != Subscription.State.ACTIVE:
        return "paused-mail"
    return "failing" if alert.failing_since is not None else "running"


def change(reader: Reader, alert: Alert, wishes: Wishes, target: Target | None, now: datetime) -> None:
    """Change when it sends, and where to (None: as it is). Raises :class:`Refused`."""
    votes.may_act(reader)
    after = wishes.as_row()
    if target is not None and sealed.mark(target.address) != alert.mark:
        after.update(target=sealed.seal(target.address), shown=target.shown, mark=sealed.mark(target.address))
    before = {name: getattr(alert, name) for name in after}
    if before == after:
        return
    try:
        with transaction.atomic():
            for name, value in after.items():
                setattr(alert, name, value)
            alert.due_at = next_due(alert, now)
            alert.save(update_fields=[*after, "due_at"])
            journal.note(reader, "alert changed", now, alert=alert.key, label=alert.label or alert.value, before=before)
    except IntegrityError:
        raise Refused("target", _("You have this alert at this address already. Nothing was changed.")) from None


def next_due(alert: Alert, now: datetime) -> datetime | None:
    """When its next bundle is due; now for one that sends at once while papers wait from before."""
    due = bundling.next_due(alert, now)
    return now if due is None and AlertPaper.objects.filter(alert=alert, delivery=None).exists() else due


def pause(reader: Reader, alert: Alert, now: datetime) -> None:
    """Send nothing and look for nothing until it is resumed."""
    with transaction.atomic():
        if Alert.objects.filter(pk=alert.pk, paused_by="").update(paused_by="reader", paused_at=now):
            journal.note(reader, "alert paused", now, alert=alert.key, label=alert.label or alert.value)


def resume(reader: Reader, alert: Alert, now: datetime) -> None:
    """Go on with what comes from now on."""
    votes.may_act(reader)
    with transaction.atomic():
        Alert.objects.filter(pk=alert.pk).update(paused_by="", paused_at=None, since=now, failing_since=None, fault="",
                                                 told_at=None, due_at=bundling.next_due(alert, now))
        Subscription.objects.filter(alerts=alert).update(
            state=Subscription.State.ACTIVE, stopped_at=None, bounces=0, bounce="")


def remove(reader: Reader, alert: Alert, now: datetime) -> None:
    """Remove it; what waits is not sent. For a month undo brings it back."""
    with transaction.atomic():
        if Alert.objects.filter(pk=alert.pk, removed_at=None).update(removed_at=now, due_at=None):
            Subscription.objects.filter(alerts=alert).update(state=Subscription.State.STOPPED, stopped_at=now)
            journal.note(reader, "alert removed", now, alert=alert.key, label=alert.label or alert.value)


def renew(reader: Reader, alert: Alert, now: datetime) -> str:
    """A new secret for a webhook, shown this once; for a day messages are signed with the old one too."""
    votes.may_act(reader)
    if alert.channel != "webhook":
        raise Refused("secret", _("Only webhooks have a secret."))
    secret = signing.new_secret()
    Alert.objects.filter(pk=alert.pk).update(secret=sealed.seal(secret), secret_before=alert.secret, renewed_at=now)
    return secret


def deliveries(alert: Alert, limit: int = SHOWN) -> list[AlertDelivery]:
    """The newest messages first."""
    return list(AlertDelivery.objects.filter(alert=alert).order_by("-id")[:limit])


def tidy(now: datetime) -> int:
    """Erase alerts that were removed a month ago, and old messages with what they told: it is no news any more."""
    gone, _rows = Alert.objects.filter(removed_at__lt=now - KEEP_REMOVED).delete()
    AlertDelivery.objects.filter(made_at__lt=now - KEEP_DELIVERIES).exclude(
        state__in=(AlertDelivery.State.DUE, AlertDelivery.State.CLAIMED)).delete()
    return gone


def export(reader: Reader) -> list[dict[str, Any]]:
    """All alerts as JSON values, with the whole address and without secrets, for the reader's own export."""
    rows = []
    for one in of(reader):
        try:
            address = sealed.opened(one.target)
        except sealed.Unreadable:
            address = one.shown
        rows.append({"key": one.key, "kind": one.kind, "value": one.value, "label": one.label, "channel": one.channel,
                     "target": address, **{name: getattr(one, name) for name in Wishes().as_row()},
                     "state": state_of(one), "made_at": one.made_at.isoformat(),
                     "told": AlertPaper.objects.filter(alert=one).count()})
    return rows
