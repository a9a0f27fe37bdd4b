"""Subscribe, confirm, change, stop: all writes to a subscription by its owner.

Nobody can be bombed or probed through this: an address gets one confirmation a day whoever asks, the site sends a
limited number a day, and the caller learns nothing about the address.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import IntegrityError, transaction
from django.utils import dates
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import override

from .. import languages
from ..errors import BroadsheetError
from ..readers.models import Reader
from . import outbox, schedule
from .message import Envelope, compose, message_id, render
from .models import Asked, Subscription
from .setup import Setup

OPEN_KINDS = ("site", "topic", "category", "author", "organisation", "search")
OWN_KINDS = ("stream", "collection", "foryou")
ALERT = "alert"  # what the mails of an alert are stopped by; made and shown by alerts/
CADENCE_WORDS = {"daily": lazy("every day"), "workdays": lazy("on working days"), "weekly": lazy("once a week")}
WEEKDAYS = tuple(dates.WEEKDAYS.values())  # from Monday, spoken where they are printed
MOST_A_DAY = 2000  # confirmations that the whole site sends in a day
KEEP_ASKED = timedelta(days=14)  # how long an address that never confirmed is kept, and its link works
MOST_OF_ONE = 40  # subscriptions of one address
_KEY = re.compile(r"[0-9a-f]{32}")


class Refused(BroadsheetError):
    """What was asked for cannot be; the text says why."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class About:
    """What a subscription is about. ``label``: for people; empty for the whole site."""

    kind: str = "site"
    value: str = ""
    label: str = ""

    @property
    def words(self) -> str:
        """``the whole newspaper``, ``the topic Graph Neural Networks``, ``what is for you``."""
        said = {"site": _("the whole newspaper"), "foryou": _("what is for you"), "topic": _("the topic {name}"),
                "category": _("the category {name}"), "author": _("the name {name}"),
                "organisation": _("the organisation {name}"), "search": _("the search {name}"),
                "stream": _("the stream {name}"), "collection": _("the collection {name}"),
                "alert": _("the alert about {name}")}
        return said[self.kind].format(name=self.label or self.value)

    @property
    def page(self) -> str:
        """Where what it is about stands on the site; the front page for the whole site."""
        if self.kind == "search":
            return "/search?" + urlencode({"q": self.value, "order": "newest"})
        places = {"topic": "topics", "category": "topics", "author": "authors", "organisation": "organisations",
                  "stream": "streams", "collection": "collections"}
        if self.kind in places:
            return f"/{places[self.kind]}/{quote(self.value)}"
        return "/for-you" if self.kind == "foryou" else "/"

    def query(self, cadence: str = "") -> str:
        """What follows ``/mail`` to ask for this: ``?kind=topic&value=...``; empty for the whole site."""
        pairs = [] if self.kind == "site" else [("kind", self.kind)]
        pairs += [("value", self.value)] if self.value else []
        pairs += [("cadence", cadence)] if cadence else []
        return f"?{urlencode(pairs)}" if pairs else ""


@dataclass(frozen=True, slots=True)
class Wishes:
    """When and how much: what the settings of a subscription hold."""

    cadence: str = "daily"
    weekday: int = 0
    hour: int = 7
    timezone: str = "UTC"
    most: int = 10
    fewest: int = 1
    pause: date | None = None
    language: str = ""  # empty: that of the page for a new one, else as it is


@dataclass(frozen=True, slots=True)
class Checked:
    """Wishes as they were typed, and a sentence for each that cannot be."""

    wishes: Wishes
    faults: dict[str, str] = field(default_factory=dict)


def address_of(text: str) -> str:
    """The address as it is kept. Raises Refused with the sentence for the page."""
    address = "".join(text.split()).lower()
    user, _at, host = address.rpartition("@")
    try:
        host = host.encode("idna").decode()
        address = f"{user}@{host}"
        EmailValidator()(address)
    except (ValidationError, UnicodeError):
        raise Refused(_("This is not a mail address. It looks like reader@example.org.")) from None
    if len(address) > 254 or not address.isascii():
        raise Refused(_("Mail can be sent only to addresses of plain letters, at most 254 of them."))
    return address


