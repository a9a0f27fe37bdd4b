"""From a choice to a letter: lines in their zones, what is said above and below them, links for this subscriber."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from ..editions import calendar
from ..readers import roles
from ..readers.models import Reader
from . import links, schedule
from .choice import Item
from .letter import Letter, Line, Zone, counted, day_words, zones_of
from .models import Subscription
from .pools import TALKED, Pool
from .setup import Setup

log = logging.getLogger("broadsheet.digest")
TALKED_SHOWN = 3
LONGEST_QUIET = 11  # days that the line of quiet days looks back


@dataclass(slots=True)
class Writer:
    """Writes letters of one run. Zones of equal choices are made once (``_zones``), quiet days looked up once."""

    setup: Setup
    now: datetime
    _zones: dict[tuple[object, ...], tuple[Zone, ...]] = field(default_factory=dict)
    _quiet: dict[tuple[date, date], tuple[str, ...]] = field(default_factory=dict)
    _days: dict[tuple[int, date | None], int] = field(default_factory=dict)

    def letter(self, subscription: Subscription, found: Pool | None, chosen: Sequence[Item], today: date) -> Letter:
        """The letter of a choice."""
        setup = self.setup
        member = sees_members_text(subscription.reader)
        zones = self.zones(subscription, found, tuple(chosen), member) if found is not None else ()
        if subscription.reader is not None and subscription.pk:
            zones = self._with_acts(zones, subscription, subscription.reader, today)
        day = found.days[0] if found is not None else today
        total = self._since(found, subscription.through) if found is not None else 0
        return Letter(
            site=setup.site_name, site_url=f"{setup.base}/", heading=_heading(subscription, found, today),
            about=self._about(subscription, total, len(chosen)), zones=zones,
            notes=(*self._quiet_days(subscription, today), *setup.notes),
            all_url=_all_url(setup.base, subscription, day), all_words=_all_words(subscription, total),
            upcoming=self._upcoming(subscription), why_sent=_why_sent(subscription),
            stop_url=f"{setup.base}/mail/stop/{subscription.key}", change_url=f"{setup.base}/mail/{subscription.key}")

    def zones(self, subscription: Subscription, found: Pool, chosen: tuple[Item, ...],
              member: bool) -> tuple[Zone, ...]:
        """Lines under their headings: what leads first, then by want; what is still talked about last."""
        site = subscription.kind == "site"
        place = (found.days, site, member, tuple((item.paper, item.reason, item.want) for item in chosen))
        if place not in self._zones:
            found.read([item.paper for item in chosen])
            ranked = sorted(chosen, key=lambda item: (found.zone(item.paper) != "", -item.want, item.paper))
            lines = [(found.zone(item.paper) if site else "", line) for item in ranked
                     if (line := _line(found, item.paper, item.reason, member)) is not None]
            if site and chosen:
                names = {item.paper for item in chosen}
                talked = [one for one in found.talked.items() if one[0] not in names][:TALKED_SHOWN]
                found.read([paper for paper, _ in talked])
                lines += [(TALKED, line) for paper, reason in talked
                          if (line := _line(found, paper, reason, member)) is not None]
            if len(self._zones) > 2000:
                self._zones.clear()
            self._zones[place] = zones_of(lines)
        return self._zones[place]

    def _with_acts(self, zones: tuple[Zone, ...], subscription: Subscription, reader: Reader,
                   today: date) -> tuple[Zone, ...]:
        verbs = [verb for verb in links.VERBS if links.may(reader, verb)]

        def acting(line: Line) -> Line:
            made = {verb: f"{self.setup.base}/mail/act/{links.sign(links.Act(verb, line.key, subscription.pk), today)}"
                    for verb in verbs}
            return replace(line, **made)

        return tuple(Zone(zone.title, tuple(acting(line) for line in zone.lines)) for zone in zones)

    def _since(self, found: Pool, through: date | None) -> int:
        place = (id(found), through)
        if place not in self._days:
            self._days[place] = found.since(through)
        return self._days[place]

    def _about(self, subscription: Subscription, total: int, chosen: int) -> str:
        whom = self.setup.group if subscription.kind == "site" else subscription.label or subscription.value
        if not chosen:
            return "No new paper was announced."
        said = f"{counted(chosen, 'paper')} of {total:,}" if chosen < total else counted(chosen, "paper")
        if subscription.kind in {"site", "foryou"}:
            return f"{said}, chosen for {whom}." if whom else f"{said}, chosen for you."
        return f"{said}: {whom}."

    def _quiet_days(self, subscription: Subscription, today: date) -> tuple[str, ...]:
        """One line for the days since the last mail on which nothing was announced."""
        through = subscription.through
        if through is None or subscription.cadence == "weekly":
            return ()
        if (through, today) not in self._quiet:
            with_papers = {one.day for one in calendar.rough_counts(through, today)}
            span = (today - through).days
            quiet = [through + timedelta(days=n) for n in range(1, min(span, LONGEST_QUIET) + 1)]
            names = [day_words(day).split(" ")[0] for day in quiet if day not in with_papers and day < today]
            said = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
            self._quiet[through, today] = (f"Nothing was announced on {said}.",) if said else ()
        return self._quiet[through, today]

    def _upcoming(self, subscription: Subscription) -> str:
        moment = next_due(subscription, self.now).astimezone(schedule.zone(subscription.timezone))
        return f"{day_words(moment.date()).split(' ')[0]} {moment:%H:%M}"


def sees_members_text(reader: Reader | None) -> bool:
    """Whether members-only abstracts may go to this reader."""
    return reader is not None and roles.can(reader, "see_members_text", local=reader.local)


def next_due(subscription: Subscription, after: datetime) -> datetime:
    """When the next mail after a moment is due."""
    return schedule.next_due(after, cadence=subscription.cadence, weekday=subscription.weekday,
                             hour=subscription.hour, timezone=subscription.timezone)


def _line(found: Pool, paper: int, reason: str, member: bool) -> Line | None:
    """One bad paper never stops a digest: it is left out and named in the log."""
    try:
        return found.line(paper, reason, member=member)
    except Exception:
        log.exception("paper %d cannot be printed in a mail and is left out", paper)
        return None


def _heading(subscription: Subscription, found: Pool | None, today: date) -> str:
    if subscription.cadence == "weekly":
        year, week, _ = (found.days[0] if found is not None else today).isocalendar()
        return f"Week {week} of {year}"
    number = f", No. {found.number:,}" if found is not None and found.number else ""
    return f"{day_words(today)}{number}"


def _all_url(base: str, subscription: Subscription, day: date) -> str:
    if subscription.cadence == "weekly":
        year, week, _ = day.isocalendar()
        return f"{base}/papers/week/{year}-W{week:02d}"
    return f"{base}/papers/date/{day}"


def _all_words(subscription: Subscription, total: int) -> str:
    if subscription.cadence == "weekly":
        return "The whole week"
    return f"All {total:,} papers" if total else "The whole site"


def _why_sent(subscription: Subscription) -> str:
    since = subscription.confirmed_at
    on = f" on {day_words(since.date()).split(' ', 1)[1]}" if since is not None else ""
    return f"Sent to {subscription.email} because you asked for it{on}."
