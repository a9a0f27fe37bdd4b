"""What stands in a digest, before it becomes a mail: date line, zones of papers, notes, the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext, pgettext

from .. import languages
from ..catalogue import rights
from ..catalogue.models import Paper
from ..editions import standfirst
from ..text import identifiers, latex

NBSP = "\u00a0"


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
    """A whole digest, in ``language``; its texts are spoken already.

    ``about``: the date line, such as "Seven of 310 papers, chosen for Vision group."; ``notes``: what else is to be
    said at once (a source that is late, a day without an announcement); ``why_sent``: why this address gets it.
    ``stop_url`` is empty in a mail that belongs to no subscription; ``change_url`` leads to subscribing then.
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
    language: str = languages.SOURCE
    weekly: bool = False

    @property
    def papers(self) -> int:
        """How many papers are in it."""
        return sum(len(zone.lines) for zone in self.zones)

    @property
    def subject(self) -> str:
        """What is inside: the first headline and how many more; a note where there is no paper."""
        lines = [line for zone in self.zones for line in zone.lines]
        if not lines:
            return _("{site}: {news}").format(site=self.site, news=self.notes[0] if self.notes else self.about)
        title, rest = lines[0].title, len(lines) - 1
        if not rest:
            return shortened(title, 140)
        return ngettext("{title} and one more", "{title} and {number} more", rest).format(
            title=shortened(title, 110), number=in_words(rest))


def line_of(paper: Paper, base: str, reason: str, *, member: bool, claim: bool = True, year: int = 0) -> Line:
    """The line of a paper. ``year``: not printed where the paper's date is of this year."""
    names = paper.identifiers
    path = identifiers.path(*names[0]) if names else paper.key
    says = ""
    if claim and paper.abstract and rights.may_show(paper.rights, member):
        says = latex.readable(standfirst.choose(paper.title, paper.abstract).text)
    flag = ""
    if paper.retraction:
        kind = str(paper.retraction.get("kind", "retracted"))
        flag = {"retracted": _("Retracted"), "withdrawn": _("Withdrawn")}.get(kind, kind.capitalize())
    return Line(latex.readable(paper.title), f"{base}/papers/{path}", says, byline(paper, year), reason, flag=flag,
                key=paper.key)


def byline(paper: Paper, year: int = 0) -> str:
    """Up to three names, organisation, date."""
    names = [str(author.get("name", "")) for author in paper.authors]
    if not names:
        who = _("Authors not sent by the source")
    elif len(names) > 4:
        who = npgettext("authors", "{names} and {count}\u00a0other", "{names} and {count}\u00a0others",
                        len(names) - 3).format(names=", ".join(names[:3]), count=languages.number(len(names) - 3))
    else:
        who = languages.joined(names)
    parts = [who, paper.organisation, day(paper.published, year)]
    return ". ".join(part.rstrip(".") for part in parts if part)


def day(published: str, year: int = 0) -> str:
    """``8 May`` of this ``year``, else ``8 May 2025``, ``May 2025`` or ``2025``, as much as is known."""
    return languages.day_short(published, this_year=year)


def in_words(number: int) -> str:
    """Small numbers in words, others in digits."""
    return _in_words(number, languages.active())


@lru_cache(maxsize=1024)
def _in_words(number: int, language: str) -> str:
    """``language`` is the active one: it is part of what is kept."""
    words = (
        pgettext("number", "no"), pgettext("number", "one"), pgettext("number", "two"), pgettext("number", "three"),
        pgettext("number", "four"), pgettext("number", "five"), pgettext("number", "six"), pgettext("number", "seven"),
        pgettext("number", "eight"), pgettext("number", "nine"), pgettext("number", "ten"),
        pgettext("number", "eleven"), pgettext("number", "twelve"))
    return words[number] if 0 <= number < len(words) else languages.number(number)


def counted(number: int) -> str:
    """``Seven papers``, ``One paper``."""
    word = in_words(number)
    return ngettext("One paper", "{number} papers", number).format(number=word[:1].upper() + word[1:])


def shortened(text: str, most: int) -> str:
    """The text, cut between words with an ellipsis where it is longer."""
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0].rstrip(',;:')} …"


def day_words(value: date) -> str:
    """``Tuesday 12 May 2026``, with spaces that may break."""
    return languages.day_long(value).replace(languages.NBSP, " ")


def zones_of(lines: Sequence[tuple[str, Line]]) -> tuple[Zone, ...]:
    """Lines with the title of their zone, grouped in order of first appearance."""
    grouped: dict[str, list[Line]] = {}
    for title, line in lines:
        grouped.setdefault(title, []).append(line)
    return tuple(Zone(title, tuple(some)) for title, some in grouped.items())
