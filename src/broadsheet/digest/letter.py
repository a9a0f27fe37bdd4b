"""What stands in a digest, before it becomes a mail: date line, zones of papers, notes, the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ..catalogue import rights
from ..catalogue.models import Paper
from ..editions import standfirst
from ..text import identifiers, latex

NBSP = "\u00a0"
MONTHS = ("Jan", "Feb", "March", "April", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec")
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@dataclass(frozen=True, slots=True)
class Line:
    """One paper in a mail. All texts are plain; addresses absolute. ``vote`` and ``save`` lead to a page that asks."""

    title: str
    url: str
    claim: str
    byline: str
    reason: str
    vote: str = ""
    save: str = ""
    flag: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Zone:
    """Papers under one heading; the first zone has none."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """A whole digest.

    ``about``: the date line, such as "Seven of 310 papers, chosen for Vision group."; ``notes``: what else is to be
    said at once (a source that is late, a day without an announcement); ``why_sent``: why this address gets it.
    """

    site: str
    site_url: str
    heading: str
    about: str
    zones: tuple[Zone, ...]
    notes: tuple[str, ...]
    all_url: str
    all_words: str
    upcoming: str
    why_sent: str
    stop_url: str
    change_url: str

    @property
    def papers(self) -> int:
        """How many papers are in it."""
        return sum(len(zone.lines) for zone in self.zones)

    @property
    def subject(self) -> str:
        """What is inside: the first headline and how many more; a note where there is no paper."""
        lines = [line for zone in self.zones for line in zone.lines]
        if not lines:
            return f"{self.site}: {self.notes[0] if self.notes else self.about}"
        title, rest = lines[0].title, len(lines) - 1
        if not rest:
            return shortened(title, 140)
        return f"{shortened(title, 110)} and {in_words(rest)} more"


def line_of(paper: Paper, base: str, reason: str, *, member: bool, claim: bool = True, year: int = 0) -> Line:
    """The line of a paper. ``year``: not printed where the paper's date is of this year."""
    names = paper.identifiers
    path = identifiers.path(*names[0]) if names else paper.key
    says = ""
    if claim and paper.abstract and rights.may_show(paper.rights, member):
        says = latex.readable(standfirst.choose(paper.title, paper.abstract).text)
    flag = ""
    if paper.retraction:
        flag = str(paper.retraction.get("kind", "retracted")).capitalize()
    return Line(latex.readable(paper.title), f"{base}/papers/{path}", says, byline(paper, year), reason, flag=flag,
                key=paper.key)


def byline(paper: Paper, year: int = 0) -> str:
    """Up to three names, organisation, date."""
    names = [str(author.get("name", "")) for author in paper.authors]
    if not names:
        who = "Authors not sent by the source"
    elif len(names) > 4:
        who = f"{', '.join(names[:3])} and {len(names) - 3}{NBSP}others"
    else:
        who = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    parts = [who, paper.organisation, day(paper.published, year)]
    return ". ".join(part.rstrip(".") for part in parts if part)


def day(published: str, year: int = 0) -> str:
    """``8 May`` of this ``year``, else ``8 May 2025``, ``May 2025`` or ``2025``, as much as is known."""
    parts = published.split("-") if published else []
    words = [str(int(parts[2]))] if len(parts) > 2 else []
    words += [MONTHS[int(parts[1]) - 1]] if len(parts) > 1 else []
    if parts and (len(parts) < 3 or int(parts[0]) != year):
        words.append(parts[0])
    return NBSP.join(words)


def in_words(number: int) -> str:
    """Small numbers in words, others with commas."""
    return WORDS[number] if 0 <= number < len(WORDS) else f"{number:,}"


def counted(number: int, one: str) -> str:
    """``Seven papers``, ``One paper``."""
    return f"{in_words(number).capitalize()} {one}{'' if number == 1 else 's'}"


def shortened(text: str, most: int) -> str:
    """The text, cut between words with an ellipsis where it is longer."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0].rstrip(',;:')} …"


def day_words(value: date) -> str:
    """``Tuesday 12 May 2026``."""
    weekdays = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    months = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
              "November", "December")
    return f"{weekdays[value.weekday()]} {value.day} {months[value.month - 1]} {value.year}"


def zones_of(lines: Sequence[tuple[str, Line]]) -> tuple[Zone, ...]:
    """Lines with the title of their zone, grouped in order of first appearance."""
    grouped: dict[str, list[Line]] = {}
    for title, line in lines:
        grouped.setdefault(title, []).append(line)
    return tuple(Zone(title, tuple(some)) for title, some in grouped.items())