def check(given: dict[str, str], today: date) -> Checked:
    """Read the form of a subscription's settings."""
    faults: dict[str, str] = {}

    def number(name: str, low: int, high: int, plain: int) -> int:
        text = given.get(name, "").strip()
        if text.isascii() and text.isdigit() and low <= int(text[:6]) <= high:
            return int(text)
        if text:
            faults[name] = _("{text} is not a number from {low} to {high}.").format(text=text[:20], low=low, high=high)
        return plain

    cadence, place = given.get("cadence", "daily"), given.get("timezone", "UTC")
    if cadence not in schedule.CADENCES:
        faults["cadence"], cadence = _("Choose how often the mail comes."), "daily"
    if place not in available_timezones():
        faults["timezone"] = _("{name} is not a time zone. Choose one, such as Europe/Berlin.").format(name=place[:40])
        place = "UTC"
    language = given.get("language", "").strip()
    if language and not languages.known(language):
        faults["language"], language = _("Choose one of the languages."), ""
    pause = None
    if text := given.get("pause", "").strip():
        try:
            pause = date.fromisoformat(text[:10])
        except ValueError:
            faults["pause"] = _("{text} is not a day. Write it as 2026-05-12.").format(text=text[:20])
        else:
            if not today < pause <= today + timedelta(days=366):
                faults["pause"] = _("Choose a day of the coming year.")
    wishes = Wishes(cadence, number("weekday", 0, 6, 0), number("hour", 0, 23, 7), place, number("most", 1, 50, 10),
                    number("fewest", 1, 50, 1), pause, language)
    if wishes.fewest > wishes.most and not faults:
        faults["fewest"] = _("The fewest papers cannot be more than the most.")
    return Checked(wishes, faults)


def ask(text: str, about: About, wishes: Wishes, setup: Setup, now: datetime, *, reader: Reader | None = None,
        proven: bool = False) -> Subscription | None:
    """Ask for mail. Returns the subscription only where the address is ``proven`` (an account's own); else None.

    Whether the address is known, has the same mail already or was written to today cannot be told from outside.
    Raises Refused for what is no address, and when the site has sent its confirmations of the day.
    """
    address = address_of(text)
    if about.kind == "foryou" and reader is None:
        raise Refused(_("Sign in to get this by mail. Nothing was changed."))
    day = now.astimezone(UTC).date()
    if not proven and Asked.objects.filter(day=day).count() >= MOST_A_DAY:
        raise Refused(_("This site has sent all confirmations that it sends in a day. Come back tomorrow."))
    with transaction.atomic():
        found = _row(address, about, wishes, now, reader if proven else None)
        if found is None:
            return None
        if proven:
            _activate(found, now)
            return found
        if found.reader_id is None and reader is not None and found.state == Subscription.State.ASKED:
            # Who confirms owns the address; the reader who asked is tied to it only then.
            found.asked_by = reader
            found.save(update_fields=["asked_by"])
        if _first_today(address, day):
            _write(found, about, setup, now, day)
    return None


def _row(address: str, about: About, wishes: Wishes, now: datetime, reader: Reader | None) -> Subscription | None:
    """The subscription of this address, made if it is new; what is active stays as it is."""
    place = {"email": address, "kind": about.kind, "value": about.value}
    found = Subscription.objects.select_for_update().filter(**place).first()
    if found is not None:
        if found.state != Subscription.State.ACTIVE:
            found.state, found.asked_at = Subscription.State.ASKED, now
            found.reader = reader or found.reader
            found.language = wishes.language or languages.active()
            found.save(update_fields=["state", "asked_at", "reader", "language"])
        return found
    if Subscription.objects.filter(email=address).count() >= MOST_OF_ONE:
        return None
    return Subscription.objects.create(
        **place, key=secrets.token_hex(16), label=about.label[:400], reader=reader, asked_at=now,
        **{"language": languages.active(), **_columns(wishes)})


def _columns(wishes: Wishes) -> dict[str, Any]:
    own = {"language": wishes.language} if wishes.language else {}
    return {"cadence": wishes.cadence, "weekday": wishes.weekday, "hour": wishes.hour, "timezone": wishes.timezone,
            "most": wishes.most, "fewest": wishes.fewest, **own}


def _first_today(address: str, day: date) -> bool:
    """Whether this address was not yet written to today; kept as a keyed hash, so that the table names nobody."""
    digest = hmac.new(settings.SECRET_KEY.encode(), address.encode(), sha256).hexdigest()
    try:
        with transaction.atomic():
            Asked.objects.create(digest=digest, day=day)
    except IntegrityError:
        return False
    return True


def _write(found: Subscription, about: About, setup: Setup, now: datetime, day: date) -> None:
    """Put the confirmation into the outbox; to who has the mail already, one that says so. In the mail's language."""
    with override(found.language):
        _put(found, about, setup, now, day)


def _put(found: Subscription, about: About, setup: Setup, now: datetime, day: date) -> None:
    active = found.state == Subscription.State.ACTIVE
    name = f"{found.key}:confirm:{day}"
    context = {"site": setup.site_name, "site_url": f"{setup.base}/", "about": about.words, "active": active,
               "when": CADENCE_WORDS[found.cadence], "email": found.email, "language": found.language, "link":
               f"{setup.base}/mail/{found.key}" if active else f"{setup.base}/mail/confirm/{found.key}"}
    subject = (_("You get {site} by mail already") if active
               else _("Confirm that you want {site} by mail")).format(site=setup.site_name)
    envelope = Envelope(setup.mail_from, setup.site_name, found.email, "", "", "", name, now)
    text, html = render("confirm.txt.jinja", **context), render("confirm.html.jinja", **context)
    message = compose(envelope, subject, text, html, listed=False)
    outbox.put(found, "confirm", str(day), now, message=message,
               message_id=message_id(name, setup.mail_from), subject=subject)


