"""Words for values that are stored: roles, retractions, states. In the language of the moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from .. import languages
from ..spoken import spoken


def begun(text: str) -> str:
    """``text`` as a sentence begins: its first letter raised, the others as they are."""
    said = spoken(text)
    return said[:1].upper() + said[1:]


def day_plain(value: date) -> str:
    """``12 May 2026``, with spaces that may break."""
    pattern = pgettext("date", "{day} {month} {year}")
    return pattern.format(day=value.day, month=languages.month(value.month), year=value.year)


def retraction(kind: str) -> str:
    """What stands above a paper that was taken back: ``Retracted``; ``kind`` is the record's, empty where unknown."""
    known = {"": _("Retracted"), "retracted": _("Retracted"), "withdrawn": _("Withdrawn")}
    return known.get(kind or "", kind)


def role(name: str) -> str:
    """A role as people call it."""
    known = {"reader": pgettext("role", "reader"), "editor": pgettext("role", "editor"),
             "moderator": pgettext("role", "moderator"), "administrator": pgettext("role", "administrator")}
    return known.get(name, name)


def roles(names: Iterable[str]) -> str:
    """Roles, with commas."""
    return ", ".join(role(name) for name in names)


def progress(done: int | None, of: int | None, what: str | None) -> str:
    """How far a source has been read: ``3 of 14 days``, ``2 so far``. ``what`` is stored."""
    kinds = {"records": pgettext("progress", "records"), "days": pgettext("progress", "days"),
             "categories": pgettext("progress", "categories")}
    kind = kinds.get(what or "", what)
    if of:
        given = {"done": languages.number(done or 0), "of": languages.number(of), "what": kind}
        return (_("{done} of {of} {what}") if kind else _("{done} of {of}")).format(**given)
    given = {"done": languages.number(done or 0), "what": kind}
    return (_("{done} {what} so far") if kind else _("{done} so far")).format(**given)
