"""From a choice to a letter: lines in their zones, what is said above and below them, links for this subscriber."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from .. import languages
from ..editions import calendar
from ..editions.reasons import zone_title
from ..readers import roles
from ..readers.models import Reader
from ..spoken import spoken
from . import links, schedule, weeks
from .choice import Item
from .letter import Letter, Line, Zone, counted, day_words, zones_of
from .models import Subscription
from .pools import Pool
from .setup import Setup
from .subscriptions import About

log = logging.getLogger("broadsheet.digest")
LONGEST_QUIET = 11  # days that the line of quiet days looks back


@dataclass(slots=True)
class Writer:
    """Writes letters of one run, each in the language of the moment. Zones of equal choices are made once for each
    language (``_zones``), quiet days looked up once."""

    setup: Setup
    now: datetime
    _zones: dict[tuple[object, ...], tuple[Zone, ...]] = field(default_factory=dict)
    _quiet: dict[tuple[date, date, str], tuple[str, ...]] = field(default_factory=dict)
    _days: dict[tuple[int, date | None], int] = field(default_factory=dict)

    def letter(self, subscription: Subscription, found: Pool | None, chosen: Sequence[Item], today: date) -> Letter:
        """The letter of a choice."""
        setup = self.setup
        member = sees_members_text(subscription.reader)
        about = About(subscription.kind, subscription.value, subscription.label)
        zones = self.zones(subscription, found, tuple(chosen), member) if found is not None else ()
        if subscription.reader is not None and subscription.pk:
            zones = self._with_acts(zones, subscription, subscription.reader, today)
        days = found.days if found is not None else (today,)
        total = self._since(found, subscription.through) if found is not None else 0
        every = _whole(about, subscription.cadence, days, total)
        known = bool(subscription.pk)
        return Letter(
            site=setup.site_name, site_url=f"{setup.base}/", heading=heading(subscription, found, today),
            about=self._about(subscription, total, chosen), zones=zones,
            notes=(*self._quiet_days(subscription, today), *map(spoken, setup.notes)),
            all_url=setup.base + every[0], all_words=every[1], weekly=subscription.cadence == "weekly",
            upcoming=self._upcoming(subscription), why_sent=_why_sent(subscription),
            stop_url=f"{setup.base}/mail/stop/{subscription.key}" if known else "",
            change_url=f"{setup.base}/mail" + (f"/{subscription.key}" if known else about.query()),
            language=languages.active())

    def zones(self, subscription: Subscription, found: Pool, chosen: tuple[Item, ...],
              member: bool) -> tuple[Zone, ...]:
        """Lines under their headings: what leads first, then by want; what is still talked about last."""
        site = subscription.kind == "site"
        place = (languages.active(), found.days, site, subscription.cadence == "weekly", member,
                 tuple((item.paper, item.reason, item.want) for item in chosen))
        if place not in self._zones:
            found.read([item.paper for item in chosen])
            ranked = sorted(chosen, key=lambda item: (found.zone(item.paper) != "", -item.want, item.paper))
            lines = [(spoken(found.zone(item.paper)) if site else "", line) for item in ranked
                     if (line := _line(found, item.paper, item.reason, member)) is not None]
            if site and chosen:
                names = {item.paper for item in chosen}
                talked = found.still_talked(names, weekly=subscription.cadence == "weekly")
                found.read([paper for paper, _ in talked])
                lines += [(spoken(zone_title("talked")), line) for paper, reason in talked
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

    def _about(self, subscription: Subscription, total: int, chosen: Sequence[Item]) -> str:
        label, papers = subscription.label or subscription.value, len(chosen)
        if not papers and subscription.kind not in {"site", "foryou"}:
            return _("No new paper: {name}.").format(name=label)
        if not papers:
            return _("No new paper was announced.")
        said = counted(papers)
        if papers < total:
            said = _("{papers} of {total}").format(papers=said, total=languages.number(total))
        if subscription.kind == "foryou":
            if any(item.learned or item.streams for item in chosen):
                return _("{papers}, chosen for you.").format(papers=said)
            return _("{papers}, chosen for everybody: nothing that you follow, keep or vote for speaks for one of "
                     "them.").format(papers=said)
        if subscription.kind != "site":
            return _("{papers}: {name}.").format(papers=said, name=label)
        group = self.setup.group
        return _("{papers}, chosen for {group}.").format(papers=said, group=group) if group else _(
            "{papers}, chosen from all fields.").format(papers=said)

    def _quiet_days(self, subscription: Subscription, today: date) -> tuple[str, ...]:
        """One line for the days since the last mail on which nothing was announced."""
        through = subscription.through
        if through is None or subscription.cadence == "weekly":
            return ()
        place = (through, today, languages.active())
        if place not in self._quiet:
            with_papers = {one.day for one in calendar.rough_counts(through, today)}
            span = (today - through).days
            quiet = [through + timedelta(days=n) for n in range(1, min(span, LONGEST_QUIET) + 1)]
            names = [languages.weekday(day) for day in quiet if day not in with_papers and day < today]
            said = _("Nothing was announced on {days}.").format(days=languages.joined(names))
            self._quiet[place] = (said,) if names else ()
        return self._quiet[place]

    def _upcoming(self, subscription: Subscription) -> str:
        moment = next_due(subscription, self.now).astimezone(schedule.zone(subscription.timezone))
        return _upcoming(moment.weekday(), f"{moment:%H:%M}", languages.active())


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


@lru_cache(maxsize=256)
def _upcoming(weekday: int, time: str, language: str) -> str:
    """``language`` is the active one: it is part of what is kept."""
    return pgettext("moment", "{weekday} {time}").format(weekday=languages.weekdays()[weekday], time=time)


def heading(subscription: Subscription, found: Pool | None, today: date) -> str:
    """The week of a weekly letter, else the day with the number of the newest edition in it."""
    if subscription.cadence == "weekly":
        return weeks.heading(found.days if found is not None else (today,))
    return _day_and_number(today, found.number if found is not None else 0, languages.active())


@lru_cache(maxsize=256)
def _day_and_number(today: date, number: int, language: str) -> str:
    """``language`` is the active one: it is part of what is kept."""
    if not number:
        return day_words(today)
    return _("{day}, No. {number}").format(day=day_words(today), number=languages.number(number))


def _whole(about: About, cadence: str, days: Sequence[date], total: int) -> tuple[str, str]:
    """Where all stand from which the mail was chosen, and what that link says."""
    if about.kind not in {"site", "foryou"}:
        return about.page, _("All papers: {name}").format(name=about.label or about.value)
    if cadence == "weekly":
        return weeks.address(weeks.main(days)), _("The edition of the week")
    if len(days) > 1 or not total:
        return f"/papers/date/{days[0]}", _("The newest edition")
    return f"/papers/date/{days[0]}", ngettext("The one paper", "All {count} papers", total).format(
        count=languages.number(total))


def _why_sent(subscription: Subscription) -> str:
    if not subscription.pk and subscription.email:
        return _("Sent once to {email}, as a trial. Nothing more comes before you subscribe.").format(
            email=subscription.email)
    if not subscription.pk:
        return _("Each mail ends with a link that stops it with one click.")
    since = subscription.confirmed_at
    if since is None:
        return _("Sent to {email} because you asked for it.").format(email=subscription.email)
    return _("Sent to {email} because you asked for it on {day}.").format(
        email=subscription.email, day=languages.day(since.date()).replace(languages.NBSP, " "))
