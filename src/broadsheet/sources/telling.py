"""What a harvest says of itself in the end: sentences that are stored and spoken where they are read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import languages
from ..languages import number
from ..spoken import sentence


@sentence("records kept")
def records_kept(records: int) -> str:
    """What was read before something failed."""
    return ngettext("The {count} record read before was kept.", "The {count} records read before were kept.",
                    records).format(count=number(records))


@sentence("next try")
def next_try(moment: str) -> str:
    """When it is asked again: a moment as figures, with its time zone."""
    return _("Next try: {moment}.").format(moment=moment)


@sentence("read")
def read(records: int, new: int, joined: int, changed: int, known: int, refused: int) -> str:
    """What came, and what became of it; what is none is not named."""
    parts = [_("{count} new").format(count=number(new))]
    for count, said in ((joined, _("{count} joined to known papers")), (changed, _("{count} changed")),
                        (known, _("{count} already known")), (refused, _("{count} not readable and set aside"))):
        if count:
            parts.append(said.format(count=number(count)))
    return ngettext("Read {count} record: {parts}.", "Read {count} records: {parts}.", records).format(
        count=number(records), parts=", ".join(parts))


@sentence("more remarks")
def more_remarks(remarks: int) -> str:
    """How many were not told."""
    return ngettext("(And {count} more such remark.)", "(And {count} more such remarks.)", remarks).format(
        count=number(remarks))


def _day(iso: str) -> str:
    return _("{weekday} {day}").format(weekday=languages.weekday(date.fromisoformat(iso)), day=iso)


@sentence("stale list")
def stale(category: str, day: str, expected: str) -> str:
    """A list of arXiv that is not yet that of the day; days in ISO form."""
    return _("arXiv's list of {category} is still that of {day}; the one of {expected} has not appeared yet.").format(
        category=category, day=_day(day), expected=expected)


@sentence("holiday")
def holiday(category: str, day: str) -> str:
    """A day without a mailing by arXiv's schedule."""
    return _("arXiv announces nothing on {day}: by its schedule there was no mailing the evening before, a holiday "
             "({category}).").format(day=_day(day), category=category)


def last(sentences: Sequence[str], most: int = 2) -> tuple[str, ...]:
    """The last few, each once."""
    return tuple(dict.fromkeys(sentences[-most:]))