def find(key: str) -> Subscription | None:
    """The subscription with this key."""
    return Subscription.objects.filter(key=key).first() if _KEY.fullmatch(key) else None


def _locked(key: str) -> Subscription | None:
    return Subscription.objects.select_for_update().filter(key=key).first() if _KEY.fullmatch(key) else None


def confirm(key: str, now: datetime) -> Subscription | None:
    """The owner of the address said yes. None: no such link, or it is too old. Repeated, it changes nothing."""
    with transaction.atomic():
        found = _locked(key)
        if found is None or found.state in {Subscription.State.STOPPED, Subscription.State.BOUNCED}:
            return None
        if found.state == Subscription.State.ASKED:
            if now - found.asked_at > KEEP_ASKED:
                return None
            if found.reader_id is None:
                found.reader_id = found.asked_by_id
            _activate(found, now)
    return found


def _activate(found: Subscription, now: datetime) -> None:
    if found.state == Subscription.State.ACTIVE:
        return
    found.state, found.stopped_at, found.bounces, found.bounce = Subscription.State.ACTIVE, None, 0, ""
    found.confirmed_at = now
    # The mail of an alert has no hour of its own: the alert says when there is something.
    found.due_at = None if found.kind == ALERT else next_due(found, now)
    found.save()


def next_due(found: Subscription, after: datetime) -> datetime:
    """When its next mail after a moment is due."""
    return schedule.next_due(after, cadence=found.cadence, weekday=found.weekday, hour=found.hour,
                             timezone=found.timezone)


def change(key: str, wishes: Wishes, now: datetime) -> Subscription | None:
    """Store what the settings of a subscription say; the next mail comes at the new hour."""
    with transaction.atomic():
        found = _locked(key)
        if found is None:
            return None
        for name, value in _columns(wishes).items():
            setattr(found, name, value)
        if found.state == Subscription.State.ACTIVE:
            after = now
            if wishes.pause is not None:
                start = datetime.combine(wishes.pause, time(), schedule.zone(wishes.timezone)).astimezone(UTC)
                after = max(now, start - timedelta(seconds=1))
            found.due_at = next_due(found, after)
        found.save()
    return found


def paused_until(found: Subscription, now: datetime) -> date | None:
    """The day of the next mail where it is later than the rhythm alone would have it."""
    if found.due_at is None or found.due_at <= next_due(found, now):
        return None
    return found.due_at.astimezone(schedule.zone(found.timezone)).date()


def stop(key: str, now: datetime) -> Subscription | None:
    """Unsubscribe. What waits in the outbox is not sent. Repeated, it changes nothing."""
    with transaction.atomic():
        found = _locked(key)
        if found is not None and found.state in {Subscription.State.ACTIVE, Subscription.State.ASKED}:
            found.state, found.due_at, found.stopped_at = Subscription.State.STOPPED, None, now
            found.save(update_fields=["state", "due_at", "stopped_at"])
    return found


def resume(key: str, now: datetime) -> Subscription | None:
    """Take an unsubscribing back. None where there is nothing to take back: never confirmed, or bounced."""
    with transaction.atomic():
        found = _locked(key)
        if found is None or found.confirmed_at is None or found.state not in {
                Subscription.State.STOPPED, Subscription.State.ACTIVE}:
            return None
        since = found.confirmed_at
        _activate(found, now)
        if found.confirmed_at != since:
            found.confirmed_at = since
            found.save(update_fields=["confirmed_at"])
    return found


def of_reader(reader: Reader | None) -> list[Subscription]:
    """A reader's subscriptions that are not stopped, oldest first."""
    if reader is None:
        return []
    states = (Subscription.State.ACTIVE, Subscription.State.BOUNCED)
    return list(Subscription.objects.filter(reader=reader, state__in=states).exclude(kind=ALERT).order_by("id"))


def key_of(reader: Reader | None, about: About) -> str:
    """The key of the reader's own active subscription about this; empty when there is none."""
    if reader is None:
        return ""
    found = Subscription.objects.filter(reader=reader, kind=about.kind, value=about.value,
                                        state=Subscription.State.ACTIVE).values_list("key", flat=True).first()
    return found or ""


def tidy(now: datetime) -> int:
    """Forget addresses that never confirmed, and yesterday's hashes. Returns how many addresses went."""
    Asked.objects.filter(day__lt=now.astimezone(UTC).date() - timedelta(days=1)).delete()
    old = Subscription.objects.filter(state=Subscription.State.ASKED, asked_at__lt=now - KEEP_ASKED)
    gone, _kinds = old.filter(confirmed_at=None).delete()
    return gone
